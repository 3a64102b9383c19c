package io.bartizan.core;

/**
 * An exception that means a refusal. Every exception type that this library declares for hostile or
 * wrong input implements it, so that one handler can answer for all of them; what Java's own
 * interfaces demand, such as {@code SSLPeerUnverifiedException}, does not.
 */
public interface Refused {

  /**
   * Why it was refused.
   *
   * @return never null on the JVM that threw it; null after Java serialization
   */
  Refusal refusal();

  /**
   * The stable reason of the refusal.
   *
   * @return a constant of the reasons of the package that refused
   */
  default Reason reason() {
    return refusal().reason();
  }
}
