package io.bartizan.integrity.tuf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Collects a body up to a number of bytes and ends the transfer at the next one. */
final class BoundedBody implements HttpResponse.BodySubscriber<Optional<byte[]>> {

  /** The body went on beyond its bound. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private final CompletableFuture<Optional<byte[]>> body = new CompletableFuture<>();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
  private final int maxBytes;
  private final @Nullable String problem;
  private Flow.@Nullable Subscription subscription;

  /** With a problem nothing is read. */
  BoundedBody(int maxBytes, @Nullable String problem) {
    this.maxBytes = maxBytes;
    this.problem = problem;
  }

  @Override
  public CompletionStage<Optional<byte[]>> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    if (problem != null) {
      fail(given, new IOException(problem));
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
        fail(subscription, new TooLong());
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
    body.complete(Optional.of(bytes.toByteArray()));
  }
}
