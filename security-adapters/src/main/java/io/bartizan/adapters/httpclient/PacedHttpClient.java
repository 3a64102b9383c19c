package io.bartizan.adapters.httpclient;

import io.bartizan.adapters.answer.Pace;
import io.bartizan.core.house.Span;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.RateLimiter;
import io.bartizan.ratelimit.Reservation;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * An {@link HttpClient} that sends requests no faster than a rate limit, each in its turn. One
 * whose turn would come too late fails at once and is not sent.
 *
 * <pre>{@code
 * RateLimiter pace = RateLimiter.of(Limit.paced(Rate.per(20, ChronoUnit.SECONDS)));
 * HttpClient paced = PacedHttpClient.of(client, pace, Duration.ofSeconds(5));
 * }</pre>
 *
 * <p>{@code send} waits on its own thread, {@code sendAsync} on none. A redirect that the client
 * follows by itself takes no turn of its own. To cancel a future before its turn gives the turn
 * back, and later ends the request. Close the client that was handed over, not this. Thread-safe.
 */
public final class PacedHttpClient extends HttpClient {

  private final HttpClient client;
  private final Pace pace;

  private PacedHttpClient(HttpClient client, Pace pace) {
    this.client = client;
    this.pace = pace;
  }

  /**
   * A client that keeps the pace.
   *
   * @param client sends
   * @param pace says when; of token buckets or paced limits alone, since others can't promise a
   *     time
   * @param maxWait the longest wait for a turn; zero sends at once or not at all
   * @return a client
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code maxWait} is negative
   */
  public static PacedHttpClient of(HttpClient client, RateLimiter pace, Duration maxWait) {
    return new PacedHttpClient(Objects.requireNonNull(client, "client"), new Pace(pace, maxWait));
  }

  /**
   * Waits for the request's turn and sends it.
   *
   * @throws HttpTimeoutException if its turn would come later than in the longest wait
   */
  @Override
  public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
      throws IOException, InterruptedException {
    Decision decision = pace.acquire();
    if (!decision.isAllowed()) {
      throw tooLate(decision);
    }
    return client.send(request, handler);
  }

  /** Sends the request in its turn; fails with {@link HttpTimeoutException} as {@code send}. */
  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler) {
    return inTurn(() -> client.sendAsync(request, handler));
  }

  /** Sends the request in its turn; fails with {@link HttpTimeoutException} as {@code send}. */
  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushes) {
    return inTurn(() -> client.sendAsync(request, handler, pushes));
  }

  private <T> CompletableFuture<T> inTurn(Supplier<CompletableFuture<T>> sending) {
    Reservation turn = pace.limiter().reserve(1, pace.maxWait());
    if (!turn.isGranted()) {
      return CompletableFuture.failedFuture(tooLate(turn.decision()));
    }
    long nanos = turn.delay().toNanos();
    if (nanos == 0) {
      return sending.get();
    }
    CompletableFuture<T> sent = new CompletableFuture<>();
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<Void> wait =
        new CompletableFuture<Void>().completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
    CompletableFuture<Void> unusedTurn =
        wait.thenRunAsync(
                () -> {
                  if (over.compareAndSet(false, true)) {
                    begin(sending, sent);
                  }
                })
            .whenComplete(
                (begun, problem) -> { // cancelled, or no thread can be had
                  if (problem != null && over.compareAndSet(false, true)) {
                    boolean unusedResult = sent.completeExceptionally(problem);
                  }
                });
    CompletableFuture<T> unused =
        sent.whenComplete(
            (response, problem) -> {
              if (sent.isCancelled() && over.compareAndSet(false, true)) {
                boolean unusedResult = wait.cancel(false); // nothing of it stays in the timer
                turn.cancel();
              }
            });
    return sent;
  }

  private static <T> void begin(Supplier<CompletableFuture<T>> sending, CompletableFuture<T> sent) {
    try {
      CompletableFuture<T> exchange = sending.get();
      var unusedAnswer =
          exchange.whenComplete(
              (response, problem) -> {
                boolean unusedResult =
                    problem == null ? sent.complete(response) : sent.completeExceptionally(problem);
              });
      var unusedEnd =
          sent.whenComplete(
              (response, problem) -> {
                boolean unused = sent.isCancelled() && exchange.cancel(true);
              });
    } catch (RuntimeException | Error e) {
      boolean unused = sent.completeExceptionally(e);
    }
  }

  private static HttpTimeoutException tooLate(Decision decision) {
    return new HttpTimeoutException(
        "not sent: its turn comes in " + Span.exact(decision.retryAfter()));
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return client.cookieHandler();
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return client.connectTimeout();
  }

  @Override
  public Redirect followRedirects() {
    return client.followRedirects();
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return client.proxy();
  }

  @Override
  public SSLContext sslContext() {
    return client.sslContext();
  }

  @Override
  public SSLParameters sslParameters() {
    return client.sslParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return client.authenticator();
  }

  @Override
  public Version version() {
    return client.version();
  }

  @Override
  public Optional<Executor> executor() {
    return client.executor();
  }

  /** Not paced. */
  @Override
  public WebSocket.Builder newWebSocketBuilder() {
    return client.newWebSocketBuilder();
  }

  /** The pace's longest wait. */
  @Override
  public String toString() {
    return "PacedHttpClient[" + pace + "]";
  }
}
