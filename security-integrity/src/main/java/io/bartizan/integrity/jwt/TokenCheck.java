package io.bartizan.integrity.jwt;

import io.bartizan.core.Checked;
import io.bartizan.core.Checked.Accepted;
import io.bartizan.core.Refusal;
import io.bartizan.core.house.Listeners;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.IntegrityListener.Kind;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Decides about one token: its form, the issuers that it can mean, its content, then its use.
 *
 * <p>Form, signature and content are decided once for a token that the cache remembers; times,
 * binding, revocation and single use each time. Thread-safe.
 */
final class TokenCheck {

  private static final Refusal NO_TOKEN = Refusal.of(JwtReason.MALFORMED, "there is no token");
  private static final Refusal TOO_LARGE =
      Refusal.of(JwtReason.TOO_LARGE, "the token is longer than is read");
  private static final Refusal NOT_COMPACT =
      Refusal.of(JwtReason.MALFORMED, "the token has not three parts of base64url");
  private static final Refusal BAD_SIGNATURE_TEXT =
      Refusal.of(JwtReason.MALFORMED, "the signature is empty or not canonical base64url");
  private static final Refusal NOT_ALLOWED =
      Refusal.of(JwtReason.ALGORITHM_NOT_ALLOWED, "no trusted issuer may use this alg");
  private final IssuerKeys[] issuers;
  private final ClaimPolicy policy;
  private final UsePolicy use;
  private final int maxTokenChars;
  private final InstantSource clock;
  private final @Nullable VerifiedCache cache;
  private final String name;
  private final Listeners<IntegrityListener> listeners;
  private final HeaderMemo memo = new HeaderMemo();

  TokenCheck(
      IssuerKeys[] issuers,
      ClaimPolicy policy,
      UsePolicy use,
      int maxTokenChars,
      InstantSource clock,
      @Nullable VerifiedCache cache,
      String name,
      Listeners<IntegrityListener> listeners) {
    this.issuers = issuers;
    this.policy = policy;
    this.use = use;
    this.maxTokenChars = maxTokenChars;
    this.clock = clock;
    this.cache = cache;
    this.name = name;
    this.listeners = listeners;
  }

  /** Whether the request may use the token; remembers what it accepts. */
  Checked<VerifiedJwt> decide(@Nullable String token, JwtRequest request) {
    return told(decide(token, request, IssuerKeys::awaitOthers));
  }

  /** The same with a last step, which decides what listeners hear. */
  Checked<VerifiedJwt> decideThen(
      @Nullable String token, JwtRequest request, UnaryOperator<Checked<VerifiedJwt>> last) {
    return told(last.apply(decide(token, request, IssuerKeys::awaitOthers)));
  }

  boolean isSingleUse() {
    return use.isSingleUse();
  }

  boolean requiresExpiry() {
    return policy.requiresExpiry();
  }

  /**
   * The same without waiting; what comes after a fetch is done by the executor.
   *
   * @param last is done once, and decides what listeners hear
   */
  CompletableFuture<Checked<VerifiedJwt>> decideLater(
      @Nullable String token,
      JwtRequest request,
      UnaryOperator<Checked<VerifiedJwt>> last,
      Executor executor) {
    AtomicReference<@Nullable IssuerKeys> asked = new AtomicReference<>();
    Checked<VerifiedJwt> first =
        decide(
            token,
            request,
            issuer -> {
              asked.set(issuer);
              return false;
            });
    IssuerKeys issuer = asked.get();
    if (issuer == null || !isUnavailable(first)) {
      return CompletableFuture.completedFuture(told(last.apply(first)));
    }
    CompletableFuture<Boolean> arrived = issuer.othersArrive();
    if (arrived.isDone()) {
      boolean lastWord = arrived.join();
      return CompletableFuture.completedFuture(
          told(last.apply(decide(token, request, same -> lastWord))));
    }
    return arrived.thenApplyAsync(
        lastWord -> told(last.apply(decide(token, request, same -> lastWord))), executor);
  }

  private static boolean isUnavailable(Checked<VerifiedJwt> checked) {
    return checked.fold(jwt -> null, Refusal::reason) == JwtReason.KEYS_UNAVAILABLE;
  }

  /** Whether a guard is asked that may take its time. */
  boolean mayBlock() {
    return use.mayBlock();
  }

  Checked<VerifiedJwt> told(Checked<VerifiedJwt> result) {
    if (!listeners.isEmpty()) {
      Refusal refusal = result.fold(jwt -> null, refused -> refused);
      listeners.tell(listener -> listener.verified(Kind.JWT, name, refusal));
    }
    return result;
  }

  private Checked<VerifiedJwt> decide(
      @Nullable String token, JwtRequest request, Candidates.Wait wait) {
    if (token == null) {
      return Checked.rejected(NO_TOKEN);
    }
    if (token.length() > maxTokenChars) {
      return Checked.rejected(TOO_LARGE);
    }
    CompactToken parts = CompactToken.split(token);
    if (parts == null) {
      return Checked.rejected(NOT_COMPACT);
    }
    if (cache == null) {
      return checkUse(checkContent(parts, null, wait), token, request);
    }
    VerifiedCache.Key key = cache.key(parts);
    Checked<VerifiedJwt> known = cache.find(key, parts);
    return checkUse(known == null ? checkContent(parts, key, wait) : known, token, request);
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

  private Checked<VerifiedJwt> checkContent(
      CompactToken token, VerifiedCache.@Nullable Key key, Candidates.Wait wait) {
    Candidates known = memo.find(token.bytes, token.headerEnd);
    Candidates candidates = known;
    if (candidates == null) {
      JwsHeader header = JwsHeader.parse(token.bytes, token.headerEnd);
      if (header.refusal != null) {
        return Checked.rejected(header.refusal);
      }
      candidates = Candidates.of(header, issuers);
      Refusal refused = candidates.isEmpty() ? NOT_ALLOWED : policy.checkType(header);
      if (refused != null) {
        return Checked.rejected(refused);
      }
    }
    byte[] signature = token.signature();
    if (signature == null) {
      return Checked.rejected(BAD_SIGNATURE_TEXT);
    }
    Checked<VerifiedJwt> result = candidates.decide(token, signature, policy, cache, key, wait);
    if (result.isAccepted() && known == null) {
      memo.remember(token.bytes, token.headerEnd, candidates);
    }
    return result;
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
