package io.bartizan.integrity.keys;

import java.util.List;

/**
 * Whether bcprov is there, asked where something is configured, so that its absence is told in
 * words.
 */
public final class BouncyCastle {

  /** What this module uses of it; bc-fips has some of these, and none of it will do. */
  private static final List<String> USED =
      List.of(
          "org.bouncycastle.math.ec.rfc8032.Ed25519",
          "org.bouncycastle.crypto.ec.CustomNamedCurves",
          "org.bouncycastle.crypto.params.Ed25519PublicKeyParameters",
          "org.bouncycastle.math.ec.FixedPointCombMultiplier");

  private static final boolean PRESENT = USED.stream().allMatch(BouncyCastle::isUsable);

  private BouncyCastle() {}

  /**
   * Whether it can be used.
   *
   * @return true if it is on the class path or a readable module
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
          what + " needs bcprov-jdk18on, which is neither on the class path nor a module");
    }
  }

  private static boolean isUsable(String name) {
    try {
      Class<?> found = Class.forName(name, false, BouncyCastle.class.getClassLoader());
      return found.getModule().isExported(found.getPackageName());
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }
}
