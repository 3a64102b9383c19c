package io.bartizan.ratelimit.redis;

import io.bartizan.core.house.Require;
import io.bartizan.core.house.TimeLimit;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.redis.link.RedisKeys;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The keys that a limiter counts on Redis, for operators: listed page by page, and reset one by
 * one. To look at a key, {@code peek} it.
 *
 * <pre>{@code
 * RedisLimitKeys keys = RedisLimitKeys.of(limiter);
 * RedisLimitKeys.Page page = keys.list("", 100).toCompletableFuture().join();
 * keys.reset(page.keys().get(0));
 * }</pre>
 *
 * <p>Each call is one command to one server and waits a second for it at most; no failure policy
 * decides, a stage fails with what went wrong. Listing needs {@code +scan} of an ACL user, and
 * looks at all keys of a server, not only at the limiter's. Thread-safe.
 */
public final class RedisLimitKeys {

  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int MOST = 10_000;
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

  private final RedisRateLimiter limiter;

  private RedisLimitKeys(RedisRateLimiter limiter) {
    this.limiter = Objects.requireNonNull(limiter, "limiter");
  }

  /**
   * Some keys, and where the next ones are.
   *
   * @param keys as callers named them, or as {@link Key#bounded} has them; a page may be empty and
   *     yet not the last
   * @param next what to list from next; empty if this was the last page
   */
  public record Page(List<String> keys, String next) {

    /**
     * A page.
     *
     * @param keys as callers named them
     * @param next what to list from next, or empty
     * @throws NullPointerException if an argument is null
     */
    public Page {
      keys = List.copyOf(keys);
      Objects.requireNonNull(next, "next");
    }

    /**
     * Whether there are no more pages.
     *
     * @return true at the end
     */
    public boolean isLast() {
      return next.isEmpty();
    }
  }

  /**
   * The keys of a limiter.
   *
   * @param limiter a limiter whose keys are not hashed, if they are to be listed
   * @return its keys
   * @throws NullPointerException if {@code limiter} is null
   */
  public static RedisLimitKeys of(RedisRateLimiter limiter) {
    return new RedisLimitKeys(limiter);
  }

  /**
   * Lists keys that have consumed something. Keys that come or go meanwhile may be missed or told
   * twice, others are told once at least.
   *
   * @param from empty for the first page, then the last page's {@code next}
   * @param most about how many keys of Redis are looked at for the page; 1 to 10 000
   * @return a page, of a plan that chooses by key with the keys of all limits under its prefix
   * @throws NullPointerException if {@code from} is null
   * @throws IllegalArgumentException if {@code from} is no page's, or {@code most} outside its
   *     range
   * @throws UnsupportedOperationException if keys are hashed, for Redis knows no others
   */
  public CompletionStage<Page> list(String from, int most) {
    if (!from.isEmpty() && !from.matches("[0-9a-zA-Z]{0,64}@[0-9]{1,20}")) {
      throw new IllegalArgumentException("from is no page's next");
    }
    int count = Require.within("most", most, 1, MOST);
    if (limiter.answers.keys().areHashed()) {
      throw new UnsupportedOperationException("keys are hashed, and Redis knows no others");
    }
    return bounded(
        limiter
            .queues
            .servers()
            .names(from, limiter.scripts.pattern(limiter.prefix), count)
            .thenApply(
                found ->
                    new Page(
                        found.names().stream()
                            .map(RedisKeys::decode)
                            .filter(Objects::nonNull)
                            .toList(),
                        found.next())));
  }

  /**
   * Forgets what a key has consumed, and refusals of it that limiters of this process remember, by
   * whatever client. Other processes may repeat a refusal that they remember: until its retry time,
   * and no longer than their {@link RedisRateLimiter.Builder#withDenyCache} says, 1 s by default.
   *
   * @param key as callers name it, or as it is listed: a digest resets the key that it stands for
   * @return a stage that completes when it is done
   * @throws NullPointerException if {@code key} is null
   */
  public CompletionStage<Void> reset(String key) {
    CompletableFuture<Void> done = forget(Key.bounded(key));
    return bounded(
        DIGEST.matcher(key).matches() ? done.thenCombine(forget(key), (one, other) -> null) : done);
  }

  private CompletableFuture<Void> forget(String known) {
    LimitScript script = limiter.scripts.of(known);
    Answers.forgetDenial(script, known);
    return limiter
        .queues
        .delete(limiter.answers.keys(), script.keyHead(), known)
        .thenRun(() -> Answers.forgetDenial(script, known));
  }

  private static <T> CompletableFuture<T> bounded(CompletableFuture<T> answer) {
    return TimeLimit.failing(answer, WAIT_NANOS);
  }

  @Override
  public String toString() {
    return "RedisLimitKeys[" + limiter + "]";
  }
}
