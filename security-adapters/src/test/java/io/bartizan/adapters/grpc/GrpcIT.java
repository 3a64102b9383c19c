package io.bartizan.adapters.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.rpc.RetryInfo;
import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.Issued;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.mtls.PeerIdentity;
import io.bartizan.ratelimit.ClientAddress;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the server interceptors promise, asked of gRPC on Netty by hostile calls. */
@Timeout(120)
class GrpcIT {

  static final MethodDescriptor.Marshaller<String> TEXT =
      new MethodDescriptor.Marshaller<>() {
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
      };

  static final MethodDescriptor<String, String> ASK =
      MethodDescriptor.newBuilder(TEXT, TEXT)
          .setType(MethodType.UNARY)
          .setFullMethodName("test.Orders/Ask")
          .build();

  private final Issued issued = new Issued();
  private final DevCa ca = DevCa.of("Test root");
  private final DevCertificate own = ca.leaf("server").dns("localhost").forServer().issue();
  private final AtomicInteger served = new AtomicInteger();
  private volatile PeerIdentity peer;
  private Server server;
  private ManagedChannel channel;

  private void serve(boolean tls, ServerInterceptor... inOrder) throws Exception {
    var service =
        ServerServiceDefinition.builder("test.Orders")
            .addMethod(
                ASK,
                ServerCalls.asyncUnaryCall(
                    (question, answers) -> {
                      served.incrementAndGet();
                      peer = PeerIdentityInterceptor.PEER.get();
                      VerifiedJwt jwt = BearerTokenInterceptor.TOKEN.get();
                      answers.onNext(jwt == null ? "nobody" : jwt.subject().orElse("?"));
                      answers.onCompleted();
                    }))
            .build();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(service);
    for (int i = inOrder.length - 1; i >= 0; i--) {
      builder.intercept(inOrder[i]);
    }
    if (tls) {
      builder.sslContext(
          GrpcSslContexts.configure(
                  SslContextBuilder.forServer(own.privateKey(), own.certificate()))
              .trustManager(ca.certificate())
              .clientAuth(ClientAuth.OPTIONAL)
              .build());
    }
    server = builder.build().start();
    channel = tls ? null : builder().usePlaintext().build();
  }

  private NettyChannelBuilder builder() {
    return NettyChannelBuilder.forAddress("127.0.0.1", server.getPort());
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (channel != null) {
      channel.shutdownNow();
      assertThat(channel.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
    if (server != null) {
      server.shutdownNow();
      assertThat(server.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Name and value in turn. */
  @CanIgnoreReturnValue
  private String ask(String... metadata) {
    return ask(channel, metadata);
  }

  private static String ask(Channel through, String... metadata) {
    Metadata headers = new Metadata();
    for (int i = 0; i < metadata.length; i += 2) {
      headers.put(Metadata.Key.of(metadata[i], Metadata.ASCII_STRING_MARSHALLER), metadata[i + 1]);
    }
    return ClientCalls.blockingUnaryCall(
        ClientInterceptors.intercept(through, MetadataUtils.newAttachHeadersInterceptor(headers)),
        ASK,
        CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS),
        "x");
  }

  private StatusRuntimeException refused(String... metadata) {
    return refused(channel, metadata);
  }

  private static StatusRuntimeException refused(Channel through, String... metadata) {
    try {
      throw new AssertionError("served: " + ask(through, metadata));
    } catch (StatusRuntimeException e) {
      return e;
    }
  }

  private static String trailer(StatusRuntimeException refused, String name) {
    return refused.getTrailers().get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
  }

  private static CallerKey direct() {
    return CallerKey.address(ClientAddress.direct());
  }

  @Test
  void limit_refusesTheThirdCall_andSaysWhenToTryAgain() throws Exception {
    serve(false, RateLimitInterceptor.of(Issued.twoEach(), direct()));
    ask("x-forwarded-for", "10.0.0.1");
    ask("x-forwarded-for", "10.0.0.2");
    StatusRuntimeException third = refused("x-forwarded-for", "10.0.0.3");
    assertThat(third.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(third.getStatus().getDescription()).isEqualTo("the rate limit is reached");
    long seconds = Long.parseLong(trailer(third, "retry-after"));
    assertThat(seconds).isBetween(1700L, 1800L);
    assertThat(trailer(third, "ratelimit")).startsWith("\"api\";r=0;");
    assertThat(trailer(third, "grpc-retry-pushback-ms")).isEqualTo("-1");
    var details = StatusProto.fromThrowable(third);
    assertThat(details.getCode()).isEqualTo(8);
    assertThat(details.getMessage()).isEqualTo("the rate limit is reached");
    RetryInfo info = details.getDetails(0).unpack(RetryInfo.class);
    assertThat(info.getRetryDelay().getSeconds()).isEqualTo(seconds);
    assertThat(served).hasValue(2);
  }

  @Test
  void limit_behindAProxy_countsTheClient() throws Exception {
    ClientAddress clients = ClientAddress.behind(List.of("127.0.0.1", "::1"));
    serve(false, RateLimitInterceptor.of(Issued.twoEach(), CallerKey.address(clients)));
    for (int i = 0; i < 2; i++) {
      ask("x-forwarded-for", "203.0.113.7");
    }
    assertThat(refused("x-forwarded-for", "6.6.6.6, 203.0.113.7").getStatus().getCode())
        .isEqualTo(Code.RESOURCE_EXHAUSTED);
    ask("x-forwarded-for", "203.0.113.8");
  }

  @Test
  void limits_ofTwoInterceptors_areToldTogether() throws Exception {
    serve(
        false,
        RateLimitInterceptor.of(Issued.nineEach(), direct()),
        RateLimitInterceptor.of(Issued.twoEach(), direct()));
    ask();
    ask();
    assertThat(trailer(refused(), "ratelimit-policy"))
        .isEqualTo("\"api\";q=2;w=3600, \"flood\";q=9;w=3600");
  }

  @Test
  void limit_whereRedisIsAway_isUnavailable() {
    StatusRuntimeException refused =
        Issued.withoutRedis(
            redis -> {
              try {
                serve(false, RateLimitInterceptor.of(redis.blocking(), direct()));
                return refused();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    assertThat(refused.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    long seconds = Long.parseLong(trailer(refused, "retry-after"));
    assertThat(trailer(refused, "grpc-retry-pushback-ms"))
        .isEqualTo(seconds <= 10 ? "" + seconds * 1000 : "-1");
    assertThat(served).hasValue(0);
  }

  @Test
  void US01_limit_behindTheToken_isNotSpentByStrangers() throws Exception {
    KeyedRateLimiter limiter = Issued.twoEach();
    serve(
        false,
        BearerTokenInterceptor.of(issued.verifier()),
        RateLimitInterceptor.of(limiter, CallerKey.claim("tenant")));
    String good = issued.token("acme", "amy");
    String forged = good.substring(0, good.length() - 3) + "AAA";
    for (int i = 0; i < 3; i++) {
      assertThat(refused("authorization", "Bearer " + forged).getStatus().getCode())
          .isEqualTo(Code.UNAUTHENTICATED);
    }
    assertThat(ask("authorization", "Bearer " + good)).isEqualTo("amy");
    assertThat(limiter.peek("issuer=https://issuer.example&tenant=acme").remaining()).isEqualTo(1);
  }

  @Test
  void US01_limitByTenant_beforeTheToken_servesNobodyAndSaysWhy() throws Exception {
    serve(
        false,
        RateLimitInterceptor.of(Issued.twoEach(), CallerKey.claim("tenant")),
        BearerTokenInterceptor.of(issued.verifier()));
    StatusRuntimeException refused =
        refused("authorization", "Bearer " + issued.token("acme", "amy"));
    assertThat(refused.getStatus().getCode()).isEqualTo(Code.INTERNAL);
    assertThat(refused.getStatus().getDescription())
        .contains("put the token filter in front of the limit");
    assertThat(served).hasValue(0);
  }

  @Test
  void token_missingTwiceOrForged_isUnauthenticated_withoutAReason() throws Exception {
    serve(false, BearerTokenInterceptor.of(issued.verifier()));
    String good = "Bearer " + issued.token("acme", "amy");
    for (String[] metadata :
        List.of(
            new String[0],
            new String[] {"authorization", good, "authorization", good},
            new String[] {"authorization", "Basic YWxpY2U6cGFzcw=="})) {
      StatusRuntimeException refused = refused(metadata);
      assertThat(refused.getStatus().getCode()).isEqualTo(Code.UNAUTHENTICATED);
      assertThat(trailer(refused, "www-authenticate")).isEqualTo("Bearer");
    }
    StatusRuntimeException forged = refused("authorization", "Bearer x.y.z");
    assertThat(trailer(forged, "www-authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    assertThat(forged.getStatus().getDescription()).isEqualTo("Unauthorized");
    assertThat(served).hasValue(0);
  }

  @Test
  void token_withoutAScope_isPermissionDenied_andOneNobodyCanJudgeUnavailable() throws Exception {
    JwtVerifier once = issued.verifierBuilder().withSingleUse(InMemoryReplayGuard.of(100)).build();
    serve(false, BearerTokenInterceptor.of(once), BearerTokenInterceptor.of(once, "orders:read"));
    StatusRuntimeException few = refused("authorization", "Bearer " + issued.token("acme", "amy"));
    assertThat(few.getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(few.getStatus().getDescription()).isEqualTo("the token needs the scope orders:read");
    String reads = issued.token("acme", "amy", Map.of("scope", "orders:read"));
    assertThat(ask("authorization", "Bearer " + reads)).isEqualTo("amy");
    stop();
    Issued.Unreachable away = Issued.Unreachable.issuer();
    serve(false, BearerTokenInterceptor.of(away.verifier()));
    StatusRuntimeException undecided = refused("authorization", "Bearer " + away.token());
    assertThat(undecided.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    assertThat(trailer(undecided, "retry-after")).isEqualTo("5");
    assertThat(trailer(undecided, "grpc-retry-pushback-ms")).isEqualTo("5000");
  }

  @Test
  void peer_isHandedOn_andCounted_andBindsTokens() throws Exception {
    DevCertificate pay = ca.leaf("pay").uri("spiffe://prod.example/pay").forClient().issue();
    serve(
        true,
        PeerIdentityInterceptor.of(),
        RateLimitInterceptor.of(Issued.twoEach(), CallerKey.peer()),
        BearerTokenInterceptor.of(issued.verifier()));
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(pay.certificate().getEncoded());
    String thumbprint = Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    String bound =
        "Bearer " + issued.token("acme", "amy", Map.of("cnf", Map.of("x5t#S256", thumbprint)));
    channel = tls(pay);
    assertThat(ask("authorization", bound)).isEqualTo("amy");
    assertThat(peer.spiffeId()).contains("spiffe://prod.example/pay");
    assertThat(refused().getStatus().getCode()).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(refused().getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    ManagedChannel thief = tls(ca.leaf("thief").dns("thief.example").forClient().issue());
    assertThat(refused(thief, "authorization", bound).getStatus().getCode())
        .isEqualTo(Code.UNAUTHENTICATED);
    thief.shutdownNow();
    ManagedChannel nobody = tls(null);
    assertThat(refused(nobody).getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED);
    nobody.shutdownNow();
    assertThat(served).hasValue(1);
  }

  private ManagedChannel tls(DevCertificate client) throws Exception {
    SslContextBuilder context = GrpcSslContexts.forClient().trustManager(ca.certificate());
    if (client != null) {
      context.keyManager(client.privateKey(), client.certificate());
    }
    return builder().overrideAuthority("localhost").sslContext(context.build()).build();
  }
}
