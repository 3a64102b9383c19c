package io.bartizan.integrity.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Pem;
import io.bartizan.integrity.json.Json;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.tests.OptionalTool;
import java.nio.file.Files;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** A pinned key's verdict: the same whoever made the key object, and whatever provider is first. */
@ResourceLock("java.security.Security")
class KeyOrderTest {

  private static final JsonLimits LIMITS = new JsonLimits(8 << 20, 32, 1_000_000, 64);
  private static final byte[] CONTENT = "content".getBytes(UTF_8);

  private record Made(String family, int bits, String signature) {}

  private static final List<Made> FORMS =
      List.of(
          new Made("EC", 256, "SHA256withECDSA"),
          new Made("EC", 384, "SHA384withECDSA"),
          new Made("EC", 521, "SHA512withECDSA"),
          new Made("RSA", 2048, "SHA256withRSA"),
          new Made("Ed25519", 255, "Ed25519"));

  @Test
  void AR04_anyOrderOfProviders_givesOneKeyAndOneVerdict() throws Exception {
    for (Made form : FORMS) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(form.family());
      generator.initialize(form.bits());
      KeyPair pair = generator.generateKeyPair();
      Signature signer = Signature.getInstance(form.signature());
      signer.initSign(pair.getPrivate());
      signer.update(CONTENT);
      byte[] signature = signer.sign();
      byte[] wrong = signature.clone();
      wrong[signature.length - 1] ^= 1;
      String pem = Pem.encode("PUBLIC KEY", pair.getPublic().getEncoded());
      PinnedKey plain = PinnedKey.parse(pem);
      Provider bouncy = new BouncyCastleProvider();
      PublicKey foreign =
          KeyFactory.getInstance(form.family(), bouncy)
              .generatePublic(new X509EncodedKeySpec(pair.getPublic().getEncoded()));
      withFirst(
          bouncy,
          () -> {
            for (PinnedKey key :
                List.of(
                    PinnedKey.parse(pem), PinnedKey.of(pair.getPublic()), PinnedKey.of(foreign))) {
              assertThat(key).isEqualTo(plain).hasToString(plain.toString());
              assertThat(key.matches(CONTENT, signature)).as(form.toString()).isTrue();
              assertThat(key.matches(CONTENT, wrong)).isFalse();
              assertThat(key.matches(new byte[1], signature)).isFalse();
              assertThat(key.fingerprint()).isEqualTo(plain.fingerprint());
            }
            assertThat(plain.matches(CONTENT, signature)).isTrue();
          });
      assertThat(PinnedKey.of(foreign)).isEqualTo(plain);
      assertThat(PinnedKey.of(foreign).matches(CONTENT, signature)).isTrue();
    }
  }

  /**
   * A point whose x is not below the order, which JDK 17's own engine refuses: the vectors of
   * Wycheproof that it gets wrong, written out so that the first tier has them.
   */
  @Test
  void AR04_pointWithAnXNotBelowTheOrder_isAccepted() throws Exception {
    PinnedKey key =
        PinnedKey.of(
            KeyGate.ofSpki(
                    HexFormat.of()
                        .parseHex(
                            "3059301306072a8648ce3d020106082a8648ce3d030107034200040ad99500288d466940031d72a9f5445a4d43784640855bf0a69874d2de5fe103c5011e6ef2c42dcd50d5d3d29f99ae6eba2c80c9244f4c5422f0979ff0c3ba5e"))
                .key());
    byte[] content = HexFormat.of().parseHex("313233343030");
    byte[] signature =
        HexFormat.of()
            .parseHex(
                "303502104319055358e8617b0c46353d039cdaab022100ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254e");
    for (int i = 0; i < 3; i++) {
      assertThat(key.matches(content, signature)).isTrue();
    }
    withFirst(
        new BouncyCastleProvider(), () -> assertThat(key.matches(content, signature)).isTrue());
  }

  /** Every vector of the files that has a form of a pinned key; P1363 is changed to DER. */
  @Tag("deep")
  @Test
  void AR04_wycheproof_hasOneVerdictWhateverTheOrder() throws Exception {
    Map<String, String> before = new TreeMap<>();
    Map<String, String> after = new TreeMap<>();
    for (String file :
        List.of(
            "ecdsa_secp256r1_sha256_test.json",
            "ecdsa_secp256r1_sha256_p1363_test.json",
            "ecdsa_secp384r1_sha384_p1363_test.json",
            "ecdsa_secp521r1_sha512_p1363_test.json",
            "rsa_signature_2048_sha256_test.json",
            "ed25519_test.json")) {
      String text = Files.readString(OptionalTool.vectors("wycheproof/" + file));
      judge(file, text, before);
      withFirst(new BouncyCastleProvider(), () -> judge(file, text, after));
    }
    assertThat(before).hasSizeGreaterThan(1_000);
    assertThat(after).isEqualTo(before);
    before.values().removeIf(said -> !said.contains("not"));
    assertThat(before).isEmpty();
  }

  private static void judge(String file, String text, Map<String, String> verdicts)
      throws Exception {
    JsonObject root = Json.parseObject(text.getBytes(UTF_8), LIMITS);
    boolean plain = file.contains("p1363");
    for (Object each : list(root.toJava().get("testGroups"))) {
      Map<?, ?> group = (Map<?, ?>) each;
      byte[] spki = HexFormat.of().parseHex(String.valueOf(group.get("publicKeyDer")));
      PinnedKey key;
      try {
        key = PinnedKey.parse(Pem.encode("PUBLIC KEY", spki));
      } catch (IllegalArgumentException e) {
        continue; // the group's key is weak
      }
      for (Object one : list(group.get("tests"))) {
        Map<?, ?> test = (Map<?, ?>) one;
        byte[] message = HexFormat.of().parseHex(String.valueOf(test.get("msg")));
        byte[] signature = HexFormat.of().parseHex(String.valueOf(test.get("sig")));
        int half = (bits(group).intValue() + 7) / 8;
        boolean fits = !plain || signature.length == 2 * half;
        boolean good =
            fits
                && key.matches(
                    message,
                    plain && signature.length > 0
                        ? io.bartizan.integrity.keys.EcdsaForms.toDer(signature)
                        : signature);
        String result = String.valueOf(test.get("result"));
        boolean right = result.equals("acceptable") || good == result.equals("valid");
        verdicts.put(file + " " + test.get("tcId"), good + (right ? "" : ", not " + result));
      }
    }
  }

  private static Number bits(Map<?, ?> group) {
    String size = String.valueOf(((Map<?, ?>) group.get("publicKey")).get("keySize"));
    return size.equals("null") ? Integer.valueOf(0) : Integer.valueOf(size);
  }

  private static List<?> list(Object value) {
    return new ArrayList<>((List<?>) value);
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void withFirst(Provider provider, Work work) throws Exception {
    assertThat(Security.insertProviderAt(provider, 1)).isEqualTo(1);
    try {
      work.run();
    } finally {
      Security.removeProvider(provider.getName());
    }
  }
}
