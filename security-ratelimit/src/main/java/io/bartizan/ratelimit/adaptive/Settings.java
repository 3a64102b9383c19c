package io.bartizan.ratelimit.adaptive;

import io.bartizan.core.Ticker;
import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Require;
import io.bartizan.ratelimit.RateLimitListener;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** What both builders set. Not thread-safe. */
final class Settings {

  static final int MOST = 1_000_000;

  final int most;
  int minimum = 1;
  int initial;
  int queue;
  final int[] shares = new int[Priority.ALL.size()];
  Ticker ticker = Ticker.system();
  Listeners<RateLimitListener> listeners = Listeners.none(RateLimitListener.class);

  /** Where to go on when a stack has become deep; a test's own may refuse. */
  Executor others = new CompletableFuture<Void>().defaultExecutor();

  Settings(int most) {
    this.most = Require.within("most", most, 1, MOST);
    this.initial = Math.min(20, most);
    this.queue = Math.min(1000, most);
    for (Priority priority : Priority.ALL) {
      shares[priority.rank] = priority.defaultShare();
    }
  }

  void minimum(int newMinimum) {
    minimum = Require.within("minimum", newMinimum, 1, most);
    initial = Math.max(initial, minimum);
  }

  void initial(int newInitial) {
    initial = Require.within("initial", newInitial, 1, most);
  }

  void queue(int waiters) {
    queue = Require.within("queue", waiters, 0, MOST);
  }

  void share(Priority priority, int percent) {
    shares[Objects.requireNonNull(priority, "priority").rank] =
        Require.within("share", percent, 1, 100);
  }

  /** A copy that a builder does not change any more. */
  Settings checked() {
    long unused = Require.within("initial", initial, minimum, most);
    for (int i = 1; i < shares.length; i++) {
      if (shares[i] > shares[i - 1]) {
        throw new IllegalArgumentException(
            "share of "
                + Priority.ALL.get(i)
                + " is "
                + shares[i]
                + ", at most the "
                + shares[i - 1]
                + " of "
                + Priority.ALL.get(i - 1)
                + " are accepted");
      }
    }
    Settings copy = new Settings(most);
    copy.minimum = minimum;
    copy.initial = initial;
    copy.queue = queue;
    System.arraycopy(shares, 0, copy.shares, 0, shares.length);
    copy.ticker = ticker;
    copy.listeners = listeners;
    return copy;
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(minimum + " to " + most + ", shares");
    for (Priority priority : Priority.ALL) {
      out.append(' ').append(priority).append(' ').append(shares[priority.rank]).append('%');
    }
    return out.append(", queue ").append(queue).toString();
  }
}
