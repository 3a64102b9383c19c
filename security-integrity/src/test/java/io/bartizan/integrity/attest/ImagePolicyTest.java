package io.bartizan.integrity.attest;

import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.attest.Signer.IN_TOTO;
import static io.bartizan.integrity.attest.Signer.bundle;
import static io.bartizan.integrity.attest.Signer.envelope;
import static io.bartizan.integrity.attest.Signer.json;
import static io.bartizan.integrity.attest.Signer.simpleSigning;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Refusal;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.attest.oci.OciReason;
import io.bartizan.integrity.attest.policy.ApprovedImage;
import io.bartizan.integrity.attest.policy.ImagePolicy;
import io.bartizan.integrity.attest.policy.ImageRule;
import io.bartizan.integrity.attest.policy.PolicyReason;
import io.bartizan.integrity.attest.policy.PolicyReport;
import io.bartizan.integrity.attest.policy.Provenance;
import io.bartizan.integrity.attest.policy.ProvenanceRule;
import io.bartizan.integrity.attest.policy.TrustedSigner;
import io.bartizan.integrity.attest.policy.VerifiedEvidence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signed by A, built by B of source C, with a bill of materials: together or not at all. */
class ImagePolicyTest {

  private static final Signer ALICE = Signer.ecdsa();
  private static final Signer BOB = Signer.ed25519();
  private static final Signer EVE = Signer.ecdsa();
  private static final String BUILDER = "https://ci.example/builder@refs/tags/v2";
  private static final String SOURCE = "https://github.com/org/app";
  private static final String SPDX = "https://spdx.dev/Document";
  private static final TrustedSigner RELEASE =
      TrustedSigner.of("release", SignerKeys.anyOf(ALICE.key));
  private static final TrustedSigner CI = TrustedSigner.of("ci", SignerKeys.anyOf(BOB.key));
  private static final ImageRule SIGNED = ImageRule.signature(RELEASE);
  private static final ImageRule BUILT =
      ImageRule.provenance(CI, ProvenanceRule.of(BUILDER, SOURCE));
  private static final ImageRule LISTED = ImageRule.sbom(CI);

  private final ImagePolicy policy = ImagePolicy.of(SIGNED, BUILT, LISTED);

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

  @Test
  void IP01_allThree_areApproved_andEachAloneIsMissed() throws Exception {
    refused(PolicyReason.SIGNATURE_MISSING, this::verify);
    layout.referrer(digest, ALICE.imageBundle(digest));
    refused(PolicyReason.PROVENANCE_MISSING, this::verify);
    layout.referrer(digest, signed(BOB, Provenance.V1, v1(BUILDER, SOURCE), digest));
    String missing = refused(PolicyReason.SBOM_MISSING, this::verify);
    assertThat(missing).contains("bill of materials by \"ci\"", "nothing that claims to be one");
    layout.referrer(digest, signed(BOB, SPDX, Map.of("spdxVersion", "SPDX-2.3"), digest));
    ApprovedImage approved = verify();
    assertThat(approved.digest()).isEqualTo(digest);
    assertThat(approved.reference()).isEqualTo(image);
    VerifiedEvidence built = approved.evidence().get(BUILT).get(0);
    assertThat(built.provenance().orElseThrow().source()).isEqualTo(SOURCE);
    assertThat(built.provenance().orElseThrow().ref()).contains("refs/heads/main");
    assertThat(built.signer()).isEqualTo("key " + BOB.key.fingerprint());
    assertThat(built.identity()).isEmpty();
    assertThat(approved.evidence().get(LISTED).get(0).predicate())
        .containsEntry("spdxVersion", "SPDX-2.3");
    assertThat(report().explanation().get(0)).contains("accepted, 3 of 3");
  }

  @Test
  void IP02_formsThatToolsWrite_areAllFound() throws Exception {
    layout.classic(digest, ALICE, simpleSigning("registry.example/app", digest));
    layout.attestation(digest, bare(BOB, Provenance.V0_2, v02(BUILDER, SOURCE), digest));
    layout.fallbackIndex(
        digest,
        signed(
            BOB,
            "https://cyclonedx.org/bom",
            Map.of("bomFormat", "CycloneDX", "specVersion", "1.6"),
            digest));
    assertThat(verify().evidence()).hasSize(3);
  }

  @Test
  void IP03_theSamePolicy_holdsInARegistry() throws Exception {
    layout.classic(digest, ALICE, simpleSigning("registry.example/app", digest));
    layout.attestation(digest, bare(BOB, Provenance.V0_2, v02(BUILDER, SOURCE), digest));
    layout.referrer(digest, signed(EVE, SPDX, Map.of("spdxVersion", "SPDX-2.3"), digest));
    try (HostileRegistry registry = new HostileRegistry(folder)) {
      ImageSource source = registry.source().build();
      refused(PolicyReason.SBOM_MISSING, () -> policy.verify(source, image));
      layout.referrer(digest, signed(BOB, SPDX, Map.of("spdxVersion", "SPDX-2.3"), digest));
      assertThat(policy.verify(source, image).digest()).isEqualTo(digest);
      registry.answers("referrers/" + digest, HostileRegistry.answer(503, "x", new byte[0]));
      refused(OciReason.REGISTRY_UNAVAILABLE, () -> policy.verify(source, image));
    }
  }

  @Test
  void IP03_aRegistryThatCantBeRead_isToldFirstAndOnce() throws Exception {
    ImageSource down;
    try (HostileRegistry registry = new HostileRegistry(folder)) {
      down = registry.source().build();
      ImageSource source = registry.source().build();
      registry.answers("referrers/" + digest, HostileRegistry.answer(503, "x", new byte[0]));
      toldFirst(policy.check(source, image), "status 503");
    }
    PolicyReport report = policy.check(down, image);
    toldFirst(report, "can't be asked");
    assertThat(report.explanation().get(1).split("http://", -1)).hasSize(2);
  }

  private static void toldFirst(PolicyReport report, String cause) {
    assertThat(report.isAccepted()).isFalse();
    assertThat(report.explanation().get(1))
        .startsWith("  the source can't be read: registry-unavailable")
        .contains(cause);
    assertThat(report.explanation().stream().skip(2))
        .noneMatch(line -> line.contains("missing"))
        .noneMatch(line -> line.contains("nothing at the source"))
        .noneMatch(line -> line.contains(cause))
        .anyMatch(line -> line.endsWith(": not in what could be read"));
  }

  @Test
  void IP04_theRightPredicateByTheWrongSigner_doesNotCount() throws Exception {
    layout.referrer(digest, BOB.imageBundle(digest)); // ci may not sign releases
    layout.referrer(digest, signed(ALICE, Provenance.V1, v1(BUILDER, SOURCE), digest));
    layout.referrer(digest, signed(EVE, SPDX, Map.of("spdxVersion", "SPDX-2.3"), digest));
    PolicyReport report = report();
    assertThat(report.outcomes()).noneMatch(each -> each.isHeld());
    assertThat(report.outcomes()).allMatch(each -> each.failures().size() == 1);
    assertThat(report.outcomes().get(0).failures().get(0).reason())
        .isEqualTo(AttestReason.SIGNATURE_INVALID);
    assertThat(report.explanation())
        .anyMatch(line -> line.contains("not counted: signature-invalid"));
  }

  @Test
  void IP05_aStatementForAnotherDigest_doesNotCount() throws Exception {
    Digest other = Digest.sha256Of(new byte[3]);
    layout.referrer(digest, ALICE.imageBundle(other));
    layout.referrer(digest, signed(BOB, Provenance.V1, v1(BUILDER, SOURCE), other));
    layout.classic(digest, ALICE, simpleSigning("registry.example/app", other));
    PolicyReport report = report();
    assertThat(report.isAccepted()).isFalse();
    assertThat(reasons(report, 0)).containsOnly(AttestReason.SUBJECT_MISMATCH).hasSize(2);
    assertThat(reasons(report, 1)).containsExactly(AttestReason.SUBJECT_MISMATCH);
  }

  @Test
  void IP06_sourceInOneAndBuilderInAnother_neverCombine() throws Exception {
    String otherSource = "https://github.com/org/other";
    String otherBuilder = "https://ci.example/laptop";
    layout.referrer(digest, signed(BOB, Provenance.V1, v1(BUILDER, otherSource), digest));
    layout.referrer(digest, signed(BOB, Provenance.V1, v1(otherBuilder, SOURCE), digest));
    layout.referrer(digest, signed(EVE, Provenance.V1, v1(BUILDER, SOURCE), digest));
    PolicyReport report = ImagePolicy.of(BUILT).check(source(), image);
    assertThat(report.isAccepted()).isFalse();
    assertThat(reasons(report, 0))
        .containsExactly(
            PolicyReason.SOURCE_MISMATCH,
            PolicyReason.BUILDER_MISMATCH,
            AttestReason.SIGNATURE_INVALID);
    layout.referrer(digest, signed(BOB, Provenance.V0_2, v02(BUILDER, SOURCE), digest));
    assertThat(ImagePolicy.of(BUILT).check(source(), image).isAccepted()).isTrue();
  }

  @Test
  void IP07_thresholds_countKeysOfWholeStatementsOnly() throws Exception {
    TrustedSigner two =
        TrustedSigner.of("two", SignerKeys.threshold(2, List.of(ALICE.key, BOB.key)));
    ImagePolicy both =
        ImagePolicy.of(ImageRule.provenance(two, ProvenanceRule.of(BUILDER, SOURCE)));
    layout.referrer(digest, signed(ALICE, Provenance.V1, v1(BUILDER, SOURCE), digest));
    layout.referrer(digest, signed(ALICE, Provenance.V0_2, v02(BUILDER, SOURCE), digest));
    layout.referrer(digest, signed(BOB, Provenance.V1, v1("https://x.example/", SOURCE), digest));
    PolicyReport one = both.check(source(), image);
    assertThat(one.isAccepted()).as("the same key twice, and half a statement").isFalse();
    assertThat(one.outcomes().get(0).evidence()).hasSize(1);
    layout.referrer(digest, signed(BOB, Provenance.V0_2, v02(BUILDER, SOURCE), digest));
    assertThat(both.verify(source(), image).evidence().values().iterator().next()).hasSize(2);
    ImagePolicy signatures = ImagePolicy.of(ImageRule.signature(two));
    layout.classic(digest, ALICE, simpleSigning("registry.example/app", digest));
    refused(PolicyReason.SIGNATURE_MISSING, () -> signatures.verify(source(), image));
    layout.referrer(digest, BOB.imageBundle(digest));
    assertThat(signatures.check(source(), image).isAccepted()).isTrue();
  }

  @Test
  void IP07_nobodyOfThoseWhoMustSign_isToldWhy() throws Exception {
    TrustedSigner two =
        TrustedSigner.of("two", SignerKeys.threshold(2, List.of(ALICE.key, BOB.key)));
    ImagePolicy both =
        ImagePolicy.of(ImageRule.provenance(two, ProvenanceRule.of(BUILDER, SOURCE)));
    layout.referrer(digest, signed(EVE, Provenance.V1, v1(BUILDER, SOURCE), digest));
    PolicyReport report = both.check(source(), image);
    assertThat(report.isAccepted()).isFalse();
    assertThat(reasons(report, 0)).containsExactly(AttestReason.SIGNATURE_INVALID);
  }

  @Test
  void IP08_subjectDigestsOfOtherAlgorithms_areAnothers() throws Exception {
    String hex = digest.hex();
    String sha512 = Digest.compute(DigestAlgorithm.SHA_512, new byte[1]).hex();
    List<Map<String, String>> tricks =
        List.of(
            Map.of("sha512", hex),
            Map.of("SHA256", hex),
            Map.of("sha1", hex),
            Map.of("sha256", hex.toUpperCase(java.util.Locale.ROOT)),
            Map.of("sha256", hex.substring(0, 40)),
            Map.of("sha256", " " + hex),
            Map.of("sha256", "sha256:" + hex),
            Map.of("sha512", sha512));
    for (Map<String, String> trick : tricks) {
      Map<String, Object> statement = Signer.statement(Signer.IMAGE_PREDICATE, digest);
      statement.put("subject", List.of(Map.of("digest", trick)));
      layout.referrer(
          digest, json(bundle("dsseEnvelope", envelope(IN_TOTO, json(statement), ALICE))));
    }
    PolicyReport report = ImagePolicy.of(SIGNED).check(source(), image);
    assertThat(report.isAccepted()).isFalse();
    assertThat(reasons(report, 0)).containsOnly(AttestReason.SUBJECT_MISMATCH).hasSize(8);
  }

  @Test
  void IP09_duplicateNames_areReadByNobody() throws Exception {
    String right = new String(json(statement(Provenance.V1, v1(BUILDER, SOURCE), digest)), UTF_8);
    List<String> twice =
        List.of(
            right.replace("\"predicateType\"", "\"predicateType\":\"x\",\"predicateType\""),
            right.replace("\"subject\"", "\"subject\":[],\"subject\""),
            right.replace("\"builder\"", "\"builder\":{\"id\":\"x\"},\"builder\""),
            right.replace("\"repository\"", "\"repository\":\"x\",\"repository\""));
    for (String statement : twice) {
      assertThat(statement).isNotEqualTo(right);
      layout.referrer(
          digest, json(bundle("dsseEnvelope", envelope(IN_TOTO, statement.getBytes(UTF_8), BOB))));
    }
    PolicyReport report = ImagePolicy.of(BUILT).check(source(), image);
    assertThat(report.isAccepted()).isFalse();
    layout.referrer(
        digest, json(bundle("dsseEnvelope", envelope(IN_TOTO, right.getBytes(UTF_8), BOB))));
    assertThat(ImagePolicy.of(BUILT).check(source(), image).isAccepted()).isTrue();
  }

  @Test
  void IP10_badOnes_neverHideAGoodOne_andAFloodIsBounded() throws Exception {
    for (int i = 0; i < 120; i++) {
      layout.referrer(digest, ("no json " + i).getBytes(UTF_8));
    }
    layout.referrer(digest, EVE.imageBundle(digest));
    layout.referrerWithoutBlob(digest);
    layout.referrer(digest, ALICE.imageBundle(digest));
    ImagePolicy signed = ImagePolicy.of(SIGNED);
    PolicyReport report = signed.check(source(), image);
    assertThat(report.isAccepted()).isTrue();
    assertThat(report.passedOver()).hasSize(100);
    assertThat(report.explanation()).hasSizeLessThan(30);
  }

  @Test
  void IP11_nothingOrNoDigestOrNoLayout_isTold() throws Exception {
    PolicyReport nothing = report();
    assertThat(nothing.outcomes()).allMatch(each -> each.failures().isEmpty());
    assertThat(nothing.explanation()).contains("    nothing at the source claims to be one");
    refused(
        OciReason.DIGEST_REQUIRED,
        () -> policy.check(source(), ImageReference.parse("registry.example/app:1")));
    Files.delete(folder.resolve("index.json"));
    refused(OciReason.LAYOUT_MALFORMED, this::verify);
  }

  @Test
  void IP12_whatNoRuleAsksFor_isToldAndNotCounted() throws Exception {
    layout.referrer(digest, signed(BOB, "https://x.example/vex", Map.of(), digest));
    layout.classic(digest, ALICE, simpleSigning("registry.example/app", digest));
    PolicyReport report = ImagePolicy.of(LISTED).check(source(), image);
    assertThat(report.isAccepted()).isFalse();
    assertThat(report.passedOver())
        .extracting(Refusal::detail)
        .anyMatch(each -> each.contains("x.example/vex"));
    ImageRule vex = ImageRule.statement(CI, "https://x.example/vex");
    assertThat(ImagePolicy.of(vex).check(source(), image).isAccepted()).isTrue();
  }

  @Test
  void IP13_aBillOfMaterialsThatIsNone_doesNotCount() throws Exception {
    layout.referrer(digest, signed(BOB, SPDX, Map.of("Data", "SPDXVersion: SPDX-2.3"), digest));
    layout.referrer(
        digest,
        signed(BOB, "https://cyclonedx.org/bom/v1.6", Map.of("spdxVersion", "SPDX-2.3"), digest));
    PolicyReport report = ImagePolicy.of(LISTED).check(source(), image);
    assertThat(reasons(report, 0)).containsOnly(PolicyReason.PREDICATE_MALFORMED).hasSize(2);
    String spdx3 = "https://spdx.dev/Document/v3.0";
    String cyclone = "https://cyclonedx.org/bom";
    layout.referrer(digest, signed(BOB, SPDX, Map.of("spdxVersion", "2.3"), digest));
    layout.referrer(
        digest, signed(BOB, spdx3, Map.of("@context", "x", "@graph", List.of()), digest));
    layout.referrer(digest, signed(BOB, spdx3, Map.of("@context", "x"), digest));
    layout.referrer(
        digest, signed(BOB, cyclone, Map.of("bomFormat", "x", "specVersion", "1.6"), digest));
    layout.referrer(digest, signed(BOB, cyclone, Map.of("bomFormat", "CycloneDX"), digest));
    assertThat(reasons(ImagePolicy.of(LISTED).check(source(), image), 0))
        .containsOnly(PolicyReason.PREDICATE_MALFORMED)
        .hasSize(7);
    layout.referrer(
        digest,
        signed(
            BOB,
            "https://spdx.dev/Document/v3.0",
            Map.of("@context", "https://spdx.org/rdf/3.0.1", "@graph", List.of(Map.of())),
            digest));
    assertThat(ImagePolicy.of(LISTED).check(source(), image).isAccepted()).isTrue();
  }

  @Test
  void builder_whatMeansNothing_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustedSigner.of(" ", SignerKeys.anyOf(ALICE.key)));
    assertThatIllegalArgumentException().isThrownBy(() -> ImageRule.statement(CI, ""));
    assertThatIllegalArgumentException().isThrownBy(() -> ProvenanceRule.of("", SOURCE));
    for (String source : List.of("", "github.com/org/app", "http://x/y", SOURCE + "@refs/x")) {
      assertThatIllegalArgumentException().isThrownBy(() -> ProvenanceRule.of(BUILDER, source));
    }
    ProvenanceRule.Builder rule = ProvenanceRule.builder(BUILDER, SOURCE);
    assertThatIllegalArgumentException().isThrownBy(() -> rule.withRef("main"));
    assertThatIllegalArgumentException().isThrownBy(() -> rule.withCommit("abc"));
    ImageRule[] many = new ImageRule[ImagePolicy.MAX_RULES];
    java.util.Arrays.fill(many, SIGNED);
    assertThatIllegalArgumentException().isThrownBy(() -> ImagePolicy.of(SIGNED, many));
    ImagePolicy.Builder builder = ImagePolicy.builder(SIGNED);
    assertThatIllegalArgumentException().isThrownBy(() -> builder.withMaxBytes(0));
    assertThat(policy.toString()).contains("release", "ci", BUILDER, SOURCE);
  }

  private ApprovedImage verify() throws Exception {
    return policy.verify(source(), image);
  }

  private PolicyReport report() throws Exception {
    return policy.check(source(), image);
  }

  private ImageSource source() {
    return ImageSource.layout(folder);
  }

  private static List<Object> reasons(PolicyReport report, int rule) {
    return new ArrayList<>(
        report.outcomes().get(rule).failures().stream().map(Refusal::reason).toList());
  }

  private static Map<String, Object> statement(
      String type, Map<String, ?> predicate, Digest subject) {
    Map<String, Object> statement = Signer.statement(type, subject);
    statement.put("predicate", predicate);
    return statement;
  }

  private static byte[] bare(Signer signer, String type, Map<String, ?> predicate, Digest subject) {
    return signer.signed(statement(type, predicate, subject));
  }

  private static byte[] signed(
      Signer signer, String type, Map<String, ?> predicate, Digest subject) {
    byte[] payload = json(statement(type, predicate, subject));
    return json(bundle("dsseEnvelope", Signer.envelope(IN_TOTO, payload, signer)));
  }

  /** As GitHub writes it. */
  private static Map<String, Object> v1(String builder, String source) {
    Map<String, Object> workflow = new LinkedHashMap<>();
    workflow.put("ref", "refs/heads/main");
    workflow.put("repository", source);
    workflow.put("path", ".github/workflows/build.yml");
    return Map.of(
        "buildDefinition",
        Map.of(
            "buildType",
            "https://actions.github.io/buildtypes/workflow/v1",
            "externalParameters",
            Map.of("workflow", workflow)),
        "runDetails",
        Map.of("builder", Map.of("id", builder)));
  }

  private static Map<String, Object> v02(String builder, String source) {
    return Map.of(
        "builder",
        Map.of("id", builder),
        "buildType",
        "https://github.com/slsa-framework/slsa-github-generator/container@v1",
        "invocation",
        Map.of(
            "configSource",
            Map.of(
                "uri",
                "git+" + source + "@refs/tags/v1",
                "digest",
                Map.of("sha1", "0123456789012345678901234567890123456789"))));
  }
}
