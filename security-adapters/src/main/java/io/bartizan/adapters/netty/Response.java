package io.bartizan.adapters.netty;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The final response of one exchange on its way out, and what becomes of the connection then. */
final class Response {

  private static final int SWITCHING_PROTOCOLS = 101;

  private final Map<String, String> fields = new LinkedHashMap<>();
  private final List<IntConsumer> ends = new ArrayList<>();
  private boolean last;
  private boolean interim;
  private boolean ended;
  private int status;
  private @Nullable ChannelFuture written;

  Response(HttpRequest request) {
    last = !Framing.isKeptAlive(request);
  }

  /** Sets a field of the response, whoever gives it. */
  void set(String name, String value) {
    fields.put(name, value);
  }

  Map<String, String> fields() {
    return fields;
  }

  /** Looks at a message that goes out; true if the response ends with it. */
  boolean tell(Object message) {
    if (message instanceof HttpResponse head) {
      status = head.status().code();
      interim =
          head.status().codeClass() == HttpStatusClass.INFORMATIONAL
              && status != SWITCHING_PROTOCOLS;
      if (!interim) {
        fields.forEach(head.headers()::set);
        last |= !HttpUtil.isKeepAlive(head);
      }
    }
    return message instanceof LastHttpContent && !interim && written == null;
  }

  /** Sends a whole response. */
  void send(ChannelHandlerContext context, FullHttpResponse whole) {
    status = whole.status().code();
    HttpUtil.setKeepAlive(whole, !last);
    written(context.writeAndFlush(whole));
  }

  /** Its last part was given to the channel. */
  void written(ChannelFuture future) {
    written = future;
    ChannelFuture unused = future.addListener(done -> end(done.isSuccess() ? status : 0));
  }

  boolean isWritten() {
    return written != null;
  }

  /** Tells the status when it was sent, or 0 if it was not or can't be any more. */
  void atEnd(IntConsumer action) {
    if (ended) {
      action.accept(0);
    } else {
      ends.add(action);
    }
  }

  /** Tells those who have asked. */
  void end(int how) {
    ended = true;
    List<IntConsumer> all = List.copyOf(ends);
    ends.clear();
    all.forEach(each -> each.accept(how));
  }

  /** No request is served after this one. */
  void endConnection() {
    last = true;
  }

  boolean isLast() {
    return last;
  }

  /** Whether the channel speaks another protocol now. */
  boolean isUpgrade() {
    return status == SWITCHING_PROTOCOLS;
  }

  void closeIfLast() {
    if (last && written != null) {
      ChannelFuture unused = written.addListener(ChannelFutureListener.CLOSE);
    }
  }
}
