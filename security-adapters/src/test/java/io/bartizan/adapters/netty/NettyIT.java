package io.bartizan.adapters.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.EventLoopContract;
import io.bartizan.adapters.Issued;
import io.bartizan.adapters.LateLimiter;
import io.bartizan.adapters.RawHttp;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.bartizan.integrity.mac.VerifiedWebhook;
import io.bartizan.integrity.mac.WebhookVerifier;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerIdentity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.testkit.DevCertificate;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the guards promise, asked of a Netty server by hostile requests. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty\'s futures end with the channel
class NettyIT extends EventLoopContract<Guard> {

  private static final String LOOP = "test-loop";
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

  private final ExecutorService workers = Executors.newFixedThreadPool(2);
  private final List<String> paths = Collections.synchronizedList(new ArrayList<>());

  @SuppressWarnings("deprecation") // the one of Netty 4.1 and 4.2
  private final EventLoopGroup loops =
      new NioEventLoopGroup(2, (ThreadFactory) task -> new Thread(task, LOOP));

  private volatile boolean onLoop;

  /** Answers each request on the event loop. */
  private final class App extends SimpleChannelInboundHandler<FullHttpRequest> {

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
      served.incrementAndGet();
      paths.add(request.uri());
      onLoop = context.executor().inEventLoop();
      String body = request.content().toString(StandardCharsets.UTF_8);
      Channel channel = context.channel();
      switch (request.uri()) {
        case "/body" -> {
          VerifiedWebhook webhook = channel.attr(WebhookGuard.WEBHOOK).get();
          send(context, failing ? 500 : 200, failing ? "" : body + "|" + webhook.text());
        }
        case "/late" ->
            context
                .executor()
                .schedule(
                    () -> send(context, failing ? 500 : 200, "late"), 20, TimeUnit.MILLISECONDS);
        case "/echo" -> send(context, 200, body);
        case "/missing" -> send(context, 404, "");
        default -> {
          peer = channel.attr(PeerIdentityGuard.PEER).get();
          VerifiedJwt jwt = channel.attr(BearerTokenGuard.TOKEN).get();
          send(context, 200, jwt == null ? "nobody" : jwt.subject().orElse("?"));
        }
      }
    }

    private void send(ChannelHandlerContext context, int status, String body) {
      FullHttpResponse response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1,
              HttpResponseStatus.valueOf(status),
              Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
      HttpUtil.setContentLength(response, response.content().readableBytes());
      context.writeAndFlush(response);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // an own answer, or none, has been given
    }
  }

  @Override
  protected int start(DevCertificate own, List<Guard> filters) throws Exception {
    SslContext tls = own == null ? null : tls(own);
    return start(tls == null ? null : () -> tls.newHandler(ByteBufAllocator.DEFAULT), filters);
  }

  private int start(Supplier<ChannelHandler> tls, List<Guard> filters) throws Exception {
    Guards guards = Guards.of(filters.toArray(new Guard[0]));
    Channel server =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (tls != null) {
                      channel.pipeline().addLast(tls.get());
                    }
                    channel
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(),
                            guards.newHandler(),
                            new HttpObjectAggregator(1 << 20),
                            new App());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  private SslContext tls(DevCertificate own) throws IOException {
    return SslContextBuilder.forServer(own.privateKey(), own.certificate())
        .trustManager(ca.certificate())
        .clientAuth(ClientAuth.OPTIONAL)
        .build();
  }

  @Override
  protected void stop() throws Exception {
    loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    workers.shutdownNow();
  }

  @Override
  protected Guard limit(AsyncKeyedRateLimiter limiter, CallerKey caller) {
    return RateLimitGuard.of(limiter, caller);
  }

  @Override
  protected Guard inMemory(KeyedRateLimiter limiter, CallerKey caller) {
    return RateLimitGuard.inMemory(limiter, caller);
  }

  @Override
  protected Guard token(JwtVerifier verifier, String... scopes) {
    return BearerTokenGuard.of(verifier, scopes);
  }

  @Override
  protected Guard webhook(WebhookVerifier verifier, int maxBytes) {
    return WebhookGuard.of(verifier, maxBytes, workers);
  }

  @Override
  protected Guard peerIdentity() {
    return PeerIdentityGuard.of();
  }

  @Override
  protected boolean isOnEventLoop() {
    return Thread.currentThread().getName().equals(LOOP);
  }

  /** Sends bytes at once and reads all that comes until the server closes. */
  private String exchange(String requests) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(requests.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String get(String path, String... headers) {
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + lines(headers) + "\r\n";
  }

  private static String lines(String... headers) {
    StringBuilder text = new StringBuilder();
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    return text.toString();
  }

  private static List<String> statuses(String replies) {
    return STATUS.matcher(replies).results().map(found -> found.group(1)).toList();
  }

  @Test
  void requests_inOneStream_areEachDecidedAndAnsweredInTheirOrder() throws Exception {
    serve(
        limit(new LateLimiter(Issued.nineEach()), direct()),
        token(issued.verifier()),
        inMemory(Issued.twoEach(), CallerKey.subject()));
    String amy = "Authorization: Bearer " + issued.token("acme", "amy");
    String bob = "Authorization: Bearer " + issued.token("acme", "bob");
    String replies =
        exchange(
            get("/1", amy)
                + get("/2")
                + get("/late", bob)
                + get("/4", amy)
                + get("/5", amy)
                + get("/6", bob, "Connection: close")
                + get("/7", bob));
    assertThat(statuses(replies)).containsExactly("200", "401", "200", "200", "429", "200");
    assertThat(replies.split("amy", -1)).hasSize(3);
    assertThat(replies).endsWith("bob");
    assertThat(paths).containsExactly("/1", "/late", "/4", "/6");
  }

  @Test
  void bodyOfARefusedRequest_isNeverReadAsARequest() throws Exception {
    serve(token(issued.verifier()));
    String amy = "Authorization: Bearer " + issued.token("acme", "amy");
    String inner = get("/inner", amy);
    String sized = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + inner.length() + "\r\n\r\n";
    String kept = exchange(sized + inner + get("/next", amy, "Connection: close"));
    assertThat(statuses(kept)).containsExactly("401", "200");
    String chunked =
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + Integer.toHexString(inner.length())
            + "\r\n"
            + inner
            + "\r\n0\r\n\r\n";
    String closed = exchange(chunked + get("/after", amy));
    assertThat(statuses(closed)).containsExactly("401");
    assertThat(closed.toLowerCase(Locale.ROOT)).contains("connection: close");
    assertThat(paths).containsExactly("/next");
  }

  @Test
  void requestThatExpects100_isRefusedBeforeItsBody() throws Exception {
    serve(token(issued.verifier()), webhook(Issued.webhooks(), 1000));
    String head =
        "POST /body HTTP/1.1\r\n"
            + lines("Host: a", "Expect: 100-continue", "Content-Length: 5", "Connection: close");
    assertThat(statuses(exchange(head + "\r\n"))).containsExactly("401");
    String amy = "Authorization: Bearer " + issued.token("acme", "amy");
    String signed = head + lines(amy, Issued.signature("hello")) + "\r\n";
    assertThat(statuses(exchange(signed + "hello"))).containsExactly("100", "200");
    assertThat(served).hasValue(1);
  }

  @Test
  void limit_thatDecidesLater_goesOnOnTheEventLoop_andKeepsTheBody() throws Exception {
    serve(limit(new LateLimiter(Issued.twoEach()), direct()));
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(200);
    assertThat(onLoop).isTrue();
    String body = "0123456789".repeat(20_000);
    assertThat(RawHttp.post(port, "/echo", body).body()).isEqualTo(body);
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(429);
  }

  @Test
  void webhook_muchLongerThanAllowed_is413() throws Exception {
    serve(webhook(Issued.webhooks(), 1000));
    String huge = "x".repeat(300_000);
    assertThat(RawHttp.post(port, "/body", huge, Issued.signature(huge)).status()).isEqualTo(413);
    assertThat(RawHttp.postChunked(port, "/body", huge, Issued.signature(huge)).status())
        .isEqualTo(413);
    assertThat(served).hasValue(0);
  }

  @Test
  void request_thatCannotBeRead_is400AndReachesNobody() throws Exception {
    serve(inMemory(Issued.nineEach(), direct()));
    assertThat(statuses(exchange("GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n" + get("/"))))
        .containsExactly("400");
    assertThat(statuses(exchange("\u0001\u0002 nonsense\r\n\r\n"))).containsExactly("400");
    assertThat(served).hasValue(0);
  }

  @Test
  void peer_thatThePolicyRefuses_reachesNoGuard() throws Exception {
    DevCertificate own = ca.leaf("server").dns("localhost").forServer().issue();
    String name = "spiffe://prod.example/pay";
    try (ServerTls tls =
        ServerTls.of(
            Identity.of(own.privateKey(), own.chain()),
            TrustAnchors.of(List.of(ca.certificate())),
            PeerPolicy.spiffeId(name))) {
      port =
          start(() -> new SslHandler(tls.sslContext().createSSLEngine()), List.of(peerIdentity()));
      DevCertificate pay = ca.leaf("pay").uri(name).forClient().issue();
      assertThat(RawHttp.send(RawHttp.tls(ca, pay), port, "GET /", "").status()).isEqualTo(200);
      assertThat(((PeerIdentity) peer).spiffeId()).contains(name);
      DevCertificate other = ca.leaf("other").uri(name + "roll").forClient().issue();
      assertThatThrownBy(() -> RawHttp.send(RawHttp.tls(ca, other), port, "GET /", ""))
          .isInstanceOf(IOException.class);
      assertThat(served).hasValue(1);
    }
  }
}
