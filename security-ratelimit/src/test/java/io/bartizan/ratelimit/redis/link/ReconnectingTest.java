package io.bartizan.ratelimit.redis.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Ticker;
import io.bartizan.tests.Eventually;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process that can start no more threads for a while. */
@Timeout(60)
class ReconnectingTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  @Test
  void connecting_goes_on_once_a_thread_can_be_had() {
    AtomicBoolean none = new AtomicBoolean(true);
    AtomicInteger attempts = new AtomicInteger();
    try (Connector<StatefulRedisConnection<byte[], byte[]>> connector =
        new Connector<>(
            () -> {
              attempts.incrementAndGet();
              throw new RedisException("refused");
            },
            task -> {
              if (none.get()) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              return Daemons.thread("test-connect", task);
            })) {
      for (int i = 0; i < 100; i++) {
        assertThat(connector.connect()).isCompletedExceptionally();
      }
      assertThat(connector.trouble()).contains("unable to create native thread");
      assertThat(attempts).hasValue(0);
      none.set(false);
      var unused = connector.connect();
      Eventually.within(SOON, "it tries to connect", () -> attempts.get() == 1);
    }
  }

  /** As where an older Netty is on the class path; a limiter is built, and Redis is away to it. */
  @Test
  void client_that_lacks_a_class_is_one_that_cannot_connect_now() {
    try (Connector<StatefulRedisConnection<byte[], byte[]>> connector =
        new Connector<>(
            () -> {
              throw new NoClassDefFoundError("io/netty/Newer");
            })) {
      assertThatThrownBy(() -> connector.connect().get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(RedisException.class);
      assertThat(connector.trouble()).contains("io/netty/Newer");
    }
  }

  @Test
  void server_that_is_away_is_sought_again_whatever_seeking_throws() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, task -> Daemons.thread("test-timer", task));
    try {
      AtomicInteger sought = new AtomicInteger();
      Breaker breaker =
          new Breaker(Ticker.system(), new Lost(sought), timer, new HeldServer.Unheard());
      assertThat(breaker.admits()).isFalse();
      Eventually.within(SOON, "it is sought again", () -> sought.get() >= 3);
      breaker.close();
    } finally {
      timer.shutdownNow();
    }
  }

  private record Lost(AtomicInteger sought) implements RedisLink {

    @Override
    public String name() {
      return "lost";
    }

    @Override
    public boolean isOpen() {
      return false;
    }

    @Override
    public String trouble() {
      return "";
    }

    @Override
    public boolean takesKeysTogether() {
      return true;
    }

    @Override
    public void send(List<ScriptCommand> commands) {
      throw new IllegalStateException("not connected");
    }

    @Override
    public void resend(ScriptCommand command) {
      throw new IllegalStateException("not connected");
    }

    @Override
    public void lookForOwners() {}

    @Override
    public void ask(ScriptCommand command) {
      throw new IllegalStateException("not connected");
    }

    @Override
    public void seek() {
      sought.incrementAndGet();
      throw new OutOfMemoryError("unable to create native thread");
    }
  }
}
