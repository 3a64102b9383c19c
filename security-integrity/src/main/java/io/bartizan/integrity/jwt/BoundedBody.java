package io.bartizan.integrity.jwt;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Collects a response of status 200 up to a number of bytes and fails on anything else. */
final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {

  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
  private final int maxBytes;
  private final int status;
  private final String retryAfter;
  private Flow.@Nullable Subscription subscription;

  private BoundedBody(int maxBytes, int status, String retryAfter) {
    this.maxBytes = maxBytes;
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Another status than 200, and after how many seconds the server wants to be asked again. */
  static final class Refusal extends IOException {
    private static final long serialVersionUID = 1L;
    final long retrySeconds;

    Refusal(int status, long retrySeconds) {
      super("the answer's status is " + status);
      this.retrySeconds = retrySeconds;
    }
  }

  static HttpResponse.BodyHandler<byte[]> handler(int maxBytes) {
    return response ->
        new BoundedBody(
            maxBytes,
            response.statusCode(),
            response.headers().firstValue("Retry-After").orElse("0"));
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    this.subscription = given;
    if (status != 200) {
      // RFC 9110 section 10.2.3; a date there is a rarity and counts as none
      fail(given, new Refusal(status, Math.max(0, FreshFor.seconds(retryAfter.strip()))));
    } else {
      given.request(Long.MAX_VALUE);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      if (body.isDone()) {
        return;
      }
      if (buffer.remaining() > maxBytes - bytes.size()) {
        fail(subscription, new IOException("the answer has more than " + maxBytes + " bytes"));
        return;
      }
      byte[] part = new byte[buffer.remaining()];
      buffer.get(part);
      bytes.writeBytes(part);
    }
  }

  private void fail(Flow.@Nullable Subscription given, IOException why) {
    body.completeExceptionally(why);
    if (given != null) {
      given.cancel();
    }
  }

  @Override
  public void onError(Throwable problem) {
    body.completeExceptionally(problem);
  }

  @Override
  public void onComplete() {
    body.complete(bytes.toByteArray());
  }
}
