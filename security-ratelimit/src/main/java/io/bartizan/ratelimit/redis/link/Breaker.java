package io.bartizan.ratelimit.redis.link;

import io.bartizan.core.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops asking a server that does not answer, so that its absence costs microseconds.
 *
 * <p>Three failed calls in a row, or a closed connection, open it. While it is open, the traffic
 * itself starts a probe now and then: after 100 ms, then twice as long each time up to 1 s. The
 * probe keeps no caller waiting; its answer, whenever it comes, closes the breaker.
 */
final class Breaker {

  private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.ratelimit.redis");
  private static final int FAILURES = 3;
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LAST_PAUSE = TimeUnit.SECONDS.toNanos(1);

  private final Ticker ticker;
  private final RedisLink link;
  private final Server.Availability hearer;
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicLong probeAt = new AtomicLong();
  private volatile boolean open;
  private volatile boolean closed;
  private volatile long pause = FIRST_PAUSE;

  Breaker(Ticker ticker, RedisLink link, Server.Availability hearer) {
    this.ticker = ticker;
    this.link = link;
    this.hearer = hearer;
  }

  boolean isOpen() {
    return open;
  }

  /** Whether a call may be sent now; if not, perhaps starts a probe. */
  boolean admits() {
    if (!open) {
      if (link.isOpen()) {
        return true;
      }
      open("not connected");
    }
    long due = probeAt.get();
    if (ticker.nanos() - due >= 0 && probeAt.compareAndSet(due, ticker.nanos() + pause)) {
      pause = Math.min(2 * pause, LAST_PAUSE);
      if (!closed) {
        link.probe(this::answered);
      }
    }
    return false;
  }

  void success() {
    if (failures.get() != 0) {
      failures.set(0);
    }
  }

  void failure(Throwable cause) {
    if (failures.incrementAndGet() >= FAILURES && !open) {
      open(String.valueOf(cause.getMessage()));
    }
  }

  /** Stops probing, for nobody asks any more. */
  void close() {
    closed = true;
  }

  private void open(String reason) {
    pause = FIRST_PAUSE;
    probeAt.set(ticker.nanos());
    open = true;
    LOG.warn(
        "rate limits can't reach Redis {} ({}); the failure policy decides", link.name(), reason);
    hearer.lost(link.name(), reason);
  }

  private void answered() {
    if (open && link.isOpen()) {
      failures.set(0);
      open = false;
      LOG.info("rate limits reach Redis {} again", link.name());
      hearer.found(link.name());
    }
  }
}
