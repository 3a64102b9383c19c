package io.bartizan.spring;

import com.sun.net.httpserver.HttpServer;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtClaims;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.SigningKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An issuer that serves its keys and its discovery document on loopback. */
final class Login implements AutoCloseable {

  private final HttpServer server;
  private final PrivateKey privateKey;
  private final SigningKey key;

  Login() throws IOException, GeneralSecurityException {
    this(0);
  }

  /** At a port that another one had. */
  Login(int port) throws IOException, GeneralSecurityException {
    KeyPairGenerator p256 = KeyPairGenerator.getInstance("EC");
    p256.initialize(256);
    KeyPair pair = p256.generateKeyPair();
    privateKey = pair.getPrivate();
    key =
        SigningKey.of(JwsAlgorithm.ES256, pair.getPrivate())
            .withPublicKey(pair.getPublic())
            .withKeyId("k1");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    serve("/jwks", SigningKey.publicJwkSet(List.of(key)));
    serve(
        "/.well-known/openid-configuration",
        "{\"issuer\":\"" + url() + "\",\"jwks_uri\":\"" + url() + "/jwks\"}");
    server.start();
  }

  private void serve(String path, String json) {
    server.createContext(
        path,
        exchange -> {
          byte[] body = json.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The value of an {@code Authorization} header. */
  String bearer(String issuer, String audience, String user, Map<String, ?> more) {
    return bearer(issuer, audience, user, more, null);
  }

  /** The same, of a token that is bound to a certificate. */
  String bearer(
      String issuer,
      String audience,
      String user,
      Map<String, ?> more,
      @Nullable X509Certificate bound) {
    JwtSigner.Builder signer = JwtSigner.builder(issuer, Duration.ofMinutes(5), key);
    JwtClaims claims = JwtClaims.forAudience(audience).withSubject(user);
    for (Map.Entry<String, ?> each : more.entrySet()) {
      claims = claims.with(each.getKey(), each.getValue());
    }
    if (bound != null) {
      claims = claims.with("cnf", Map.of("x5t#S256", thumbprint(bound)));
    }
    return "Bearer " + signer.build().sign(claims);
  }

  /** A token with claims that {@link JwtSigner} does not write, such as fractions. */
  String signed(String claims) throws GeneralSecurityException {
    Base64.Encoder url = Base64.getUrlEncoder().withoutPadding();
    String text =
        url.encodeToString("{\"alg\":\"ES256\",\"kid\":\"k1\"}".getBytes(StandardCharsets.UTF_8))
            + "."
            + url.encodeToString(claims.getBytes(StandardCharsets.UTF_8));
    Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
    signature.initSign(privateKey);
    signature.update(text.getBytes(StandardCharsets.US_ASCII));
    return text + "." + url.encodeToString(signature.sign());
  }

  private static String thumbprint(X509Certificate certificate) {
    try {
      byte[] digest =
          java.security.MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
