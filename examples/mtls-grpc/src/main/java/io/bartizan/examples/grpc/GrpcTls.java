package io.bartizan.examples.grpc;

import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.PeerIdentity;
import io.bartizan.mtls.ServerTls;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * What gRPC on Netty needs: its own kind of context, and the caller's identity in the call.
 *
 * <p>{@code GrpcSslContexts} would build a context from key and trust managers; this one makes each
 * connection's engine from the library's context, so that it follows every reload, requires the
 * client certificate and decides about resumed sessions too.
 */
public final class GrpcTls {

  /** The caller of the call at hand. */
  public static final Context.Key<PeerIdentity> CALLER = Context.key("caller");

  private static final ApplicationProtocolConfig HTTP_2 =
      new ApplicationProtocolConfig(
          Protocol.ALPN,
          SelectorFailureBehavior.NO_ADVERTISE,
          SelectedListenerFailureBehavior.ACCEPT,
          "h2");

  private GrpcTls() {}

  /** For {@code NettyServerBuilder.sslContext}. */
  public static SslContext server(ServerTls tls) {
    return http2(tls.sslContext(), false);
  }

  /** For {@code NettyChannelBuilder.sslContext}. */
  public static SslContext client(ClientTls tls) {
    return http2(tls.sslContext(), true);
  }

  static SslContext http2(SSLContext context, boolean client) {
    return new JdkSslContext(
        context,
        client,
        null,
        IdentityCipherSuiteFilter.INSTANCE,
        HTTP_2,
        ClientAuth.REQUIRE,
        null,
        false);
  }

  /** Puts the caller's identity where a method finds it: {@code GrpcTls.CALLER.get()}. */
  public static ServerInterceptor caller() {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        try {
          if (session != null) {
            Context with = Context.current().withValue(CALLER, PeerIdentity.of(session));
            return Contexts.interceptCall(with, call, headers, next);
          }
        } catch (SSLPeerUnverifiedException e) {
          // the same refusal as without TLS
        }
        call.close(Status.UNAUTHENTICATED, new Metadata());
        return new ServerCall.Listener<>() {};
      }
    };
  }
}
