package io.bartizan.ratelimit.redis.link;

import io.bartizan.core.Ticker;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One Redis server as a client sees it: the way there, whether it answers, how many calls wait for
 * it, and when their waiting ends. It belongs to the client and not to a limiter: any number of
 * them may send through it. Thread-safe.
 */
public final class Server {

  /** Hears when servers stop answering and when they answer again; must not throw. */
  public interface Availability {

    /** The server is not reached; the reason is one sentence. */
    void lost(String server, String reason);

    /** It answers again. */
    void found(String server);
  }

  private final RedisLink link;
  private final Breaker breaker;
  private final Deadlines deadlines;

  /** What waits or is under way; each of them holds memory until it is let go. */
  private final AtomicInteger pending = new AtomicInteger();

  Server(RedisLink link, Ticker ticker, ScheduledExecutorService timer, Availability hearer) {
    this.link = link;
    this.breaker = new Breaker(ticker, link, hearer);
    this.deadlines = new Deadlines(timer, ticker);
  }

  /** Whether one call may concern many keys. */
  public boolean takesKeysTogether() {
    return link.takesKeysTogether();
  }

  /** Whether a call may be sent now; if not, perhaps starts to look for the server. */
  public boolean admits() {
    return breaker.admits();
  }

  /** Whether the server is known not to answer. */
  public boolean isAway() {
    return breaker.isOpen();
  }

  /** Counts one more that waits, unless so many do already. */
  public boolean enter(int mostPending) {
    if (pending.incrementAndGet() > mostPending) {
      pending.decrementAndGet();
      return false;
    }
    return true;
  }

  /** Counts so many less that wait. */
  public void leave(int count) {
    pending.addAndGet(-count);
  }

  /** How many wait or are just being let go. */
  public int pending() {
    return pending.get();
  }

  /**
   * Adds someone whose waiting ends: it ends what is over at the given time and gives the first
   * deadline to come, or null.
   */
  public void onDeadline(LongFunction<@Nullable Long> expire) {
    deadlines.add(expire);
  }

  /** Sees to it that deadlines are looked at by then; after what waits was noted. */
  public void arm(long deadline) {
    deadlines.arm(deadline);
  }

  /** Sends the commands in one write; each hears of its own outcome. */
  public void send(List<ScriptCommand> commands) {
    link.send(commands);
  }

  /** Sends a command again that the server did not run, wherever it belongs now. */
  public void resend(ScriptCommand command) {
    link.resend(command);
  }

  /** Notes that the server answered. */
  public void answered() {
    breaker.success();
  }

  /**
   * Notes that a call failed.
   *
   * @return true if the server was not reached or can't serve now; false if somebody made a mistake
   */
  public boolean failed(Throwable cause) {
    if (!Unreachable.because(cause)) {
      breaker.success();
      return false;
    }
    if (Unreachable.demoted(cause)) {
      link.demoted();
    }
    breaker.failure(cause);
    return true;
  }

  void close() {
    breaker.close();
  }

  @Override
  public String toString() {
    return link.name();
  }
}
