package io.bartizan.ratelimit.redis.link;

import io.bartizan.core.Ticker;
import io.lettuce.core.RedisException;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One Redis server as a client sees it: the way there, whether it serves, how many calls wait for
 * it, and when their waiting ends. It belongs to the client and not to a limiter: any number of
 * them may send through it. Thread-safe.
 */
public final class Server {

  private static final long NEWS_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final RedisLink link;
  private final Breaker breaker;
  private final Deadlines deadlines;
  private final ClientThreads threads;
  private final Availability hearer;

  /** What waits or is under way; each of them holds memory until it is let go. */
  private final AtomicInteger pending = new AtomicInteger();

  Server(
      RedisLink link,
      Ticker ticker,
      ScheduledExecutorService timer,
      Availability hearer,
      ClientThreads threads) {
    this.link = link;
    this.breaker = new Breaker(ticker, link, timer, hearer);
    this.deadlines = new Deadlines(timer, ticker);
    this.threads = threads;
    this.hearer = hearer;
  }

  /** Whether one call may concern many keys. */
  public boolean takesKeysTogether() {
    return link.takesKeysTogether();
  }

  /** Whether a call may be sent now. */
  public boolean admits() {
    return breaker.admits();
  }

  /** Notes, once, how to find out whether those who ask are served again. */
  public void tryWith(Supplier<Trial> trial) {
    if (breaker.lacksTrial()) {
      breaker.tryWith(trial.get());
    }
  }

  /** Whether the server is known not to serve. */
  public boolean isAway() {
    return breaker.isOpen();
  }

  /** Its name and, while it is away, why. */
  String report() {
    return link.name() + " (" + breaker.cause() + ")";
  }

  /** Has it asked whether it serves, unless it was heard of lately; the answer comes later. */
  void look() {
    if (breaker.idleNanos() > NEWS_NANOS) {
      breaker.look(PROBE_NANOS);
    }
  }

  /** How long ago it answered last, in nanoseconds. */
  long idleNanos() {
    return breaker.idleNanos();
  }

  /** A new connection was made. */
  void connected() {
    breaker.connected();
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
    try {
      link.send(commands);
    } catch (RuntimeException e) {
      throw unsent(e);
    }
  }

  /** Sends a command again that the server did not run because of this, where it belongs. */
  public void resend(ScriptCommand command, Throwable why) {
    if (!ScriptCommand.belongsElsewhere(why)) {
      send(List.of(command));
      return;
    }
    try {
      link.resend(command);
      if (ScriptCommand.hasMoved(why)) {
        link.lookForOwners();
      }
    } catch (RuntimeException e) {
      throw unsent(e);
    }
  }

  /** Whatever keeps a command from leaving, such as a client that was shut down. */
  private static RedisException unsent(RuntimeException cause) {
    return cause instanceof RedisException known
        ? known
        : new RedisException("not sent: " + cause.getMessage(), cause);
  }

  /** Tells one who came later that it is lost, if it is. */
  void tell(Availability late) {
    breaker.tell(late);
  }

  /** Notes that the server answered what was sent then, before anyone is told. */
  public void answered(long sentNanos) {
    threads.noteThis();
    breaker.success();
    hearer.answered(System.nanoTime() - sentNanos);
  }

  /**
   * Notes that a call failed. A key that its Cluster sends to and fro, or whose slot nobody serves,
   * has no owner now, and the servers are well.
   *
   * @return true if the server was not reached or can't serve now; false if somebody made a mistake
   */
  public boolean failed(Throwable cause) {
    if (!Unreachable.because(cause)) {
      breaker.success();
      return !link.takesKeysTogether() && ScriptCommand.belongsElsewhere(cause);
    }
    if (Unreachable.concernsSlot(cause)) {
      breaker.success();
      link.lookForOwners();
    } else {
      breaker.failure(cause);
    }
    return true;
  }

  void close() {
    breaker.close();
  }

  /** Its keys are others' now. */
  void retire() {
    breaker.retire();
  }

  @Override
  public String toString() {
    return link.name();
  }
}
