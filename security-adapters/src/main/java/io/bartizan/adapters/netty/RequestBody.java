package io.bartizan.adapters.netty;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The body of one request: it waits, is collected for a guard, is handed on, or is dropped. */
final class RequestBody {

  private static final int MOST_DROPPED = 1 << 20;
  private static final int MOST_SECONDS = 5;

  private final HttpRequest request;

  /** Who gets the next part; null while it waits. */
  private @Nullable Consumer<HttpContent> taker;

  private @Nullable Collected collected;
  private boolean received;
  private long dropped;
  private @Nullable Future<?> deadline;

  RequestBody(HttpRequest request) {
    this.request = request;
    received = request instanceof LastHttpContent;
  }

  /** Whether the last part has come, or is waited for no longer. */
  boolean isReceived() {
    return received;
  }

  void waitNoLonger() {
    received = true;
  }

  boolean isTaken() {
    return taker != null && !received;
  }

  /** The part belongs to the taker from now on. */
  void take(HttpContent part) {
    received |= part instanceof LastHttpContent;
    if (taker == null) {
      part.release();
    } else {
      taker.accept(part);
    }
  }

  /** Goes on with the bytes; with one more than {@code most} if there are more. */
  void collect(int most, Consumer<byte[]> goOn) {
    if (collected != null) {
      goOn.accept(collected.toBytes());
      return;
    }
    Collected bytes = new Collected(most);
    collected = bytes;
    taker =
        part -> {
          bytes.add(part);
          part.release();
          if (received || bytes.isTooLong()) {
            taker = null;
            goOn.accept(bytes.toBytes());
          }
        };
    if (request instanceof HttpContent whole) {
      take(whole.retain());
    }
  }

  /** Hands each part on, first what was collected. */
  void handOn(Consumer<HttpContent> next) {
    taker = next;
    if (collected != null && !(request instanceof HttpContent)) {
      next.accept(new DefaultLastHttpContent(Unpooled.wrappedBuffer(collected.toBytes())));
    }
  }

  void drop(Runnable tooMuch) {
    taker =
        part -> {
          dropped += part.content().readableBytes();
          part.release();
          if (dropped > MOST_DROPPED && !received) {
            tooMuch.run();
          }
        };
  }

  /** Calls unless the rest of the body comes soon. */
  void within(EventExecutor loop, Runnable late) {
    if (!received && Framing.hasBody(request)) {
      deadline = loop.schedule(late, MOST_SECONDS, TimeUnit.SECONDS);
    }
  }

  void end() {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }
}
