package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Plan;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.Reservation;
import io.bartizan.ratelimit.TokenBucket;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * Java against Lua on the server of one client, decision by decision, on the same random calls;
 * time is a number that both are given.
 */
final class LuaComparison {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** A call that waits longer, as on a machine that stood still, may overtake the one before it. */
  private static final long IN_ORDER_NANOS = TIMEOUT.dividedBy(25).toNanos();

  private static final long MOST_PERMITS = 1_000_000_000_000L;

  private static final AtomicLong KEYS = new AtomicLong();

  private final RedisClient client;
  private final boolean inTurn;
  private final AtomicLong compared = new AtomicLong();

  LuaComparison(RedisClient client) {
    this(client, false);
  }

  private LuaComparison(RedisClient client, boolean inTurn) {
    this.client = client;
    this.inTurn = inTurn;
  }

  /**
   * Each call waits for the one before, so nothing coalesces. A call of others that leaves after a
   * twentieth of the time-out, because the one before has no answer yet, may be decided before it;
   * on a machine that stalls this is what a comparison of single decisions must not see.
   */
  static LuaComparison inTurn(RedisClient client) {
    return new LuaComparison(client, true);
  }

  /** Decisions that were the same until now. */
  long compared() {
    return compared.get();
  }

  /** Random limits that stay as they are. */
  void trace(SplittableRandom random, int calls) {
    Limits limits = randomLimits(random);
    follow(random, () -> limits, limits.list().get(0).window(), 0, false, calls);
  }

  /** Windows and buckets in steps that are lowered and raised under way, some in one key. */
  void changingTrace(SplittableRandom random, int calls) {
    long longest = random.nextInt(4) == 0 ? 31_536_000_000_000L : 1_000_000L;
    Duration period = Duration.of(1000L + random.nextLong(longest), ChronoUnit.MICROS);
    List<LongFunction<Limit>> kinds = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      Duration own = i == 0 || random.nextBoolean() ? period : period.multipliedBy(3);
      String name = "l" + i;
      long step = 1 + random.nextLong(5);
      LongFunction<Limit> kind =
          switch (random.nextInt(9)) {
            case 0 -> permits -> Limit.slidingWindowCounter(Rate.per(permits, own));
            case 1 -> permits -> Limit.fixedWindow(Rate.per(permits, own));
            case 2 -> permits -> Limit.fixedWindow(Rate.per(permits, own)).fromFirstRequest();
            case 3 -> permits -> Limit.calendarDay(permits, ZoneId.of("Europe/Berlin"));
            case 4 ->
                permits -> Limit.tokenBucket(Math.min(permits, 30), Rate.per(step, own)).inSteps();
            case 5 ->
                permits ->
                    Limit.tokenBucket(permits, Rate.per(Math.max(1, permits / step), own))
                        .inSteps();
            default -> permits -> Limit.slidingWindow(Rate.per(Math.min(permits, 300), own));
          };
      kinds.add(permits -> kind.apply(permits).named(name));
    }
    long most = new long[] {12, 300, most(period)}[random.nextInt(3)];
    Deque<Long> latest = new ArrayDeque<>(List.of(0L, 0L));
    Supplier<Limits> next =
        () -> {
          long permits = next(latest, random, most);
          return Limits.allOf(kinds.stream().map(kind -> kind.apply(permits)).toList());
        };
    follow(random, next, period, 8, false, calls);
  }

  /**
   * Two or three definitions whose windows have unlike lengths, asked by turns. Of logs two, the
   * longer one first, and nothing is given back or charged to them: otherwise the script, which has
   * one for both, is more cautious.
   */
  void unlikeTrace(SplittableRandom random, int calls) {
    int kind = random.nextInt(5);
    List<Limits> definitions = new ArrayList<>();
    for (int i = kind == 4 ? 2 : 2 + random.nextInt(2); i > 0; i--) {
      Duration period = Duration.of(1000L + random.nextLong(200_000L), ChronoUnit.MICROS);
      long permits = 1 + random.nextLong(12);
      Rate rate = Rate.per(permits, period);
      Limit limit =
          switch (kind) {
            case 0 -> Limit.slidingWindowCounter(rate);
            case 1 -> Limit.fixedWindow(rate);
            case 2 -> Limit.fixedWindow(rate).fromFirstRequest();
            case 3 -> Limit.tokenBucket(1 + random.nextLong(12), rate).inSteps();
            default -> Limit.slidingWindow(rate);
          };
      definitions.add(limit.named("unlike").limitsOf("any"));
    }
    definitions.sort(Comparator.comparing(limits -> limits.list().get(0).window().negated()));
    AtomicLong asked = new AtomicLong();
    Supplier<Limits> next =
        () -> definitions.get(asked.getAndIncrement() < 2 ? 0 : random.nextInt(definitions.size()));
    follow(random, next, definitions.get(0).list().get(0).window(), 2, kind == 4, calls);
  }

  /** Often one of the definitions before, as where old and new processes ask by turns. */
  private static long next(Deque<Long> latest, SplittableRandom random, long most) {
    long before = latest.removeFirst();
    long permits = before > 0 && random.nextInt(3) > 0 ? before : 1 + random.nextLong(most);
    latest.addLast(permits);
    return permits;
  }

  /** Each call is made to both; every so many bursts the limits become the next ones. */
  private void follow(
      SplittableRandom random,
      Supplier<Limits> next,
      Duration window,
      int every,
      boolean onlyTakes,
      int calls) {
    AtomicReference<Limits> limits = new AtomicReference<>(next.get());
    Plan plan = key -> limits.get();
    long start = 1_700_000_000_000_000L + random.nextLong(100_000_000_000_000L);
    AtomicLong micros = new AtomicLong(start);
    Ticker ticker = () -> (micros.get() - start) * 1000;
    InstantSource wall = () -> Instant.EPOCH.plus(start, ChronoUnit.MICROS);
    KeyedRateLimiter java =
        KeyedRateLimiter.builder(plan, 10).withTicker(ticker).withClock(wall).build();
    long period = window.toNanos() / 1000;
    try (RedisRateLimiter lua =
        RedisRateLimiter.builder(client, plan)
            .withKeyPrefix("bartizan")
            .withClock(micros::get)
            .withTimeout(TIMEOUT)
            .withDenyCache(Duration.ZERO)
            .build()) {
      Both both =
          new Both(random, java, lua, limits.get(), "k" + KEYS.incrementAndGet(), onlyTakes);
      both.cancels &= every == 0;
      for (int i = 0; i < calls; i++) {
        if (every > 0 && random.nextInt(every) == 0) {
          limits.set(next.get());
        }
        long most = limits.get().list().stream().mapToLong(Limit::capacity).min().orElseThrow();
        if (!both.burst(most, limits + " call " + i)) {
          return;
        }
        long step = random.nextInt(4) == 0 ? period / 2 : Math.max(1, period / most);
        micros.addAndGet(random.nextInt(3) == 0 ? 0 : 1 + random.nextLong(2 * step));
      }
      var unused = both.burst(0, limits + " at the end");
    }
  }

  /** The same calls to both, compared answer by answer. */
  private final class Both {

    private final SplittableRandom random;
    private final KeyedRateLimiter java;
    private final RedisRateLimiter lua;
    private final String key;
    private final boolean reserves;

    /** Giving back may fill a bucket, and only Redis forgets it then at once. */
    private final boolean givesBack;

    private final boolean onlyTakes;

    /** In Java a reservation made under other limits can't be canceled any more. */
    private boolean cancels;

    private final Deque<Reservation> javaSlots = new ArrayDeque<>();
    private final Deque<CompletableFuture<Reservation>> luaSlots = new ArrayDeque<>();

    private final List<String> expected = new ArrayList<>();
    private final List<CompletableFuture<String>> actual = new ArrayList<>();

    Both(
        SplittableRandom random,
        KeyedRateLimiter java,
        RedisRateLimiter lua,
        Limits limits,
        String key,
        boolean onlyTakes) {
      this.random = random;
      this.java = java;
      this.lua = lua;
      this.key = key;
      this.reserves = limits.list().stream().allMatch(TokenBucket.class::isInstance);
      this.givesBack =
          limits.list().stream().noneMatch(limit -> limit.toString().contains("at first"));
      this.cancels = givesBack;
      this.onlyTakes = onlyTakes;
    }

    /**
     * Some calls at one moment, so that those on Redis coalesce; without permits a peek alone.
     *
     * @return whether Redis has decided them in this order
     */
    boolean burst(long most, String where) {
      long begun = System.nanoTime();
      int size = most == 0 ? 0 : 1 + random.nextInt(6);
      long permits = 1 + random.nextLong(Math.max(1, most / 3));
      for (int i = 0; i < size; i++) {
        switch (onlyTakes ? random.nextInt(4) * 4 : random.nextInt(14)) {
          case 0 -> compare(java.peek(key, permits), lua.peek(key, permits));
          case 1 -> refund(permits);
          case 2 -> permits = 1 + random.nextLong(most + 1);
          case 3 -> reserve(permits);
          case 4 -> cancel();
          case 5 -> charge(random.nextInt(4) == 0 ? 3 * most : permits);
          default -> compare(java.tryAcquire(key, permits), lua.tryAcquire(key, permits));
        }
      }
      // A last peek has seen what was given back, and its answer is what the script wrote.
      compare(java.peek(key, 1), lua.peek(key, 1));
      List<String> answers = actual.stream().map(CompletableFuture::join).toList();
      if (inTurn || System.nanoTime() - begun < IN_ORDER_NANOS) {
        for (int i = 0; i < expected.size(); i++) {
          assertThat(answers.get(i)).as("%s.%d", where, i).isEqualTo(expected.get(i));
        }
        compared.addAndGet(expected.size());
        expected.clear();
        actual.clear();
        return true;
      }
      return false;
    }

    private void compare(Decision decision, CompletionStage<Decision> other) {
      expected.add(words(decision));
      actual.add(answered(other).thenApply(LuaComparison::words));
    }

    private void refund(long permits) {
      if (givesBack) {
        java.refund(key, permits);
        var unused = answered(lua.refund(key, permits));
      }
    }

    /** Debts of a few times what there is, and now and then of more than any count may grow to. */
    private void charge(long permits) {
      boolean extreme = random.nextInt(20) == 0;
      long used = extreme ? Long.MAX_VALUE >>> random.nextInt(1, 40) : permits;
      compare(java.charge(key, used), lua.charge(key, used));
    }

    private <T> CompletableFuture<T> answered(CompletionStage<T> stage) {
      CompletableFuture<T> answer = stage.toCompletableFuture();
      if (inTurn) {
        var unused = answer.join();
      }
      return answer;
    }

    private void reserve(long permits) {
      if (reserves) {
        Duration wait = Duration.ofMillis(random.nextLong(300_000));
        Reservation slot = java.reserve(key, permits, wait);
        CompletableFuture<Reservation> other = answered(lua.reserve(key, permits, wait));
        expected.add(slot.isGranted() + " " + slot.delay() + " " + words(slot.decision()));
        actual.add(
            other.thenApply(
                its -> its.isGranted() + " " + its.delay() + " " + words(its.decision())));
        javaSlots.add(slot);
        luaSlots.add(other);
      }
    }

    private void cancel() {
      if (cancels && !javaSlots.isEmpty()) {
        boolean oldest = random.nextBoolean();
        Reservation slot = oldest ? javaSlots.removeFirst() : javaSlots.removeLast();
        Reservation other = (oldest ? luaSlots.removeFirst() : luaSlots.removeLast()).join();
        slot.cancel();
        other.cancel();
        other.cancel();
      }
    }
  }

  private static String words(Decision decision) {
    return decision.parts().stream()
        .map(part -> part.toString().replaceAll(", (MEMORY|REMOTE)$", ""))
        .toList()
        .toString();
  }

  private static Limits randomLimits(SplittableRandom random) {
    List<Limit> limits = new ArrayList<>();
    int count = random.nextInt(3) == 0 ? 2 + random.nextInt(2) : 1;
    for (int i = 0; i < count; i++) {
      limits.add(randomLimit(random).named("l" + i));
    }
    return Limits.allOf(limits);
  }

  private static Limit randomLimit(SplittableRandom random) {
    Duration period = Duration.of(1000L + random.nextLong(100_000_000L), ChronoUnit.MICROS);
    long permits = 1 + random.nextLong(new long[] {20, 5_000, MOST_PERMITS}[random.nextInt(3)]);
    Rate rate = Rate.per(Math.min(permits, most(period)), period);
    return switch (random.nextInt(7)) {
      case 0 -> Limit.slidingWindow(Rate.per(Math.min(permits, 5_000), period));
      case 1 -> Limit.slidingWindowCounter(rate);
      case 2 -> Limit.fixedWindow(rate);
      case 3 -> Limit.fixedWindow(rate).fromFirstRequest();
      case 4 ->
          random.nextBoolean()
              ? Limit.calendarDay(permits, ZoneId.of("Europe/Berlin"))
              : Limit.calendarMonth(permits, ZoneId.of("America/Sao_Paulo"));
      case 5 -> starting(random, Limit.tokenBucket(capacity(random, rate), rate).inSteps());
      default -> starting(random, Limit.tokenBucket(capacity(random, rate), rate));
    };
  }

  /** What a period may bring at most. */
  private static long most(Duration period) {
    return Math.min(MOST_PERMITS, period.toNanos());
  }

  /** Often no multiple of what comes back in a period. */
  private static long capacity(SplittableRandom random, Rate rate) {
    long most = Math.min(MOST_PERMITS, 3 * rate.permits());
    return random.nextInt(3) == 0 ? rate.permits() : 1 + random.nextLong(most);
  }

  private static Limit starting(SplittableRandom random, TokenBucket bucket) {
    return random.nextInt(4) == 0
        ? bucket.startingWith(random.nextLong(bucket.capacity()))
        : bucket;
  }
}
