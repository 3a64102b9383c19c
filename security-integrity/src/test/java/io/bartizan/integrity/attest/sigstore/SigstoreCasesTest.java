package io.bartizan.integrity.attest.sigstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.bartizan.core.Checked;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.json.Json;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.tests.OptionalTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Public bundles: the sigstore-conformance suite and real ones, each with the outcome that its
 * table says, and each refusal for its own reason.
 */
@Tag("deep")
class SigstoreCasesTest {

  /** Why each of the bad ones is bad. */
  private static final Map<String, SigstoreReason> REASONS =
      Map.ofEntries(
          Map.entry("bundle-negative-log-index_fail", SigstoreReason.MALFORMED),
          Map.entry("dsse-mismatch-envelope_fail", SigstoreReason.LOG_ENTRY_MISMATCH),
          Map.entry("inclusion-proof-corrupted-hash_fail", SigstoreReason.PROOF_INVALID),
          Map.entry(
              "intoto-expired-certificate_fail", SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME),
          Map.entry("invalid-checkpoint-signature_fail", SigstoreReason.CHECKPOINT_INVALID),
          Map.entry("invalid-ct-key_fail", SigstoreReason.SCT_MISSING),
          Map.entry("message-digest-mismatch_fail", SigstoreReason.DIGEST_MISMATCH),
          Map.entry(
              "rekor2-checkpoint-missing-log-signature_fail", SigstoreReason.CHECKPOINT_INVALID),
          Map.entry("rekor2-dsse-mismatch-envelope_fail", SigstoreReason.LOG_ENTRY_MISMATCH),
          Map.entry("rekor2-timestamp-payload-mismatch_fail", SigstoreReason.TIMESTAMP_INVALID),
          Map.entry("set-invalid-signature_fail", SigstoreReason.PROMISE_INVALID),
          Map.entry("wrong-hashedrekord-entry_fail", SigstoreReason.LOG_ENTRY_MISMATCH),
          Map.entry("wrong-material_fail", SigstoreReason.DIGEST_MISMATCH),
          Map.entry("happy-path-v0.3+other-identity", SigstoreReason.IDENTITY_MISMATCH),
          Map.entry("happy-path-v0.3+other-issuer", SigstoreReason.IDENTITY_MISMATCH),
          Map.entry("managed-key-happy-path+other-key", SigstoreReason.LOG_ENTRY_MISMATCH),
          Map.entry("github-attestation+other-artifact", SigstoreReason.SUBJECT_MISMATCH),
          Map.entry("github-private", SigstoreReason.LOG_ENTRY_MISSING));

  private final Path folder = OptionalTool.vectors("sigstore");

  /** A line of the table. */
  private record Case(
      String name,
      boolean accept,
      Path bundle,
      String artifact,
      Path root,
      String key,
      String identity,
      String issuer) {}

  @TestFactory
  List<DynamicTest> each_case_has_the_outcome_of_its_line() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    List<String> lines = Files.readAllLines(folder.resolve("cases.tsv"));
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split("\t", -1);
      Path root =
          folder.resolve(
              cells[4].equals("public-good") ? "public-good/trusted_root.json" : cells[4]);
      Case each =
          new Case(
              cells[0],
              cells[1].equals("accept"),
              folder.resolve(cells[2]),
              cells[3],
              root,
              cells[5],
              cells[6],
              cells[7]);
      tests.add(dynamicTest(each.name, () -> judge(each)));
    }
    assertThat(tests).hasSize(39);
    return tests;
  }

  private void judge(Case each) throws Exception {
    byte[] bundle = Files.readAllBytes(each.bundle);
    SigstoreVerifier.Builder builder;
    if (each.name.equals("managed-key-wrong-key_fail")) {
      String pem = Files.readString(folder.resolve(each.key));
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> KeyPolicy.parse(pem))
          .isInstanceOf(IllegalArgumentException.class);
      return;
    }
    TrustedRoot root = TrustedRoot.parse(Files.readString(each.root), Instant.now());
    builder =
        each.key.equals("-")
            ? SigstoreVerifier.builder(root, identity(each))
            : SigstoreVerifier.builder(root, key(each.key, bundle));
    if (each.name.endsWith("+no-log-no-sct")) {
      builder = builder.ignoreTransparencyLog().ignoreCertificateLog();
    }
    SigstoreVerifier verifier = builder.build();
    Checked<?> outcome = outcome(verifier, bundle, each.artifact);
    if (each.accept) {
      assertThat(outcome.isAccepted()).as("%s", outcome).isTrue();
    } else {
      SigstoreReason reason = outcome.fold(v -> null, r -> (SigstoreReason) r.reason());
      assertThat(reason).as("%s", outcome).isEqualTo(REASONS.get(each.name));
    }
  }

  private Checked<?> outcome(SigstoreVerifier verifier, byte[] bundle, String artifact)
      throws Exception {
    JsonObject json = Json.parseObject(bundle, JsonLimits.ofBytes(1 << 24).withMaxValues(10_000));
    JsonObject envelope = json.object("dsseEnvelope");
    boolean digest = artifact.startsWith("sha");
    byte[] content = digest ? new byte[0] : Files.readAllBytes(folder.resolve(artifact));
    if (envelope == null) {
      return verifier.check(bundle, content);
    }
    byte[] payload = Base64.getDecoder().decode(envelope.string("payload"));
    String type =
        Json.parseObject(payload, JsonLimits.ofBytes(1 << 24).withMaxValues(100_000))
            .string("predicateType");
    return verifier.checkStatement(
        bundle, digest ? Digest.parseOci(artifact) : Digest.sha256Of(content), type);
  }

  private static IdentityPolicy identity(Case each) {
    return IdentityPolicy.of(
        each.issuer,
        each.identity.startsWith("https:")
            ? SignerSubject.uri(each.identity)
            : SignerSubject.email(each.identity));
  }

  /** A PEM file, or npm's list of keys, of which the hint of the bundle names one. */
  private KeyPolicy key(String name, byte[] bundle) throws Exception {
    String text = Files.readString(folder.resolve(name));
    if (!name.endsWith(".json")) {
      return KeyPolicy.parse(text);
    }
    String hint =
        Json.parseObject(bundle, JsonLimits.ofBytes(1 << 24).withMaxValues(10_000))
            .object("verificationMaterial")
            .object("publicKey")
            .string("hint");
    int at = text.indexOf("npm:attestations", text.indexOf(hint));
    PublicKey key =
        KeyFactory.getInstance("EC")
            .generatePublic(
                new X509EncodedKeySpec(Base64.getDecoder().decode(after(text, "rawBytes", at))));
    return KeyPolicy.builder(key)
        .withValidFrom(Instant.parse(after(text, "start", at)))
        .withValidUntil(Instant.parse(after(text, "end", at)))
        .build();
  }

  private static String after(String text, String name, int from) {
    int colon = text.indexOf(':', text.indexOf('"' + name + '"', from));
    int quote = text.indexOf('"', colon);
    return text.substring(quote + 1, text.indexOf('"', quote + 1));
  }
}
