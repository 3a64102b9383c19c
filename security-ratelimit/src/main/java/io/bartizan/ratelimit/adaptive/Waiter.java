package io.bartizan.ratelimit.adaptive;

import io.bartizan.ratelimit.Permit;
import java.util.concurrent.CompletableFuture;

/** One who waits: completed with the permits, or with a refusal when its time is up. */
final class Waiter extends CompletableFuture<Permit> {

  final Priority priority;
  final int permits;

  Waiter(Priority priority, int permits) {
    this.priority = priority;
    this.permits = permits;
  }
}
