package io.bartizan.integrity.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Who comes while another begins a fetch waits for that one. */
class JwksFetcherTest {

  private final CompletableFuture<KeyTransport.Answer> answer = new CompletableFuture<>();
  private final AtomicInteger fetches = new AtomicInteger();
  private final AtomicReference<Runnable> between = new AtomicReference<>(() -> {});
  private final Ticker ticker =
      () -> {
        between.getAndSet(() -> {}).run();
        return 0;
      };

  private static final class Receiver implements JwksFetcher.Receiver {
    @Override
    public boolean arrived(KeyTransport.Answer got) {
      return true;
    }

    @Override
    public boolean failed(Throwable problem) {
      return false;
    }

    @Override
    public long pauseNanos() {
      return 1_000_000_000;
    }
  }

  private JwksFetcher fetcher() {
    return new JwksFetcher(
        () -> {
          fetches.incrementAndGet();
          return answer;
        },
        Duration.ofMinutes(1),
        ticker,
        new Receiver());
  }

  @Test
  void fetchEnds_whileAnotherBeginsOne_isThatOnesEnd() {
    JwksFetcher fetcher = fetcher();
    between.set(fetcher::fetchIfAllowed); // after the look for one on its way
    CompletableFuture<Boolean> ends = fetcher.fetchEnds();
    assertThat(fetches).hasValue(1);
    assertThat(ends).isNotDone();
    answer.complete(new KeyTransport.Answer(new byte[0], 0));
    assertThat(ends).isCompletedWithValue(true);
    assertThat(fetcher.fetchEnds()).as("none is due").isCompletedWithValue(true);
    assertThat(fetches).hasValue(1);
  }

  @Test
  void awaitFetch_whileAnotherBeginsOne_waitsForThatOne() {
    JwksFetcher fetcher = fetcher();
    between.set(
        () -> {
          fetcher.fetchIfAllowed();
          Thread.currentThread().interrupt(); // who waits is woken at once
        });
    assertThat(fetcher.awaitFetch(true)).isFalse();
    assertThat(Thread.interrupted()).isTrue();
    answer.complete(new KeyTransport.Answer(new byte[0], 0));
    assertThat(fetcher.awaitFetch(true)).as("none is due").isTrue();
  }

  /** As {@code orTimeout} throws where the JDK can start no thread for its timer. */
  @Test
  void fetch_whoseTimeOutCannotBeSet_failsAndTheNextOneBegins() {
    AtomicLong now = new AtomicLong();
    AtomicBoolean exhausted = new AtomicBoolean(true);
    JwksFetcher fetcher =
        new JwksFetcher(
            () ->
                new CompletableFuture<>() {
                  @Override
                  public CompletableFuture<KeyTransport.Answer> copy() {
                    if (exhausted.getAndSet(false)) {
                      throw new InternalError("as JUnit ends at an OutOfMemoryError");
                    }
                    return CompletableFuture.completedFuture(
                        new KeyTransport.Answer(new byte[0], 0));
                  }
                },
            Duration.ofMinutes(1),
            now::get,
            new Receiver());
    assertThat(fetcher.fetchEnds()).isCompletedWithValue(true);
    assertThat(exhausted).isFalse();
    now.set(1_000_000_000);
    assertThat(fetcher.fetchEnds()).as("not the first one, which ended").isCompletedWithValue(true);
  }
}
