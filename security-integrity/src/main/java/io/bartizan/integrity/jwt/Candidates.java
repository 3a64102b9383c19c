package io.bartizan.integrity.jwt;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.json.JsonString;
import org.jspecify.annotations.Nullable;

/**
 * The issuers that one header can mean, resolved once, and what their keys say of a token.
 *
 * <p>If they are several, the token's own {@code iss}, which nobody has verified yet, chooses one
 * of them and nothing else: it is compared again with the claims that were signed. So a token costs
 * the keys of one issuer, at most {@link KeyRing#MAX_CANDIDATES} of them, and waits for one issuer
 * at most: whichever other one hangs, it is not asked. Thread-safe.
 */
final class Candidates {

  private static final Refusal BAD_PAYLOAD_TEXT =
      Refusal.of(JwtReason.MALFORMED, "the payload is not canonical base64url");
  private static final Refusal BAD_SIGNATURE =
      Refusal.of(JwtReason.SIGNATURE_INVALID, "no key verifies the signature");
  private static final Refusal KEY_UNKNOWN =
      Refusal.of(JwtReason.KEY_UNKNOWN, "no trusted issuer has such a key for this alg");
  private static final Refusal KEY_NOT_NAMED =
      Refusal.of(
          JwtReason.KEY_UNKNOWN,
          "the header has no kid, and the issuer has several keys for this alg");
  private static final Refusal KEYS_UNAVAILABLE =
      Refusal.of(JwtReason.KEYS_UNAVAILABLE, "the issuer's keys could not be got");
  private static final Refusal OTHER_ISSUER =
      Refusal.of(
          JwtReason.ISSUER_MISMATCH, "iss names no trusted issuer that may use the header's alg");

  private static final IssuerKeys[] NONE = {};

  final JwsHeader header;
  private final IssuerKeys[] issuers;

  private Candidates(JwsHeader header, IssuerKeys[] issuers) {
    this.header = header;
    this.issuers = issuers;
  }

  static Candidates of(JwsHeader header, IssuerKeys[] trusted) {
    int allowing = 0;
    for (IssuerKeys issuer : trusted) {
      allowing += issuer.allows(header) ? 1 : 0;
    }
    if (allowing == trusted.length) {
      return new Candidates(header, trusted); // nearly every token: no array
    }
    IssuerKeys[] some = allowing == 0 ? NONE : new IssuerKeys[allowing];
    int at = 0;
    for (IssuerKeys issuer : trusted) {
      if (issuer.allows(header)) {
        some[at++] = issuer;
      }
    }
    return new Candidates(header, some);
  }

  /** Whether no trusted issuer may use the header's algorithm. */
  boolean isEmpty() {
    return issuers.length == 0;
  }

  /** What becomes of a token that names a key which its issuer may have by now. */
  @FunctionalInterface
  interface Wait {
    /** Whether the keys that are known afterwards are the issuer's last word. */
    boolean forOthers(IssuerKeys issuer);
  }

  /** The signature, by the keys of the issuer that is meant, and the content that can't change. */
  Checked<VerifiedJwt> decide(
      CompactToken token,
      byte[] signature,
      ClaimPolicy policy,
      @Nullable VerifiedCache cache,
      VerifiedCache.@Nullable Key key,
      Wait wait) {
    try {
      JsonObject unverified =
          issuers.length == 1 && !issuers[0].isSeveral() ? null : decoded(token);
      IssuerKeys issuer = unverified == null ? issuers[0] : named(unverified);
      if (issuer == null) {
        return Checked.rejected(OTHER_ISSUER);
      }
      KeyRing ring = issuer.current();
      KeyRing.Bound[] keys = ring.candidates(header.keyId, header.algorithm());
      Refusal refused = trySignature(ring, keys, token, signature);
      if (refused != null && isOpen(refused, ring, keys)) {
        if (unverified == null && ring.snapshot.fetched && named(decoded(token)) == null) {
          return Checked.rejected(OTHER_ISSUER);
        }
        boolean lastWord = wait.forOthers(issuer);
        KeyRing now = issuer.current();
        if (now != ring) {
          ring = now;
          keys = ring.candidates(header.keyId, header.algorithm());
          refused = trySignature(ring, keys, token, signature);
        }
        if (refused != null && !lastWord && isOpen(refused, ring, keys)) {
          refused = KEYS_UNAVAILABLE;
        }
      }
      if (refused != null) {
        return Checked.rejected(refused);
      }
      VerifiedCache remembering = header.algorithm().isSymmetric() ? null : cache;
      boolean inPlace = remembering == null && token.hasShortPayload();
      JsonObject json = unverified != null ? unverified : inPlace ? taken(token) : decoded(token);
      ClaimSet claims = ClaimSet.of(json);
      if (!claims.isIssuedBy(issuer.name())) {
        return Checked.rejected(issuer.wrongIssuer());
      }
      refused = policy.checkContent(claims);
      return refused != null
          ? Checked.rejected(refused)
          : accept(token, claims, issuer, ring, remembering, key);
    } catch (VerificationException e) {
      return Checked.rejected(e.refusal());
    }
  }

  /** Whether other keys of the issuer could change the verdict: no key had the token's own id. */
  private boolean isOpen(Refusal refused, KeyRing ring, KeyRing.Bound[] keys) {
    return refused == KEY_UNKNOWN
        || refused == KEY_NOT_NAMED
        || (refused == BAD_SIGNATURE
            && ring.snapshot.fetched
            && (header.keyId == null || !header.keyId.equals(keys[0].key().keyId)));
  }

  /** In an array of its own length, for what is kept: the token around it may be much longer. */
  private static JsonObject decoded(CompactToken token) {
    byte[] payload = token.payload();
    if (payload == null) {
      throw new VerificationException(BAD_PAYLOAD_TEXT);
    }
    return ClaimSet.parseJson(payload, 0, payload.length);
  }

  /** Of a token whose signature was verified, which this takes apart. */
  private static JsonObject taken(CompactToken token) {
    int end = token.takePayload();
    if (end < 0) {
      throw new VerificationException(BAD_PAYLOAD_TEXT);
    }
    return ClaimSet.parseJson(token.bytes, token.payloadStart(), end);
  }

  /** The one that the claims name, a fixed one before those of run time; null if none. */
  private @Nullable IssuerKeys named(JsonObject claims) {
    if (!(claims.get("iss") instanceof JsonString name)) {
      return null;
    }
    for (IssuerKeys issuer : issuers) {
      if (!issuer.isSeveral() && issuer.name().equals(name.value())) {
        return issuer;
      }
    }
    for (IssuerKeys issuer : issuers) {
      IssuerKeys meant = issuer.isSeveral() ? issuer.named(name.value()) : null;
      if (meant != null) {
        return meant;
      }
    }
    return null;
  }

  /** Null if a key verifies the signature. */
  private @Nullable Refusal trySignature(
      KeyRing ring, KeyRing.Bound[] keys, CompactToken token, byte[] signature) {
    if (keys.length == 0) {
      return header.keyId == null && ring.has(header.algorithm()) ? KEY_NOT_NAMED : KEY_UNKNOWN;
    }
    Refusal refused = BAD_SIGNATURE;
    for (KeyRing.Bound bound : keys) {
      try {
        if (bound.engine().verify(token.bytes, token.payloadEnd, signature)) {
          return null;
        }
      } catch (RuntimeException | Error e) {
        refused = failed(bound.engine(), e);
      }
    }
    return refused;
  }

  private Checked<VerifiedJwt> accept(
      CompactToken token,
      ClaimSet claims,
      IssuerKeys issuer,
      KeyRing ring,
      @Nullable VerifiedCache cache,
      VerifiedCache.@Nullable Key key) {
    issuer.verified();
    Checked.Accepted<VerifiedJwt> accepted =
        Checked.accepted(new VerifiedJwt(header, claims, issuer.name()));
    if (cache != null && key != null) {
      cache.put(key, token, accepted, issuer, ring);
    }
    return accepted;
  }

  /** A provider that breaks must neither end the request nor pass for a forged token. */
  static Refusal failed(SignatureEngine engine, Throwable e) {
    return Refusal.of(
        JwtReason.PROVIDER_FAILED,
        engine.provider() + " failed to verify: " + e.getClass().getSimpleName());
  }
}
