package io.bartizan.integrity.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A body that is collected up to a number of bytes; the transfer ends at the next one. */
public final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {

  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
  private final int maxBytes;
  private final Supplier<? extends IOException> tooLong;
  private final @Nullable IOException problem;
  private Flow.@Nullable Subscription subscription;

  private BoundedBody(
      int maxBytes, Supplier<? extends IOException> tooLong, @Nullable IOException problem) {
    this.maxBytes = maxBytes;
    this.tooLong = tooLong;
    this.problem = problem;
  }

  /**
   * Collects a body.
   *
   * @param maxBytes how much is read at most
   * @param tooLong what a longer one fails with
   * @return for one answer
   */
  public static BoundedBody of(int maxBytes, Supplier<? extends IOException> tooLong) {
    return new BoundedBody(maxBytes, tooLong, null);
  }

  /**
   * Reads nothing and ends the transfer.
   *
   * @param problem what the body fails with
   * @return for one answer
   */
  public static BoundedBody refusing(IOException problem) {
    return new BoundedBody(0, () -> problem, problem);
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    if (problem != null) {
      fail(given, problem);
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
        fail(subscription, tooLong.get());
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
  public void onError(Throwable thrown) {
    body.completeExceptionally(thrown);
  }

  @Override
  public void onComplete() {
    body.complete(bytes.toByteArray());
  }
}
