package io.bartizan.adapters.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A channel of a client at 127.0.0.1, and what its codec would hand on. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty\'s futures end with the channel
final class GuardedChannel extends EmbeddedChannel {

  private final List<ByteBuf> sent = new ArrayList<>();

  GuardedChannel(Guards guards) {
    this(guards.newHandler());
  }

  GuardedChannel(ChannelHandler... handlers) {
    super(handlers);
  }

  @Override
  protected SocketAddress remoteAddress0() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
  }

  static HttpRequest head(String method, String path, String... headers) {
    HttpRequest head =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), path);
    for (String header : headers) {
      String[] parts = header.split(": ", 2);
      head.headers().add(parts[0], parts[1]);
    }
    return head;
  }

  void get(String path, String... headers) {
    writeInbound(head("GET", path, headers), LastHttpContent.EMPTY_LAST_CONTENT);
  }

  HttpContent part(String text) {
    return new DefaultHttpContent(bytes(text));
  }

  HttpContent last(String text) {
    return new DefaultLastHttpContent(bytes(text));
  }

  private ByteBuf bytes(String text) {
    ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    sent.add(bytes);
    return bytes;
  }

  /** How many parts of bodies somebody still holds. */
  long held() {
    return sent.stream().filter(bytes -> bytes.refCnt() > 0).count();
  }

  /** The path of the next request, or the text of the next part, that came through; else null. */
  String next() {
    Object message = readInbound();
    if (message instanceof HttpRequest request) {
      return request.uri();
    }
    if (message instanceof HttpContent content) {
      String text = content.content().toString(StandardCharsets.UTF_8);
      content.release();
      return text;
    }
    return null;
  }

  /** As the application. */
  void answer(int status, String... headers) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
    for (String header : headers) {
      String[] parts = header.split(": ", 2);
      response.headers().add(parts[0], parts[1]);
    }
    writeOutbound(response);
  }

  /** The next response that went out; 0 if there is none. */
  int status() {
    FullHttpResponse response = readOutbound();
    if (response == null) {
      return 0;
    }
    response.release();
    return response.status().code();
  }
}
