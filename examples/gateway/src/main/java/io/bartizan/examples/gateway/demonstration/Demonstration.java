package io.bartizan.examples.gateway.demonstration;

import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS256;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.SecretBytes;
import io.bartizan.core.SecretSource;
import io.bartizan.examples.gateway.ApiKeys;
import io.bartizan.examples.gateway.ArtifactStore;
import io.bartizan.examples.gateway.Gateway;
import io.bartizan.examples.gateway.RateLimits;
import io.bartizan.integrity.artifact.Manifest;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.integrity.mac.MacKeyRing;
import io.bartizan.integrity.mac.SignedValues;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TlsLayout;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gateway in this process, with material of its own, driven by every request of the table. */
public final class Demonstration implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Demonstration.class);

  private final Path folder;
  private final boolean ownFolder;
  private final Material material;
  private final Tokens tokens;
  private final SignedValues carts;
  private final ServerTls tls;
  private final Gateway gateway;
  private final CountDownLatch closed = new CountDownLatch(1);

  private Demonstration(Path folder, boolean ownFolder, int port, RateLimits limits)
      throws Exception {
    this.folder = folder;
    this.ownFolder = ownFolder;
    material = Material.make(folder);
    tokens = new Tokens(material);
    Path cartKey = material.cartKeys().resolve(Material.CART_KEY);
    carts = SignedValues.of("cart", read(cartKey, MacKeyRing::parse), Duration.ofHours(1));
    TlsLayout layout = TlsLayout.kubernetesSecret(material.tls());
    tls =
        ServerTls.of(layout.identity(), layout.anchors(), PeerPolicy.spiffeId(Material.CLIENT_ID));
    ApiKeys apiKeys = read(material.apiKeys(), ApiKeys::parse);
    JwtVerifier verifier = verifier();
    Manifest manifest = Manifest.read(material.artifacts().resolve("SHA256SUMS"));
    gateway =
        Gateway.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            new Gateway.Guards(
                tls.sslContext(),
                limits.limiter(),
                () -> apiKeys,
                () -> verifier,
                carts,
                new ArtifactStore(material.artifacts(), manifest::entries)));
  }

  /** With a folder of its own, that ends with it. */
  public static Demonstration start(int port, RateLimits limits) throws Exception {
    Path folder = Files.createTempDirectory("bartizan-gateway");
    try {
      return new Demonstration(folder, true, port, limits);
    } catch (Exception e) {
      delete(folder);
      throw e;
    }
  }

  /** In a folder of the caller's. */
  public static Demonstration in(Path folder) throws Exception {
    return new Demonstration(folder, false, 0, RateLimits.inMemory());
  }

  private static <T> T read(Path file, Function<SecretBytes, T> reader) throws IOException {
    try (SecretBytes secret = SecretSource.file(file).read()) {
      return reader.apply(secret);
    }
  }

  private JwtVerifier verifier() throws IOException {
    JwtKeys keys = JwtKeys.jwkSet(Files.readString(material.tokenKeys()));
    return JwtVerifier.of(TrustedIssuer.of(Material.ISSUER, keys, ES256, RS256), Material.AUDIENCE);
  }

  public int port() {
    return gateway.port();
  }

  public Material material() {
    return material;
  }

  /** Prints the table; 0 if every answer is the expected one. */
  public int drive(PrintWriter out) throws Exception {
    return drive(material, URI.create("https://localhost:" + port()), out);
  }

  /** Drives any gateway that serves this material. */
  public static int drive(Material material, URI gateway, PrintWriter out) throws Exception {
    try (Visitors visitors = Visitors.of(material)) {
      List<Row> rows = new Visit(gateway, visitors, new Tokens(material)).rows();
      out.println(Row.table(rows));
      long wrong = rows.stream().filter(row -> !row.agrees()).count();
      out.printf(
          "%d requests, %d as expected, %d not.%n%n", rows.size(), rows.size() - wrong, wrong);
      out.flush();
      return wrong == 0 ? 0 : 1;
    }
  }

  /** Prints curl lines and waits for Ctrl-C, so that server and folder end in order. */
  public void serve(PrintWriter out) {
    String cart = carts.sign("3 apples".getBytes(UTF_8), "customer", Material.SHOP_KEY);
    out.print(CurlLines.of(port(), material, tokens, cart));
    out.println("Stop it with Ctrl-C.");
    out.flush();
    Thread main = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  main.interrupt();
                  try {
                    // not the thread's end, which System.exit puts off until this one's
                    boolean unused = closed.await(1, TimeUnit.MINUTES);
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

  @Override
  public void close() throws IOException {
    try {
      gateway.close();
      tls.close();
      if (ownFolder) {
        delete(folder);
      }
    } finally {
      closed.countDown();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
