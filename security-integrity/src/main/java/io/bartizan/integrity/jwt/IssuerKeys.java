package io.bartizan.integrity.jwt;

import io.bartizan.core.Refusal;
import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import java.security.Provider;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A trusted issuer inside one verifier, its keys bound to engines anew when they change; or the
 * issuers of a {@link RemoteIssuers}, each of which becomes one when a token names it.
 */
final class IssuerKeys {

  private final TrustedIssuer issuer;
  private final Refusal wrongIssuer;
  private final @Nullable Provider provider;

  /** Whose issuer this is, where it was met at run time, and which of them. */
  private final @Nullable RemoteIssuers origin;

  private final Tenants.@Nullable Tenant tenant;
  private final Map<Tenants.Tenant, IssuerKeys> met = new ConcurrentHashMap<>();
  private volatile KeyRing ring;

  IssuerKeys(TrustedIssuer issuer, @Nullable Provider provider) {
    this(issuer, provider, issuer.keys().snapshot(), null, null);
  }

  /** The first keys must be usable; those that come later may not be, and are told in the log. */
  private IssuerKeys(
      TrustedIssuer issuer,
      @Nullable Provider provider,
      KeySnapshot first,
      @Nullable RemoteIssuers origin,
      Tenants.@Nullable Tenant tenant) {
    this.issuer = issuer;
    this.origin = origin;
    this.tenant = tenant;
    this.wrongIssuer =
        Refusal.of(
            JwtReason.ISSUER_MISMATCH,
            "iss is not the issuer of the key that verified, "
                + SafeText.of(issuer.issuer())
                + " is expected");
    this.provider = provider;
    this.ring = KeyRing.bind(first, issuer.algorithms(), provider, null);
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

  /** Whether only a token's own name says which issuer is meant. */
  boolean isSeveral() {
    return issuer.keys() instanceof RemoteIssuers;
  }

  /**
   * The one of several issuers that has this name.
   *
   * @return null if it is none of these
   * @throws VerificationException if nobody can tell now, or its keys can't be asked for now
   */
  @Nullable IssuerKeys named(String name) {
    if (!(issuer.keys() instanceof RemoteIssuers several)) {
      return null;
    }
    Tenants.Tenant one = several.find(name);
    if (one == null) {
      return null;
    }
    IssuerKeys known = met.get(one);
    if (known != null) {
      return known;
    }
    met.keySet().removeIf(each -> !each.isHeld()); // so it holds no more than there are places
    return met.computeIfAbsent(
        one,
        same ->
            new IssuerKeys(
                issuer.of(same.name, same.keys), provider, KeySnapshot.NONE, several, same));
  }

  /** Whether it is still one of those that the application allows. */
  boolean isTrusted() {
    try {
      return origin == null || origin.allows(name());
    } catch (VerificationException e) {
      return false; // then the token is verified anew, and refused as one whom nobody can tell
    }
  }

  /** A key of this issuer verified a token that names it. */
  void verified() {
    if (origin != null && tenant != null) {
      origin.verified(tenant);
    }
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
    return origin == null ? issuer.keys().awaitOthers() : origin.awaitOthers(issuer.keys());
  }

  /** As {@link #awaitOthers}, waiting for nothing. */
  CompletableFuture<Boolean> othersArrive() {
    return origin == null ? issuer.keys().othersArrive() : origin.othersArrive(issuer.keys());
  }

  @Override
  public String toString() {
    return issuer + " " + current().providers();
  }
}
