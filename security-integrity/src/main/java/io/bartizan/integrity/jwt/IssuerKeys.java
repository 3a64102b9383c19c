package io.bartizan.integrity.jwt;

import io.bartizan.core.Refusal;
import io.bartizan.core.SafeText;
import java.security.Provider;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A trusted issuer inside one verifier, its keys bound to engines anew when they change. */
final class IssuerKeys {

  private final TrustedIssuer issuer;
  private final Refusal wrongIssuer;
  private final @Nullable Provider provider;
  private volatile KeyRing ring;

  IssuerKeys(TrustedIssuer issuer, @Nullable Provider provider) {
    this.issuer = issuer;
    this.wrongIssuer =
        Refusal.of(
            JwtReason.ISSUER_MISMATCH,
            "iss is not the issuer of the key that verified, "
                + SafeText.of(issuer.issuer())
                + " is expected");
    this.provider = provider;
    this.ring = KeyRing.bind(issuer.keys().snapshot(), issuer.algorithms(), provider, null);
  }

  /** One name is one issuer for each algorithm, so that a token means one of them. */
  static void requireDistinct(List<TrustedIssuer> issuers) {
    Map<String, Set<JwsAlgorithm>> names = new HashMap<>();
    for (TrustedIssuer issuer : issuers) {
      Set<JwsAlgorithm> others =
          names.computeIfAbsent(issuer.issuer(), name -> EnumSet.noneOf(JwsAlgorithm.class));
      for (JwsAlgorithm algorithm : issuer.algorithms()) {
        if (!others.add(algorithm)) {
          throw new IllegalArgumentException(
              "issuers holds one issuer twice for " + algorithm + ": " + issuer);
        }
      }
    }
  }

  static IssuerKeys[] bind(List<TrustedIssuer> issuers, @Nullable Provider provider) {
    List<IssuerKeys> bound = new ArrayList<>();
    for (TrustedIssuer issuer : issuers) {
      if (provider == null) {
        issuer.algorithms().forEach(JwsAlgorithm::requireBouncyCastle);
      }
      bound.add(new IssuerKeys(issuer, provider));
    }
    return bound.toArray(new IssuerKeys[0]);
  }

  String name() {
    return issuer.issuer();
  }

  /** A key of this issuer verified a token that names another. */
  Refusal wrongIssuer() {
    return wrongIssuer;
  }

  boolean allows(JwsHeader header) {
    return issuer.algorithms().contains(header.algorithm())
        && (!header.edDsaAlias || issuer.hasEdDsaAlias());
  }

  /** Two threads may bind the same keys at once; either result is right. */
  KeyRing current() {
    KeySnapshot snapshot = issuer.keys().snapshot();
    KeyRing known = ring;
    if (known.snapshot == snapshot) {
      return known;
    }
    KeyRing bound = KeyRing.bind(snapshot, issuer.algorithms(), provider, known);
    ring = bound;
    return bound;
  }

  /**
   * A token named a key that is not in the ring: waits for others where that may help.
   *
   * @return whether the keys that are known then are the issuer's last word
   */
  boolean awaitOthers() {
    return issuer.keys().awaitOthers();
  }

  /** As {@link #awaitOthers}, waiting for nothing. */
  CompletableFuture<Boolean> othersArrive() {
    return issuer.keys().othersArrive();
  }

  @Override
  public String toString() {
    return issuer + " " + current().providers();
  }
}
