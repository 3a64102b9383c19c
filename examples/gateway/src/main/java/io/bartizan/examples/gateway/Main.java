package io.bartizan.examples.gateway;

import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS256;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.SafeText;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.integrity.mac.SignedValues;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TrustAnchors;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Starts the guarded gateway and drives it, or keeps it running. */
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    description =
        "An HTTPS server guarded by all of Bartizan; drives itself and exits 0 if every answer is"
            + " the expected one.")
final class Main implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  @Option(
      names = "--redis",
      paramLabel = "URI",
      description = "Keep the rate limits on this Redis, as redis://host:port.")
  private @Nullable String redis;

  @Option(
      names = "--serve",
      description = "Keep running, and print curl lines to try each answer by hand.")
  private boolean serve;

  @Option(
      names = "--port",
      defaultValue = "0",
      description = "Port on 127.0.0.1; 0, the default, takes a free one.")
  private int port;

  @SuppressWarnings("NullAway.Init") // picocli sets it before call()
  @Spec
  private CommandSpec spec;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    if (port < 0 || port > 65_535) {
      throw new ParameterException(
          spec.commandLine(), "--port is " + port + ", 0 to 65535 are accepted");
    }
    PrintWriter out = spec.commandLine().getOut();
    Path folder = Files.createTempDirectory("bartizan-gateway");
    try (RateLimits limits = openLimits()) {
      Material material = new Material(folder);
      Tokens tokens = new Tokens(material);
      SignedValues carts = SignedValues.of("cart", material.carts(), Duration.ofHours(1));
      try (ServerTls tls = serverTls(material);
          Gateway gateway =
              Gateway.start(port, tls, limits.limiter(), verifier(material), carts, material)) {
        out.printf(
            "The guarded gateway listens on https://localhost:%d, limits %s.%n%n",
            gateway.port(), limits.where());
        int exit = drive(gateway, material, tokens, out);
        if (serve) {
          String cart = carts.sign("3 apples".getBytes(UTF_8), "customer", Material.SHOP_KEY);
          out.print(CurlLines.of(gateway.port(), material, tokens, cart));
          out.println("Stop it with Ctrl-C.");
          out.flush();
          untilStopped();
        }
        return exit;
      }
    } finally {
      delete(folder);
    }
  }

  /** Ctrl-C interrupts this thread, so that the server and the folder of keys end in order. */
  private static void untilStopped() {
    Thread main = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  main.interrupt();
                  try {
                    main.join(5_000);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException stopped) {
      LOG.info("stopped");
    }
  }

  private static int drive(Gateway gateway, Material material, Tokens tokens, PrintWriter out)
      throws Exception {
    try (Visitors visitors = Visitors.of(material)) {
      List<Row> rows = new Visit(gateway.port(), visitors, tokens).rows();
      out.println(Row.table(rows));
      long wrong = rows.stream().filter(row -> !row.agrees()).count();
      out.printf(
          "%d requests, %d as expected, %d not.%n%n", rows.size(), rows.size() - wrong, wrong);
      out.flush();
      return wrong == 0 ? 0 : 1;
    }
  }

  private RateLimits openLimits() {
    if (redis == null) {
      return RateLimits.inMemory();
    }
    try {
      return RateLimits.onRedis(redis);
    } catch (RuntimeException e) {
      throw new ParameterException(
          spec.commandLine(), "--redis is " + SafeText.of(redis) + ", which does not answer", e);
    }
  }

  private static ServerTls serverTls(Material material) {
    Identity identity = Identity.pem(material.file("server.pem"), material.file("server-key.pem"));
    TrustAnchors anchors = TrustAnchors.pem(material.file("ca.pem"));
    return ServerTls.of(identity, anchors, PeerPolicy.spiffeId(Material.CLIENT_ID));
  }

  private static JwtVerifier verifier(Material material) {
    JwtKeys keys =
        JwtKeys.anyOf(
            JwtKeys.publicKey(ES256, material.es256().getPublic()).withKeyId(Material.ES256_KEY),
            JwtKeys.publicKey(RS256, material.rs256().getPublic()).withKeyId(Material.RS256_KEY));
    TrustedIssuer issuer = TrustedIssuer.of(Material.ISSUER, keys, ES256, RS256);
    return JwtVerifier.of(issuer, Material.AUDIENCE);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
