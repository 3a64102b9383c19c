package io.bartizan.integrity.jwt;

import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.json.StrictBase64;
import io.bartizan.integrity.replay.ReplayGuard;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.Provider;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Every check of a DPoP proof that RFC 9449 section 4.3 lists, in the order of their cost; its
 * {@code jti} is used up last of all.
 */
final class DpopCheck {

  /** How long after its issue a proof is good for, not counting the clock skew. */
  static final long MAX_AGE_MILLIS = 60_000;

  private static final int MAX_PROOF_CHARS = 8 * 1024;
  private static final Refusal MALFORMED = invalid("the proof is no compact JWS of its type");
  private static final Refusal KEY = invalid("the proof's jwk is not an acceptable public key");
  private static final Refusal SIGNATURE = invalid("the proof's key does not verify it");
  private static final Refusal CLAIMS = invalid("the proof's payload is malformed or incomplete");
  private static final Refusal METHOD = invalid("the proof's htm is not the request's method");
  private static final Refusal TARGET = invalid("the proof's htu is not the request's URI");
  private static final Refusal TOKEN = invalid("the proof's ath is not the hash of the token");
  private static final Refusal NONCE =
      Refusal.of(
          JwtReason.DPOP_NONCE_MISMATCH, "the proof's nonce is not one that the server gave");
  private static final Refusal TIME = invalid("the proof's iat is too old or in the future");
  private static final Refusal OWN_TIME =
      invalid("the proof's own exp has passed, or its nbf is in the future");
  private static final Refusal REPLAYED =
      Refusal.of(JwtReason.PROOF_REPLAYED, "the proof was used before");
  private static final Refusal UNDECIDED =
      Refusal.of(JwtReason.REPLAY_UNDECIDED, "nobody can tell whether the proof was used before");
  private static final Refusal OTHER_KEY =
      Refusal.of(JwtReason.BINDING_MISMATCH, "the proof's key is not the one of the token's jkt");

  private final ReplayGuard guard;
  private final @Nullable Provider provider;
  private final long skewMillis;

  DpopCheck(ReplayGuard guard, long skewMillis, @Nullable Provider provider) {
    this.provider = provider;
    this.guard = guard;
    this.skewMillis = skewMillis;
  }

  ReplayGuard guard() {
    return guard;
  }

  private static Refusal invalid(String detail) {
    return Refusal.of(JwtReason.DPOP_INVALID, detail);
  }

  @Nullable Refusal check(
      String proof,
      String method,
      URI uri,
      List<String> nonces,
      String token,
      String jkt,
      long now) {
    CompactToken parts = proof.length() > MAX_PROOF_CHARS ? null : CompactToken.split(proof);
    if (parts == null) {
      return MALFORMED;
    }
    JwsHeader header = JwsHeader.parse(parts.bytes, parts.headerEnd);
    byte[] signature = parts.signature();
    if (header.refusal != null
        || header.algorithm().isSymmetric()
        || !"dpop+jwt".equals(header.type)
        || signature == null) {
      return MALFORMED;
    }
    VerifyingKey key = key(header);
    if (key == null) {
      return KEY;
    }
    if (!MessageDigest.isEqual(
        utf8(Thumbprint.of(Objects.requireNonNull(key.publicKey))), utf8(jkt))) {
      return OTHER_KEY;
    }
    SignatureEngine engine;
    try {
      engine = KeyRing.engine(header.algorithm(), key, provider);
    } catch (RuntimeException | Error e) {
      return KEY; // the key is the sender's, and a provider that can't use it is no outage
    }
    try {
      if (!engine.verify(parts.bytes, parts.payloadEnd, signature)) {
        return SIGNATURE;
      }
    } catch (RuntimeException | Error e) {
      return Candidates.failed(engine, e);
    }
    byte[] payload = parts.payload();
    if (payload == null) {
      return CLAIMS;
    }
    try {
      return checkClaims(ClaimSet.parse(payload), method, uri, nonces, token, jkt, now);
    } catch (VerificationException | JsonException e) {
      return CLAIMS;
    }
  }

  private static @Nullable VerifyingKey key(JwsHeader header) {
    try {
      JsonObject jwk = header.json().object("jwk");
      VerifyingKey key = jwk == null ? null : JwkReader.read(jwk);
      JwsAlgorithm algorithm = header.algorithm();
      return key != null
              && key.fits(algorithm)
              && (key.algorithm == null || key.algorithm == algorithm)
          ? key
          : null;
    } catch (JsonException | IllegalArgumentException e) {
      return null;
    }
  }

  private @Nullable Refusal checkClaims(
      ClaimSet claims,
      String method,
      URI uri,
      List<String> nonces,
      String token,
      String jkt,
      long now)
      throws JsonException {
    String target = claims.json.string("htu");
    String hash = claims.json.string("ath");
    String given = claims.json.string("nonce");
    String id = claims.id();
    if (id == null || id.isEmpty() || claims.issuedAt == ClaimSet.NONE) {
      return CLAIMS;
    }
    if (!method.equals(claims.json.string("htm"))) {
      return METHOD;
    }
    if (target == null || !DpopTarget.of(uri).equals(DpopTarget.parse(target))) {
      return TARGET;
    }
    String expected = StrictBase64.encodeUrl(Thumbprint.sha256(CompactToken.bytes(token)));
    if (hash == null || !MessageDigest.isEqual(utf8(expected), utf8(hash))) {
      return TOKEN;
    }
    if (!nonces.isEmpty() && !isOneOf(nonces, given)) {
      return NONCE;
    }
    long end = claims.issuedAt + MAX_AGE_MILLIS + skewMillis;
    if (now + skewMillis < claims.issuedAt || now >= end) {
      return TIME;
    }
    if ((claims.expiresAt != ClaimSet.NONE && now >= claims.expiresAt + skewMillis)
        || (claims.notBefore != ClaimSet.NONE && now + skewMillis < claims.notBefore)) {
      return OWN_TIME;
    }
    Instant until =
        Instant.ofEpochMilli(claims.issuedAt + MAX_AGE_MILLIS).plus(ClaimPolicy.MAX_SKEW);
    return switch (guard.use("dpop:" + jkt, utf8(id), until)) {
      case FIRST -> null;
      case REPEATED -> REPLAYED;
      case UNDECIDED -> UNDECIDED;
    };
  }

  private static boolean isOneOf(List<String> nonces, @Nullable String given) {
    boolean found = false;
    for (String nonce : nonces) {
      found |= given != null && MessageDigest.isEqual(utf8(nonce), utf8(given));
    }
    return found;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
