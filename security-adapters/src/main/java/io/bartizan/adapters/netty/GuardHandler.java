package io.bartizan.adapters.netty;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one channel, one {@link Exchange} at a time. Whatever comes is queued and taken
 * from the queue by one loop as soon as it is its turn: a request when the exchange before it is
 * over, a part of a body when its exchange is not deciding. While something stays queued, the
 * channel is not read. Everything here runs on the channel's event loop.
 */
final class GuardHandler extends ChannelDuplexHandler {

  static final int MAX_QUEUED = 1024;

  private final Guards guards;
  private final Deque<Object> queue = new ArrayDeque<>();
  private @Nullable Exchange exchange;

  /** The loop is running further up the stack. */
  private boolean going;

  /** No further request is served. */
  private boolean closing;

  /** The channel speaks another protocol by now. */
  private boolean upgraded;

  private boolean paused;
  private boolean handedOn;

  GuardHandler(Guards guards) {
    this.guards = guards;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (closing) {
      ReferenceCountUtil.release(message);
    } else if (!upgraded && !(message instanceof HttpObject)) {
      ReferenceCountUtil.release(message);
      String type = message.getClass().getSimpleName();
      context.fireExceptionCaught(
          new IllegalStateException(
              "guards got a " + type + "; put an HttpServerCodec in front of them"));
      close(context);
    } else if (queue.size() == MAX_QUEUED) {
      ReferenceCountUtil.release(message);
      close(context);
    } else {
      queue.add(message);
      go(context, () -> {});
    }
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
      while (isTurn(queue.peek())) {
        take(context, queue.remove());
      }
    } finally {
      going = false;
    }
    pause(context, !queue.isEmpty());
  }

  private boolean isTurn(@Nullable Object message) {
    if (exchange != null && exchange.isOver()) {
      Response response = exchange.over();
      closing = response.isLast();
      upgraded = response.isUpgrade();
      exchange = null;
    }
    return message != null
        && (exchange == null || (exchange.takesBody() && !(message instanceof HttpRequest)));
  }

  private void take(ChannelHandlerContext context, Object message) {
    if (upgraded) {
      handOn(context, message);
    } else if (exchange != null && message instanceof HttpContent content) {
      exchange.body(content);
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
    if (!handedOn && queue.isEmpty() && !context.channel().config().isAutoRead()) {
      context.read();
    }
    handedOn = false;
    context.fireChannelReadComplete();
  }

  private void pause(ChannelHandlerContext context, boolean full) {
    ChannelConfig config = context.channel().config();
    if (full && !paused && config.isAutoRead()) {
      paused = true;
      config.setAutoRead(false);
    } else if (!full && paused) {
      paused = false;
      config.setAutoRead(true);
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    Exchange current = exchange;
    if (current == null || !current.tell(message)) {
      context.write(message, promise);
      return;
    }
    ChannelPromise written = promise.unvoid();
    context.write(message, written);
    go(context, () -> current.written(written));
    if (handedOn && !going) {
      channelReadComplete(context);
    }
  }

  private void close(ChannelHandlerContext context) {
    end();
    context.close();
  }

  private void end() {
    closing = true;
    while (!queue.isEmpty()) {
      ReferenceCountUtil.release(queue.remove());
    }
    if (exchange != null) {
      exchange.abandon();
      exchange = null;
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    end();
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    end();
    pause(context, false);
  }
}
