package io.bartizan.integrity.jwt;

import io.bartizan.core.Checked;
import io.bartizan.core.Checked.Accepted;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Decides about one token: its form, the keys that it can mean, its content, then its use.
 *
 * <p>Form, signature and content are decided once for a token that the cache remembers; times,
 * binding, revocation and single use each time. Thread-safe.
 */
final class TokenCheck {

  private static final Refusal NO_TOKEN = Refusal.of(JwtReason.MALFORMED, "there is no token");
  private static final Refusal TOO_LARGE =
      Refusal.of(JwtReason.TOO_LARGE, "the token is longer than is read");
  private static final Refusal NOT_COMPACT =
      Refusal.of(JwtReason.MALFORMED, "the token has not three parts");
  private static final Refusal BAD_SIGNATURE_TEXT =
      Refusal.of(JwtReason.MALFORMED, "the signature is empty or not canonical base64url");
  private static final Refusal BAD_PAYLOAD_TEXT =
      Refusal.of(JwtReason.MALFORMED, "the payload is not canonical base64url");
  private static final Refusal NOT_ALLOWED =
      Refusal.of(JwtReason.ALGORITHM_NOT_ALLOWED, "no trusted issuer may use this alg");
  private static final Refusal KEY_UNKNOWN =
      Refusal.of(JwtReason.KEY_UNKNOWN, "no trusted issuer has such a key for this alg");
  private static final Refusal BAD_SIGNATURE =
      Refusal.of(JwtReason.SIGNATURE_INVALID, "no key verifies the signature");

  private static final Refusal KEYS_UNAVAILABLE =
      Refusal.of(JwtReason.KEYS_UNAVAILABLE, "the issuer's keys could not be got");

  private final IssuerKeys[] issuers;
  private final ClaimPolicy policy;
  private final UsePolicy use;
  private final int maxTokenChars;
  private final InstantSource clock;
  private final @Nullable VerifiedCache cache;
  private final HeaderMemo memo = new HeaderMemo();

  TokenCheck(
      IssuerKeys[] issuers,
      ClaimPolicy policy,
      UsePolicy use,
      int maxTokenChars,
      InstantSource clock,
      @Nullable VerifiedCache cache) {
    this.issuers = issuers;
    this.policy = policy;
    this.use = use;
    this.maxTokenChars = maxTokenChars;
    this.clock = clock;
    this.cache = cache;
  }

  /** Whether the request may use the token; remembers what it accepts. */
  Checked<VerifiedJwt> decide(@Nullable String token, JwtRequest request) {
    if (token == null) {
      return Checked.rejected(NO_TOKEN);
    }
    if (token.length() > maxTokenChars) {
      return Checked.rejected(TOO_LARGE);
    }
    byte[] bytes = CompactToken.bytes(token);
    if (cache == null) {
      return checkUse(checkContent(bytes, null), token, request);
    }
    VerifiedCache.Key key = cache.key(bytes);
    VerifiedCache.Entry entry = cache.find(key);
    Checked<VerifiedJwt> content = entry == null ? checkContent(bytes, key) : entry.accepted();
    return checkUse(content, token, request);
  }

  /** What may change between two uses of one token. */
  private Checked<VerifiedJwt> checkUse(
      Checked<VerifiedJwt> content, String token, JwtRequest request) {
    if (!(content instanceof Accepted<VerifiedJwt> accepted)) {
      return content;
    }
    long now = clock.millis();
    Refusal refused = policy.checkTime(accepted.value().claimSet(), now);
    if (refused == null) {
      refused = use.check(accepted.value(), token, request, now);
    }
    return refused == null ? accepted : Checked.rejected(refused);
  }

  private Checked<VerifiedJwt> checkContent(byte[] bytes, VerifiedCache.@Nullable Key key) {
    CompactToken token = CompactToken.split(bytes);
    if (token == null) {
      return Checked.rejected(NOT_COMPACT);
    }
    JwsHeader header = memo.find(bytes, token.headerEnd);
    if (header == null) {
      header = JwsHeader.parse(bytes, token.headerEnd);
      Refusal refused = header.refusal != null ? header.refusal : checkHeader(header);
      if (refused != null) {
        return Checked.rejected(refused);
      }
    }
    byte[] signature = token.signature();
    if (signature == null) {
      return Checked.rejected(BAD_SIGNATURE_TEXT);
    }
    Checked<VerifiedJwt> result = checkSignature(token, header, signature, key);
    if (result == null) { // nothing was tried, so that looking again costs nothing
      awaitKeys(header);
      result = checkSignature(token, header, signature, key);
    }
    return result != null
        ? result
        : Checked.rejected(isUnavailable(header) ? KEYS_UNAVAILABLE : KEY_UNKNOWN);
  }

  private @Nullable Refusal checkHeader(JwsHeader header) {
    for (IssuerKeys issuer : issuers) {
      if (issuer.allows(header)) {
        return policy.checkType(header);
      }
    }
    return NOT_ALLOWED;
  }

  private void awaitKeys(JwsHeader header) {
    for (IssuerKeys issuer : issuers) {
      if (issuer.allows(header)) {
        issuer.awaitOthers();
      }
    }
  }

  private boolean isUnavailable(JwsHeader header) {
    for (IssuerKeys issuer : issuers) {
      if (issuer.allows(header) && issuer.isUnavailable()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Tries the keys that the header can mean. The payload is read once a trusted key has verified
   * it; from then on only keys of the issuer that it names are tried, for issuers may share keys.
   * Null if there was no key to try.
   */
  private @Nullable Checked<VerifiedJwt> checkSignature(
      CompactToken token, JwsHeader header, byte[] signature, VerifiedCache.@Nullable Key key) {
    ClaimSet claims = null;
    IssuerKeys proven = null;
    Refusal failed = null;
    int tried = 0;
    for (IssuerKeys issuer : issuers) {
      if (!issuer.allows(header) || (claims != null && !issuer.name().equals(claims.issuer))) {
        continue;
      }
      KeyRing ring = issuer.current();
      int triedOfIssuer = 0; // so that no issuer's keys use up another's tries
      for (KeyRing.Bound bound : ring.candidates(header.keyId)) {
        if (bound.algorithm() != header.algorithm()) {
          continue;
        }
        tried++;
        if (++triedOfIssuer > KeyRing.MAX_CANDIDATES) {
          break;
        }
        try {
          if (!bound.engine().verify(token.bytes, token.payloadEnd, signature)) {
            continue;
          }
        } catch (RuntimeException e) {
          failed = failed(bound.engine(), e);
          continue;
        }
        if (claims == null) {
          byte[] payload = token.payload();
          if (payload == null) {
            return Checked.rejected(BAD_PAYLOAD_TEXT);
          }
          try {
            claims = ClaimSet.parse(payload);
            proven = issuer;
          } catch (VerificationException e) {
            return Checked.rejected(e.refusal());
          }
        }
        if (issuer.name().equals(claims.issuer)) {
          Refusal refused = policy.checkContent(claims);
          return refused != null
              ? Checked.rejected(refused)
              : accept(token, header, claims, issuer, ring, key);
        }
        break;
      }
    }
    if (proven != null) {
      return Checked.rejected(proven.wrongIssuer());
    }
    return failed != null
        ? Checked.rejected(failed)
        : tried == 0 ? null : Checked.rejected(BAD_SIGNATURE);
  }

  /** A provider that breaks must neither end the request nor pass for a forged token. */
  static Refusal failed(SignatureEngine engine, RuntimeException e) {
    return Refusal.of(
        JwtReason.PROVIDER_FAILED,
        engine.provider() + " failed to verify: " + e.getClass().getSimpleName());
  }

  private Accepted<VerifiedJwt> accept(
      CompactToken token,
      JwsHeader header,
      ClaimSet claims,
      IssuerKeys issuer,
      KeyRing ring,
      VerifiedCache.@Nullable Key key) {
    memo.remember(token.bytes, token.headerEnd, header);
    Accepted<VerifiedJwt> accepted =
        Checked.accepted(new VerifiedJwt(header, claims, issuer.name()));
    if (cache != null && key != null && !header.algorithm().isSymmetric()) {
      cache.put(new VerifiedCache.Entry(key, accepted, issuer, ring));
    }
    return accepted;
  }

  /** Everything that matters for safety, and who verifies. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (IssuerKeys issuer : issuers) {
      text.append(issuer).append(", ");
    }
    text.append(policy).append(", ").append(use).append(", at most ").append(maxTokenChars);
    text.append(" characters, ");
    text.append(cache == null ? "no cache" : "cache of " + cache.capacity() + " tokens");
    return text.toString();
  }
}
