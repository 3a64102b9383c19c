package io.bartizan.testkit.issuer;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.json.JsonTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A development issuer on this machine: discovery document, key set, tokens, rotation on command.
 *
 * <p>It listens on a free port of the loopback interface, over HTTP, or over HTTPS with a
 * certificate of a {@link DevCa}, and signs whatever a test asks for. Its keys are new in each run
 * and never leave memory. Nothing outside a test should trust it. Thread-safe.
 *
 * <pre>{@code
 * try (DevIssuer issuer = DevIssuer.start(IssuerShape.KEYCLOAK)) {
 *   String token = issuer.token("my-api").sign();
 *   // the application under test: issuer.issuer(), issuer.jwksUri()
 *   issuer.rotate();
 * }
 * }</pre>
 */
public final class DevIssuer implements AutoCloseable {

  private static final char[] PASSWORD = "in memory".toCharArray();
  private static final String WELL_KNOWN = "/.well-known/openid-configuration";

  private final IssuerShape shape;
  private final InstantSource clock;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool(DevIssuer::thread);
  private final String issuer;
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger made = new AtomicInteger();
  private final @Nullable IssuerKey encryption;

  /** The current one last. */
  private final List<IssuerKey> keys = new CopyOnWriteArrayList<>(); // the current one is last

  private volatile int failure;

  private DevIssuer(Builder builder) throws IOException {
    shape = builder.shape;
    clock = builder.clock;
    keys.add(newKey());
    encryption = shape == IssuerShape.KEYCLOAK ? IssuerKey.of("enc-1") : null;
    InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    DevCa ca = builder.ca;
    if (ca == null) {
      server = HttpServer.create(free, 0);
    } else {
      HttpsServer secured = HttpsServer.create(free, 0);
      secured.setHttpsConfigurator(new HttpsConfigurator(tls(ca)));
      server = secured;
    }
    String scheme = ca == null ? "http" : "https";
    issuer = scheme + "://localhost:" + server.getAddress().getPort() + shape.path();
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "dev-issuer");
    thread.setDaemon(true);
    return thread;
  }

  private static SSLContext tls(DevCa ca) {
    try {
      KeyStore identity =
          ca.leaf("dev issuer")
              .dns("localhost")
              .ip("127.0.0.1")
              .forServer()
              .issue()
              .keyStore(PASSWORD);
      KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
      own.init(identity, PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot set up TLS for a dev issuer", e);
    }
  }

  /**
   * Starts an issuer of plain tokens over HTTP.
   *
   * @return a running issuer
   * @throws UncheckedIOException if no port can be opened
   */
  public static DevIssuer start() {
    return start(IssuerShape.PLAIN);
  }

  /**
   * Starts an issuer over HTTP.
   *
   * @param shape whose tokens it imitates
   * @return a running issuer
   * @throws UncheckedIOException if no port can be opened
   */
  public static DevIssuer start(IssuerShape shape) {
    return builder(shape).start();
  }

  /**
   * Options first: HTTPS, clock.
   *
   * @param shape whose tokens it imitates
   * @return a builder with no options set
   */
  public static Builder builder(IssuerShape shape) {
    return new Builder(shape);
  }

  private void answer(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    try (exchange) {
      String path = exchange.getRequestURI().getRawPath();
      String base = shape.path();
      int status = failure;
      if (status != 0) {
        send(exchange, status, "{}");
      } else if (path.equals(base + WELL_KNOWN)) {
        send(exchange, 200, JsonTree.write(document()));
      } else if (path.equals(base + "/keys")) {
        send(exchange, 200, publicJwkSet());
      } else {
        send(exchange, 404, "{}");
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private Map<String, Object> document() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("issuer", issuer);
    document.put("authorization_endpoint", issuer + "/authorize");
    document.put("token_endpoint", issuer + "/token");
    document.put("jwks_uri", jwksUri().toString());
    document.put("response_types_supported", List.of("code"));
    document.put("subject_types_supported", List.of("public"));
    document.put("id_token_signing_alg_values_supported", List.of("RS256"));
    return document;
  }

  private IssuerKey newKey() {
    return IssuerKey.of("dev-key-" + made.incrementAndGet());
  }

  /**
   * The issuer's name, which is also where its discovery document is found below.
   *
   * @return {@code iss} of its tokens, such as {@code http://localhost:40123/realms/dev}
   */
  public String issuer() {
    return issuer;
  }

  /**
   * Where the keys are.
   *
   * @return the {@code jwks_uri} of the discovery document
   */
  public URI jwksUri() {
    return URI.create(issuer + "/keys");
  }

  /**
   * The keys as they are published now.
   *
   * @return the text of a JWK set without private parts
   */
  public String publicJwkSet() {
    List<Object> set = new ArrayList<>();
    for (IssuerKey key : keys) {
      set.add(key.jwk(shape, "sig", "RS256"));
    }
    if (encryption != null) {
      set.add(encryption.jwk(shape, "enc", "RSA-OAEP"));
    }
    return JsonTree.write(Map.of("keys", set));
  }

  /**
   * A token as this provider makes it, of the current key, issued now.
   *
   * @param audience for whom: {@code aud}, or {@code client_id} of {@link IssuerShape#COGNITO}
   * @return a token to change and to sign
   */
  public DevToken token(String audience) {
    Objects.requireNonNull(audience, "audience");
    IssuerKey key = current();
    Map<String, @Nullable Object> header = new LinkedHashMap<>();
    header.put("alg", "RS256");
    header.put("kid", key.id());
    if (shape.hasType()) {
      header.put("typ", "JWT");
    }
    if (shape.hasThumbprint()) {
      header.put("x5t", key.thumbprint());
    }
    long seconds = clock.instant().getEpochSecond();
    Map<String, @Nullable Object> claims = new LinkedHashMap<>();
    claims.put("iss", issuer);
    claims.put(shape.audienceClaim(), shape.audience(audience));
    claims.put("iat", seconds);
    claims.put("exp", seconds + shape.seconds());
    claims.putAll(shape.claims(UUID.randomUUID().toString(), seconds));
    return new DevToken(key, header, claims);
  }

  private IssuerKey current() {
    List<IssuerKey> now = List.copyOf(keys);
    return now.get(now.size() - 1);
  }

  /** Makes a new key the current one; the earlier ones stay in the set. */
  public void rotate() {
    keys.add(newKey());
  }

  /** Takes all keys but the current one out of the set. */
  public void withdrawEarlierKeys() {
    IssuerKey current = current();
    keys.removeIf(key -> !key.equals(current));
  }

  /**
   * Answers each request with this status from now on, until {@link #recover}.
   *
   * @param status 400 to 599
   * @throws IllegalArgumentException if it is out of range
   */
  public void failWith(int status) {
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("status is " + status + ", 400 to 599 are accepted");
    }
    failure = status;
  }

  /** Answers as before {@link #failWith}. */
  public void recover() {
    failure = 0;
  }

  /**
   * How many requests came.
   *
   * @return the number since the start
   */
  public int requests() {
    return requests.get();
  }

  /** Stops; the port is free again. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  /** The shape and the issuer. */
  @Override
  public String toString() {
    return "DevIssuer[" + shape + ", " + issuer + "]";
  }

  /** The options of a {@link DevIssuer}. Not thread-safe. */
  public static final class Builder {

    private final IssuerShape shape;
    private InstantSource clock = InstantSource.system();
    private @Nullable DevCa ca;

    private Builder(IssuerShape shape) {
      this.shape = Objects.requireNonNull(shape, "shape");
    }

    /**
     * HTTPS, with a certificate for {@code localhost} and {@code 127.0.0.1}.
     *
     * @param issuing signs the certificate; the client has to trust it
     * @return this
     */
    public Builder withTls(DevCa issuing) {
      this.ca = Objects.requireNonNull(issuing, "issuing");
      return this;
    }

    /**
     * The clock of the tokens' times.
     *
     * @param source tells the time; the system's unless set
     * @return this
     */
    public Builder withClock(InstantSource source) {
      this.clock = Objects.requireNonNull(source, "source");
      return this;
    }

    /**
     * Starts it.
     *
     * @return a running issuer to close
     * @throws UncheckedIOException if no port can be opened
     */
    public DevIssuer start() {
      try {
        return new DevIssuer(this);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
