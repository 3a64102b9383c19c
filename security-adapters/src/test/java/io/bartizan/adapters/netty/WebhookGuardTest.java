package io.bartizan.adapters.netty;

import static io.bartizan.adapters.netty.GuardedChannel.head;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.Issued;
import io.bartizan.integrity.mac.WebhookVerifier;
import io.bartizan.ratelimit.ClientAddress;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a webhook is completed, abandoned, or not looked at. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty\'s futures end with the channel
class WebhookGuardTest {

  private final Deque<Runnable> work = new ArrayDeque<>();
  private final WebhookVerifier verifier = Issued.webhooks();
  private final WebhookGuard guard = WebhookGuard.of(verifier, 100, work::add);
  private GuardedChannel channel = new GuardedChannel(Guards.of(guard));

  /** Signed once: signed in another second, it would be another event. */
  private final String signature = Issued.signature("hello");

  private HttpRequest event(String... more) {
    List<String> headers = new ArrayList<>(List.of(more));
    headers.add("Transfer-Encoding: chunked");
    headers.add(signature);
    return head("POST", "/event", headers.toArray(String[]::new));
  }

  private void send(String... more) {
    channel.writeInbound(event(more), channel.part("he"), channel.last("llo"));
  }

  private void work() {
    while (!work.isEmpty()) {
      work.remove().run();
      channel.runPendingTasks();
    }
  }

  private void again() {
    channel = new GuardedChannel(Guards.of(guard));
    send();
    work();
  }

  @AfterEach
  void everyPartIsReleased() {
    channel.close();
    channel.finishAndReleaseAll();
    assertThat(channel.held()).isZero();
  }

  @Test
  void event_answeredWith200_isCompleted_andItsBytesAreHandedOnInOnePart() {
    send();
    assertThat(channel.next()).isNull();
    assertThat(channel.held()).isZero();
    work();
    assertThat(channel.attr(WebhookGuard.WEBHOOK).get().text()).isEqualTo("hello");
    assertThat(channel.next()).isEqualTo("/event");
    assertThat(channel.next()).isEqualTo("hello");
    channel.answer(200);
    work();
    assertThat(channel.status()).isEqualTo(200);
    again();
    assertThat(channel.status()).isEqualTo(200);
    assertThat(channel.next()).isNull();
  }

  @Test
  void event_whoseSenderHangsUpWhileItIsVerified_isAbandoned() {
    send();
    channel.close();
    work();
    assertThat(channel.next()).isNull();
    again();
    assertThat(channel.next()).isEqualTo("/event");
  }

  @Test
  void event_whoseSenderHangsUpWhileItIsHandled_isAbandoned() {
    send();
    work();
    assertThat(channel.next()).isEqualTo("/event");
    channel.close();
    work();
    again();
    assertThat(channel.next()).isEqualTo("/event");
  }

  @Test
  void event_thatALaterGuardRefuses_isAbandoned() {
    HeldLimiter held = new HeldLimiter();
    Guard limit = RateLimitGuard.of(held, CallerKey.address(ClientAddress.direct()));
    channel = new GuardedChannel(Guards.of(guard, limit));
    assertThat(held.blocking().tryAcquire("anybody", 2).isAllowed()).isTrue();
    send();
    work();
    held.decide();
    channel.runPendingTasks();
    assertThat(channel.status()).isEqualTo(429);
    work();
    again();
    assertThat(channel.next()).isEqualTo("/event");
  }

  @Test
  void event_thatNoWorkerTakes_is503WithATimeToComeAgain() {
    Guard busy =
        WebhookGuard.of(
            verifier,
            100,
            task -> {
              throw new RejectedExecutionException();
            });
    channel = new GuardedChannel(Guards.of(busy));
    send();
    FullHttpResponse response = channel.readOutbound();
    assertThat(response.status().code()).isEqualTo(503);
    assertThat(response.headers().get("Retry-After")).isEqualTo("5");
    assertThat(channel.next()).isNull();
  }

  @Test
  void event_thatExpects100_isTold_onceAndByTheGuard() {
    channel.writeInbound(event("Expect: 100-continue"));
    assertThat(channel.status()).isEqualTo(100);
    channel.writeInbound(channel.last("hello"));
    work();
    HttpRequest request = channel.readInbound();
    assertThat(request.headers().contains("Expect")).isFalse();
    assertThat(channel.next()).isEqualTo("hello");
  }

  @Test
  void event_declaredTooLong_is413_andIsNotAskedFor() {
    channel.writeInbound(head("POST", "/", "Content-Length: 101", "Expect: 100-continue"));
    assertThat(channel.status()).isEqualTo(413);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void event_whoseBodyCannotBeDecoded_is400_andVerifiedByNobody() {
    HttpContent broken = channel.last("hello");
    broken.setDecoderResult(DecoderResult.failure(new IllegalArgumentException()));
    channel.writeInbound(event(), broken);
    assertThat(channel.status()).isEqualTo(400);
    assertThat(channel.isOpen()).isFalse();
    assertThat(work).isEmpty();
  }

  @Test
  void guards_ofTwoSenders_readTheSameBody() {
    channel =
        new GuardedChannel(Guards.of(guard, WebhookGuard.of(Issued.webhooks(), 10, work::add)));
    send();
    work();
    assertThat(channel.next()).isEqualTo("/event");
    assertThat(channel.next()).isEqualTo("hello");
    assertThat(channel.next()).isNull();
  }
}
