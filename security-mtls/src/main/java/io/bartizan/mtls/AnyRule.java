package io.bartizan.mtls;

/** Every peer of the anchors. */
final class AnyRule extends Rule {
  static final AnyRule INSTANCE = new AnyRule();

  @Override
  Rule match(Subject subject) {
    return this;
  }

  @Override
  public String toString() {
    return "anyTrustedPeer()";
  }
}
