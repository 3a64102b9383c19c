package io.bartizan.integrity.keys;

/**
 * Whether bcprov is there, asked where something is configured, so that its absence is told in
 * words.
 */
public final class BouncyCastle {

  private static final boolean PRESENT = isUsable();

  private BouncyCastle() {}

  /**
   * Whether it can be used: judged by using it, for other jars have classes of the same names.
   *
   * @return true if it is on the class path or a readable module, whole and new enough
   */
  public static boolean isPresent() {
    return PRESENT;
  }

  /**
   * Refuses what can't be computed without it.
   *
   * @param what is configured
   * @throws IllegalArgumentException if it is not there
   */
  public static void requireFor(Object what) {
    if (!PRESENT) {
      throw new IllegalArgumentException(
          what
              + " needs bcprov-jdk18on, which is neither on the class path nor a module"
              + (isSomethingThere()
                  ? "; what is there of Bouncy Castle is another one or too old (bc-fips?), and"
                      + " withProvider does without it"
                  : ""));
    }
  }

  private static boolean isSomethingThere() {
    ClassLoader loader = BouncyCastle.class.getClassLoader();
    return loader != null
        && (loader.getResource("org/bouncycastle/crypto/CryptoServicesRegistrar.class") != null
            || loader.getResource("org/bouncycastle/math/ec/rfc8032/Ed25519.class") != null);
  }

  @SuppressWarnings("CatchThrowable") // half a family of jars fails in many ways
  private static boolean isUsable() {
    try {
      return BouncyCastleTrial.succeeds();
    } catch (Throwable e) {
      return false;
    }
  }
}
