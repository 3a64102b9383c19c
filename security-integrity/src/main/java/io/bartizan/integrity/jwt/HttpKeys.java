package io.bartizan.integrity.jwt;

import io.bartizan.core.SafeText;
import io.bartizan.integrity.http.BoundedBody;
import io.bartizan.integrity.http.FreshFor;
import io.bartizan.integrity.json.Json;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A JWK set by HTTP: at its own URI, or at the one that an issuer's discovery document names
 * (OpenID Connect Discovery 1.0 section 4), which is read anew at each fetch. Requests have no
 * time-out of their own: the one who waits for the answer cancels it in time.
 */
final class HttpKeys implements KeyTransport {

  private static final String WELL_KNOWN = "/.well-known/openid-configuration";

  private final HttpClient client;
  private final URI uri;
  private final boolean discovers;
  private final int maxBytes;
  private final Map<String, Supplier<String>> headers;
  private final Set<String> headerOrigins;
  private final Predicate<URI> isAccepted;

  HttpKeys(
      HttpClient client,
      URI uri,
      boolean discovers,
      int maxBytes,
      Map<String, Supplier<String>> headers,
      Set<String> headerOrigins,
      Predicate<URI> isAccepted) {
    this.client = client;
    this.uri = uri;
    this.discovers = discovers;
    this.maxBytes = maxBytes;
    this.headers = new LinkedHashMap<>(headers);
    this.headerOrigins = new HashSet<>(headerOrigins);
    this.headerOrigins.add(origin(uri));
    this.isAccepted = isAccepted;
  }

  @Override
  public CompletableFuture<Answer> get() {
    if (!discovers) {
      return set(uri);
    }
    String issuer = uri.toString();
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    CompletableFuture<HttpResponse<byte[]>> document =
        send(URI.create(base + WELL_KNOWN), "application/json");
    AtomicReference<@Nullable CompletableFuture<Answer>> keys = new AtomicReference<>();
    CompletableFuture<Answer> both =
        document.thenCompose(
            answer -> {
              CompletableFuture<Answer> set = set(published(plain(answer.body()), issuer));
              keys.set(set);
              return set;
            });
    var unused =
        both.whenComplete(
            (answer, problem) -> {
              document.cancel(true);
              CompletableFuture<Answer> set = keys.get();
              if (set != null) {
                set.cancel(true);
              }
            });
    return both;
  }

  private CompletableFuture<Answer> set(URI where) {
    CompletableFuture<HttpResponse<byte[]>> sent =
        send(where, "application/jwk-set+json, application/json");
    CompletableFuture<Answer> set =
        sent.thenApply(answer -> new Answer(plain(answer.body()), fresh(answer.headers())));
    var unused = set.whenComplete((answer, problem) -> sent.cancel(true)); // if it was cancelled
    return set;
  }

  /** The client decodes nothing; a file in a bucket may have been put there compressed. */
  private static byte[] plain(byte[] body) {
    if (body.length > 1 && body[0] == 0x1f && body[1] == (byte) 0x8b) {
      throw new IllegalArgumentException("the answer is compressed (gzip), unasked");
    }
    return body;
  }

  private static long fresh(HttpHeaders fields) {
    return FreshFor.nanos(fields, Long.MAX_VALUE);
  }

  private CompletableFuture<HttpResponse<byte[]>> send(URI where, String accepted) {
    HttpRequest.Builder request = HttpRequest.newBuilder(where).header("Accept", accepted);
    if (headerOrigins.contains(origin(where))) {
      headers.forEach((name, value) -> setField(request, name, value.get()));
    }
    return client.sendAsync(request.build(), this::body);
  }

  /** The client's own message would repeat the value. */
  static void setField(HttpRequest.Builder request, String name, String value) {
    Objects.requireNonNull(value, "value");
    try {
      request.setHeader(name, value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the header \"" + SafeText.of(name) + "\" or its value can't be sent in a request");
    }
  }

  /** The same of what the application gives, if keys may come from there. */
  static String checkedOrigin(URI uri) {
    String problem = KeyAddress.problem(uri, true, true);
    if (problem != null) {
      throw new IllegalArgumentException(problem);
    }
    return origin(uri);
  }

  /** Scheme, host and port (RFC 6454), in one spelling. */
  static String origin(URI uri) {
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("http") ? 80 : 443;
    return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + ":" + port;
  }

  private HttpResponse.BodySubscriber<byte[]> body(HttpResponse.ResponseInfo info) {
    if (info.statusCode() == 200) {
      return BoundedBody.of(
          maxBytes, () -> new IOException("the answer has more than " + maxBytes + " bytes"));
    }
    // RFC 9110 section 10.2.3; a date there is a rarity and counts as none
    String retryAfter = info.headers().firstValue("Retry-After").orElse("0").strip();
    return BoundedBody.refusing(
        new Refusal(info.statusCode(), Math.max(0, FreshFor.seconds(retryAfter))));
  }

  /** Another status than 200, and after how many seconds the server wants to be asked again. */
  static final class Refusal extends IOException {
    private static final long serialVersionUID = 1L;
    final long retrySeconds;

    Refusal(int status, long retrySeconds) {
      super("the answer's status is " + status);
      this.retrySeconds = retrySeconds;
    }
  }

  /** Where the issuer says that its keys are, if it is the issuer that was asked for. */
  private URI published(byte[] document, String issuer) {
    String named;
    String keys;
    try {
      JsonLimits limits = JsonLimits.ofBytes(maxBytes).withMaxValues(20_000);
      JsonObject json =
          Json.parseObject(document, JwkReader.start(document), document.length, limits);
      named = json.string("issuer");
      keys = json.string("jwks_uri");
    } catch (JsonException e) {
      throw new IllegalArgumentException(
          "the discovery document is no acceptable JSON: " + e.getMessage(), e);
    }
    if (!issuer.equals(named)) {
      throw new IllegalArgumentException(
          "the discovery document is of the issuer "
              + SafeText.of(String.valueOf(named))
              + ", not of the one that was asked for");
    }
    URI where = keys == null ? null : parsed(keys);
    if (where == null || !isAccepted.test(where)) {
      throw new IllegalArgumentException(
          "the discovery document's jwks_uri is "
              + SafeText.of(String.valueOf(keys))
              + "; https is accepted, and of issuers of run time their own host or one of"
              + " withKeyHost");
    }
    return where;
  }

  private static @Nullable URI parsed(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
