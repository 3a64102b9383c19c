package io.bartizan.examples.gateway;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts requests from their first filter to their answer, so that a server with nothing to do ends
 * at once: the JDK's own {@code stop(delay)} waits the whole delay on JDK 17.
 */
final class OpenRequests extends Filter {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition none = lock.newCondition();
  private int open;
  private volatile boolean ending;

  @Override
  public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
    change(1);
    try {
      if (ending) {
        exchange.getResponseHeaders().set("Connection", "close");
      }
      chain.doFilter(exchange);
    } finally {
      change(-1);
    }
  }

  private void change(int by) {
    lock.lock();
    try {
      open += by;
      if (open == 0) {
        none.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** From now on each answer is the last of its connection, so that clients go elsewhere. */
  void endConnections() {
    ending = true;
  }

  /** Waits until no request is open; false if some still are after that time. */
  boolean awaitNone(Duration most) throws InterruptedException {
    lock.lock();
    try {
      long left = most.toNanos();
      while (open > 0 && left > 0) {
        left = none.awaitNanos(left);
      }
      return open == 0;
    } finally {
      lock.unlock();
    }
  }

  int count() {
    lock.lock();
    try {
      return open;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String description() {
    return "counts open requests";
  }
}
