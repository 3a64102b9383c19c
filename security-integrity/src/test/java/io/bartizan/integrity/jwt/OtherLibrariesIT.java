package io.bartizan.integrity.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.jsonwebtoken.JwtParserBuilder;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.SecureDigestAlgorithm;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.time.Instant;
import java.util.Date;
import java.util.EnumSet;
import java.util.Set;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Java libraries: their tokens are accepted here, ours there, a changed one by neither, for every
 * algorithm that both have; Ed25519 has its newer name here alone.
 */
@Tag("deep")
class OtherLibrariesIT {

  private static final String ISSUER = "https://other";
  private static final Set<JwsAlgorithm> ALGORITHMS =
      EnumSet.complementOf(EnumSet.of(JwsAlgorithm.ED25519));

  /** A library as an application uses it. */
  enum Library {
    NIMBUS {
      @Override
      String sign(JwsAlgorithm algorithm, Key key) throws Exception {
        JWTClaimsSet claims =
            new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience("my-api")
                .subject("alice")
                .expirationTime(soon())
                .build();
        SignedJWT token =
            new SignedJWT(new JWSHeader(JWSAlgorithm.parse(algorithm.headerName())), claims);
        token.sign(signer(key));
        return token.serialize();
      }

      private JWSSigner signer(Key key) throws Exception {
        if (key instanceof SecretKey secret) {
          return new MACSigner(secret);
        }
        return key instanceof ECPrivateKey ec
            ? new ECDSASigner(ec)
            : new RSASSASigner((PrivateKey) key);
      }

      @Override
      String subject(JwsAlgorithm algorithm, Key key, String token) throws Exception {
        SignedJWT parsed = SignedJWT.parse(token);
        if (!parsed.verify(
            new DefaultJWSVerifierFactory().createJWSVerifier(parsed.getHeader(), key))) {
          throw new IllegalArgumentException("signature");
        }
        return parsed.getJWTClaimsSet().getSubject();
      }
    },

    JOSE4J {
      @Override
      String sign(JwsAlgorithm algorithm, Key key) throws Exception {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(ISSUER);
        claims.setAudience("my-api");
        claims.setSubject("alice");
        claims.setExpirationTimeMinutesInTheFuture(5);
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(key);
        signature.setAlgorithmHeaderValue(algorithm.headerName());
        return signature.getCompactSerialization();
      }

      @Override
      String subject(JwsAlgorithm algorithm, Key key, String token) throws Exception {
        return new JwtConsumerBuilder()
            .setExpectedIssuer("https://bartizan")
            .setExpectedAudience("my-api")
            .setVerificationKey(key)
            .build()
            .processToClaims(token)
            .getSubject();
      }
    },

    JJWT {
      @Override
      @SuppressWarnings("unchecked") // as many kinds of keys as algorithms
      String sign(JwsAlgorithm algorithm, Key key) {
        SecureDigestAlgorithm<Key, ?> named =
            (SecureDigestAlgorithm<Key, ?>) Jwts.SIG.get().forKey(algorithm.headerName());
        return Jwts.builder()
            .issuer(ISSUER)
            .audience()
            .add("my-api")
            .and()
            .subject("alice")
            .expiration(soon())
            .signWith(key, named)
            .compact();
      }

      @Override
      String subject(JwsAlgorithm algorithm, Key key, String token) {
        JwtParserBuilder parser = Jwts.parser().requireIssuer("https://bartizan");
        return (key instanceof SecretKey secret
                ? parser.verifyWith(secret)
                : parser.verifyWith((PublicKey) key))
            .build()
            .parseSignedClaims(token)
            .getPayload()
            .getSubject();
      }
    };

    abstract String sign(JwsAlgorithm algorithm, Key key) throws Exception;

    /** Verified, or an exception. */
    abstract String subject(JwsAlgorithm algorithm, Key key, String token) throws Exception;

    private static Date soon() {
      return Date.from(Instant.now().plusSeconds(300));
    }
  }

  @ParameterizedTest
  @EnumSource(Library.class)
  void library_everyAlgorithm_acceptsOursAndIsAccepted(Library library) throws Exception {
    for (JwsAlgorithm algorithm : ALGORITHMS) {
      JwtVerifier verifier =
          JwtVerifier.of(TrustedIssuer.of(ISSUER, Keys.verifying(algorithm), algorithm), "my-api");
      String theirs = library.sign(algorithm, signingKey(algorithm));
      assertThat(verifier.verify(theirs).subject()).as("%s", algorithm).contains("alice");
      Forge.refuses(verifier, changed(theirs), JwtReason.SIGNATURE_INVALID);

      String ours =
          Keys.signer(algorithm, "https://bartizan", 0)
              .build()
              .sign(io.bartizan.integrity.jwt.JwtClaims.forAudience("my-api").withSubject("bob"));
      Key key = verifyingKey(algorithm);
      assertThat(library.subject(algorithm, key, ours)).as("%s", algorithm).isEqualTo("bob");
      assertThatThrownBy(() -> library.subject(algorithm, key, changed(ours)))
          .as("%s", algorithm)
          .isInstanceOf(Exception.class);
    }
  }

  /** Of another content by the same signer: the signature is well-formed and wrong. */
  private static String changed(String token) {
    int dot = token.indexOf('.');
    return token.substring(0, dot + 1)
        + Forge.base64("{\"sub\":\"mallory\"}")
        + token.substring(token.lastIndexOf('.'));
  }

  private static Key signingKey(JwsAlgorithm algorithm) {
    return algorithm.isSymmetric() ? secret(algorithm) : Keys.privateKey(algorithm);
  }

  private static Key verifyingKey(JwsAlgorithm algorithm) {
    return algorithm.isSymmetric() ? secret(algorithm) : Keys.publicKey(algorithm);
  }

  private static SecretKey secret(JwsAlgorithm algorithm) {
    return new SecretKeySpec(
        Keys.secret(algorithm, 0).exposedCopy(), "HmacSHA" + algorithm.name().substring(2));
  }
}
