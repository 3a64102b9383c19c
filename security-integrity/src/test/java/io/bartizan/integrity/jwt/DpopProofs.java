package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.base64;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.security.KeyPair;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;

/** A client with a key of one algorithm, who makes DPoP proofs of any text. */
final class DpopProofs {

  private final JwsAlgorithm algorithm;
  private final KeyPair pair;

  DpopProofs(JwsAlgorithm algorithm) {
    this.algorithm = algorithm;
    this.pair = Keys.pair(algorithm, 7);
  }

  /** Claims of a token that is bound to this client's key. */
  String boundClaims() {
    return Forge.payload("cnf", "{\"jkt\":\"" + thumbprint() + "\"}");
  }

  String thumbprint() {
    return Thumbprint.of(pair.getPublic());
  }

  static String ath(String token) {
    return base64(Thumbprint.sha256(token.getBytes(ISO_8859_1)));
  }

  String header() {
    return "{\"alg\":\""
        + algorithm.headerName()
        + "\",\"typ\":\"dpop+jwt\",\"jwk\":"
        + jwk(pair.getPublic())
        + "}";
  }

  String proof(String claims) {
    return sealed(base64(header()), base64(claims));
  }

  /** Signs whatever the two parts are, be they base64 or not. */
  String sealed(String header, String payload) {
    String input = header + "." + payload;
    return input + "." + base64(Forge.sign(algorithm, pair, input.getBytes(ISO_8859_1)));
  }

  private String jwk(PublicKey key) {
    return switch (algorithm.family) {
      case EC -> EcJwk.of(key);
      case ED25519 -> {
        byte[] spki = key.getEncoded();
        byte[] point = Arrays.copyOfRange(spki, spki.length - 32, spki.length);
        yield "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + base64(point) + "\"}";
      }
      default -> {
        RSAPublicKey rsa = (RSAPublicKey) key;
        byte[] n = rsa.getModulus().toByteArray();
        yield "{\"kty\":\"RSA\",\"n\":\""
            + base64(n[0] == 0 ? Arrays.copyOfRange(n, 1, n.length) : n)
            + "\",\"e\":\""
            + base64(rsa.getPublicExponent().toByteArray())
            + "\"}";
      }
    };
  }
}
