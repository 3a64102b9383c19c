package io.bartizan.integrity.attest;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.attest.Signer.IN_TOTO;
import static io.bartizan.integrity.attest.Signer.base64;
import static io.bartizan.integrity.attest.Signer.bundle;
import static io.bartizan.integrity.attest.Signer.envelope;
import static io.bartizan.integrity.attest.Signer.json;
import static io.bartizan.integrity.attest.Signer.pae;
import static io.bartizan.integrity.attest.Signer.statement;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.integrity.artifact.ArtifactReason;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.artifact.SignatureForm;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.EdDSAParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attestations and signatures as real tools write them: containers, forms, bounds. */
class ToolFormsTest {

  private static final String SPDX = "https://spdx.dev/Document";
  private static final byte[] CONTENT = bytes(5_000);
  private static final Digest DIGEST = Digest.sha256Of(CONTENT);
  private static final Signer ALICE = Signer.ecdsa();
  private static final Signer BOB = Signer.ed25519();
  private static final Signer EVE = Signer.ecdsa();

  @TempDir private Path folder;
  private final StatementVerifier bills = StatementVerifier.of(SignerKeys.anyOf(ALICE.key), SPDX);

  @Test
  void AR11_statementInABundle_isVerifiedAsItLies() {
    byte[] lying = json(bundle("dsseEnvelope", envelope(IN_TOTO, json(bill()), ALICE)));
    assertThat(bills.verify(lying, DIGEST).predicate()).containsEntry("builder", "ours");
    refused(AttestReason.SUBJECT_MISMATCH, () -> bills.verify(lying, Digest.sha256Of(new byte[1])));
    byte[] forged = json(bundle("dsseEnvelope", envelope(IN_TOTO, json(bill()), EVE)));
    refused(AttestReason.SIGNATURE_INVALID, () -> bills.verify(forged, DIGEST));
    byte[] blob = blob(ALICE.sign(CONTENT), null);
    refused(AttestReason.MALFORMED, () -> bills.verify(blob, DIGEST));
    Map<String, Object> both = bundle("dsseEnvelope", envelope(IN_TOTO, json(bill()), ALICE));
    both.putAll(envelope(IN_TOTO, json(bill()), ALICE));
    refused(AttestReason.MALFORMED, () -> bills.verify(json(both), DIGEST));
  }

  @Test
  void AR11_attestationsOfAnImage_areFoundInBothForms() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    ImageReference image = layout.image("app");
    Digest digest = image.requireDigest();
    ImageSource source = ImageSource.layout(folder);
    assertThat(refused(AttestReason.UNSIGNED, () -> bills.verify(source, image)))
        .contains("skopeo");
    Map<String, Object> about = statement(SPDX, digest);
    layout.attestation(digest, EVE.signed(about));
    layout.attestation(digest, "no json".getBytes(UTF_8));
    layout.referrer(digest, ALICE.imageBundle(digest)); // another predicate type
    refused(AttestReason.SIGNATURE_INVALID, () -> bills.verify(source, image));
    layout.attestation(digest, ALICE.signed(about));
    assertThat(bills.verify(source, image).signers()).containsExactly(ALICE.key);
    // the same statement, signed by a second key in the other form, counts together
    StatementVerifier two =
        StatementVerifier.of(SignerKeys.threshold(2, List.of(ALICE.key, BOB.key)), SPDX);
    refused(AttestReason.SIGNATURE_INVALID, () -> two.verify(source, image));
    layout.referrer(digest, json(bundle("dsseEnvelope", envelope(IN_TOTO, json(about), BOB))));
    assertThat(two.verify(source, image).signers()).containsExactlyInAnyOrder(ALICE.key, BOB.key);
    refused(
        AttestReason.SIGNATURE_INVALID, // no attestation is an image signature
        () -> CosignVerifier.of(SignerKeys.anyOf(BOB.key)).verify(source, image));
  }

  record Form(SignatureForm form, String family, int bits) {
    private static final Map<String, KeyPair> PAIRS = new ConcurrentHashMap<>();

    /** The key that all forms of its family and length share. */
    KeyPair pair() {
      return PAIRS.computeIfAbsent(family + bits, unused -> generate());
    }

    private KeyPair generate() {
      try {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(family);
        generator.initialize(bits);
        return generator.generateKeyPair();
      } catch (GeneralSecurityException e) {
        throw new AssertionError(e);
      }
    }
  }

  static List<Form> forms() {
    List<Form> forms = new ArrayList<>();
    for (SignatureForm form : SignatureForm.values()) {
      if (form.name().startsWith("RSA")) {
        forms.add(new Form(form, "RSA", 2048));
      } else if (form.name().startsWith("ECDSA")) {
        for (int bits : new int[] {256, 384, 521}) {
          forms.add(new Form(form, "EC", bits));
        }
      } else {
        forms.add(new Form(form, "Ed25519", 255));
      }
    }
    return forms;
  }

  static byte[] sign(SignatureForm form, KeyPair pair, byte[] content) throws Exception {
    String name = form.name();
    int bits = name.endsWith("256") ? 256 : name.endsWith("384") ? 384 : 512;
    Signature signer;
    if (form == SignatureForm.ED25519PH) {
      signer = Signature.getInstance("EdDSA");
      signer.setParameter(new EdDSAParameterSpec(true));
    } else if (name.contains("PSS")) {
      signer = Signature.getInstance("RSASSA-PSS");
      MGF1ParameterSpec mask = new MGF1ParameterSpec("SHA-" + bits);
      signer.setParameter(new PSSParameterSpec("SHA-" + bits, "MGF1", mask, bits / 8, 1));
    } else if (form == SignatureForm.ED25519) {
      signer = Signature.getInstance("Ed25519");
    } else {
      signer = Signature.getInstance("SHA" + bits + "with" + name.replaceAll("_.*", ""));
    }
    signer.initSign(pair.getPrivate());
    signer.update(content);
    return signer.sign();
  }

  @Test
  void AR12_everyForm_isVerifiedWhereTheCallerChoseItAndNamedWhereNot() throws Exception {
    Path file = Files.write(folder.resolve("f"), CONTENT);
    for (Form each : forms()) {
      KeyPair pair = each.pair();
      byte[] signature = sign(each.form(), pair, CONTENT);
      byte[] wrong = signature.clone();
      wrong[wrong.length - 1] ^= 1;
      PinnedKey usual = PinnedKey.of(pair.getPublic());
      PinnedKey key = usual.withForm(each.form());
      assertThat(key).isEqualTo(usual);
      key.verify(CONTENT, signature);
      assertThat(key.verify(file, signature)).isEqualTo(DIGEST);
      refused(ArtifactReason.SIGNATURE_INVALID, () -> key.verify(CONTENT, wrong));
      refused(ArtifactReason.SIGNATURE_INVALID, () -> key.verify(new byte[1], signature));
      refused(ArtifactReason.SIGNATURE_INVALID, () -> key.verify(file, wrong));
      boolean byDigest = !each.form().name().contains("PSS") && !each.family().equals("Ed25519");
      for (DigestAlgorithm algorithm : DigestAlgorithm.values()) {
        Digest digest = Digest.compute(algorithm, CONTENT);
        if (byDigest && each.form().name().endsWith(algorithm.label().substring(3))) {
          key.verify(digest, signature);
          refused(ArtifactReason.SIGNATURE_INVALID, () -> key.verify(digest, wrong));
          Digest other = Digest.compute(algorithm, new byte[1]);
          refused(ArtifactReason.SIGNATURE_INVALID, () -> key.verify(other, signature));
        } else {
          refused(ArtifactReason.SIGNATURE_FORM_OTHER, () -> key.verify(digest, signature));
        }
      }
      if (usual.form() != each.form()) {
        assertThat(usual.matches(CONTENT, signature)).isFalse();
        String said =
            refused(ArtifactReason.SIGNATURE_FORM_OTHER, () -> usual.verify(CONTENT, signature));
        assertThat(said)
            .contains(each.form().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'));
        byte[] wrapped =
            json(
                envelope(
                    "text/x", CONTENT, List.of(sign(each.form(), pair, pae("text/x", CONTENT)))));
        DsseVerifier byUsual = DsseVerifier.of(SignerKeys.anyOf(usual), "text/x");
        if (each.form() == SignatureForm.ED25519PH) { // in envelopes both forms count
          assertThat(byUsual.verify(wrapped).signers()).containsExactly(key);
        } else {
          refused(ArtifactReason.SIGNATURE_FORM_OTHER, () -> byUsual.verify(wrapped));
        }
        assertThat(DsseVerifier.of(SignerKeys.anyOf(key), "text/x").verify(wrapped).payload())
            .isEqualTo(CONTENT);
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ALICE.key.withForm(SignatureForm.RSA_SHA512));
    assertThatIllegalArgumentException() // one key is one signer, in whatever forms
        .isThrownBy(
            () ->
                SignerKeys.threshold(
                    2, List.of(ALICE.key, ALICE.key.withForm(SignatureForm.ECDSA_SHA512))));
  }

  @Test
  void AR11_blobs_areVerifiedFromBytesFilesAndDigests() throws Exception {
    Path file = Files.write(folder.resolve("f"), CONTENT);
    KeyPair ed = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    PinnedKey edKey = PinnedKey.of(ed.getPublic());
    Map<PinnedKey, byte[]> all = new LinkedHashMap<>();
    all.put(ALICE.key, ALICE.sign(CONTENT));
    Signer rsa = Signer.rsa();
    all.put(rsa.key, rsa.sign(CONTENT));
    for (Map.Entry<PinnedKey, byte[]> each : all.entrySet()) {
      CosignVerifier cosign = CosignVerifier.of(SignerKeys.anyOf(EVE.key, each.getKey()));
      byte[] signed = blob(each.getValue(), DIGEST);
      assertThat(cosign.verifyBlob(signed, CONTENT)).isEqualTo(DIGEST);
      assertThat(cosign.verifyBlob(signed, file)).isEqualTo(DIGEST);
      assertThat(cosign.verifyBlob(signed, DIGEST)).isEqualTo(DIGEST);
      byte[] silent = blob(each.getValue(), null);
      assertThat(cosign.verifyBlob(silent, DIGEST)).isEqualTo(DIGEST);
      refused(
          AttestReason.SIGNATURE_INVALID,
          () -> cosign.verifyBlob(silent, Digest.sha256Of(new byte[1])));
      refused(AttestReason.SIGNATURE_INVALID, () -> cosign.verifyBlob(silent, new byte[1]));
      CosignVerifier eves = CosignVerifier.of(SignerKeys.anyOf(EVE.key));
      refused(AttestReason.SIGNATURE_INVALID, () -> eves.verifyBlob(signed, file));
      refused(AttestReason.SIGNATURE_INVALID, () -> eves.verifyBlob(signed, DIGEST));
    }
    // Ed25519 with and without prehash are both forms of the format
    CosignVerifier cosign = CosignVerifier.of(SignerKeys.anyOf(edKey));
    for (SignatureForm form : List.of(SignatureForm.ED25519, SignatureForm.ED25519PH)) {
      byte[] signed = blob(sign(form, ed, CONTENT), null);
      assertThat(cosign.verifyBlob(signed, CONTENT)).isEqualTo(DIGEST);
      assertThat(cosign.verifyBlob(signed, file)).isEqualTo(DIGEST);
      refused(AttestReason.SIGNATURE_INVALID, () -> cosign.verifyBlob(signed, new byte[1]));
      refused(ArtifactReason.SIGNATURE_FORM_OTHER, () -> cosign.verifyBlob(signed, DIGEST));
    }
  }

  @Test
  void AR14_messageDigestOfOtherContent_isAContradiction() throws Exception {
    Path file = Files.write(folder.resolve("f"), CONTENT);
    CosignVerifier cosign = CosignVerifier.of(SignerKeys.anyOf(ALICE.key));
    byte[] signature = ALICE.sign(CONTENT);
    for (DigestAlgorithm algorithm : DigestAlgorithm.values()) {
      byte[] true_ = blob(signature, Digest.compute(algorithm, CONTENT));
      assertThat(cosign.verifyBlob(true_, CONTENT)).isEqualTo(DIGEST);
      assertThat(cosign.verifyBlob(true_, file)).isEqualTo(DIGEST);
      byte[] lie = blob(signature, Digest.compute(algorithm, new byte[1]));
      refused(AttestReason.SUBJECT_MISMATCH, () -> cosign.verifyBlob(lie, CONTENT));
      refused(AttestReason.SUBJECT_MISMATCH, () -> cosign.verifyBlob(lie, file));
      if (algorithm == DigestAlgorithm.SHA_256) {
        refused(AttestReason.SUBJECT_MISMATCH, () -> cosign.verifyBlob(lie, DIGEST));
      }
    }
    for (Map<String, ?> nothing :
        List.of(
            Map.<String, Object>of(),
            Map.of("digest", ""),
            Map.of("algorithm", "X", "digest", ""))) {
      byte[] silent =
          json(
              bundle(
                  "messageSignature",
                  Map.of("messageDigest", nothing, "signature", base64(signature))));
      assertThat(cosign.verifyBlob(silent, CONTENT)).isEqualTo(DIGEST);
    }
    for (Map<String, ?> bad :
        List.of(
            Map.of("digest", DIGEST.base64()),
            Map.of("algorithm", "SHA3_256", "digest", DIGEST.base64()),
            Map.of("algorithm", "SHA2_256", "digest", "AAAA"),
            Map.of("algorithm", "SHA2_256", "digest", "%"))) {
      byte[] malformed =
          json(
              bundle(
                  "messageSignature",
                  Map.of("messageDigest", bad, "signature", base64(signature))));
      refused(AttestReason.MALFORMED, () -> cosign.verifyBlob(malformed, CONTENT));
    }
  }

  @Test
  void AR14_signatures_areJudgedAlone() {
    byte[] payload = json(bill());
    String good = base64(ALICE.sign(pae(IN_TOTO, payload)));
    for (Object bad : List.of("AAA", "AAAA=", "", "%", 7, List.of(), Map.of())) {
      for (boolean first : new boolean[] {true, false}) {
        Map<String, Object> wrapped = envelope(IN_TOTO, payload, List.of());
        Map<String, Object> broken = Map.of("sig", bad, "keyid", "x");
        Map<String, Object> right = Map.of("sig", good);
        wrapped.put("signatures", first ? List.of(broken, right) : List.of(right, broken));
        assertThat(bills.verify(json(wrapped), DIGEST).signers()).containsExactly(ALICE.key);
        wrapped.put("signatures", List.of(broken));
        assertThat(bills.check(json(wrapped), DIGEST).isAccepted()).isFalse();
      }
    }
    Map<String, Object> none = envelope(IN_TOTO, payload, List.of());
    none.put("signatures", List.of(Map.of("keyid", "x"), Map.of("sig", good)));
    assertThat(bills.check(json(none), DIGEST).isAccepted()).isTrue();
  }

  @Test
  void AR14_annotationsOfAnyKind_arePassedOverOrHandedOut() {
    Map<String, Object> kinds = new LinkedHashMap<>();
    kinds.put("text", "t");
    kinds.put("number", 7);
    kinds.put("list", List.of(1, "a"));
    kinds.put("object", Map.of("a", Map.of()));
    kinds.put("flag", true);
    Map<String, Object> subject =
        Map.of(
            "name",
            "x",
            "uri",
            "https://x",
            "mediaType",
            "m",
            "digest",
            Map.of("sha256", DIGEST.hex(), "gitCommit", "abc"),
            "annotations",
            kinds);
    Map<String, Object> about = bill();
    about.put("subject", List.of(subject));
    assertThat(bills.verify(ALICE.signed(about), DIGEST).annotations())
        .isEqualTo(Map.of("text", "t"));
  }

  @Test
  void AR14_largeBills_areReadWithinBoundsThatCanBeRaised() {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < 300_000; i++) {
      list.append(i == 0 ? "" : ",").append("\"file").append(i).append('"');
    }
    String text = new String(json(bill()), UTF_8).replace("\"ours\"", "[" + list + "]");
    byte[] signed = json(envelope(IN_TOTO, text.getBytes(UTF_8), ALICE));
    assertThat((List<?>) bills.verify(signed, DIGEST).predicate().get("builder")).hasSize(300_000);
    SignerKeys keys = SignerKeys.anyOf(ALICE.key);
    StatementVerifier few = StatementVerifier.builder(keys, SPDX).withMaxValues(300_000).build();
    refused(AttestReason.TOO_LARGE, () -> few.verify(signed, DIGEST));
    StatementVerifier small =
        StatementVerifier.builder(keys, SPDX).withMaxBytes(signed.length - 1).build();
    refused(AttestReason.TOO_LARGE, () -> small.verify(signed, DIGEST));
    StatementVerifier exact =
        StatementVerifier.builder(keys, SPDX).withMaxBytes(signed.length).build();
    assertThat(exact.check(signed, DIGEST).isAccepted()).isTrue();
    byte[] huge =
        json(
            envelope(
                IN_TOTO,
                new String(json(bill()), UTF_8)
                    .replace("ours", "x".repeat(20 << 20))
                    .getBytes(UTF_8),
                ALICE));
    refused(AttestReason.TOO_LARGE, () -> bills.verify(huge, DIGEST));
    assertThat(
            StatementVerifier.builder(keys, SPDX)
                .withMaxBytes(40 << 20)
                .build()
                .check(huge, DIGEST)
                .isAccepted())
        .isTrue();
    StatementVerifier.Builder builder = StatementVerifier.builder(keys, SPDX);
    assertThatIllegalArgumentException().isThrownBy(() -> builder.withMaxBytes(0));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.withMaxValues(50_000_001));
  }

  @Test
  void AR13_oneRepository_hasManySpellings() {
    List<List<String>> same =
        List.of(
            List.of(
                "alpine",
                "docker.io/alpine",
                "docker.io/library/alpine",
                "library/alpine",
                "index.docker.io/alpine",
                "index.docker.io/library/alpine",
                "Docker.IO/library/alpine:3",
                "alpine:3",
                "alpine@" + DIGEST),
            List.of("bitnami/redis", "docker.io/bitnami/redis", "index.docker.io/bitnami/redis"),
            List.of("registry.example/app", "REGISTRY.example/app", "registry.example/app:1"),
            List.of("registry.example:5000/app"),
            List.of("registry.example/library/app"),
            List.of("localhost/alpine"),
            List.of("docker.io.example/library/alpine"),
            List.of("library/library/alpine", "docker.io/library/library/alpine"),
            List.of("notindex.docker.io/library/alpine"));
    for (List<String> one : same) {
      for (List<String> other : same) {
        for (String a : one) {
          for (String b : other) {
            assertThat(ImageReference.parse(a).hasSameRepositoryAs(ImageReference.parse(b)))
                .as(a + " and " + b)
                .isEqualTo(one == other);
          }
        }
      }
    }
    Digest digest = Digest.sha256Of(new byte[3]);
    CosignVerifier strict =
        CosignVerifier.builder(SignerKeys.anyOf(ALICE.key)).withSameRepository().build();
    byte[] payload = Signer.simpleSigning("index.docker.io/library/alpine", digest);
    ImageReference asked = ImageReference.parse("alpine@" + digest);
    assertThat(strict.verify(payload, ALICE.sign(payload), asked).reference()).isEqualTo(asked);
    refused(
        AttestReason.REPOSITORY_MISMATCH,
        () ->
            strict.verify(
                payload, ALICE.sign(payload), ImageReference.parse("x/alpine@" + digest)));
  }

  private static Map<String, Object> bill() {
    return statement(SPDX, DIGEST);
  }

  static byte[] blob(byte[] signature, @org.jspecify.annotations.Nullable Digest said) {
    Map<String, Object> message = new LinkedHashMap<>();
    if (said != null) {
      String bits = said.algorithm().label().substring(3);
      message.put("messageDigest", Map.of("algorithm", "SHA2_" + bits, "digest", said.base64()));
    }
    message.put("signature", base64(signature));
    return json(bundle("messageSignature", message));
  }
}
