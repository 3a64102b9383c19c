package io.bartizan.integrity.keys;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.testkit.DevCa;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** TK-16: a public key in any usual spelling is no secret. */
class SecretSpellingsTest {

  private static List<byte[]> encodings() throws Exception {
    List<byte[]> encodings = new ArrayList<>();
    for (String kind : List.of("Ed25519", "EC", "RSA")) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
      if (!kind.equals("Ed25519")) {
        generator.initialize(kind.equals("EC") ? 256 : 2048);
      }
      encodings.add(generator.generateKeyPair().getPublic().getEncoded());
    }
    encodings.add(DevCa.of("a").certificate().getEncoded());
    return encodings;
  }

  private static List<String> spellings(byte[] der) {
    return List.of(
        Base64.getEncoder().encodeToString(der),
        Base64.getEncoder().withoutPadding().encodeToString(der),
        Base64.getUrlEncoder().encodeToString(der),
        Base64.getUrlEncoder().withoutPadding().encodeToString(der),
        Base64.getMimeEncoder().encodeToString(der),
        " " + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n",
        HexFormat.of().formatHex(der),
        HexFormat.of().withUpperCase().formatHex(der),
        HexFormat.ofDelimiter(":").formatHex(der));
  }

  @Test
  void TK16_publicKeyInAUsualSpelling_isRefusedAsASecret() throws Exception {
    for (byte[] der : encodings()) {
      for (String spelling : spellings(der)) {
        assertThatIllegalArgumentException()
            .as(spelling)
            .isThrownBy(() -> SecretGate.check(spelling.getBytes(US_ASCII)))
            .withMessageContaining(
                spelling.length() == 2 * der.length ? "hexadecimal" : "of a key");
      }
    }
    String shown = Base64.getEncoder().encodeToString(encodings().get(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwtKeys.secret(JwsAlgorithm.HS256, SecretBytes.ofUtf8(shown)))
        .withMessageContaining("base64");
  }

  @Test
  void TK16_randomSecretInTheSameSpellings_isAccepted() {
    SplittableRandom random = new SplittableRandom(16);
    for (int i = 0; i < 300; i++) {
      byte[] secret = new byte[32 + random.nextInt(64)];
      random.nextBytes(secret);
      secret[0] = 0x30; // as DER begins
      for (String spelling : spellings(secret)) {
        assertThatCode(() -> SecretGate.check(spelling.getBytes(US_ASCII)))
            .as(spelling)
            .doesNotThrowAnyException();
      }
    }
    for (String text : List.of("correct horse battery staple, and more of it", "====", "", "a")) {
      assertThatCode(() -> SecretGate.check(text.getBytes(US_ASCII))).doesNotThrowAnyException();
    }
  }
}
