package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.redis.link.HeldServer;
import io.bartizan.ratelimit.redis.link.RedisKeys;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When requests leave, to a server that answers when it is told to. */
class ServerQueueTest {

  private static final Limit LIMIT =
      Limit.tokenBucket(1_000_000, Rate.per(1, Duration.ofSeconds(1))).named("api");

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final ServerClock clock = new ServerClock(Ticker.system(), InstantSource.system(), null);
  private final LimitScript script = script(LIMIT);
  private final HeldServer server = new HeldServer(timer);
  private final ServerQueue queue = ServerQueue.to(server.server());
  private final Request.Asker asker = new Limiter();
  private final List<Request> requests = new ArrayList<>();

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  @Test
  void requests_that_come_meanwhile_leave_together_in_the_next_batch() {
    submit(100);
    assertThat(server.keysOfCalls()).containsExactly(1);
    answer();
    assertThat(server.keysOfCalls()).containsExactly(99);
    answer();
    assertThat(server.keysOfCalls()).isEmpty();
    assertThat(requests).allMatch(request -> request.join().isAllowed());
  }

  @Test
  void second_batch_follows_only_when_it_is_full() {
    submit(1 + 3 * Batch.MAX_KEYS + 7);
    assertThat(server.keysOfCalls()).containsExactly(1);
    answer();
    assertThat(server.keysOfCalls()).containsExactly(Batch.MAX_KEYS, Batch.MAX_KEYS);
    answer();
    assertThat(server.keysOfCalls()).containsExactly(Batch.MAX_KEYS, Batch.MAX_KEYS);
    answer();
    assertThat(server.keysOfCalls()).as("7 wait").containsExactly(Batch.MAX_KEYS);
    answer();
    assertThat(server.keysOfCalls()).containsExactly(7);
    answer();
    assertThat(requests).allMatch(request -> request.join().isAllowed());
    submit(1);
    assertThat(server.keysOfCalls()).as("the queue is free again").containsExactly(1);
  }

  @Test
  void batch_that_fails_lets_the_next_one_leave() {
    submit(3);
    server.fail(new RedisException("cut"));
    assertThat(requests.get(0).join().isAllowed()).isFalse();
    assertThat(server.keysOfCalls()).containsExactly(2);
    answer();
    assertThat(requests.get(2).join().isAllowed()).isTrue();
  }

  @Test
  void RL14_limits_of_one_algorithm_share_a_call_whatever_their_names_and_numbers() {
    Limit larger = Limit.tokenBucket(2_000_000, Rate.per(1, Duration.ofSeconds(1)));
    submit(1);
    submit(script(LIMIT.named("login")));
    submit(script(larger.named("search")));
    submit(1);
    answer();
    assertThat(server.keysOfCalls()).containsExactly(3);
    answer();
    assertThat(requests).allMatch(request -> request.join().isAllowed());
  }

  @Test
  void RL14_limits_of_another_script_travel_beside_in_a_call_of_their_own() {
    submit(1);
    submit(script(LIMIT));
    submit(script(Limit.slidingWindow(Rate.per(5, Duration.ofHours(1)))));
    submit(script(LIMIT.named("login")));
    answer();
    assertThat(server.keysOfCalls()).containsExactly(2, 1);
  }

  /** A server whose day is not among those sent must find that before it decides anything. */
  @Test
  void RL14_days_of_a_zone_share_no_call_with_unlike_ones() {
    Limit day = Limit.parse("100/day in UTC");
    submit(1);
    submit(script(day.named("mail")));
    submit(script(Limit.parse("200/day in UTC").named("text")));
    submit(script(day.named("call")));
    answer();
    assertThat(server.keysOfCalls()).hasSize(3);
  }

  @Test
  void RL09_keys_that_the_user_may_not_use_fail_their_own_checks_alone() {
    LimitScript secret = script(LIMIT.named("secret"));
    submit(1);
    submit(2);
    submit(secret);
    answer();
    assertThat(server.keysOfCalls()).containsExactly(3);
    RedisException no = new RedisCommandExecutionException("NOPERM No permissions to access a key");
    server.fail(no);
    assertThat(requests.subList(1, 4)).noneMatch(Request::isDone);
    assertThat(server.keysOfCalls()).as("once more, each script for itself").containsExactly(2, 1);
    answer();
    server.fail(no);
    assertThat(requests.get(2).join().isAllowed()).isTrue();
    assertThat(requests.get(3)).isCompletedExceptionally();
    submit(1);
    submit(1);
    submit(secret);
    answer();
    assertThat(server.keysOfCalls()).as("known to be refused").containsExactly(1, 1);
    answer();
    answer();
    assertThat(requests.get(6).join().isAllowed()).isTrue();
    submit(1);
    submit(1);
    submit(secret);
    answer();
    assertThat(server.keysOfCalls()).as("allowed again").containsExactly(2);
  }

  /** It may have charged some of them. */
  @Test
  void RL09_script_that_was_refused_something_while_it_ran_is_not_sent_again() {
    submit(2);
    submit(script(LIMIT.named("login")));
    answer();
    server.fail(
        new RedisCommandExecutionException(
            "NOPERM User r has no permissions to run the 'set' command script: 6a7b, on"
                + " @user_script:47."));
    assertThat(server.keysOfCalls()).isEmpty();
    assertThat(requests.subList(1, 3)).allMatch(Request::isCompletedExceptionally);
  }

  private LimitScript script(Limit limit) {
    return new LimitScript(Limits.allOf(limit), "p", new Definitions(List.of(limit), clock));
  }

  /** Admits each request of the oldest command: a full bucket, and one grant. */
  private void answer() {
    server.answer(0, 0, 1);
  }

  private void submit(int count) {
    for (int i = 0; i < count; i++) {
      submit(script);
    }
  }

  private void submit(LimitScript by) {
    long now = Ticker.system().nanos();
    long deadline = now + Duration.ofHours(1).toNanos();
    String key = "key-" + requests.size();
    Request request =
        new Request(asker, by, key, Request.Kind.ACQUIRE, 1, "", false, now, deadline);
    requests.add(request);
    queue.submit(request);
  }

  private static final class Limiter implements Request.Asker {

    private final RedisKeys keys = RedisKeys.of(null);
    private final Fallback fallback = new Fallback(FailurePolicy.failClosed(), LIMIT);

    @Override
    public void answered(Request request, Decision decision) {
      request.complete(decision);
    }

    @Override
    public void unanswered(Request request) {
      unasked(request);
    }

    @Override
    public void unasked(Request request) {
      var unused = fallback.decide(request);
    }

    @Override
    public void failed(Request request, Throwable cause) {
      request.completeExceptionally(cause);
    }

    @Override
    public RedisKeys keys() {
      return keys;
    }

    @Override
    public boolean coalesces() {
      return true;
    }

    @Override
    public int mostPending() {
      return 100_000;
    }
  }
}
