package io.bartizan.integrity.keys;

import java.net.URL;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether bcprov is there, asked where something is configured, so that its absence is told in
 * words.
 */
public final class BouncyCastle {

  /** Came with bcprov 1.73, which has every method that is called; bc-fips does not have it. */
  private static final String SINCE_1_73 = "crypto/SavableDigest";

  /** What this module names of it, and {@link #SINCE_1_73}. */
  private static final List<String> NAMES =
      List.of(
          "asn1/x9/X9ECParameters",
          "crypto/digests/Blake2bDigest",
          "crypto/ec/CustomNamedCurves",
          "crypto/params/Ed25519PublicKeyParameters",
          "math/ec/ECAlgorithms",
          "math/ec/ECCurve",
          "math/ec/ECFieldElement",
          "math/ec/ECPoint",
          "math/ec/FixedPointCombMultiplier",
          "math/ec/rfc8032/Ed25519",
          "util/BigIntegers",
          SINCE_1_73);

  private static final boolean PRESENT = isUsable();

  private BouncyCastle() {}

  /**
   * Whether it can be used. A release since 1.73 is known by its files: the first class of a signed
   * jar takes a good part of a service's start. Any other is judged by using it, for other jars
   * have classes of the same names.
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

  /**
   * Whether all that is needed, and what only releases since 1.73 have, is in one place. False says
   * nothing: a native image has no files of classes, and a module may have them and not be read.
   */
  static boolean isKnownRelease(ClassLoader loader) {
    Set<String> places = new HashSet<>();
    for (String name : NAMES) {
      String file = "org/bouncycastle/" + name + ".class";
      URL url = loader.getResource(file);
      if (url == null) {
        return false;
      }
      places.add(url.toString().replace(file, "").replaceFirst("META-INF/versions/\\d+/$", ""));
    }
    return places.size() == 1;
  }

  @SuppressWarnings("CatchThrowable") // half a family of jars fails in many ways
  private static boolean isUsable() {
    ClassLoader loader = BouncyCastle.class.getClassLoader();
    if (loader != null && !BouncyCastle.class.getModule().isNamed() && isKnownRelease(loader)) {
      return true;
    }
    try {
      return BouncyCastleTrial.succeeds();
    } catch (Throwable e) {
      return false;
    }
  }
}
