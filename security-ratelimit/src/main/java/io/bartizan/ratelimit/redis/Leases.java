package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.redis.link.RedisKeys;
import io.bartizan.ratelimit.redis.link.Server;
import io.bartizan.ratelimit.redis.link.Servers;
import io.bartizan.ratelimit.redis.link.Trial;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The leases that Redis hands out; an unreachable server is an exception here. */
final class Leases {

  final ScriptRights rights = new ScriptRights();
  private final ServerQueues queues;
  private final Servers servers;
  private final @Nullable Executor executor;
  private final RedisKeys keys;
  private final Ticker ticker = Ticker.system();
  private final long timeoutNanos;
  private final int mostPending;
  private final String keyHead;
  private final int most;
  private final long leaseNanos;
  private final @Nullable LongSupplier clock;

  /** A lease's name is this limiter's own random word and a number. */
  private final String self = Long.toHexString(new SecureRandom().nextLong());

  private final Set<LeaseCall> calls = ConcurrentHashMap.newKeySet();
  private final AtomicLong count = new AtomicLong();

  Leases(
      ServerQueues queues,
      ConnectionOptions options,
      String name,
      int most,
      Duration lease,
      @Nullable LongSupplier clock) {
    this.queues = queues;
    this.servers = queues.servers();
    this.executor = options.completionExecutor;
    this.keys = options.keys();
    this.timeoutNanos = options.timeout.toNanos();
    this.mostPending = options.maxPending;
    this.keyHead = options.prefix + ":" + name + ":H:{";
    this.most = most;
    this.leaseNanos = lease.toNanos();
    this.clock = clock;
  }

  ServerQueues queues() {
    return queues;
  }

  Servers servers() {
    return servers;
  }

  /** Runs what completes stages, and never on the timer's thread. */
  void elsewhere(Runnable completion) {
    try {
      (executor == null ? servers.completions() : executor).execute(completion);
    } catch (RejectedExecutionException fullOrShutDown) {
      completion.run();
    }
  }

  /** Runs what completes a stage: here, unless the application says where. */
  private void hand(Runnable completion) {
    if (executor == null) {
      completion.run();
    } else {
      elsewhere(completion);
    }
  }

  /** Ends the waiting of all calls, for nobody asks any more. */
  void close() {
    calls.forEach(call -> elsewhere(call::expire));
  }

  /** What Redis says to someone who asks for permits now, or the policy if it can't be reached. */
  CompletableFuture<Permit> acquire(String key, int permits, Supplier<Permit> policy) {
    Held held = new Held(key, permits, self + "-" + count.incrementAndGet());
    long asked = ticker.nanos();
    CompletableFuture<Permit> answer = new CompletableFuture<>();
    var unused =
        ask(held, "acquire", held::giveBack)
            .whenComplete(
                (reply, failure) -> {
                  Runnable completion = () -> finish(answer, reply, failure, held, asked, policy);
                  hand(completion);
                });
    return answer;
  }

  private void finish(
      CompletableFuture<Permit> answer,
      LeaseCall.@Nullable Reply reply,
      @Nullable Throwable failure,
      Held held,
      long asked,
      Supplier<Permit> policy) {
    if (failure != null) {
      boolean unused = answer.completeExceptionally(failure);
      return;
    }
    Permit permit = reply == null ? policy.get() : decided(reply, held, asked);
    if (!answer.complete(permit)) {
      permit.close(); // who asked has left
    }
  }

  private Permit decided(LeaseCall.Reply reply, Held held, long asked) {
    long remaining = Math.max(0, most - reply.held());
    if (!reply.done()) {
      return Permit.refused(held.permits, remaining, Source.REMOTE);
    }
    held.end = asked + leaseNanos;
    return Permit.granted(held.permits, remaining, Source.REMOTE, held);
  }

  /** The first call reads classes and the script, which is not for the first caller to wait for. */
  void warmUp(long nanos) {
    long most = Math.max(timeoutNanos, nanos);
    long end = ticker.nanos() + most;
    List<CompletableFuture<?>> asked = new ArrayList<>();
    for (String key : queues.keysOfEach(keys, keyHead, Answers.WARM_UP)) {
      asked.add(ask(new Held(key, 1, self + "-0"), "renew", () -> {}, most));
    }
    for (CompletableFuture<?> each : asked) {
      boolean unused = BlockingView.awaitDone(each, end - ticker.nanos());
      ScriptRights.refuseWhatNeverWorks(each);
    }
  }

  /** What the script gives; null if the server is not reached. */
  private CompletableFuture<LeaseCall.@Nullable Reply> ask(
      Held held, String verb, Runnable tooLate) {
    return ask(held, verb, tooLate, timeoutNanos);
  }

  private CompletableFuture<LeaseCall.@Nullable Reply> ask(
      Held held, String verb, Runnable tooLate, long nanos) {
    Server server = servers.of(keys, keyHead, held.key);
    int weight = verb.equals("release") ? 0 : 1; // what is held can always be given back
    byte[] name = keys.encode(keyHead, held.key);
    if (!server.admits()) {
      server.tryWith(() -> Trial.ofSortedSet(name));
      return CompletableFuture.completedFuture(null);
    }
    if (weight > 0 && !server.enter(mostPending)) {
      return CompletableFuture.completedFuture(null);
    }
    List<byte[]> words =
        List.of(
            verb.getBytes(UTF_8),
            held.name.getBytes(UTF_8),
            word(held.permits),
            word(most),
            word(leaseNanos / 1000),
            clock == null ? new byte[0] : word(clock.getAsLong()));
    LeaseCall call = new LeaseCall(server, name, words, tooLate);
    calls.add(call);
    CompletableFuture<LeaseCall.@Nullable Reply> judged = new CompletableFuture<>();
    var unused =
        call.whenComplete(
            (reply, failure) -> {
              calls.remove(call);
              server.leave(weight); // before whoever waits may ask again
              if (failure != null) {
                rights.failed(failure);
                server.tryWith(call::trial);
              } else if (reply != null) {
                rights.answered();
              }
              if (failure == null || server.failed(failure)) {
                judged.complete(reply);
              } else {
                judged.completeExceptionally(failure);
              }
            });
    try {
      call.send(
          servers.timer().schedule(() -> elsewhere(call::expire), nanos, TimeUnit.NANOSECONDS));
    } catch (RejectedExecutionException clientIsShutDown) {
      boolean unusedResult = call.completeExceptionally(clientIsShutDown);
    }
    return judged;
  }

  private static byte[] word(long number) {
    return Long.toString(number).getBytes(UTF_8);
  }

  /** Permits that Redis handed out, or may have. */
  private final class Held implements Permit.Hold {

    private final String key;
    private final int permits;
    private final String name;

    /** Until when the server holds the permits at least, counted from before it was asked. */
    private volatile long end;

    Held(String key, int permits, String name) {
      this.key = key;
      this.permits = permits;
      this.name = name;
    }

    @Override
    public boolean isHeld(Permit permit) {
      return ticker.nanos() - end < 0;
    }

    @Override
    public CompletionStage<Boolean> renew(Permit permit) {
      long asked = ticker.nanos();
      CompletableFuture<Boolean> renewed = new CompletableFuture<>();
      var unused =
          ask(this, "renew", () -> {})
              .whenComplete(
                  (reply, failure) -> {
                    if (failure != null) {
                      renewed.completeExceptionally(failure);
                    } else if (reply == null) {
                      renewed.complete(false);
                    } else {
                      end = reply.done() ? asked + leaseNanos : asked;
                      renewed.complete(reply.done());
                    }
                  });
      return renewed;
    }

    /** Sends it and does not wait; where Redis can't be reached the lease ends by its time. */
    @Override
    public void release(Permit permit) {
      giveBack();
    }

    private void giveBack() {
      var unused = ask(this, "release", () -> {});
    }
  }
}
