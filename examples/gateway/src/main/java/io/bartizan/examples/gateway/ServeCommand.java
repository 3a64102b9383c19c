package io.bartizan.examples.gateway;

import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The service of a deployment: everything from files, until SIGTERM. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Serves with material from files, which it follows when they change. Ends in order at"
            + " SIGTERM.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before call()
final class ServeCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

  @Option(names = "--bind", defaultValue = "127.0.0.1", description = "Address; ${DEFAULT-VALUE}.")
  private String bind;

  @Option(names = "--port", defaultValue = "8443", description = "Port; ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--probe-bind",
      defaultValue = "127.0.0.1",
      description = "Address of /livez, /readyz and /metrics in plain HTTP; ${DEFAULT-VALUE}.")
  private String probeBind;

  @Option(
      names = "--probe-port",
      defaultValue = "8081",
      description = "Their port; ${DEFAULT-VALUE}.")
  private int probePort;

  @Option(
      names = "--tls",
      required = true,
      paramLabel = "DIR",
      description = "tls.crt, tls.key and ca.crt, by which clients are known.")
  private Path tls;

  @Option(
      names = "--peers",
      required = true,
      paramLabel = "FILE",
      description = "Which clients: a peer policy such as spiffeId(spiffe://prod.example/shop).")
  private Path peers;

  @Option(names = "--issuer", required = true, description = "Whose tokens count (iss).")
  private String issuer;

  @Option(names = "--audience", required = true, description = "Whom they must be for (aud).")
  private String audience;

  @Option(
      names = "--token-keys",
      required = true,
      paramLabel = "FILE",
      description = "The issuer's public keys, a JWK set.")
  private Path tokenKeys;

  @Option(
      names = "--cart-keys",
      required = true,
      paramLabel = "DIR",
      description =
          "A key in base64 in each file, whose name begins with the day from which it signs, such"
              + " as 2026-12-01.")
  private Path cartKeys;

  @Option(
      names = "--api-keys",
      required = true,
      paramLabel = "FILE",
      description = "An API key a line.")
  private Path apiKeys;

  @Option(
      names = "--artifacts",
      paramLabel = "DIR",
      description = "Files and their SHA256SUMS; none are served without.")
  private @Nullable Path artifacts;

  @Option(
      names = "--redis",
      paramLabel = "URI",
      description = "Count on this Redis, redis://host:port or rediss://host:port; else in memory.")
  private @Nullable String redis;

  @Option(
      names = "--redis-tls",
      paramLabel = "DIR",
      description = "tls.crt, tls.key and ca.crt for Redis.")
  private @Nullable Path redisTls;

  @Option(names = "--redis-user", paramLabel = "NAME", description = "User of Redis' ACL.")
  private @Nullable String redisUser;

  @Option(
      names = "--redis-password",
      paramLabel = "FILE",
      description = "The password's file, read for each connection.")
  private @Nullable Path redisPassword;

  @Option(
      names = "--drain-delay",
      defaultValue = "5s",
      paramLabel = "TIME",
      description = "After SIGTERM new requests are served so long; ${DEFAULT-VALUE}.")
  private String drainDelay;

  @Option(
      names = "--drain-time",
      defaultValue = "20s",
      paramLabel = "TIME",
      description = "Then open requests are waited for at most so long; ${DEFAULT-VALUE}.")
  private String drainTime;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Settings settings = settings();
    Service service;
    try {
      service = Service.start(settings);
    } catch (IOException e) {
      LOG.error("the probes can't listen on {}: {}", settings.probes(), Sentence.of(e));
      return 1;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(service), "gateway-end"));
    new CountDownLatch(1).await();
    return 0;
  }

  /** Without halt the JVM's status after SIGTERM is 143, whatever was done. */
  private static void end(Service service) {
    try {
      service.drain();
      service.close();
    } catch (InterruptedException | RuntimeException e) {
      LOG.error("did not end in order: {}", Sentence.of(e));
      Runtime.getRuntime().halt(1);
    }
    Runtime.getRuntime().halt(0);
  }

  Settings settings() {
    return new Settings(
        address("--bind", bind, "--port", port),
        address("--probe-bind", probeBind, "--probe-port", probePort),
        new Settings.Files(tls, peers, tokenKeys, cartKeys, apiKeys, artifacts),
        text("--issuer", issuer),
        text("--audience", audience),
        redis(),
        new Settings.Drain(
            duration("--drain-delay", drainDelay), duration("--drain-time", drainTime)),
        Settings.EVERY);
  }

  private InetSocketAddress address(String bindName, String host, String portName, int number) {
    if (number < 0 || number > 65_535) {
      throw misuse(portName + " is " + number + ", 0 to 65535 are accepted");
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(host), number);
    } catch (UnknownHostException e) {
      throw misuse(bindName + " is " + host + ", which is no address of this machine");
    }
  }

  private String text(String name, String value) {
    if (value.isBlank()) {
      throw misuse(name + " is empty");
    }
    return value;
  }

  private Duration duration(String name, String value) {
    try {
      Duration parsed = Durations.parse(value);
      if (parsed.compareTo(Duration.ofMinutes(10)) <= 0) {
        return parsed;
      }
    } catch (IllegalArgumentException malformed) {
      // told below
    }
    throw misuse(name + " is " + value + ", a time such as 500ms, 5s or 2m up to 10m is accepted");
  }

  /** A URI's text is not repeated: it may hold the password that does not belong there. */
  private Settings.@Nullable Redis redis() {
    String uri = redis;
    if (uri == null) {
      if (redisTls != null || redisUser != null || redisPassword != null) {
        throw misuse("--redis-tls, --redis-user and --redis-password need --redis");
      }
      return null;
    }
    if (uri.contains("@")) {
      throw misuse("--redis holds a user or password; give --redis-user and --redis-password");
    }
    RedisURI parsed = parsed(uri);
    if (redisTls != null && !parsed.isSsl()) {
      throw misuse("--redis-tls needs a --redis that begins with rediss://");
    }
    if (redisUser != null && redisPassword == null) {
      throw misuse("--redis-user needs --redis-password");
    }
    return new Settings.Redis(uri, redisTls, redisUser, redisPassword);
  }

  private RedisURI parsed(String uri) {
    try {
      if (uri.startsWith("redis://") || uri.startsWith("rediss://")) {
        return RedisURI.create(uri);
      }
    } catch (IllegalArgumentException malformed) {
      // told below
    }
    throw misuse("--redis is not redis://host:port or rediss://host:port");
  }

  private ParameterException misuse(String why) {
    return new ParameterException(spec.commandLine(), why);
  }
}
