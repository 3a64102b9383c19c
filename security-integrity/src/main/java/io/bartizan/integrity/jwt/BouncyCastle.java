package io.bartizan.integrity.jwt;

import java.util.Set;

/**
 * Whether bcprov is there, asked where JWTs are configured, so that its absence is told in words.
 */
final class BouncyCastle {

  private static final Set<JwsAlgorithm.Family> NEEDING =
      Set.of(JwsAlgorithm.Family.EC, JwsAlgorithm.Family.ED25519);
  private static final boolean PRESENT = isPresent();

  private BouncyCastle() {}

  /** Refuses an algorithm that can't be computed without it. */
  static void require(JwsAlgorithm algorithm) {
    if (!PRESENT && NEEDING.contains(algorithm.family)) {
      throw new IllegalArgumentException(
          algorithm + " needs bcprov-jdk18on, which is neither on the class path nor a module");
    }
  }

  private static boolean isPresent() {
    try {
      Class<?> found =
          Class.forName(
              "org.bouncycastle.math.ec.rfc8032.Ed25519",
              false,
              BouncyCastle.class.getClassLoader());
      return found.getModule().isExported(found.getPackageName());
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }
}
