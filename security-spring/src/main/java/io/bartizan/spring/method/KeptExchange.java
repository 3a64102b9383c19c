package io.bartizan.spring.method;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;
import reactor.core.publisher.Mono;

/** The exchange of a limit's filter that writes nothing yet: WebFlux's {@link KeptResponse}. */
public final class KeptExchange extends ServerWebExchangeDecorator {

  private final Response response;

  /**
   * A view of an exchange.
   *
   * @param exchange whose response stays as it is
   */
  public KeptExchange(ServerWebExchange exchange) {
    super(exchange);
    response = new Response(exchange.getResponse());
  }

  @Override
  public ServerHttpResponse getResponse() {
    return response;
  }

  /**
   * The answer that was kept.
   *
   * @return what the filter would have written
   */
  public MethodRefusal answer() {
    Map<String, String> fields = new LinkedHashMap<>();
    response.headers.forEach((name, values) -> fields.put(name, values.get(0)));
    return new MethodRefusal(response.status, Map.copyOf(fields), response.body);
  }

  private static final class Response extends ServerHttpResponseDecorator {

    private final HttpHeaders headers = new HttpHeaders();
    private int status = 500;
    private byte[] body = {};

    Response(ServerHttpResponse response) {
      super(response);
    }

    @Override
    public boolean setStatusCode(@Nullable HttpStatusCode code) {
      if (code != null) {
        status = code.value();
      }
      return true;
    }

    @Override
    public HttpHeaders getHeaders() {
      return headers;
    }

    @Override
    public Mono<Void> writeWith(Publisher<? extends DataBuffer> buffers) {
      return DataBufferUtils.join(buffers).doOnNext(this::keep).then();
    }

    private void keep(DataBuffer buffer) {
      body = new byte[buffer.readableByteCount()];
      buffer.read(body);
      DataBufferUtils.release(buffer);
    }

    @Override
    public Mono<Void> setComplete() {
      return Mono.empty();
    }
  }
}
