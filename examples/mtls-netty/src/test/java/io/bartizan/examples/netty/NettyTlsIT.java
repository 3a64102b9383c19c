package io.bartizan.examples.netty;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.HandshakeEvent;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerIdentity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TlsListener;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.testkit.PeerTrial;
import io.bartizan.testkit.RogueClient;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // Netty's futures end in exceptionCaught
@Tag("deep")
class NettyTlsIT {

  private static final String DNS = "billing.internal";
  private static final String SPIFFE = "spiffe://prod.example/billing";

  private static final PeerTrial TRIAL = PeerTrial.of(DNS, SPIFFE);
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());

  @AfterEach
  void stop() {
    group.shutdownGracefully(0, 5, SECONDS).syncUninterruptibly();
  }

  @Test
  void server_inNetty_servesTheGoodClientAlone() throws Exception {
    try (ServerTls tls =
        ServerTls.of(
            Identity.of(TRIAL.goodServer().privateKey(), TRIAL.goodServer().chain()),
            TrustAnchors.of(TRIAL.roots()),
            PeerPolicy.anyOf(PeerPolicy.dns(DNS), PeerPolicy.spiffeId(SPIFFE)))) {
      Channel server = listen(tls);
      int port = ((InetSocketAddress) server.localAddress()).getPort();
      assertThat(TRIAL.clientsServedBy(port)).isEmpty();
      try (ClientTls client = client()) {
        assertThat(get(client, port)).isEqualTo("hello " + SPIFFE);
      }
      server.close().sync();
    }
  }

  @Test
  void server_inNetty_refusesATicketOnceThePolicyTurned() throws Exception {
    AtomicBoolean open = new AtomicBoolean(true);
    List<String> events = new CopyOnWriteArrayList<>();
    TlsListener listener =
        new TlsListener() {
          @Override
          public void decided(HandshakeEvent event) {
            events.add((event.resumed() ? "resumed " : "full ") + event.outcome().isAccepted());
          }
        };
    try (ServerTls tls =
        ServerTls.builder(
                Identity.of(TRIAL.goodServer().privateKey(), TRIAL.goodServer().chain()),
                TrustAnchors.of(TRIAL.roots()),
                PeerPolicy.dns(DNS).narrowedBy("open", peer -> open.get()))
            .withListener(listener)
            .build()) {
      Channel server = listen(tls);
      int port = ((InetSocketAddress) server.localAddress()).getPort();
      RogueClient client = RogueClient.showing(TRIAL.goodClient());
      assertThat(client.isServedBy(port)).isTrue();
      assertThat(client.isServedBy(port)).isTrue();
      open.set(false);
      assertThat(client.isServedBy(port)).isFalse();
      assertThat(events).containsExactly("full true", "resumed true", "resumed false");
      server.close().sync();
    }
  }

  private Channel listen(ServerTls tls) throws InterruptedException {
    return new ServerBootstrap()
        .group(group)
        .channel(NioServerSocketChannel.class)
        .childHandler(
            pipeline(
                channel ->
                    channel
                        .pipeline()
                        .addLast(NettyTls.server(tls))
                        .addLast(new HttpServerCodec(), new HttpObjectAggregator(1024))
                        .addLast(new Greeter())))
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .sync()
        .channel();
  }

  @Test
  void client_inNetty_asksTheGoodServerAlone() {
    try (ClientTls tls = client()) {
      assertThat(TRIAL.serversAskedBy(port -> assertThat(get(tls, port)).isEqualTo("ok")))
          .isEmpty();
    }
  }

  private ClientTls client() {
    return ClientTls.of(
        Identity.of(TRIAL.goodClient().privateKey(), TRIAL.goodClient().chain()),
        TrustAnchors.of(TRIAL.roots()),
        PeerPolicy.anyOf(PeerPolicy.requestedHost(), PeerPolicy.spiffeId(SPIFFE)));
  }

  private String get(ClientTls tls, int port) throws Exception {
    CompletableFuture<String> answer = new CompletableFuture<>();
    Channel channel =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .handler(
                pipeline(
                    opened ->
                        opened
                            .pipeline()
                            .addLast(NettyTls.client(tls, DNS, port))
                            .addLast(new HttpClientCodec(), new HttpObjectAggregator(1024))
                            .addLast(new Reader(answer))))
            .connect(InetAddress.getLoopbackAddress(), port)
            .sync()
            .channel();
    channel.writeAndFlush(
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.GET, "/", Unpooled.EMPTY_BUFFER));
    return answer.get(10, SECONDS);
  }

  /** Greets the peer by its identity. */
  private static final class Greeter extends SimpleChannelInboundHandler<FullHttpRequest> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request)
        throws Exception {
      PeerIdentity peer = PeerIdentity.of(NettyTls.session(context.channel()));
      FullHttpResponse response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1,
              HttpResponseStatus.OK,
              Unpooled.copiedBuffer(
                  "hello " + peer.spiffeId().orElse("?"), StandardCharsets.UTF_8));
      context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }

  /** Keeps the answer, or why there is none. */
  private static final class Reader extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final CompletableFuture<String> answer;

    Reader(CompletableFuture<String> answer) {
      this.answer = answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
      answer.complete(response.content().toString(StandardCharsets.UTF_8));
      context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      answer.completeExceptionally(new IOException("closed"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      answer.completeExceptionally(cause);
      context.close();
    }
  }

  private static ChannelHandler pipeline(Consumer<Channel> setUp) {
    return new ChannelInitializer<Channel>() {
      @Override
      protected void initChannel(Channel channel) {
        setUp.accept(channel);
      }
    };
  }
}
