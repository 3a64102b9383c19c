package io.bartizan.adapters.okhttp;

import io.bartizan.adapters.answer.Pace;
import io.bartizan.core.house.Span;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.RateLimiter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * An OkHttp interceptor that sends requests no faster than a rate limit, each in its turn. One
 * whose turn would come too late fails at once and is not sent.
 *
 * <pre>{@code
 * RateLimiter pace = RateLimiter.of(Limit.paced(Rate.per(20, ChronoUnit.SECONDS)));
 * OkHttpClient paced =
 *     client.newBuilder().addInterceptor(PacingInterceptor.of(pace, Duration.ofSeconds(5))).build();
 * }</pre>
 *
 * <p>A call waits on the thread that runs it: the caller's in {@code execute}, one of the
 * dispatcher's in {@code enqueue}, which runs 64 calls at a time and 5 to a host unless set
 * otherwise. Added by {@code addInterceptor} a call takes one turn, and its redirects and retries
 * none of their own; by {@code addNetworkInterceptor} each of them takes one, and holds its
 * connection meanwhile. A call that is cancelled while it waits is not sent. Thread-safe.
 */
public final class PacingInterceptor implements Interceptor {

  private final Pace pace;

  private PacingInterceptor(Pace pace) {
    this.pace = pace;
  }

  /**
   * An interceptor that keeps the pace.
   *
   * @param pace says when; of token buckets or paced limits alone, since others can't promise a
   *     time
   * @param maxWait the longest wait for a turn; zero sends at once or not at all
   * @return an interceptor, thread-safe
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code maxWait} is negative
   */
  public static PacingInterceptor of(RateLimiter pace, Duration maxWait) {
    return new PacingInterceptor(new Pace(pace, maxWait));
  }

  /**
   * Waits for the request's turn and sends it.
   *
   * @throws InterruptedIOException if its turn would come later than in the longest wait, or if the
   *     thread is interrupted, which it then still is
   * @throws IOException if the call was cancelled meanwhile, or as the rest of the chain
   */
  @Override
  public Response intercept(Chain chain) throws IOException {
    Decision decision;
    try {
      decision = pace.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("not sent: interrupted before its turn");
    }
    if (!decision.isAllowed()) {
      throw new InterruptedIOException(
          "not sent: its turn comes in " + Span.exact(decision.retryAfter()));
    }
    if (chain.call().isCanceled()) {
      pace.limiter().refund(1);
      throw new IOException("Canceled");
    }
    return chain.proceed(chain.request());
  }

  /** The pace's longest wait. */
  @Override
  public String toString() {
    return "PacingInterceptor[" + pace + "]";
  }
}
