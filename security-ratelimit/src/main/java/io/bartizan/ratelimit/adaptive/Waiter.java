package io.bartizan.ratelimit.adaptive;

import io.bartizan.ratelimit.Permit;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One who waits: completed with the permits, or with a refusal when its time is up. */
final class Waiter extends CompletableFuture<Permit> {

  final Priority priority;
  final int permits;

  /** Its place in the line, for the line alone: who is there, and its neighbours. */
  boolean isInLine;

  @Nullable Waiter before;
  @Nullable Waiter after;

  Waiter(Priority priority, int permits) {
    this.priority = priority;
    this.permits = permits;
  }
}
