package io.bartizan.examples.gateway.demonstration;

import io.bartizan.core.SecretBytes;
import io.bartizan.core.SecretSource;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtClaims;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.SigningKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The tokens of the demonstration: good ones of the issuer, and the forgeries of an attacker. */
public final class Tokens {

  private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

  private final byte[] publicRsaKey;
  private final JwtSigner issuer;
  private final JwtSigner anHourAgo;

  public Tokens(Material material) throws IOException {
    publicRsaKey = Files.readAllBytes(material.file("issuer-rsa.der"));
    try (SecretBytes pem = SecretSource.file(material.file("issuer-key.pem")).read()) {
      SigningKey key = SigningKey.pem(JwsAlgorithm.ES256, pem).withKeyId(Material.ES256_KEY);
      issuer = signer(key, InstantSource.system());
      anHourAgo = signer(key, InstantSource.offset(InstantSource.system(), Duration.ofHours(-1)));
    }
  }

  private static JwtSigner signer(SigningKey key, InstantSource clock) {
    return JwtSigner.builder(Material.ISSUER, Duration.ofMinutes(15), key).withClock(clock).build();
  }

  public String good() {
    return issuer.sign(claims("user-7", "read"));
  }

  String admin() {
    return issuer.sign(claims("root", "read admin"));
  }

  String expired() {
    return anHourAgo.sign(claims("user-7", "read"));
  }

  String forSomebodyElse() {
    return issuer.sign(JwtClaims.forAudience("another-service").withSubject("user-7"));
  }

  /** {@code alg: none}: the oldest forgery, CVE-2015-9235. */
  String unsigned() {
    return encode("{\"alg\":\"none\"}") + "." + forgedClaims() + ".";
  }

  /** HS256 with the issuer's public RSA key as the secret, CVE-2016-10555. */
  String confused() {
    String header = "{\"alg\":\"HS256\",\"kid\":\"%s\"}".formatted(Material.RS256_KEY);
    String signed = encode(header) + "." + forgedClaims();
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(publicRsaKey, "HmacSHA256"));
      byte[] tag = mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + URL.encodeToString(tag);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private static JwtClaims claims(String subject, String scope) {
    return JwtClaims.forAudience(Material.AUDIENCE).withSubject(subject).with("scope", scope);
  }

  private static String forgedClaims() {
    return encode(
        "{\"iss\":\"%s\",\"sub\":\"root\",\"aud\":\"%s\",\"scope\":\"admin\",\"exp\":%s}"
            .formatted(Material.ISSUER, Material.AUDIENCE, Instant.now().getEpochSecond() + 900));
  }

  private static String encode(String json) {
    return URL.encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }
}
