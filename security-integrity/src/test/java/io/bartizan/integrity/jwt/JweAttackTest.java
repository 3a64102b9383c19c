package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.base64;
import static io.bartizan.integrity.jwt.Forge.refuses;
import static io.bartizan.integrity.jwt.Forge.strict;
import static io.bartizan.integrity.jwt.Forge.token;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS256;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.AllocatedBytes;
import java.io.ByteArrayOutputStream;
import java.util.zip.DeflaterOutputStream;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;

/** Section E of the attack matrix: encryption is not authentication, so no JWE is ever read. */
class JweAttackTest {

  private final JwtVerifier rs256 = strict(RS256).build();

  @Test
  void E01_jweMadeWithThePublicKey_isRefused() throws Exception {
    Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-1AndMGF1Padding");
    cipher.init(Cipher.ENCRYPT_MODE, Keys.publicKey(RS256));
    String wrapped = base64(cipher.doFinal(new byte[32]));
    String jwe =
        header("RSA-OAEP", "")
            + "."
            + wrapped
            + "."
            + base64("iv")
            + "."
            + base64(GOOD)
            + "."
            + base64("tag");
    refuses(rs256, jwe, JwtReason.MALFORMED);
    String threeParts = header("RSA-OAEP", "") + "." + wrapped + "." + base64(GOOD);
    refuses(rs256, threeParts, JwtReason.ALGORITHM_NOT_ALLOWED);
    refuses(
        rs256,
        token("{\"alg\":\"RS256\",\"enc\":\"A256GCM\"}", GOOD, RS256),
        JwtReason.HEADER_NOT_SUPPORTED);
  }

  @Test
  void E02_plainTokenInsideAJwe_isRefused() {
    String plain = base64("{\"alg\":\"none\"}") + "." + base64(GOOD) + ".";
    refuses(
        rs256,
        header("dir", ",\"cty\":\"JWT\"")
            + ".."
            + base64("iv")
            + "."
            + base64(plain)
            + "."
            + base64("t"),
        JwtReason.MALFORMED);
    refuses(rs256, token(RS256, plain), JwtReason.MALFORMED);
  }

  @Test
  void E03_hugeIterationCount_isNotCounted() {
    for (String count : new String[] {"2147483647", "1", "-1", "1e9"}) {
      String header = header("PBES2-HS256+A128KW", ",\"p2s\":\"AAAA\",\"p2c\":" + count);
      refuses(rs256, header + ".a.b.c.d", JwtReason.MALFORMED);
      refuses(rs256, header + "." + base64(GOOD) + ".AAAA", JwtReason.ALGORITHM_NOT_ALLOWED);
    }
  }

  @Test
  void E04_compressedPayload_isNotInflated() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(out)) {
      deflater.write(new byte[8 * 1024 * 1024]);
    }
    JwtVerifier verifier = strict(HS256).build();
    String bomb =
        token("{\"alg\":\"HS256\",\"zip\":\"DEF\"}".getBytes(UTF_8), out.toByteArray(), HS256);
    refuses(verifier, bomb, JwtReason.HEADER_NOT_SUPPORTED);
    AllocatedBytes.assertBounded(
        bomb.length(), () -> assertThat(verifier.check(bomb).isAccepted()).isFalse());
  }

  @Test
  void E05_keyUnwrappingAlgorithms_areUnknown() {
    for (String name : new String[] {"RSA1_5", "ECDH-ES", "ECDH-ES+A128KW", "A256GCMKW"}) {
      String epk = ",\"epk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}";
      refuses(
          rs256, header(name, epk) + "." + base64(GOOD) + ".AAAA", JwtReason.ALGORITHM_NOT_ALLOWED);
      refuses(rs256, header(name, epk) + ".a.b.c.d", JwtReason.MALFORMED);
      assertThat(JwsAlgorithm.ofHeaderName(name)).isNull();
    }
  }

  private static String header(String algorithm, String more) {
    return base64("{\"alg\":\"" + algorithm + "\",\"enc\":\"A128CBC-HS256\"" + more + "}");
  }
}
