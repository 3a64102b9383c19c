package io.bartizan.adapters.netty;

import io.bartizan.adapters.answer.Answer;
import io.bartizan.ratelimit.RateLimitFields;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Map;

/** What the header of a request says about its body and its connection; responses to it. */
final class Framing {

  /** The longest body that is read to keep the connection of a refused request. */
  private static final int SHORT = 1 << 16;

  private Framing() {}

  /** Whether the client may send another request after this one. */
  static boolean isKeptAlive(HttpRequest request) {
    return request.protocolVersion().equals(HttpVersion.HTTP_1_1) && HttpUtil.isKeepAlive(request);
  }

  /** Whether the client waits for a response before it sends the body. */
  static boolean isAwaited(HttpRequest request) {
    return request.headers().contains(HttpHeaderNames.EXPECT);
  }

  /** The declared length of the body; 0 if there is none or it is not declared. */
  static long declaredBytes(HttpRequest request) {
    return HttpUtil.getContentLength(request, 0L);
  }

  static boolean hasBody(HttpRequest request) {
    return request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)
        || declaredBytes(request) > 0;
  }

  /** Whether the body, if there is one, is short and its end certain. */
  static boolean isShort(HttpRequest request) {
    return !isAwaited(request)
        && !request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)
        && declaredBytes(request) <= SHORT;
  }

  /** A response with fields that earlier limits have told. */
  static FullHttpResponse response(Answer answer, Map<String, String> told) {
    byte[] body = answer.body();
    FullHttpResponse response = response(answer.status(), body);
    told.forEach(response.headers()::set);
    answer.fields(response.headers()::set);
    if (body.length > 0) {
      response.headers().set(HttpHeaderNames.CONTENT_TYPE, RateLimitFields.PROBLEM_MEDIA_TYPE);
    }
    return response;
  }

  static FullHttpResponse response(int status, byte... body) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
    HttpUtil.setContentLength(response, body.length);
    return response;
  }
}
