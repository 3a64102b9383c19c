package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Rate;
import io.lettuce.core.RedisException;
import io.lettuce.core.output.CommandOutput;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When checks leave, on a link that answers when it is told to. */
class LaneTest {

  private static final Limit LIMIT =
      Limit.tokenBucket(1_000_000, Rate.per(1, Duration.ofSeconds(1))).named("api");

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final LimitScript script =
      new LimitScript(
          Limits.allOf(LIMIT), "p", new ServerClock(Ticker.system(), InstantSource.system(), null));
  private final HeldLink link = new HeldLink();
  private final Lane lane =
      new Lane(
          link,
          new LaneSettings(
              new RedisKeys(null),
              new Fallback(FailurePolicy.failClosed(), LIMIT),
              new Deadlines(timer, Ticker.system(), Long.MAX_VALUE / 4, now -> null),
              Ticker.system(),
              new RedisLimiterListener() {},
              true,
              100_000));
  private final List<Check> checks = new ArrayList<>();

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  @Test
  void checks_that_come_meanwhile_leave_together_in_the_next_flight() {
    submit(100);
    assertThat(link.keysOfCalls()).containsExactly(1);
    link.answer();
    assertThat(link.keysOfCalls()).containsExactly(99);
    link.answer();
    assertThat(link.keysOfCalls()).isEmpty();
    assertThat(checks).allMatch(check -> check.join().isAllowed());
  }

  @Test
  void second_flight_follows_only_when_it_is_full() {
    submit(1 + 3 * Flight.MAX_SUBJECTS + 7);
    assertThat(link.keysOfCalls()).containsExactly(1);
    link.answer();
    assertThat(link.keysOfCalls()).containsExactly(Flight.MAX_SUBJECTS, Flight.MAX_SUBJECTS);
    link.answer();
    assertThat(link.keysOfCalls()).containsExactly(Flight.MAX_SUBJECTS, Flight.MAX_SUBJECTS);
    link.answer();
    assertThat(link.keysOfCalls()).as("7 wait").containsExactly(Flight.MAX_SUBJECTS);
    link.answer();
    assertThat(link.keysOfCalls()).containsExactly(7);
    link.answer();
    assertThat(checks).allMatch(check -> check.join().isAllowed());
    submit(1);
    assertThat(link.keysOfCalls()).as("the lane is free again").containsExactly(1);
  }

  @Test
  void flight_that_fails_lets_the_next_one_leave() {
    submit(3);
    var unused = link.sent.remove().completeExceptionally(new RedisException("cut"));
    assertThat(checks.get(0).join().isAllowed()).isFalse();
    assertThat(link.keysOfCalls()).containsExactly(2);
    link.answer();
    assertThat(checks.get(2).join().isAllowed()).isTrue();
  }

  private void submit(int count) {
    for (int i = 0; i < count; i++) {
      Check check =
          new Check(
              script, "key-" + checks.size(), Check.Kind.ACQUIRE, 1, "", Ticker.system().nanos());
      checks.add(check);
      lane.submit(check);
    }
  }

  /** Holds every command until it is answered, the oldest first, as a server does. */
  private static final class HeldLink implements RedisLink {

    private final Queue<ScriptCommand> sent = new ArrayDeque<>();

    List<Integer> keysOfCalls() {
      return sent.stream().map(HeldLink::keys).toList();
    }

    private static int keys(ScriptCommand command) {
      return (command.getArgs().count() - 13) / 2;
    }

    /** Admits each check of the oldest command. */
    void answer() {
      ScriptCommand command = sent.remove();
      int keys = keys(command);
      CommandOutput<byte[], byte[], long[]> output = command.getOutput();
      output.multi(1 + 3 * keys);
      output.set(1_790_000_000_000_000L);
      for (int i = 0; i < keys; i++) {
        output.set(0);
        output.set(0);
        output.set(1);
      }
      command.complete();
    }

    @Override
    public String name() {
      return "held";
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public boolean takesKeysTogether() {
      return true;
    }

    @Override
    public void send(List<ScriptCommand> commands) {
      sent.addAll(commands);
    }

    @Override
    public void resend(ScriptCommand command) {
      sent.add(command);
    }

    @Override
    public void demoted() {}

    @Override
    public void probe(Runnable answered) {}
  }
}
