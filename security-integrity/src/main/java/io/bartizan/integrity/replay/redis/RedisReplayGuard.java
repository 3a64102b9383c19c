package io.bartizan.integrity.replay.redis;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.core.SafeText;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.lease.Holders;
import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.ReplayGuard;
import io.bartizan.integrity.replay.ReplayId;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.api.async.RedisStringAsyncCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A guard that all instances of a service share. It needs one {@code SET key NX PX} on Redis for
 * each use, one script for each step of a delivery.
 *
 * <p>It opens one connection of its own from the application's client. When Redis does not answer
 * within the timeout, is not connected or answers with an error, the use is {@link
 * ReplayGuard.Use#UNDECIDED}, never first; the next use of that id through this guard is first all
 * the same if it was this one's question that Redis took. Redis must keep the keys: a {@code
 * maxmemory-policy} other than {@code noeviction}, {@code FLUSHALL}, or a failover to a replica
 * that had not received the last writes lets an id be used again. {@link #use} waits for the
 * answer; don't call it on an event loop. Thread-safe.
 *
 * <pre>{@code
 * try (RedisReplayGuard once = RedisReplayGuard.of(redisClient, Duration.ofMillis(200))) {
 *   var links = SignedValues.builder("invite", ring, Duration.ofDays(7)).withSingleUse(once).build();
 * }
 * }</pre>
 */
public final class RedisReplayGuard implements DeliveryGuard, HealthSource, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RedisReplayGuard.class);
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** How far the clocks of those who share the guard may differ: as far as verifiers may allow. */
  private static final Duration SKEW = Duration.ofMinutes(5);

  private static final byte[] NO_SALT = {};

  /** So many questions without an answer are remembered. */
  private final StatefulConnection<byte[], byte[]> connection;

  private final RedisStringAsyncCommands<byte[], byte[]> commands;
  private final RedisScriptingAsyncCommands<byte[], byte[]> scripts;
  private final Holders unanswered = new Holders();
  private final Duration timeout;
  private final String keyPrefix;
  private final InstantSource clock;
  private volatile String lastFailure = "";

  /** Whether Redis itself refused the last use, which a question that reads can't disprove. */
  private volatile boolean isRefused;

  private final AtomicBoolean asking = new AtomicBoolean();

  private RedisReplayGuard(
      Builder builder,
      StatefulConnection<byte[], byte[]> connection,
      RedisStringAsyncCommands<byte[], byte[]> commands,
      RedisScriptingAsyncCommands<byte[], byte[]> scripts) {
    this.connection = connection;
    this.commands = commands;
    this.scripts = scripts;
    timeout = builder.timeout;
    keyPrefix = builder.keyPrefix;
    clock = builder.clock;
  }

  /**
   * A guard on a single Redis or a Sentinel setup, with all defaults; connects.
   *
   * @param client the application's client; it is not closed
   * @param timeout how long a use may wait for Redis, 1 millisecond to 10 seconds
   * @return a guard; close it to close its connection
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the timeout is out of range
   * @throws RedisException if Redis can't be reached
   */
  public static RedisReplayGuard of(RedisClient client, Duration timeout) {
    return builder(client, timeout).build();
  }

  /**
   * A guard on a single Redis or a Sentinel setup, with settings.
   *
   * @param client the application's client; it is not closed
   * @param timeout how long a use may wait for Redis, 1 millisecond to 10 seconds
   * @return a builder; its {@code build()} connects
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the timeout is out of range
   */
  public static Builder builder(RedisClient client, Duration timeout) {
    Objects.requireNonNull(client, "client");
    return new Builder(
        timeout,
        builder -> {
          StatefulRedisConnection<byte[], byte[]> own = client.connect(ByteArrayCodec.INSTANCE);
          return new RedisReplayGuard(builder, own, own.async(), own.async());
        });
  }

  /**
   * A guard on a Redis Cluster, with all defaults; connects.
   *
   * @param client the application's client; it is not closed
   * @param timeout how long a use may wait for Redis, 1 millisecond to 10 seconds
   * @return a guard; close it to close its connection
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the timeout is out of range
   * @throws RedisException if Redis can't be reached
   */
  public static RedisReplayGuard of(RedisClusterClient client, Duration timeout) {
    return builder(client, timeout).build();
  }

  /**
   * A guard on a Redis Cluster, with settings.
   *
   * @param client the application's client; it is not closed
   * @param timeout how long a use may wait for Redis, 1 millisecond to 10 seconds
   * @return a builder; its {@code build()} connects
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the timeout is out of range
   */
  public static Builder builder(RedisClusterClient client, Duration timeout) {
    Objects.requireNonNull(client, "client");
    return new Builder(
        timeout,
        builder -> {
          StatefulRedisClusterConnection<byte[], byte[]> own =
              client.connect(ByteArrayCodec.INSTANCE);
          return new RedisReplayGuard(builder, own, own.async(), own.async());
        });
  }

  @Override
  public Use use(String scope, byte[] id, Instant until) {
    String name = name(scope, id);
    long millis = keptMillis(until);
    if (millis < 0) {
      return Use.UNDECIDED;
    }
    byte[] key = utf8(name);
    String asked = unanswered.take(name);
    String holder = asked != null ? asked : Holders.newName();
    byte[] mine = utf8("u" + holder);
    Use use = Use.UNDECIDED;
    try {
      boolean first =
          answer(() -> commands.set(key, mine, SetArgs.Builder.nx().px(millis))) != null;
      // ours too where Lettuce sent the question again after a connection that broke
      boolean ours = first || Arrays.equals(mine, answer(() -> commands.get(key)));
      use = ours ? Use.FIRST : Use.REPEATED;
      lastFailure = "";
    } catch (NoAnswer e) {
      unknown(e);
      if (e.mayHaveArrived || asked != null) { // what was sent before may have arrived
        unanswered.keep(name, holder);
      }
    }
    return use;
  }

  @Override
  public Begin begin(String scope, byte[] id, byte[] form, String holder, Duration lease) {
    String state = DeliveryScript.held(holder, lease);
    String name = name(scope, id);
    try {
      long answer = run(DeliveryScript.BEGIN, name, state, formHash(scope, form), lease.toMillis());
      lastFailure = "";
      return DeliveryScript.begin(answer);
    } catch (NoAnswer e) {
      unknown(e);
      return Begin.UNDECIDED;
    }
  }

  @Override
  public boolean complete(String scope, byte[] id, byte[] form, String holder, Instant until) {
    Objects.requireNonNull(holder, "holder");
    try {
      long millis = Math.max(1, keptMillis(until));
      long unused =
          run(DeliveryScript.COMPLETE, name(scope, id), "", formHash(scope, form), millis);
      lastFailure = "";
      return true;
    } catch (NoAnswer e) {
      unknown(e);
      return false;
    }
  }

  @Override
  public boolean abandon(String scope, byte[] id, String holder) {
    String state = DeliveryScript.held(holder, Duration.ofMillis(1));
    try {
      long unused = run(DeliveryScript.ABANDON, name(scope, id), state, "", 1);
      lastFailure = "";
      return true;
    } catch (NoAnswer e) {
      unknown(e);
      return false;
    }
  }

  private String name(String scope, byte[] id) {
    return keyPrefix
        + Base64.getUrlEncoder().withoutPadding().encodeToString(ReplayId.hash(NO_SALT, scope, id));
  }

  private static String formHash(String scope, byte[] form) {
    return HexFormat.of().formatHex(ReplayId.hash(NO_SALT, scope, form), 0, 8);
  }

  /** Negative if the end has passed. */
  private long keptMillis(Instant until) {
    Duration left = Duration.between(clock.instant(), until);
    if (left.compareTo(Duration.ofMillis(1)) < 0) {
      return -1;
    }
    Duration kept = left.plus(SKEW);
    return kept.compareTo(LONGEST) > 0 ? LONGEST.toMillis() : kept.toMillis();
  }

  private long run(String script, String name, String state, String form, long millis)
      throws NoAnswer {
    byte[][] keys = {utf8(name)};
    Long answer =
        answer(
            () ->
                scripts.eval(
                    script,
                    ScriptOutputType.INTEGER,
                    keys,
                    utf8(state),
                    utf8(form),
                    utf8(Long.toString(millis))));
    return answer == null ? 0 : answer;
  }

  /** Waits for an answer, which may be null. */
  private <T> @Nullable T answer(Supplier<RedisFuture<T>> question) throws NoAnswer {
    if (!connection.isOpen()) {
      throw new NoAnswer("not connected", false);
    }
    try {
      RedisFuture<T> reply = question.get();
      if (!reply.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        boolean unused = reply.cancel(true);
        throw new NoAnswer("no answer within " + Span.exact(timeout), true);
      }
      return reply.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NoAnswer("interrupted", true);
    } catch (ExecutionException | RedisException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String what = cause.getClass().getSimpleName() + ": " + cause.getMessage();
      boolean refused = cause instanceof RedisCommandExecutionException;
      throw new NoAnswer(SafeText.of(what, 200), true, refused);
    }
  }

  /** Nobody knows what Redis knows. */
  private static final class NoAnswer extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean mayHaveArrived;
    private final boolean isRefused;

    NoAnswer(String message, boolean mayHaveArrived) {
      this(message, mayHaveArrived, false);
    }

    NoAnswer(String message, boolean mayHaveArrived, boolean isRefused) {
      super(message, null, false, false);
      this.mayHaveArrived = mayHaveArrived;
      this.isRefused = isRefused;
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void unknown(NoAnswer why) {
    if (lastFailure.isEmpty()) {
      LOG.warn("one-time guard on Redis can't tell, refusing: {}", why.getMessage());
    }
    isRefused = why.isRefused;
    lastFailure = String.valueOf(why.getMessage());
  }

  /**
   * Whether Redis answers. Needs no uses to be true: after one that got no answer this call asks
   * Redis too and never waits for it, so that a later call tells that it answers again.
   *
   * @return down while not connected; degraded if the last use got no answer, until Redis answers,
   *     or if Redis refused it, such as for want of memory, until a use is answered
   */
  @Override
  public Health health() {
    if (!connection.isOpen()) {
      return Health.down("not connected to Redis");
    }
    String failure = lastFailure;
    if (!failure.isEmpty() && !isRefused && asking.compareAndSet(false, true)) {
      ask(failure);
    }
    return failure.isEmpty()
        ? Health.up("Redis answers")
        : Health.degraded("the last use was refused: " + failure);
  }

  private void ask(String failure) {
    try {
      var unused =
          commands
              .get(utf8(keyPrefix + "health"))
              .whenComplete(
                  (nothing, problem) -> {
                    asking.set(false);
                    if (problem == null && lastFailure.equals(failure)) {
                      lastFailure = "";
                    }
                  });
    } catch (RedisException e) {
      asking.set(false); // it is not connected any more, which the next call tells
    }
  }

  /** Closes our connection; the client stays open. */
  @Override
  public void close() {
    connection.close();
  }

  @Override
  public String toString() {
    return "RedisReplayGuard[keys "
        + keyPrefix
        + "*, timeout "
        + Span.exact(timeout)
        + ", refuses when Redis can't tell]";
  }

  /** The optional settings of {@link RedisReplayGuard}; not thread-safe. */
  public static final class Builder {
    private final Duration timeout;
    private final Function<Builder, RedisReplayGuard> connect;
    private String keyPrefix = "bartizan:once:";
    private InstantSource clock = InstantSource.system();

    private Builder(Duration timeout, Function<Builder, RedisReplayGuard> connect) {
      this.timeout =
          Require.within("timeout", timeout, Duration.ofMillis(1), Duration.ofSeconds(10));
      this.connect = connect;
    }

    /**
     * What every key begins with; {@code bartizan:once:} unless set.
     *
     * @param prefix 1 to 100 printable ASCII characters
     * @return this builder
     * @throws IllegalArgumentException if it has another length or other characters
     */
    public Builder withKeyPrefix(String prefix) {
      if (!prefix.matches("[!-~]{1,100}")) {
        throw new IllegalArgumentException(
            "keyPrefix is \""
                + SafeText.of(prefix)
                + "\", 1 to 100 printable ASCII characters are accepted");
      }
      keyPrefix = prefix;
      return this;
    }

    /**
     * The clock; the system's unless set.
     *
     * @param source tells how long an id has still to be kept
     * @return this builder
     * @throws NullPointerException if {@code source} is null
     */
    public Builder withClock(InstantSource source) {
      clock = Objects.requireNonNull(source, "clock");
      return this;
    }

    /**
     * Connects.
     *
     * @return a guard; close it to close its connection
     * @throws RedisException if Redis can't be reached
     */
    public RedisReplayGuard build() {
      return connect.apply(this);
    }
  }
}
