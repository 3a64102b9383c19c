package io.bartizan.integrity.attest.oci;

import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.http.Origins;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonNumber;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The registry's bearer-token flow, and HTTP's basic scheme where the registry asks for that.
 *
 * <p>The token server is whom the registry itself names, over https unless plain http was allowed;
 * the credentials go there and nowhere else. What is asked for is to pull from the one repository,
 * whatever scope the registry names. Thread-safe.
 */
final class RegistryLogin {

  static final int MAX_BYTES = 256 * 1024;

  private static final long MAX_TOKEN_NANOS = 3_600_000_000_000L;
  private static final long USUAL_SECONDS = 60;

  /** What is sent to the token server. */
  record Request(URI address, @Nullable String authorization) {
    @Override
    public String toString() {
      return "Request[" + RegistryClient.shown(address) + "]";
    }
  }

  /** Sends it and gives the body of a success. */
  @FunctionalInterface
  interface Sender {
    byte[] send(Request request) throws IOException;
  }

  /** A field's value, until a time of the JVM's clock. */
  private record Held(String authorization, long until) {}

  private final URI registry;
  private final String repository;
  private final String user;
  private final @Nullable Supplier<String> password;
  private final Predicate<URI> isAccepted;
  private volatile @Nullable Held held;

  /**
   * A login.
   *
   * @param isAccepted whether an address may be asked, as to plain http
   */
  RegistryLogin(
      URI registry,
      String repository,
      String user,
      @Nullable Supplier<String> password,
      Predicate<URI> isAccepted) {
    this.registry = registry;
    this.repository = repository;
    this.user = user;
    this.password = password;
    this.isAccepted = isAccepted;
  }

  /** What to send without being asked; null for nothing. */
  @Nullable String current() {
    Held now = held;
    return now == null || System.nanoTime() - now.until >= 0 ? null : now.authorization;
  }

  /** What to send after these challenges of the registry itself. */
  String answer(List<Challenge> challenges, Sender sender) throws IOException {
    for (Challenge challenge : challenges) {
      if (challenge.scheme().equals("bearer") && !challenge.parameter("realm").isEmpty()) {
        return bearer(challenge, sender);
      }
    }
    for (Challenge challenge : challenges) {
      if (challenge.scheme().equals("basic")) {
        if (password == null) {
          throw refused("the registry wants a user name and a password");
        }
        return keep(basic(password), MAX_TOKEN_NANOS);
      }
    }
    throw refused("the registry names no way to log in that is known here");
  }

  private String bearer(Challenge challenge, Sender sender) throws IOException {
    URI realm = realm(challenge.parameter("realm"));
    String query =
        "service="
            + encoded(challenge.parameter("service"))
            + "&scope="
            + encoded("repository:" + repository + ":pull");
    URI address = URI.create(realm + (realm.getRawQuery() == null ? "?" : "&") + query);
    String authorization = password == null ? null : basic(password);
    byte[] json = sender.send(new Request(address, authorization));
    JsonFields answer =
        JsonFields.parse(
            json,
            JsonLimits.ofBytes(MAX_BYTES),
            OciReason.AUTHENTICATION_REFUSED,
            OciReason.AUTHENTICATION_REFUSED,
            "the token server's answer");
    String token = answer.isAbsent("token") ? "" : answer.text("token");
    if (token.isEmpty()) {
      token = answer.text("access_token");
    }
    if (!token.matches("[A-Za-z0-9._~+/=-]+")) {
      throw answer.refused("the token has other characters than tokens have");
    }
    long seconds = answer.isAbsent("expires_in") ? USUAL_SECONDS : seconds(answer);
    return keep("Bearer " + token, Math.min(seconds, 3_600) * 1_000_000_000L);
  }

  /** Some servers write a number of floating point. */
  private static long seconds(JsonFields answer) {
    if (answer.json().get("expires_in") instanceof JsonNumber number
        && number.text().matches("[0-9]{1,9}\\.[0-9]{1,9}")) {
      return Long.parseLong(number.text().substring(0, number.text().indexOf('.')));
    }
    return answer.size("expires_in");
  }

  private String keep(String authorization, long nanos) {
    held = new Held(authorization, System.nanoTime() + Math.min(nanos, MAX_TOKEN_NANOS));
    return authorization;
  }

  /** Where the registry says that tokens are, if they may be asked for there. */
  private URI realm(String text) {
    URI realm;
    try {
      realm = new URI(text);
    } catch (URISyntaxException e) {
      throw refused("the registry's token server is no address: " + SafeText.of(text));
    }
    boolean overPlain = registry.getScheme().equals("http");
    boolean lessSafe = "http".equalsIgnoreCase(realm.getScheme()) && !overPlain;
    if (!Origins.isHttp(realm)
        || realm.getRawUserInfo() != null
        || realm.getRawFragment() != null
        || lessSafe // on loopback too, which is another program's than the registry's
        || !isAccepted.test(realm)) {
      throw refused(
          "the registry's token server is " + SafeText.of(text) + ", an https address is accepted");
    }
    if (password != null && overPlain && !realm.getHost().equalsIgnoreCase(registry.getHost())) {
      throw refused(
          "the registry, over plain http, names the token server of another host, "
              + SafeText.of(text)
              + "; the password is not sent there");
    }
    return realm;
  }

  private String basic(Supplier<String> secret) {
    byte[] both = (user + ":" + secret.get()).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(both);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static VerificationException refused(String why) {
    return new VerificationException(OciReason.AUTHENTICATION_REFUSED, why);
  }
}
