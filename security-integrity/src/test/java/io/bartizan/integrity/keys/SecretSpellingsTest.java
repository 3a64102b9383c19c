package io.bartizan.integrity.keys;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.testkit.DevCa;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Arrays;
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

  private static List<byte[]> rarerSpellings() throws Exception {
    List<byte[]> found = new ArrayList<>();
    for (String kind : List.of("Ed25519", "Ed448", "X25519", "RSASSA-PSS")) {
      byte[] der = KeyPairGenerator.getInstance(kind).generateKeyPair().getPublic().getEncoded();
      String base64 = Base64.getEncoder().encodeToString(der);
      String pem = "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n";
      found.add(der);
      for (String text :
          List.of(
              base64,
              '"' + base64 + '"',
              base64 + "\\n",
              "0x" + HexFormat.of().formatHex(der),
              Base64.getEncoder().encodeToString(base64.getBytes(US_ASCII)),
              Base64.getEncoder().encodeToString(pem.getBytes(US_ASCII)))) {
        found.add(text.getBytes(US_ASCII));
      }
    }
    byte[] rsa = encodings().get(2);
    byte[] pkcs1 = Arrays.copyOfRange(rsa, 24, rsa.length);
    found.add(pkcs1);
    found.add(Base64.getEncoder().encode(pkcs1));
    byte[] ec = encodings().get(1);
    byte[] point = Arrays.copyOfRange(ec, ec.length - 65, ec.length);
    found.add(point);
    found.add(Base64.getUrlEncoder().withoutPadding().encode(point)); // as VAPID shows it
    String jwk = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + "A".repeat(43) + "\"}";
    String ssh = "AAAAC3NzaC1lZDI1NTE5AAAAIF" + "A".repeat(42);
    for (String text :
        List.of(
            "[" + jwk + "]",
            "'" + jwk + "'",
            '"' + jwk.replace("\"", "\\\"") + '"',
            Base64.getEncoder().encodeToString(jwk.getBytes(US_ASCII)),
            ssh,
            "restrict ssh-ed25519 " + ssh,
            "sk-ssh-ed25519@openssh.com " + ssh,
            "---- BEGIN SSH2 PUBLIC KEY ----\n" + ssh,
            "<RSAKeyValue><Modulus>" + ssh + "</Modulus></RSAKeyValue>")) {
      found.add(text.getBytes(US_ASCII));
    }
    return found;
  }

  @Test
  void TK16_publicKeyInARarerSpelling_isRefusedAsASecret() throws Exception {
    for (byte[] spelling : rarerSpellings()) {
      assertThatIllegalArgumentException()
          .as(new String(spelling, ISO_8859_1))
          .isThrownBy(() -> SecretGate.check(spelling))
          .withMessageStartingWith("the secret is the ");
    }
  }

  @Test
  void TK16_randomSecretInTheSameSpellings_isAccepted() {
    SplittableRandom random = new SplittableRandom(16);
    for (int i = 0; i < 300; i++) {
      byte[] secret = new byte[32 + random.nextInt(64)];
      random.nextBytes(secret);
      secret[0] = (byte) (i % 2 == 0 ? 0x30 : 4); // as DER and points begin
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

  /** HMAC fills a secret up with zeros: those at its end make no difference, and no strength. */
  @Test
  void secretFilledUpWithZeros_isRefused() {
    byte[] word = "changeme".getBytes(US_ASCII);
    for (byte[] secret :
        List.of(new byte[16], new byte[32], new byte[1024], Arrays.copyOf(word, 24))) {
      assertThatIllegalArgumentException()
          .as("%d bytes", secret.length)
          .isThrownBy(() -> SecretGate.checkLength(secret))
          .withMessageContaining("zero bytes");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> JwtKeys.secret(JwsAlgorithm.HS256, SecretBytes.copyOf(Arrays.copyOf(word, 32))))
        .withMessageContaining("has 8 bytes and then 24 zero bytes");
    byte[] random = new byte[32];
    random[16] = 1;
    byte[] filledToTheBlock = Arrays.copyOf("sixteen of these".getBytes(US_ASCII), 64);
    for (byte[] fine : List.of(random, filledToTheBlock)) {
      assertThatCode(() -> SecretGate.checkLength(fine)).doesNotThrowAnyException();
    }
  }

  /** PowerShell writes UTF-16 where it is not told otherwise, and editors write a mark. */
  @Test
  void textWithAByteOrderMark_isRefused() {
    String text = "a secret that was typed into an editor";
    byte[] utf16 = ("\ufeff" + text + "\r").getBytes(UTF_16LE);
    for (byte[] marked : List.of(("\ufeff" + text).getBytes(UTF_8), utf16)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> JwtKeys.secret(JwsAlgorithm.HS256, SecretBytes.copyOf(marked)))
          .withMessageContaining("byte order mark");
      byte[] random = marked.clone();
      random[20] = (byte) 200;
      random[21] = (byte) 200;
      assertThatCode(() -> SecretGate.check(random)).doesNotThrowAnyException();
    }
    assertThatCode(() -> SecretGate.check(text.getBytes(UTF_8))).doesNotThrowAnyException();
  }
}
