package io.bartizan.adapters.netty;

import static io.bartizan.adapters.netty.GuardedChannel.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.Issued;
import io.bartizan.ratelimit.ClientAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Order, bounds and ends of what passes the guards of one channel. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty\'s futures end with the channel
class GuardHandlerTest {

  private static final CallerKey ADDRESS = CallerKey.address(ClientAddress.direct());

  private final HeldLimiter held = new HeldLimiter();
  private final Issued issued = new Issued();
  private GuardedChannel channel = new GuardedChannel(Guards.of(RateLimitGuard.of(held, ADDRESS)));

  private void serve(Guards guards) {
    channel = new GuardedChannel(guards);
  }

  private void decide() {
    held.decide();
    channel.runPendingTasks();
  }

  private Guards tokens() {
    return Guards.of(BearerTokenGuard.of(issued.verifier()));
  }

  private String amy() {
    return "Authorization: Bearer " + issued.token("acme", "amy");
  }

  @AfterEach
  void everyPartIsReleased() {
    channel.close();
    channel.finishAndReleaseAll();
    assertThat(channel.held()).isZero();
  }

  @Test
  void request_waitsWithItsBodyForItsDecision_andTheChannelIsNotRead() {
    channel.writeInbound(head("POST", "/1", "Content-Length: 4"), channel.part("ab"));
    assertThat(channel.next()).isNull();
    assertThat(channel.config().isAutoRead()).isFalse();
    decide();
    assertThat(channel.config().isAutoRead()).isTrue();
    channel.writeInbound(channel.last("cd"));
    assertThat(channel.next()).isEqualTo("/1");
    assertThat(channel.next()).isEqualTo("ab");
    assertThat(channel.next()).isEqualTo("cd");
    channel.answer(200);
    FullHttpResponse response = channel.readOutbound();
    assertThat(response.headers().get("RateLimit")).isEqualTo("\"api\";r=1;t=1800");
  }

  @Test
  void request_isAskedAbout_whenTheResponseBeforeIt_wasWrittenToItsEnd() {
    channel.get("/1");
    decide();
    channel.get("/2");
    channel.answer(100);
    channel.writeOutbound(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
    assertThat(held.asked()).isZero();
    assertThat(channel.config().isAutoRead()).isFalse();
    channel.writeOutbound(LastHttpContent.EMPTY_LAST_CONTENT);
    assertThat(held.asked()).isEqualTo(1);
    decide();
    assertThat(List.of(channel.next(), channel.next(), channel.next()))
        .containsExactly("/1", "", "/2");
  }

  @Test
  void channel_closedWhileItsDecisionIsPending_releasesWhatWaits_andHandsNothingOn() {
    channel.writeInbound(head("POST", "/1", "Content-Length: 4"), channel.part("ab"));
    assertThat(channel.held()).isEqualTo(1);
    channel.close();
    assertThat(channel.held()).isZero();
    decide();
    assertThat(channel.next()).isNull();
  }

  @Test
  void handler_thatIsRemoved_releasesWhatWaits_andLetsTheChannelBeRead() {
    channel.writeInbound(head("POST", "/1", "Content-Length: 4"), channel.part("ab"));
    channel.pipeline().remove(GuardHandler.class);
    assertThat(channel.held()).isZero();
    assertThat(channel.config().isAutoRead()).isTrue();
  }

  @Test
  void bodyOfARefusedRequest_isDropped_andTheConnectionKeptIfItIsShort() {
    serve(tokens());
    channel.writeInbound(head("POST", "/1", "Content-Length: 4"), channel.part("ab"));
    FullHttpResponse refusal = channel.readOutbound();
    assertThat(refusal.status().code()).isEqualTo(401);
    assertThat(HttpUtil.isKeepAlive(refusal)).isTrue();
    assertThat(channel.held()).isZero();
    channel.writeInbound(channel.last("cd"));
    channel.get("/2", amy());
    assertThat(channel.next()).isEqualTo("/2");
    channel.advanceTimeBy(6, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 65537", "Transfer-Encoding: chunked"})
  void bodyOfARefusedRequest_thatMayBeLong_endsTheConnectionWhenItHasCome(String framing) {
    serve(tokens());
    channel.writeInbound(head("POST", "/1", framing), channel.part("ab"));
    FullHttpResponse refusal = channel.readOutbound();
    assertThat(HttpUtil.isKeepAlive(refusal)).isFalse();
    assertThat(channel.isOpen()).isTrue();
    channel.writeInbound(channel.last("cd"));
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void bodyOfARefusedRequest_thatDoesNotEnd_isNotReadForLong() {
    serve(tokens());
    channel.writeInbound(head("POST", "/1", "Content-Length: 4"), channel.part("ab"));
    channel.advanceTimeBy(4, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isTrue();
    channel.advanceTimeBy(2, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void bodyOfARefusedRequest_longerThanAMegabyte_isNotReadToItsEnd() {
    serve(tokens());
    channel.writeInbound(head("POST", "/1", "Transfer-Encoding: chunked"));
    channel.writeInbound(channel.part("x".repeat(1 << 20)));
    assertThat(channel.isOpen()).isTrue();
    channel.writeInbound(channel.part("x"));
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void expectedRequest_thatIsRefused_endsTheConnectionAtOnce() {
    serve(tokens());
    channel.writeInbound(head("POST", "/1", "Content-Length: 4", "Expect: 100-continue"));
    assertThat(channel.status()).isEqualTo(401);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void messagesAhead_moreThanCanWait_closeTheChannel() {
    channel.writeInbound(head("POST", "/1", "Transfer-Encoding: chunked"));
    for (int i = 0; i < Waiting.MOST; i++) {
      channel.writeInbound(channel.part("x"));
    }
    assertThat(channel.isOpen()).isTrue();
    assertThat(channel.held()).isEqualTo(Waiting.MOST);
    channel.writeInbound(channel.part("x"));
    assertThat(channel.isOpen()).isFalse();
    assertThat(channel.held()).isZero();
  }

  @Test
  void bytesWithoutACodec_reachNobody() {
    ByteBuf bytes = Unpooled.copiedBuffer("GET / HTTP/1.1\r\n\r\n", StandardCharsets.UTF_8);
    assertThatThrownBy(() -> channel.writeInbound(bytes))
        .hasMessageContaining("put an HttpServerCodec in front");
    assertThat(bytes.refCnt()).isZero();
    assertThat(channel.next()).isNull();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void messagesOfAnotherProtocol_pass_whenTheServerHasSwitchedToIt() {
    serve(tokens());
    channel.get("/socket", amy());
    assertThat(channel.next()).isEqualTo("/socket");
    channel.answer(101, "Connection: upgrade");
    channel.writeInbound("frame");
    assertThat(channel.next()).isEmpty();
    assertThat(channel.<String>readInbound()).isEqualTo("frame");
  }

  private List<String> arrived() {
    List<String> all = new ArrayList<>();
    for (String each = channel.next(); each != null; each = channel.next()) {
      all.add(each);
    }
    return all;
  }

  @Test
  void requestsBehindConnect_areGuarded_whateverItWasAnswered() {
    serve(
        Guards.of()
            .at(request -> request.uri().equals("/1"), BearerTokenGuard.of(issued.verifier())));
    channel.writeInbound(
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.CONNECT, "/health"),
        LastHttpContent.EMPTY_LAST_CONTENT);
    assertThat(channel.next()).isEqualTo("/health");
    channel.answer(200);
    channel.get("/1");
    assertThat(arrived()).doesNotContain("/1");
  }

  @Test
  void requestsBehindASwitchOfProtocols_areGuarded() {
    serve(
        Guards.of()
            .at(request -> request.uri().equals("/1"), BearerTokenGuard.of(issued.verifier())));
    channel.get("/socket");
    assertThat(channel.next()).isEqualTo("/socket");
    channel.answer(101, "Connection: upgrade");
    channel.get("/1");
    assertThat(arrived()).doesNotContain("/1");
  }

  @Test
  void attributes_areOfTheirRequestAlone() {
    serve(
        Guards.of()
            .at(request -> request.uri().equals("/1"), BearerTokenGuard.of(issued.verifier())));
    channel.get("/1", amy());
    channel.get("/2", amy());
    assertThat(channel.attr(BearerTokenGuard.TOKEN).get().subject()).contains("amy");
    channel.answer(200);
    assertThat(List.of(channel.next(), channel.next(), channel.next())).contains("/1", "/2");
    assertThat(channel.attr(BearerTokenGuard.TOKEN).get()).isNull();
    channel.answer(200);
    channel.get("/1", amy());
    assertThat(channel.attr(BearerTokenGuard.TOKEN).get()).isNotNull();
    channel.answer(200);
    assertThat(channel.attr(BearerTokenGuard.TOKEN).get()).isNull();
    channel.get("/1");
    assertThat(channel.outboundMessages()).hasSize(4);
  }

  @Test
  void lastRequest_ofAConnection_isFollowedByNone() {
    serve(tokens());
    channel.get("/1", amy(), "Connection: close");
    channel.get("/2", amy());
    assertThat(channel.next()).isEqualTo("/1");
    channel.answer(200);
    assertThat(channel.next()).isEmpty();
    assertThat(channel.next()).isNull();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void lastResponse_ofAConnection_isFollowedByNone() {
    serve(tokens());
    channel.get("/1", amy());
    channel.get("/2", amy());
    channel.answer(200, "Connection: close");
    assertThat(List.of(channel.next(), channel.next())).containsExactly("/1", "");
    assertThat(channel.next()).isNull();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void decisionThatFails_is500_andTheHandlersAreToldWhy() {
    channel.get("/1");
    held.fail(new IllegalStateException("boom"));
    assertThatThrownBy(
            () -> {
              channel.runPendingTasks();
              channel.checkException();
            })
        .hasMessageContaining("boom");
    assertThat(channel.status()).isEqualTo(500);
    assertThat(channel.next()).isNull();
  }

  @Test
  void predicateThatThrows_is500() {
    serve(
        Guards.of()
            .at(
                request -> {
                  throw new IllegalStateException("boom");
                }));
    assertThatThrownBy(() -> channel.get("/1")).hasMessageContaining("boom");
    assertThat(channel.status()).isEqualTo(500);
    assertThat(channel.next()).isNull();
  }

  @Test
  void requestThatCouldNotBeDecoded_is400_andTheLast() {
    HttpRequest broken = head("GET", "/1", amy());
    broken.setDecoderResult(DecoderResult.failure(new IllegalArgumentException()));
    serve(tokens());
    channel.writeInbound(broken);
    assertThat(channel.status()).isEqualTo(400);
    assertThat(channel.isOpen()).isFalse();
    assertThat(channel.next()).isNull();
  }

  @Test
  void wholeRequest_ofAnAggregatorInFront_isGuardedAndReleased() {
    serve(tokens());
    ByteBuf refused = Unpooled.copiedBuffer("ab", StandardCharsets.UTF_8);
    channel.writeInbound(
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/1", refused));
    assertThat(channel.status()).isEqualTo(401);
    assertThat(refused.refCnt()).isZero();
    FullHttpRequest whole =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.POST, "/2", channel.part("cd").content());
    whole.headers().add("Authorization", amy().substring("Authorization: ".length()));
    channel.writeInbound(whole);
    assertThat(channel.<FullHttpRequest>readInbound()).isSameAs(whole);
    whole.release();
    channel.answer(200);
    channel.get("/3", amy());
    assertThat(channel.next()).isEqualTo("/3");
  }

  /** Handlers that read by themselves ask for more only when they were given something. */
  @Test
  void channelWithoutAutoRead_isReadOn_whenARequestWasRefused() {
    List<String> reads = new ArrayList<>();
    channel =
        new GuardedChannel(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void read(ChannelHandlerContext context) {
                reads.add("read");
                context.read();
              }
            },
            tokens().newHandler());
    channel.config().setAutoRead(false);
    reads.clear();
    channel.get("/1", amy());
    assertThat(reads).isEmpty();
    channel.answer(200);
    channel.get("/2");
    assertThat(reads).isNotEmpty();
    assertThat(channel.config().isAutoRead()).isFalse();
  }

  /** The depth of the stack does not grow with what was sent ahead. */
  @Test
  void requestsSentAhead_areServedOneAfterTheOther_byAHandlerThatAnswersAtOnce() {
    List<Integer> depths = new ArrayList<>();
    Guards guards =
        Guards.of().at(request -> request.uri().equals("/1"), RateLimitGuard.of(held, ADDRESS));
    channel =
        new GuardedChannel(
            guards.newHandler(),
            new SimpleChannelInboundHandler<LastHttpContent>() {
              @Override
              protected void channelRead0(ChannelHandlerContext context, LastHttpContent end) {
                depths.add(Thread.currentThread().getStackTrace().length);
                context.writeAndFlush(
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
              }
            });
    channel.get("/1");
    for (int i = 0; i < 400; i++) {
      channel.get("/2");
    }
    assertThat(depths).isEmpty();
    decide();
    assertThat(depths).hasSize(401);
    assertThat(Collections.max(depths) - Collections.min(depths)).isLessThan(10);
  }

  /** A codec that was told so reads the next request without the end of the one before. */
  @Test
  void requestAfterABodyThatTheCodecSkips_isServed() {
    serve(tokens());
    channel.writeInbound(head("POST", "/1", amy(), "Content-Length: 4", "Expect: 100-continue"));
    assertThat(channel.next()).isEqualTo("/1");
    channel.answer(413);
    channel.get("/2", amy());
    assertThat(channel.next()).isEqualTo("/2");
  }
}
