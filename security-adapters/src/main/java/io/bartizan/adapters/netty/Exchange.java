package io.bartizan.adapters.netty;

import io.bartizan.adapters.answer.Answer;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.ReferenceCountUtil;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * One request and its response, from the first guard to the last part of both. Guards are asked one
 * after the other; then the request is served or refused. What is left of a refused one's body is
 * read and dropped, within bounds, since a client that still sends may lose the response.
 */
final class Exchange {

  private enum State {
    DECIDING,
    SERVED,
    REFUSED,
    ABANDONED
  }

  private final GuardHandler handler;
  private final ChannelHandlerContext context;
  private final HttpRequest request;
  private final RequestBody body;
  private final Response response;
  private final Verified verified = new Verified();
  private Iterator<Guard> guards = Collections.emptyIterator();
  private State state = State.DECIDING;

  Exchange(GuardHandler handler, ChannelHandlerContext context, HttpRequest request) {
    this.handler = handler;
    this.context = context;
    this.request = request;
    body = new RequestBody(request);
    response = new Response(request);
  }

  RequestBody body() {
    return body;
  }

  Response response() {
    return response;
  }

  Verified verified() {
    return verified;
  }

  ChannelIncoming incoming() {
    return new ChannelIncoming(context.channel(), request, verified);
  }

  void begin(Guards all) {
    if (request.decoderResult().isFailure()) {
      giveUp();
      refuse(Framing.response(400));
    } else {
      attempt(
          () -> {
            guards = all.of(request).iterator();
            next();
          });
    }
  }

  /** Asks the next guard, or hands the request on. */
  void next() {
    if (state == State.DECIDING && guards.hasNext()) {
      guards.next().ask(this);
    } else if (state == State.DECIDING) {
      state = State.SERVED;
      verified.show(context.channel());
      handler.handOn(context, request);
      body.handOn(part -> handler.handOn(context, part));
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
            (value, problem) -> {
              Runnable step = problem == null ? () -> goOn.accept(value) : () -> fail(problem);
              context.executor().execute(() -> handler.resume(context, () -> attempt(step)));
            });
  }

  private void attempt(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  private void fail(Throwable problem) {
    refuse(Framing.response(500));
    context.fireExceptionCaught(problem);
  }

  /** Reads the body and goes on with it; with one byte more than {@code most} if it is longer. */
  void collect(int most, Consumer<byte[]> goOn) {
    if (!body.isReceived() && HttpUtil.is100ContinueExpected(request)) {
      request.headers().remove(HttpHeaderNames.EXPECT);
      ChannelFuture unused = context.writeAndFlush(Framing.response(100));
    }
    body.collect(most, bytes -> attempt(() -> goOn.accept(bytes)));
  }

  /** Takes the next part of the request's body. */
  void take(HttpContent part) {
    if (part.decoderResult().isFailure()) {
      response.endConnection();
      refuse(Framing.response(400)); // unless it is served
    }
    body.take(part);
  }

  void refuse(Answer answer) {
    refuse(Framing.response(answer, response.fields()));
  }

  private void refuse(FullHttpResponse refusal) {
    if (state != State.DECIDING) {
      refusal.release();
      return;
    }
    state = State.REFUSED;
    if (!body.isReceived() && Framing.isAwaited(request)) {
      giveUp(); // the client has not begun to send it
    } else if (!body.isReceived() && !Framing.isShort(request)) {
      response.endConnection();
    }
    ReferenceCountUtil.release(request);
    response.send(context, refusal);
    body.drop(this::giveUp);
    body.within(context.executor(), () -> handler.resume(context, this::giveUp));
  }

  /** Waits for nothing more of this request; so the connection ends with it. */
  private void giveUp() {
    body.waitNoLonger();
    response.endConnection();
  }

  boolean isServed() {
    return state == State.SERVED;
  }

  boolean isOver() {
    return body.isReceived() && response.isWritten();
  }

  /** Forgets what was found out. */
  void end() {
    new Verified().show(context.channel());
    body.end();
  }

  /** Ends an exchange whose channel is gone, or will be. */
  void abandon() {
    if (state == State.DECIDING) {
      ReferenceCountUtil.release(request);
    }
    state = State.ABANDONED;
    end();
    response.end(0);
  }
}
