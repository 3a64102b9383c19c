package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.JwsAlgorithm.ED25519;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES384;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES512;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS384;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS512;
import static io.bartizan.integrity.jwt.JwsAlgorithm.PS256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS384;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.json.Json;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.json.JsonWriter;
import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.tests.OptionalTool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** C2SP/wycheproof on every engine; each disagreement is listed with its reason. */
@Tag("deep")
class WycheproofTest {

  private static final JsonLimits LIMITS = new JsonLimits(8 << 20, 32, 1_000_000, 64);

  /**
   * Points whose x is not below the curve's order: JDK 17's SunEC forgets to reduce it and refuses
   * these valid signatures, a share of 2^-32 at P-256 and less elsewhere.
   */
  private static final Map<JwsAlgorithm, List<Integer>> SUN_EC_17 =
      Map.of(ES256, List.of(115, 257), ES384, List.of(147, 275), ES512, List.of(184, 313));

  @Test
  void ecdsa_everyVector_agreesOnEveryEngine() throws Exception {
    Map<JwsAlgorithm, String> files =
        Map.of(
            ES256, "ecdsa_secp256r1_sha256_p1363_test.json",
            ES384, "ecdsa_secp384r1_sha384_p1363_test.json",
            ES512, "ecdsa_secp521r1_sha512_p1363_test.json");
    int checked = 0;
    for (Map.Entry<JwsAlgorithm, String> file : files.entrySet()) {
      for (Provider provider : providers("SunEC")) {
        boolean sun = provider != null && provider.getName().equals("SunEC");
        checked +=
            signatures(
                file.getValue(),
                file.getKey(),
                provider,
                sun ? SUN_EC_17.getOrDefault(file.getKey(), List.of()) : List.of());
      }
    }
    assertThat(checked).isEqualTo(3 * (262 + 280 + 318));
  }

  @Test
  void ed25519_everyVector_agreesOnEveryEngine() throws Exception {
    int checked = 0;
    for (Provider provider : providers("SunEC")) {
      checked += signatures("ed25519_test.json", ED25519, provider, List.of());
    }
    assertThat(checked).isEqualTo(3 * 151);
  }

  @Test
  void rsa_everyVector_agreesOnEveryEngine() throws Exception {
    int checked = 0;
    for (Provider provider : providers("SunRsaSign")) {
      checked += signatures("rsa_signature_2048_sha256_test.json", RS256, provider, List.of());
      checked += signatures("rsa_signature_3072_sha384_test.json", RS384, provider, List.of());
      checked += signatures("rsa_pss_2048_sha256_mgf1_32_test.json", PS256, provider, List.of());
    }
    assertThat(checked).isEqualTo(3 * (259 + 259 + 108));
  }

  /** "acceptable" is a missing NULL in the hash's name, which only the key's owner can make. */
  private static int signatures(
      String file, JwsAlgorithm algorithm, @Nullable Provider provider, List<Integer> allowed)
      throws Exception {
    int checked = 0;
    for (Map<?, ?> group : groups(file)) {
      byte[] der = HexFormat.of().parseHex(String.valueOf(group.get("publicKeyDer")));
      List<Integer> wrong = new ArrayList<>();
      PublicKey key =
          KeyFactory.getInstance(JwtKeys.keyFactory(algorithm))
              .generatePublic(new X509EncodedKeySpec(der));
      SignatureEngine engine;
      try {
        VerifyingKey material = VerifyingKey.ofPublic(null, algorithm, KeyGate.pass(key));
        engine =
            provider == null
                ? KeyRing.engine(algorithm, material, null)
                : new JcaEngine(algorithm, Objects.requireNonNull(material.publicKey), provider);
      } catch (IllegalArgumentException refusedKey) {
        engine = null;
      }
      for (Map<?, ?> test : list(group, "tests")) {
        byte[] message = HexFormat.of().parseHex(String.valueOf(test.get("msg")));
        byte[] signature = HexFormat.of().parseHex(String.valueOf(test.get("sig")));
        boolean accepted = engine != null && engine.verify(message, message.length, signature);
        Object result = test.get("result");
        if (!result.equals("acceptable") && accepted != result.equals("valid")) {
          wrong.add(((Long) test.get("tcId")).intValue());
        }
        checked++;
      }
      assertThat(wrong)
          .as("%s by %s, key refused: %s", file, provider, engine == null)
          .isSubsetOf(allowed);
    }
    return checked;
  }

  @Test
  void jsonWebKeys_everyVector_agrees() throws Exception {
    assertThat(tokens("json_web_key_test.json")).isEmpty();
  }

  @Test
  void jsonWebCrypto_everyVector_agrees() throws Exception {
    List<Integer> wrong = tokens("json_web_crypto_test.json");
    // All the rest is agreement: these are the valid tokens of the groups jwe_aes, jwe_ec, jwe_rsa.
    List<Integer> encrypted = new ArrayList<>();
    for (Map<?, ?> group : groups("json_web_crypto_test.json")) {
      if (String.valueOf(group.get("comment")).startsWith("jwe_")) {
        for (Map<?, ?> test : list(group, "tests")) {
          if (test.get("result").equals("valid")) {
            encrypted.add(((Long) test.get("tcId")).intValue());
          }
        }
      }
    }
    assertThat(wrong).as("JWE is never read").isEqualTo(encrypted);
  }

  private static List<Integer> tokens(String file) throws Exception {
    List<Integer> wrong = new ArrayList<>();
    for (Map<?, ?> group : groups(file)) {
      JwtVerifier verifier = verifier(group);
      for (Map<?, ?> test : list(group, "tests")) {
        String token = String.valueOf(test.containsKey("jws") ? test.get("jws") : test.get("jwe"));
        boolean accepted = verifier != null && Forge.verifiesSignature(verifier, token);
        if (accepted != test.get("result").equals("valid")) {
          wrong.add(((Long) test.get("tcId")).intValue());
        }
      }
    }
    return wrong;
  }

  private static @Nullable JwtVerifier verifier(Map<?, ?> group) {
    Object key = group.containsKey("public") ? group.get("public") : group.get("private");
    @SuppressWarnings("unchecked")
    String json = JsonWriter.write((Map<String, ?>) key);
    try {
      JwtKeys.Fixed keys = json.startsWith("{\"keys\"") ? JwtKeys.jwkSet(json) : JwtKeys.jwk(json);
      return JwtVerifier.ignoreAudience(
              TrustedIssuer.of(
                  "https://issuer", keys, RS256, ES256, ES384, ES512, HS256, HS384, HS512))
          .build();
    } catch (IllegalArgumentException refusedKey) {
      return null;
    }
  }

  private static List<@Nullable Provider> providers(String jdk) {
    List<@Nullable Provider> providers = new ArrayList<>();
    providers.add(null);
    providers.add(Security.getProvider(jdk));
    providers.add(new BouncyCastleProvider());
    return providers;
  }

  private static List<Map<?, ?>> groups(String file) throws Exception {
    Path path = OptionalTool.vectors("wycheproof/" + file);
    JsonObject json = Json.parseObject(Files.readAllBytes(path), LIMITS);
    return list(json.toJava(), "testGroups");
  }

  @SuppressWarnings("unchecked")
  private static List<Map<?, ?>> list(Map<?, ?> parent, String name) {
    return (List<Map<?, ?>>) Objects.requireNonNull(parent.get(name));
  }
}
