package io.bartizan.adapters.netty;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one channel, one {@link Exchange} at a time. Whatever comes in waits, and one
 * loop takes it as soon as it is its turn: a request when the exchange before it is over, a part of
 * a body when its exchange takes it. Everything runs on the channel's event loop.
 */
final class GuardHandler extends ChannelDuplexHandler {

  private final Guards guards;
  private final Waiting waiting = new Waiting();
  private @Nullable Exchange exchange;

  /** The loop is running further up the stack. */
  private boolean going;

  /** No further request is served. */
  private boolean closing;

  /** The channel may speak another protocol by now; what is HTTP all the same is guarded. */
  private boolean upgraded;

  /** Something was handed on since the last end of reading. */
  private boolean handedOn;

  GuardHandler(Guards guards) {
    this.guards = guards;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    boolean readable = upgraded || message instanceof HttpObject;
    if (!closing && readable && waiting.add(message)) {
      go(context, () -> {});
      return;
    }
    ReferenceCountUtil.release(message);
    if (closing) {
      return;
    }
    end();
    if (!readable) {
      String type = message.getClass().getSimpleName();
      context.fireExceptionCaught(
          new IllegalStateException(
              "guards got a " + type + "; put an HttpServerCodec in front of them"));
    }
    ChannelFuture unused = context.close();
  }

  /** Takes a step, and then all messages whose turn it has become. */
  private void go(ChannelHandlerContext context, Runnable step) {
    if (going) {
      step.run();
      return;
    }
    going = true;
    try {
      step.run();
      while (isTurn(waiting.first())) {
        take(context, waiting.remove());
      }
    } finally {
      going = false;
    }
    waiting.pause(context.channel().config());
  }

  private boolean isTurn(@Nullable Object message) {
    if (exchange != null && message instanceof HttpRequest) {
      exchange.body().waitNoLonger(); // the codec has skipped what was not sent
    }
    if (exchange != null && exchange.isOver()) {
      exchange.end();
      Response response = exchange.response();
      response.closeIfLast();
      closing = response.isLast();
      upgraded |= response.isUpgrade();
      exchange = null;
    }
    return message != null && (exchange == null || exchange.body().isTaken());
  }

  private void take(ChannelHandlerContext context, Object message) {
    if (upgraded && !closing && !(message instanceof HttpObject)) {
      handOn(context, message);
    } else if (exchange != null && message instanceof HttpContent content) {
      exchange.take(content);
    } else if (!closing && exchange == null && message instanceof HttpRequest request) {
      exchange = new Exchange(this, context, request);
      exchange.begin(guards);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  void handOn(ChannelHandlerContext context, Object message) {
    handedOn = true;
    context.fireChannelRead(message);
  }

  /** Goes on when a decision has come from elsewhere. */
  void resume(ChannelHandlerContext context, Runnable step) {
    go(context, step);
    channelReadComplete(context);
  }

  /** Without auto-read, the handlers behind ask for more only when they were given something. */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (!handedOn && waiting.isEmpty() && !context.channel().config().isAutoRead()) {
      context.read();
    }
    handedOn = false;
    context.fireChannelReadComplete();
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    Exchange current = exchange;
    if (current == null || !current.isServed() || !current.response().tell(message)) {
      ChannelFuture unused = context.write(message, promise);
      return;
    }
    ChannelPromise written = promise.unvoid();
    ChannelFuture unused = context.write(message, written);
    go(context, () -> current.response().written(written));
    if (handedOn && !going) {
      channelReadComplete(context);
    }
  }

  private void end() {
    closing = true;
    waiting.release();
    if (exchange != null) {
      exchange.abandon();
      exchange = null;
    }
  }

  /** Netty calls it, too, when the channel was closed. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    end();
    waiting.pause(context.channel().config());
  }
}
