package io.bartizan.examples.filters;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.RateLimiter;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

/** Sends requests no faster than the other side has asked for. */
final class PacedHttpClient {

  private final HttpClient client;
  private final RateLimiter pace;
  private final Duration maxWait;

  PacedHttpClient(HttpClient client, RateLimiter pace, Duration maxWait) {
    this.client = client;
    this.pace = pace;
    this.maxWait = maxWait;
  }

  <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body)
      throws IOException, InterruptedException {
    Decision decision = pace.acquire(1, maxWait);
    if (!decision.isAllowed()) {
      throw new HttpTimeoutException(
          "not sent: its turn comes in " + decision.retryAfter().toMillis() + " ms");
    }
    return client.send(request, body);
  }
}
