package io.bartizan.ratelimit.redis;

import io.bartizan.core.house.Listeners;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.ratelimit.redis.link.RedisKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What stands behind one limiter's requests: its options, its policy and its memory. */
final class Answers implements Request.Asker {

  /** What the names of keys begin with of which nothing is taken. */
  static final String WARM_UP = "bartizan warm-up ";

  private final RedisKeys keys;
  private final ServerQueues queues;
  private final long denyNanos;
  private final Fallback fallback;
  private final Listeners<RateLimitListener> listeners;
  private final boolean coalesces;
  private final int mostPending;
  private final @Nullable Executor executor;
  private final Consumer<Request> giveBack;
  final ScriptRights rights = new ScriptRights();

  /**
   * The answers of one limiter.
   *
   * @param giveBack takes permits back that were granted to a caller who had left
   */
  Answers(
      ServerQueues queues,
      ConnectionOptions options,
      Fallback fallback,
      long denyNanos,
      boolean coalesces,
      Consumer<Request> giveBack) {
    this.keys = options.keys();
    this.queues = queues;
    this.denyNanos = denyNanos;
    this.fallback = fallback;
    this.listeners = options.listeners;
    this.coalesces = coalesces;
    this.mostPending = options.maxPending;
    this.executor = options.completionExecutor;
    this.giveBack = giveBack;
  }

  /** The first call reads classes and the script, which is not for the first caller to wait for. */
  void warmUp(LimitScript script, long nanos) {
    List<Request> asked = new ArrayList<>();
    long now = System.nanoTime();
    for (String key : queues.keysOfEach(keys, script.keyHead(), WARM_UP)) {
      Request peek =
          new Request(this, script, key, Request.Kind.PEEK, 1, "", true, now, now + nanos);
      queues.of(peek).submit(peek);
      asked.add(peek);
    }
    for (Request peek : asked) {
      boolean unused = BlockingView.awaitDone(peek, now + nanos - System.nanoTime());
      ScriptRights.refuseWhatNeverWorks(peek);
    }
  }

  /** A refusal that still holds. */
  @Nullable Decision denied(LimitScript script, String key, long permits, long now) {
    return denyNanos == 0
        ? null
        : queues.denials().answer(script, keys, key, permits, now, denyNanos);
  }

  /** Tells all limiters of this process that a key got permits back. */
  static void forgetDenial(LimitScript script, String key) {
    ServerQueues.forgetDenials(script.keyHead(), key, System.nanoTime());
  }

  @Override
  public void answered(Request request, Decision decision) {
    rights.answered();
    boolean tells = request.kind == Request.Kind.ACQUIRE || request.kind == Request.Kind.CHARGE;
    if (denyNanos > 0 && tells && !decision.isAllowed()) {
      queues.denials().refused(request, decision, denyNanos);
    }
    if (executor == null || request.waits) {
      complete(request, decision);
    } else {
      elsewhere(executor, () -> complete(request, decision));
    }
  }

  private void complete(Request request, Decision decision) {
    if (request.complete(decision)) {
      tell(request.kind, decision);
    } else if (!request.fellBack && decision.isAllowed()) {
      giveBack.accept(request);
    }
  }

  @Override
  public void unanswered(Request request) {
    if (request.waits) {
      unasked(request);
    } else if (!request.isDone()) {
      elsewhere(
          executor == null ? queues.servers().completions() : executor, () -> unasked(request));
    }
  }

  @Override
  public void unasked(Request request) {
    Decision decision = fallback.decide(request);
    if (decision != null) {
      tell(request.kind, decision);
    }
  }

  @Override
  public void failed(Request request, Throwable cause) {
    rights.failed(cause);
    if (executor == null || request.waits) {
      boolean unused = request.completeExceptionally(cause);
    } else {
      elsewhere(
          executor,
          () -> {
            boolean unused = request.completeExceptionally(cause);
          });
    }
  }

  private static void elsewhere(Executor threads, Runnable completion) {
    try {
      threads.execute(completion);
    } catch (RejectedExecutionException fullOrShutDown) {
      completion.run();
    }
  }

  /** Runs what completes a stage where this limiter's stages complete. */
  void completeElsewhere(Runnable completion) {
    elsewhere(executor == null ? queues.servers().completions() : executor, completion);
  }

  @Override
  public RedisKeys keys() {
    return keys;
  }

  @Override
  public boolean coalesces() {
    return coalesces;
  }

  @Override
  public int mostPending() {
    return mostPending;
  }

  void tell(Request.Kind kind, Decision decision) {
    RateLimitListener.Verb verb = verb(kind);
    if (verb != null && !listeners.isEmpty()) {
      listeners.tell(listener -> listener.decided(verb, decision));
    }
  }

  private static RateLimitListener.@Nullable Verb verb(Request.Kind kind) {
    return switch (kind) {
      case ACQUIRE -> RateLimitListener.Verb.TRY_ACQUIRE;
      case RESERVE -> RateLimitListener.Verb.RESERVE;
      case CHARGE -> RateLimitListener.Verb.CHARGE;
      case PEEK, REFUND, CANCEL -> null;
    };
  }
}
