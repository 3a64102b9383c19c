package io.bartizan.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Options of a {@link RedisServer}; made by {@link RedisServer#builder()}. Not thread-safe. */
public final class RedisServerBuilder {

  static final String ADMIN = "bartizan-testkit";

  private final List<String> extra = new ArrayList<>();
  private boolean tls;
  private boolean sentinel;

  RedisServerBuilder() {}

  /**
   * A password for the default user.
   *
   * @param password one word without white space
   * @return this builder
   * @throws IllegalArgumentException if the password is empty or holds white space or quotes
   */
  public RedisServerBuilder withPassword(String password) {
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
  public RedisServerBuilder withUser(String name, String rules) {
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
  public RedisServerBuilder withTls(Path certificate, Path key, Path authorities) {
    tls = true;
    return withConfig("tls-cert-file", quoted(certificate))
        .withConfig("tls-key-file", quoted(key))
        .withConfig("tls-ca-cert-file", quoted(authorities))
        .withConfig("tls-auth-clients", "optional");
  }

  /**
   * One line of {@code redis.conf}, after the lines that the test kit writes.
   *
   * @param name such as {@code maxmemory}
   * @param value such as {@code 2mb}, quoted as the file wants it
   * @return this builder
   * @throws IllegalArgumentException if the name is empty or holds white space, or the value a line
   *     end
   */
  public RedisServerBuilder withConfig(String name, String value) {
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
    return RedisServer.start(this);
  }

  RedisServerBuilder asSentinel() {
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
