package io.bartizan.examples.grpc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.testkit.PeerTrial;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("deep")
class GrpcTlsIT {

  private static final String DNS = "billing.internal";
  private static final String SPIFFE = "spiffe://prod.example/billing";
  private static final PeerTrial TRIAL = PeerTrial.of(DNS, SPIFFE);

  /** What protoc would write for {@code rpc Greet(string) returns (string)}. */
  private static final MethodDescriptor<String, String> GREET =
      MethodDescriptor.<String, String>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("bartizan.Greeter/Greet")
          .setRequestMarshaller(new Text())
          .setResponseMarshaller(new Text())
          .build();

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final AtomicInteger calls = new AtomicInteger();

  @AfterEach
  void stop() {
    group.shutdownGracefully(0, 5, SECONDS).syncUninterruptibly();
  }

  @Test
  void server_inGrpc_servesTheGoodClientAlone() throws Exception {
    try (ServerTls tls =
            ServerTls.of(
                Identity.of(TRIAL.goodServer().privateKey(), TRIAL.goodServer().chain()),
                TrustAnchors.of(TRIAL.roots()),
                PeerPolicy.anyOf(PeerPolicy.dns(DNS), PeerPolicy.spiffeId(SPIFFE)));
        ClientTls client = client()) {
      Server server = serve(GrpcTls.server(tls));
      assertThat(
              TRIAL.clientsServed(
                  attacker ->
                      call(GrpcTls.http2(attacker, true), server.getPort()).startsWith("hello")))
          .isEmpty();
      assertThat(call(GrpcTls.client(client), server.getPort())).isEqualTo("hello " + SPIFFE);
      assertThat(calls).as("the good client thrice, and nobody else").hasValue(3);
      server.shutdownNow().awaitTermination();
    }
  }

  @Test
  void client_inGrpc_callsTheGoodServerAlone() {
    try (ClientTls tls = client()) {
      SslContext client = GrpcTls.client(tls);
      assertThat(
              TRIAL.serversBelieved(
                  attacker -> {
                    Server server = serve(GrpcTls.http2(attacker, false));
                    try {
                      return call(client, server.getPort()).startsWith("hello");
                    } finally {
                      server.shutdownNow().awaitTermination();
                    }
                  }))
          .isEmpty();
      assertThat(calls).as("the good server twice, and no other").hasValue(2);
    }
  }

  private static ClientTls client() {
    return ClientTls.of(
        Identity.of(TRIAL.goodClient().privateKey(), TRIAL.goodClient().chain()),
        TrustAnchors.of(TRIAL.roots()),
        PeerPolicy.anyOf(PeerPolicy.requestedHost(), PeerPolicy.spiffeId(SPIFFE)));
  }

  private Server serve(SslContext tls) throws IOException {
    ServerServiceDefinition greeter =
        ServerServiceDefinition.builder("bartizan.Greeter")
            .addMethod(
                GREET,
                ServerCalls.asyncUnaryCall(
                    (name, answer) -> {
                      calls.incrementAndGet();
                      answer.onNext("hello " + GrpcTls.CALLER.get().spiffeId().orElse("?"));
                      answer.onCompleted();
                    }))
            .build();
    return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .channelType(NioServerSocketChannel.class)
        .bossEventLoopGroup(group)
        .workerEventLoopGroup(group)
        .directExecutor()
        .sslContext(tls)
        .addService(ServerInterceptors.intercept(greeter, GrpcTls.caller()))
        .build()
        .start();
  }

  private String call(SslContext tls, int port) throws InterruptedException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .overrideAuthority(DNS)
            .channelType(NioSocketChannel.class)
            .eventLoopGroup(group)
            .sslContext(tls)
            .build();
    try {
      return ClientCalls.blockingUnaryCall(
          channel, GREET, CallOptions.DEFAULT.withDeadlineAfter(20, SECONDS), "me");
    } finally {
      channel.shutdownNow().awaitTermination(20, SECONDS);
    }
  }

  /** Strings as they are. */
  private static final class Text implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String value) {
      return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      try {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
