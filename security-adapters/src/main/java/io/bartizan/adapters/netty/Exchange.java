package io.bartizan.adapters.netty;

import io.bartizan.adapters.answer.Answer;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, from the first guard to the last part of both. Guards are asked one
 * after the other; then the request is served or refused. What is left of a refused one's body is
 * read and dropped, within bounds, since a client that still sends may lose the response.
 */
final class Exchange {

  private static final int MOST_DROPPED = 1 << 20;
  private static final int MOST_DROPPING_SECONDS = 5;

  private enum State {
    DECIDING,
    COLLECTING,
    SERVED,
    REFUSED,
    ABANDONED
  }

  private final GuardHandler handler;
  private final ChannelHandlerContext context;
  private final HttpRequest request;
  private final Verified verified = new Verified();
  private final Response response;
  private Iterator<Guard> guards = Collections.emptyIterator();
  private State state = State.DECIDING;

  /** The last part of the request has come, or is waited for no longer. */
  private boolean received;

  private @Nullable Collected collected;
  private Consumer<byte[]> collector = body -> {};
  private int dropped;
  private @Nullable Future<?> deadline;

  Exchange(GuardHandler handler, ChannelHandlerContext context, HttpRequest request) {
    this.handler = handler;
    this.context = context;
    this.request = request;
    received = request instanceof LastHttpContent;
    response = new Response(request);
  }

  void begin(Guards all) {
    if (request.decoderResult().isFailure()) {
      giveUp();
      refuse(Framing.response(400));
      return;
    }
    attempt(
        () -> {
          guards = all.of(request).iterator();
          next();
        });
  }

  /** Asks the next guard, or hands the request on. */
  void next() {
    if (state != State.DECIDING) {
      return;
    }
    if (guards.hasNext()) {
      guards.next().ask(this);
      return;
    }
    state = State.SERVED;
    verified.show(context.channel());
    handler.handOn(context, request);
    if (collected != null && !(request instanceof LastHttpContent)) {
      byte[] body = collected.toBytes();
      handler.handOn(context, new DefaultLastHttpContent(Unpooled.wrappedBuffer(body)));
    }
  }

  /** Goes on with a stage's result, on the event loop. */
  <T> void await(CompletionStage<T> stage, Consumer<T> goOn) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    if (future.isDone() && !future.isCompletedExceptionally()) {
      goOn.accept(future.join());
      return;
    }
    CompletionStage<T> unused =
        stage.whenComplete(
            (value, problem) -> context.executor().execute(() -> resume(value, problem, goOn)));
  }

  private <T> void resume(T value, @Nullable Throwable problem, Consumer<T> goOn) {
    Runnable step = problem == null ? () -> goOn.accept(value) : () -> fail(problem);
    handler.resume(context, () -> attempt(step));
  }

  private void attempt(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  private void fail(Throwable problem) {
    refuse(Framing.response(500));
    context.fireExceptionCaught(problem);
  }

  /** Reads the body and goes on with it; with one byte more than {@code most} if it is longer. */
  void collect(int most, Consumer<byte[]> goOn) {
    if (collected != null) {
      goOn.accept(collected.toBytes());
      return;
    }
    collected = new Collected(most);
    collector = goOn;
    state = State.COLLECTING;
    if (request instanceof HttpContent whole) {
      collect(collected, whole);
    } else if (HttpUtil.is100ContinueExpected(request)) {
      request.headers().remove(HttpHeaderNames.EXPECT);
      context.writeAndFlush(Framing.response(100));
    }
  }

  private void collect(Collected body, HttpContent part) {
    body.add(part);
    if (part.decoderResult().isFailure()) {
      refuse(Framing.response(400));
    } else if (received || body.isTooLong()) {
      state = State.DECIDING;
      attempt(() -> collector.accept(body.toBytes()));
    }
  }

  /** Takes the next part of the request's body. */
  void body(HttpContent part) {
    received |= part instanceof LastHttpContent;
    if (part.decoderResult().isFailure()) {
      response.endConnection();
    }
    if (state == State.SERVED) {
      handler.handOn(context, part);
      return;
    }
    dropped += part.content().readableBytes();
    if (state == State.COLLECTING && collected != null) {
      collect(collected, part);
    } else if (dropped > MOST_DROPPED) {
      giveUp();
    }
    ReferenceCountUtil.release(part);
  }

  /** Waits for nothing more of this request; so the connection ends with it. */
  private void giveUp() {
    received = true;
    response.endConnection();
  }

  void refuse(Answer answer) {
    refuse(Framing.response(answer, response.fields()));
  }

  private void refuse(FullHttpResponse refusal) {
    if (state != State.DECIDING && state != State.COLLECTING) {
      refusal.release();
      return;
    }
    state = State.REFUSED;
    dropped = 0;
    if (!received && Framing.isAwaited(request)) {
      giveUp(); // the client has not begun to send it
    } else if (!received && !Framing.isShort(request)) {
      response.endConnection();
    }
    ReferenceCountUtil.release(request);
    response.send(context, refusal);
    if (!received && Framing.hasBody(request)) {
      deadline =
          context
              .executor()
              .schedule(
                  () -> handler.resume(context, this::giveUp),
                  MOST_DROPPING_SECONDS,
                  TimeUnit.SECONDS);
    }
  }

  /** Reads a part of the response that goes out; true if the response ends with it. */
  boolean tell(Object message) {
    return state == State.SERVED && !response.isWritten() && response.tell(message);
  }

  void written(ChannelFuture future) {
    response.written(future);
  }

  /** Whether a part of the body can be taken now. */
  boolean takesBody() {
    return state != State.DECIDING && !received;
  }

  boolean isOver() {
    return received && response.isWritten();
  }

  /** Ends an exchange that {@link #isOver}. */
  Response over() {
    clear();
    response.closeIfLast();
    return response;
  }

  /** Ends an exchange whose channel is gone, or will be. */
  void abandon() {
    if (state == State.DECIDING || state == State.COLLECTING) {
      ReferenceCountUtil.release(request);
    }
    state = State.ABANDONED;
    clear();
    response.end(0);
  }

  private void clear() {
    new Verified().show(context.channel());
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  /** Tells the status of the response, or 0 if the client did not get it. */
  void atEnd(IntConsumer action) {
    if (state == State.ABANDONED) {
      action.accept(0);
    } else {
      response.atEnd(action);
    }
  }

  /** Sets a field of the response, whoever gives it. */
  void setField(String name, String value) {
    response.set(name, value);
  }

  ChannelIncoming incoming() {
    return new ChannelIncoming(context.channel(), request, verified);
  }

  Verified verified() {
    return verified;
  }

  long declaredBytes() {
    return Framing.declaredBytes(request);
  }
}
