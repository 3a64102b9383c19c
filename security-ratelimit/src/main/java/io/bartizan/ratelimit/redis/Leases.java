package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Decision.Source;
import io.lettuce.core.RedisException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The leases that Redis hands out; an unreachable server is an exception here. */
final class Leases implements AutoCloseable {

  private final Links links;
  private final RedisKeys keys;
  private final ScheduledExecutorService timer;
  private final Ticker ticker = Ticker.system();
  private final ConnectionOptions options;
  private final Map<RedisLink, Breaker> breakers = new ConcurrentHashMap<>();
  private final String keyHead;
  private final int most;
  private final long leaseNanos;
  private final @Nullable LongSupplier clock;

  /** A lease's name is this limiter's own random word and a number. */
  private final String self = Long.toHexString(new SecureRandom().nextLong());

  private final AtomicLong count = new AtomicLong();

  /** Calls that are not answered, but for releases. */
  private final AtomicInteger pending = new AtomicInteger();

  Leases(RedisConcurrencyLimiterBuilder settings, Links.Source source) {
    this.options = settings.options;
    this.keys = options.keys();
    this.links = source.open().apply(keys);
    this.timer = source.timer();
    this.keyHead = options.prefix + ":" + settings.name + ":H:{";
    this.most = settings.most;
    this.leaseNanos = settings.lease.toNanos();
    this.clock = settings.clock;
  }

  void connect() {
    links.connect();
  }

  long serversAway() {
    long away = breakers.values().stream().filter(Breaker::isOpen).count();
    return away == 0 && !links.isOpen() ? 1 : away;
  }

  @Override
  public void close() {
    breakers.values().forEach(Breaker::close);
    links.close();
  }

  /** What Redis says to someone who asks for permits now, or the policy if it can't be reached. */
  CompletableFuture<Lease> acquire(String key, int permits, Supplier<Lease> policy) {
    Held held = new Held(key, permits, self + "-" + count.incrementAndGet());
    long asked = ticker.nanos();
    CompletableFuture<Lease> lease = new CompletableFuture<>();
    var unused =
        ask(held, "acquire", held::release)
            .whenComplete(
                (reply, failure) -> {
                  if (failure == null) {
                    lease.complete(decided(reply, held, asked));
                  } else if (Unreachable.because(failure)) {
                    lease.complete(policy.get());
                  } else {
                    lease.completeExceptionally(failure);
                  }
                });
    return lease;
  }

  private Lease decided(LeaseCall.Reply reply, Held held, long asked) {
    long remaining = Math.max(0, most - reply.held());
    return reply.done()
        ? Lease.granted(held, held.permits, remaining, Source.REMOTE)
            .until(ticker, asked + leaseNanos)
        : Lease.refused(held.permits, remaining, Source.REMOTE);
  }

  private CompletableFuture<LeaseCall.Reply> ask(Held held, String verb, Runnable tooLate) {
    RedisLink link = links.of(keyHead, held.key);
    Breaker breaker =
        breakers.computeIfAbsent(link, each -> new Breaker(ticker, each, options.listener));
    if (!breaker.admits()) {
      return CompletableFuture.failedFuture(new RedisException("not connected"));
    }
    int weight = verb.equals("release") ? 0 : 1; // what is held can always be given back
    if (pending.addAndGet(weight) > options.maxPending && weight > 0) {
      pending.addAndGet(-weight);
      return CompletableFuture.failedFuture(new RedisException("too many calls are pending"));
    }
    List<byte[]> words =
        List.of(
            verb.getBytes(UTF_8),
            held.name.getBytes(UTF_8),
            word(held.permits),
            word(most),
            word(leaseNanos / 1000),
            clock == null ? new byte[0] : word(clock.getAsLong()));
    LeaseCall call = new LeaseCall(link, breaker, keys.encode(keyHead, held.key), words, tooLate);
    CompletableFuture<LeaseCall.Reply> counted = new CompletableFuture<>();
    var unused =
        call.whenComplete(
            (reply, failure) -> {
              pending.addAndGet(-weight); // before whoever waits may ask again
              if (failure == null) {
                counted.complete(reply);
              } else {
                counted.completeExceptionally(failure);
              }
            });
    try {
      call.send(timer.schedule(call::expire, options.timeout.toNanos(), TimeUnit.NANOSECONDS));
    } catch (RejectedExecutionException clientIsShutDown) {
      call.completeExceptionally(clientIsShutDown);
    }
    return counted;
  }

  private static byte[] word(long number) {
    return Long.toString(number).getBytes(UTF_8);
  }

  /** Permits that Redis handed out, or may have. */
  private final class Held implements Lease.Hold {

    private final String key;
    private final int permits;
    private final String name;

    Held(String key, int permits, String name) {
      this.key = key;
      this.permits = permits;
      this.name = name;
    }

    @Override
    public CompletableFuture<Boolean> renew(Lease lease) {
      long asked = ticker.nanos();
      CompletableFuture<Boolean> renewed = new CompletableFuture<>();
      var unused =
          ask(this, "renew", () -> {})
              .whenComplete(
                  (reply, failure) -> {
                    if (failure == null) {
                      lease.until(ticker, reply.done() ? asked + leaseNanos : asked);
                      renewed.complete(reply.done());
                    } else if (Unreachable.because(failure)) {
                      renewed.complete(false);
                    } else {
                      renewed.completeExceptionally(failure);
                    }
                  });
      return renewed;
    }

    @Override
    public void release() {
      var unused = ask(this, "release", () -> {});
    }
  }
}
