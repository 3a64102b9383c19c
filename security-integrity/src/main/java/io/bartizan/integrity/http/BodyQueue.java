package io.bartizan.integrity.http;

import io.bartizan.core.Reason;
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
public final class BodyQueue implements HttpResponse.BodySubscriber<BodyQueue>, AutoCloseable {

  private record Event(List<ByteBuffer> buffers, @Nullable Throwable failure, boolean end) {}

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final CompletableFuture<BodyQueue> ready = CompletableFuture.completedFuture(this);
  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
  private final Reason stalled;
  private boolean ended;

  /**
   * A body that was not subscribed to yet.
   *
   * @param stalled the reason for which a silent server is refused
   */
  public BodyQueue(Reason stalled) {
    this.stalled = stalled;
  }

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

  /**
   * Waits for the next buffers.
   *
   * @param stallTimeout how long a server may be silent
   * @return an empty list at the end
   * @throws VerificationException if no byte came in that time
   * @throws IOException if the connection broke
   * @throws InterruptedException if the thread was interrupted
   */
  public List<ByteBuffer> next(Duration stallTimeout) throws IOException, InterruptedException {
    if (ended) {
      return List.of();
    }
    long start = System.nanoTime(); // empty pieces are no bytes and buy no more time
    while (true) {
      var unused = subscription.thenAccept(given -> given.request(1));
      long left = stallTimeout.toNanos() - (System.nanoTime() - start);
      Event event = left <= 0 ? null : events.poll(left, TimeUnit.NANOSECONDS);
      if (event == null) {
        throw new VerificationException(stalled, "no byte for " + stallTimeout.toMillis() + " ms");
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
