/** Rate limits, tokens, peer identities and webhooks in servlet containers, WebFlux and others. */
@SuppressWarnings("requires-automatic") // Spring, Reactor and gRPC have no descriptors
module io.bartizan.adapters {
  requires transitive io.bartizan.core;
  requires transitive io.bartizan.ratelimit;
  requires transitive io.bartizan.mtls;
  requires transitive io.bartizan.integrity;
  requires org.slf4j;
  requires static org.jspecify;
  requires static com.google.errorprone.annotations;
  requires static jakarta.servlet;
  requires static jakarta.ws.rs;
  requires static jdk.httpserver;
  requires static io.grpc;
  requires static io.netty.buffer;
  requires static io.netty.codec;
  requires static io.netty.codec.http;
  requires static io.netty.common;
  requires static io.netty.handler;
  requires static io.netty.transport;
  requires static io.vertx.auth.common;
  requires static io.vertx.core;
  requires static io.vertx.web;
  requires static okhttp3;
  requires static org.reactivestreams;
  requires static reactor.core;
  requires static spring.core;
  requires static spring.web;

  exports io.bartizan.adapters;
  exports io.bartizan.adapters.grpc;
  exports io.bartizan.adapters.httpclient;
  exports io.bartizan.adapters.httpserver;
  exports io.bartizan.adapters.jaxrs;
  exports io.bartizan.adapters.netty;
  exports io.bartizan.adapters.okhttp;
  exports io.bartizan.adapters.servlet;
  exports io.bartizan.adapters.temporal;
  exports io.bartizan.adapters.vertx;
  exports io.bartizan.adapters.webflux;
}
