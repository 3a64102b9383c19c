package io.bartizan.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A real {@code redis-server} for one test, on a free loopback port; it ends when closed, and at
 * the latest with this JVM.
 *
 * <p>The program is the {@code redis-server} on the path, else the one that embedded-redis carries
 * (Redis 6.2 on Linux and macOS, without TLS). It keeps nothing on disk but its configuration and
 * log, in a folder of its own that {@link #close()} deletes. Faults are real ones: {@link #pause()}
 * stops the process as a stuck host would, {@link #kill()} ends it at once, {@link #restartEmpty()}
 * brings it back on the same port without data or scripts. A JVM that ends without closing it,
 * killed or not, leaves neither process nor folder: a shell beside the server watches for that, so
 * {@code sh} must be on the path. Thread-safe.
 *
 * <pre>{@code
 * try (RedisServer redis = RedisServer.start()) {
 *   RedisClient client = RedisClient.create(redis.uri());
 * }
 * }</pre>
 */
public final class RedisServer implements AutoCloseable {

  private static final int ATTEMPTS = 5;

  private final Builder settings;
  private final Path folder;
  private final Path program;
  private final String adminPassword;
  private final RedisGuard guard;
  private volatile RedisPorts ports;
  private volatile RedisProcess process;

  private RedisServer(Builder settings) throws IOException {
    this.settings = settings;
    this.adminPassword = RedisFolder.randomWord();
    this.folder = RedisFolder.create();
    RedisGuard started = null;
    try {
      this.program = settings.program == null ? RedisBinary.locate(folder) : settings.program;
      this.guard = started = new RedisGuard(folder);
      for (int attempt = 1; ; attempt++) {
        RedisPorts candidates = RedisPorts.free();
        try {
          this.ports = candidates;
          this.process = launch(candidates);
          return;
        } catch (IOException portTakenMeanwhile) {
          if (attempt == ATTEMPTS) {
            throw portTakenMeanwhile;
          }
        }
      }
    } catch (IOException | RuntimeException failure) {
      if (started != null) {
        started.close();
      }
      RedisFolder.delete(folder);
      throw failure;
    }
  }

  /**
   * Starts a server without password or TLS and waits until it answers {@code PING}.
   *
   * @return a running server
   * @throws UncheckedIOException if no program or no {@code sh} is found or it does not answer
   *     within ten seconds
   */
  public static RedisServer start() {
    return builder().start();
  }

  /**
   * Options first: password, users, TLS, lines of {@code redis.conf}.
   *
   * @return a builder with no options set
   */
  public static Builder builder() {
    return new Builder();
  }

  static RedisServer start(Builder settings) {
    try {
      return new RedisServer(settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Where plain clients connect, as Lettuce and Jedis read it.
   *
   * @return such as {@code redis://127.0.0.1:40123}; without user or password
   */
  public String uri() {
    return "redis://127.0.0.1:" + ports.plain();
  }

  /**
   * Where TLS clients connect.
   *
   * @return such as {@code rediss://127.0.0.1:40124}
   * @throws IllegalStateException if the server was started without {@code withTls}
   */
  public String tlsUri() {
    if (!settings.hasTls()) {
      throw new IllegalStateException("the server has no TLS port; start it with withTls(...)");
    }
    return "rediss://127.0.0.1:" + ports.tls();
  }

  /**
   * The plain port on 127.0.0.1.
   *
   * @return 1024 to 55535; the same for the server's whole life, restarts included
   */
  public int port() {
    return ports.plain();
  }

  /**
   * Sends one command as an administrator, over a connection of its own.
   *
   * @param words the command and its arguments, such as {@code "SCRIPT", "FLUSH"}
   * @return the reply as text; the elements of an array on lines of their own, nil as empty text
   * @throws IllegalStateException if the server replies with an error
   * @throws UncheckedIOException if the server does not answer within ten seconds
   */
  @CanIgnoreReturnValue
  public String command(String... words) {
    Objects.requireNonNull(words, "words");
    try (RespConnection connection = new RespConnection(ports.plain())) {
      if (settings.hasAdmin()) {
        connection.call("AUTH", Builder.ADMIN, adminPassword);
      }
      return connection.call(words);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Stops the process where it is ({@code SIGSTOP}): connections stay open and nothing answers.
   *
   * @throws UncheckedIOException if the signal can't be sent, as on Windows
   */
  public void pause() {
    process.signal("STOP");
  }

  /**
   * Lets a paused process go on ({@code SIGCONT}).
   *
   * @throws UncheckedIOException if the signal can't be sent
   */
  public void resume() {
    process.signal("CONT");
  }

  /** Ends the process at once ({@code SIGKILL}) and waits until it is gone. */
  public void kill() {
    process.kill();
    guard.forget();
  }

  /**
   * Kills the process if it runs and starts a new one on the same port, with no keys and no
   * scripts.
   *
   * @throws UncheckedIOException if it does not answer within ten seconds
   */
  public void restartEmpty() {
    process.kill();
    try {
      process = launch(ports);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Whether the process is there, paused or not.
   *
   * @return false after {@link #kill()} and {@link #close()}
   */
  public boolean isRunning() {
    return process.isAlive();
  }

  /** Ends the process and deletes its folder; closing twice does nothing. */
  @Override
  public void close() {
    process.kill();
    guard.close();
    RedisFolder.delete(folder);
  }

  @Override
  public String toString() {
    return "RedisServer[" + uri() + ", " + program.getFileName() + "]";
  }

  private RedisProcess launch(RedisPorts at) throws IOException {
    Path config = RedisFolder.write(folder, settings.lines(at, folder, adminPassword));
    RedisProcess started = RedisProcess.launch(guard, program, config, settings.isSentinel());
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!answers(at)) {
      if (!started.isAlive() || System.nanoTime() - deadline > 0) {
        started.kill();
        throw new IOException(
            "redis-server did not answer on port " + at.plain() + ":\n" + RedisFolder.log(folder));
      }
      started.awaitEnd(10);
    }
    return started;
  }

  private boolean answers(RedisPorts at) {
    try (RespConnection connection = new RespConnection(at.plain())) {
      if (settings.hasAdmin()) {
        connection.call("AUTH", Builder.ADMIN, adminPassword);
      }
      return connection.call("PING").equals("PONG");
    } catch (IOException | IllegalStateException notYet) {
      return false;
    }
  }

  /** Options of a {@link RedisServer}; made by {@link RedisServer#builder()}. Not thread-safe. */
  public static final class Builder {

    static final String ADMIN = "bartizan-testkit";

    private final List<String> extra = new ArrayList<>();
    private @Nullable Path program;
    private boolean tls;
    private boolean sentinel;

    Builder() {}

    /** For a server that restarts with these, whatever the builder is told meanwhile. */
    private Builder(Builder other) {
      extra.addAll(other.extra);
      program = other.program;
      tls = other.tls;
      sentinel = other.sentinel;
    }

    /**
     * A password for the default user.
     *
     * @param password one word without white space
     * @return this builder
     * @throws IllegalArgumentException if the password is empty or holds white space or quotes
     */
    public Builder withPassword(String password) {
      return withConfig("requirepass", word("password", password));
    }

    /**
     * A user of Redis' access control lists.
     *
     * @param name one word
     * @param rules as in {@code ACL SETUSER}, such as {@code on >secret ~limits:* +evalsha +eval}
     * @return this builder
     * @throws IllegalArgumentException if the name is empty or holds white space, or a rule a line
     *     end
     */
    public Builder withUser(String name, String rules) {
      return withConfig("user", word("name", name) + " " + rules);
    }

    /**
     * A TLS port beside the plain one; needs a server program built with TLS, as Debian's is.
     *
     * @param certificate PEM file of the server's chain
     * @param key PEM file of its private key
     * @param authorities PEM file of the authorities whose clients are admitted
     * @return this builder
     * @throws NullPointerException if an argument is null
     */
    public Builder withTls(Path certificate, Path key, Path authorities) {
      tls = true;
      return withConfig("tls-cert-file", quoted(certificate))
          .withConfig("tls-key-file", quoted(key))
          .withConfig("tls-ca-cert-file", quoted(authorities))
          .withConfig("tls-auth-clients", "optional");
    }

    /**
     * Another program than the one on the path, such as a second version of Redis, or Valkey.
     *
     * @param server an executable file
     * @return this builder
     * @throws NullPointerException if {@code server} is null
     */
    public Builder withProgram(Path server) {
      program = Objects.requireNonNull(server, "server");
      return this;
    }

    /**
     * One line of {@code redis.conf}, after the lines that the test kit writes.
     *
     * @param name such as {@code maxmemory}
     * @param value such as {@code 2mb}, quoted as the file wants it
     * @return this builder
     * @throws IllegalArgumentException if the name is empty or holds white space, or the value a
     *     line end
     */
    public Builder withConfig(String name, String value) {
      Objects.requireNonNull(value, "value");
      if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0) {
        throw new IllegalArgumentException("value of " + word("name", name) + " holds a line end");
      }
      extra.add(word("name", name) + " " + value);
      return this;
    }

    /**
     * Starts the server and waits until it answers {@code PING}.
     *
     * @return a running server
     * @throws java.io.UncheckedIOException if no program is found or it does not answer within ten
     *     seconds; the message ends with the server's log
     */
    public RedisServer start() {
      return RedisServer.start(new Builder(this));
    }

    Builder asSentinel() {
      sentinel = true;
      return this;
    }

    boolean hasTls() {
      return tls;
    }

    boolean hasAdmin() {
      return !sentinel;
    }

    boolean isSentinel() {
      return sentinel;
    }

    List<String> lines(RedisPorts ports, Path folder, String adminPassword) {
      List<String> lines = new ArrayList<>();
      lines.add("bind 127.0.0.1");
      lines.add("port " + ports.plain());
      lines.add("dir " + quoted(folder));
      lines.add("logfile " + quoted(folder.resolve("redis.log")));
      lines.add("daemonize no");
      if (tls) {
        lines.add("tls-port " + ports.tls());
      }
      if (!sentinel) {
        lines.add("save \"\"");
        lines.add("appendonly no");
        lines.add("user " + ADMIN + " on >" + adminPassword + " ~* &* +@all");
      }
      lines.addAll(extra);
      return lines;
    }

    private static String quoted(Path path) {
      String text = path.toAbsolutePath().toString();
      return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String word(String argument, String value) {
      Objects.requireNonNull(value, argument);
      if (!value.matches("[^\\s\"'\\\\]+")) {
        throw new IllegalArgumentException(
            argument + " must be one word without white space, quotes or backslashes");
      }
      return value;
    }
  }
}
