package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response's body, asked for piece by piece, so that a server that stalls is noticed without a
 * thread that watches; at most one piece is under way.
 */
final class BodyQueue implements HttpResponse.BodySubscriber<BodyQueue>, AutoCloseable {

  private record Event(List<ByteBuffer> buffers, @Nullable Throwable failure, boolean end) {}

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final CompletableFuture<BodyQueue> ready = CompletableFuture.completedFuture(this);
  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
  private boolean ended;

  @Override
  public CompletionStage<BodyQueue> getBody() {
    return ready;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    if (!subscription.complete(given)) {
      given.cancel();
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    events.add(new Event(buffers, null, false));
  }

  @Override
  public void onError(Throwable failure) {
    events.add(new Event(List.of(), failure, true));
  }

  @Override
  public void onComplete() {
    events.add(new Event(List.of(), null, true));
  }

  /** The next buffers; an empty list is the end. */
  List<ByteBuffer> next(Duration stallTimeout) throws IOException, InterruptedException {
    if (ended) {
      return List.of();
    }
    long start = System.nanoTime(); // empty pieces are no bytes and buy no more time
    while (true) {
      var unused = subscription.thenAccept(given -> given.request(1));
      long left = stallTimeout.toNanos() - (System.nanoTime() - start);
      Event event = left <= 0 ? null : events.poll(left, TimeUnit.NANOSECONDS);
      if (event == null) {
        throw new VerificationException(
            ArtifactReason.STALLED, "no byte for " + stallTimeout.toMillis() + " ms");
      }
      ended = event.end();
      if (event.failure() != null) {
        throw new IOException(event.failure().getMessage(), event.failure());
      }
      boolean empty = event.buffers().stream().noneMatch(ByteBuffer::hasRemaining);
      if (ended || !empty) {
        return event.buffers();
      }
    }
  }

  /** Gives the connection up unless the body was read to its end. */
  @Override
  public void close() {
    if (!ended) {
      var unused = subscription.thenAccept(Flow.Subscription::cancel);
    }
  }
}
