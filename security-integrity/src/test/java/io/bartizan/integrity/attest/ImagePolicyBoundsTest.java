package io.bartizan.integrity.attest;

import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.attest.Signer.IN_TOTO;
import static io.bartizan.integrity.attest.Signer.bundle;
import static io.bartizan.integrity.attest.Signer.envelope;
import static io.bartizan.integrity.attest.Signer.json;
import static io.bartizan.integrity.attest.Signer.simpleSigning;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Refusal;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.attest.policy.ImagePolicy;
import io.bartizan.integrity.attest.policy.ImageRule;
import io.bartizan.integrity.attest.policy.PolicyReason;
import io.bartizan.integrity.attest.policy.PolicyReport;
import io.bartizan.integrity.attest.policy.TrustedSigner;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** IP10 and IP12: what counts for which rule, and how much of it is kept. */
class ImagePolicyBoundsTest {

  private static final Signer ALICE = Signer.ecdsa();
  private static final Signer BOB = Signer.ed25519();
  private static final Signer EVE = Signer.ecdsa();
  private static final String VEX = "https://x.example/vex";
  private static final String SPDX = "https://spdx.dev/Document";
  private static final TrustedSigner EITHER =
      TrustedSigner.of("either", SignerKeys.anyOf(ALICE.key, BOB.key));
  private static final ImageRule STATED = ImageRule.statement(EITHER, VEX);

  @TempDir private Path folder;
  private LayoutFolder layout;
  private ImageReference image;
  private Digest digest;

  @BeforeEach
  void start() throws Exception {
    layout = new LayoutFolder(folder);
    image = layout.image("registry.example/app");
    digest = image.requireDigest();
  }

  private PolicyReport check(ImageRule rule, ImageRule... more) throws Exception {
    return ImagePolicy.of(rule, more).check(ImageSource.layout(folder), image);
  }

  private byte[] statement(String type, Map<String, ?> predicate) {
    Map<String, Object> statement = Signer.statement(type, digest);
    statement.put("predicate", predicate);
    return json(statement);
  }

  private byte[] signed(Signer signer, String type, Map<String, ?> predicate) {
    return json(bundle("dsseEnvelope", envelope(IN_TOTO, statement(type, predicate), signer)));
  }

  @Test
  void IP12_signatureOfTheImage_isNoStatementAboutIt() throws Exception {
    layout.classic(digest, ALICE, simpleSigning("registry.example/app", digest));
    layout.referrer(digest, ALICE.imageBundle(digest));
    PolicyReport report = check(STATED);
    assertThat(report.isAccepted()).isFalse();
    assertThat(report.outcomes().get(0).failures()).as("not even judged").isEmpty();
    assertThat(report.passedOver()).hasSize(2);
    layout.referrer(digest, signed(ALICE, VEX, Map.of()));
    assertThat(check(STATED).isAccepted()).isTrue();
    assertThat(check(ImageRule.signature(EITHER)).isAccepted()).isTrue();
  }

  @Test
  void IP12_statementOfAnotherType_isNoSignatureOfTheImage() throws Exception {
    layout.referrer(digest, signed(ALICE, VEX, Map.of()));
    layout.referrer(digest, signed(ALICE, Signer.IMAGE_PREDICATE + "x", Map.of()));
    assertThat(check(ImageRule.signature(EITHER)).isAccepted()).isFalse();
  }

  @Test
  void IP10_failures_areKeptToABound() throws Exception {
    for (int i = 0; i < 101; i++) {
      layout.referrer(digest, signed(EVE, VEX, Map.of("i", i)));
    }
    PolicyReport report = check(STATED);
    assertThat(report.outcomes().get(0).failures()).hasSize(100);
    assertThat(report.explanation()).anyMatch(line -> line.endsWith("and 92 more"));
  }

  @Test
  void IP10_ruleThatHolds_collectsNoMoreEvidence() throws Exception {
    layout.referrer(digest, signed(ALICE, VEX, Map.of()));
    layout.referrer(digest, signed(BOB, VEX, Map.of()));
    PolicyReport report = check(STATED, ImageRule.sbom(EITHER));
    assertThat(report.outcomes().get(0).isHeld()).isTrue();
    assertThat(report.outcomes().get(0).evidence()).hasSize(1);
    assertThat(report.isAccepted()).as("one rule of two").isFalse();
    assertThat(report.refusal().map(Refusal::reason)).contains(PolicyReason.SBOM_MISSING);
  }

  @Test
  void IP02_payloadInBase64url_isRead() throws Exception {
    byte[] payload = statement(VEX, Map.of("note", "\u00ff\u00fe?>~\u00fb\u00ef\u00be"));
    Map<String, Object> url = envelope(IN_TOTO, payload, ALICE);
    String text = Base64.getUrlEncoder().encodeToString(payload);
    assertThat(text).containsAnyOf("-", "_");
    url.put("payload", text);
    layout.referrer(digest, json(bundle("dsseEnvelope", url)));
    assertThat(check(STATED).isAccepted()).isTrue();
  }

  @Test
  void IP13_billOfVersion2WithAContext_isJudgedAsVersion2() throws Exception {
    layout.referrer(
        digest, signed(BOB, SPDX, Map.of("@context", "https://x.example", "spdxVersion", "2.3")));
    assertThat(check(ImageRule.sbom(EITHER)).isAccepted()).isFalse();
    layout.referrer(
        digest,
        signed(BOB, SPDX, Map.of("@context", "https://x.example", "spdxVersion", "SPDX-2.3")));
    assertThat(check(ImageRule.sbom(EITHER)).isAccepted()).isTrue();
  }

  @Test
  void IP10_statement_isReadToThePolicysBound() throws Exception {
    byte[] bundle = signed(ALICE, VEX, Map.of("note", "x".repeat(17 << 20)));
    layout.referrer(digest, bundle);
    ImageSource source = ImageSource.layout(folder);
    ImagePolicy.Builder policy = ImagePolicy.builder(STATED);
    refused(PolicyReason.STATEMENT_MISSING, () -> policy.build().verify(source, image));
    assertThat(policy.withMaxBytes(bundle.length).build().check(source, image).isAccepted())
        .isTrue();
    refused(
        PolicyReason.STATEMENT_MISSING,
        () -> policy.withMaxBytes(bundle.length - 1).build().verify(source, image));
  }
}
