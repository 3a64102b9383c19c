package io.bartizan.integrity.jwt;

import io.bartizan.core.SafeText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.slf4j.LoggerFactory;

/**
 * A token issuer with its keys and its allowed algorithms; none of the three without the others,
 * which is how tokens are forged. Immutable.
 *
 * <p>A key of one issuer never verifies for another, and a token's own words never choose where
 * keys come from.
 *
 * <pre>{@code
 * TrustedIssuer issuer = TrustedIssuer.of("https://issuer", keys, JwsAlgorithm.ES256);
 * }</pre>
 */
public final class TrustedIssuer {

  private final String issuer;
  private final JwtKeys keys;
  private final Set<JwsAlgorithm> algorithms;
  private final boolean edDsaAlias;

  private TrustedIssuer(
      String issuer, JwtKeys keys, Set<JwsAlgorithm> algorithms, boolean edDsaAlias) {
    this.issuer = issuer;
    this.keys = keys;
    this.algorithms = algorithms;
    this.edDsaAlias = edDsaAlias;
  }

  /**
   * An issuer.
   *
   * @param issuer what {@code iss} must be, compared character by character
   * @param keys its keys
   * @param algorithm an algorithm it may use
   * @param more other algorithms it may use
   * @return the bundle
   * @throws IllegalArgumentException if the issuer is empty, none of the fixed keys fits exactly
   *     one of the algorithms, or more than 8 for one algorithm have no key id
   */
  public static TrustedIssuer of(
      String issuer, JwtKeys keys, JwsAlgorithm algorithm, JwsAlgorithm... more) {
    return of(issuer, keys, EnumSet.of(algorithm, more));
  }

  /**
   * Issuers that appear at run time, such as the tenants of a provider: each token's own is found
   * among the allowed ones, and its keys by discovery. In a list a fixed issuer goes before them.
   *
   * @param issuers which issuers are allowed, with their keys
   * @param algorithm an algorithm that each may use
   * @param more other algorithms that each may use
   * @return the bundle
   */
  public static TrustedIssuer of(
      RemoteIssuers issuers, JwsAlgorithm algorithm, JwsAlgorithm... more) {
    return of(issuers, EnumSet.of(algorithm, more));
  }

  /**
   * Issuers that appear at run time, whose algorithms configuration gives.
   *
   * @param issuers which issuers are allowed, with their keys
   * @param allowed the algorithms that each may use, one or more; no HMAC, whose secrets nobody
   *     publishes
   * @return the bundle
   * @throws IllegalArgumentException if {@code allowed} is empty or holds an HMAC
   */
  public static TrustedIssuer of(RemoteIssuers issuers, Collection<JwsAlgorithm> allowed) {
    for (JwsAlgorithm algorithm : allowed) {
      if (algorithm.isSymmetric()) {
        throw new IllegalArgumentException(
            algorithm + " needs a secret, and issuers of run time publish their keys");
      }
    }
    return of(issuers.issuer(), issuers, allowed);
  }

  /**
   * An issuer whose algorithms configuration gives.
   *
   * @param issuer what {@code iss} must be, compared character by character
   * @param keys its keys
   * @param allowed the algorithms it may use, one or more
   * @return the bundle
   * @throws IllegalArgumentException if the issuer or {@code allowed} is empty, none of the fixed
   *     keys fits exactly one of the algorithms, more than 8 for one algorithm have no key id, or
   *     the keys are those that another issuer's discovery document names
   */
  public static TrustedIssuer of(String issuer, JwtKeys keys, Collection<JwsAlgorithm> allowed) {
    if (issuer.isEmpty()) {
      throw new IllegalArgumentException("issuer is empty");
    }
    if (allowed.isEmpty()) {
      throw new IllegalArgumentException("allowed is empty, one or more algorithms are needed");
    }
    Set<JwsAlgorithm> algorithms = EnumSet.copyOf(allowed);
    if (keys instanceof JwtKeys.Fixed) {
      requireUsable(keys.snapshot().keys, algorithms);
    }
    String issued = keys.issuer();
    if (issued != null && !issued.equals(issuer)) {
      throw new IllegalArgumentException(
          "issuer is "
              + SafeText.of(issuer)
              + ", but its keys are those that "
              + SafeText.of(issued)
              + " publishes");
    }
    return new TrustedIssuer(
        issuer,
        Objects.requireNonNull(keys, "keys"),
        Collections.unmodifiableSet(algorithms),
        false);
  }

  /** One of the issuers that these stand for, by the same algorithms. */
  TrustedIssuer of(String name, JwtKeys itsKeys) {
    return new TrustedIssuer(name, itsKeys, algorithms, edDsaAlias);
  }

  /** Of fixed keys one at least must be usable, and each usable one must come to be tried. */
  private static void requireUsable(List<VerifyingKey> keys, Set<JwsAlgorithm> algorithms) {
    Map<JwsAlgorithm, Integer> nameless = new EnumMap<>(JwsAlgorithm.class);
    List<String> unusable = new ArrayList<>();
    for (VerifyingKey key : keys) {
      List<JwsAlgorithm> fitting = fitting(key, algorithms);
      if (fitting.size() != 1) {
        unusable.add(
            key.describeKind()
                + (fitting.isEmpty()
                    ? " serves none of " + algorithms
                    : " fits each of " + fitting + "; name its algorithm where it is loaded"));
      } else if (key.keyId == null
          && nameless.merge(fitting.get(0), 1, Integer::sum) > KeyRing.MAX_CANDIDATES) {
        throw new IllegalArgumentException(
            "more than "
                + KeyRing.MAX_CANDIDATES
                + " keys for "
                + fitting.get(0)
                + " have no key id, so that some would never be tried; give each its id");
      }
    }
    if (unusable.size() == keys.size()) {
      throw new IllegalArgumentException(String.join(", ", unusable));
    }
    unusable.forEach(
        why ->
            LoggerFactory.getLogger(TrustedIssuer.class).warn("a fixed key is left out: {}", why));
  }

  /** The allowed algorithms that the key could serve; it is usable if there is exactly one. */
  static List<JwsAlgorithm> fitting(VerifyingKey key, Set<JwsAlgorithm> algorithms) {
    List<JwsAlgorithm> fitting = new ArrayList<>(1);
    for (JwsAlgorithm candidate : algorithms) {
      if (key.algorithm == null ? key.fits(candidate) : key.algorithm == candidate) {
        fitting.add(candidate);
      }
    }
    return fitting;
  }

  /**
   * The same issuer, whose tokens may say {@code EdDSA} where they mean {@code Ed25519}; most
   * issuers still use the older name that RFC 9864 deprecates. The key must be Ed25519 either way.
   *
   * @return a new bundle
   * @throws IllegalArgumentException if {@link JwsAlgorithm#ED25519} is not allowed
   */
  public TrustedIssuer withEdDsaAlias() {
    if (!algorithms.contains(JwsAlgorithm.ED25519)) {
      throw new IllegalArgumentException("the alias EdDSA needs ED25519 among the algorithms");
    }
    return new TrustedIssuer(issuer, keys, algorithms, true);
  }

  /**
   * What {@code iss} must be; for issuers that appear at run time what stands for all of them.
   *
   * @return the issuer
   */
  public String issuer() {
    return issuer;
  }

  JwtKeys keys() {
    return keys;
  }

  Set<JwsAlgorithm> algorithms() {
    return algorithms;
  }

  boolean hasEdDsaAlias() {
    return edDsaAlias;
  }

  @Override
  public String toString() {
    return "TrustedIssuer["
        + SafeText.of(issuer)
        + ", "
        + algorithms
        + (edDsaAlias ? ", EdDSA as alias" : "")
        + ", "
        + keys
        + "]";
  }
}
