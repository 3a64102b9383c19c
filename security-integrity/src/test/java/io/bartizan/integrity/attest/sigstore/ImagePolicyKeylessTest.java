package io.bartizan.integrity.attest.sigstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Pem;
import io.bartizan.core.Reason;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.LayoutFolder;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.attest.policy.ImagePolicy;
import io.bartizan.integrity.attest.policy.ImageRule;
import io.bartizan.integrity.attest.policy.PolicyReason;
import io.bartizan.integrity.attest.policy.PolicyReport;
import io.bartizan.integrity.attest.policy.ProvenanceRule;
import io.bartizan.integrity.attest.policy.TrustedSigner;
import io.bartizan.integrity.attest.policy.VerifiedEvidence;
import io.bartizan.testkit.json.JsonTree;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies over images that were signed by certificate, as cosign 2 and 3 attach it. */
class ImagePolicyKeylessTest {

  private static final World WORLD = new World();
  private static final String IMAGE_SIGNATURE = "https://sigstore.dev/cosign/sign/v1";
  private static final String BUILDER = "https://ci.example/builder";
  private static final TrustedSigner WORKFLOW =
      TrustedSigner.of("workflow", SigstoreVerifier.of(WORLD.trusted(), Draft.policy()));
  private static final TrustedSigner SOMEONE =
      TrustedSigner.of(
          "someone",
          SigstoreVerifier.of(
              WORLD.trusted(),
              IdentityPolicy.of(Draft.ISSUER, SignerSubject.uri(Draft.SUBJECT + "x"))));
  private static final ImagePolicy SIGNED = ImagePolicy.of(ImageRule.signature(WORKFLOW));

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
  void KP01_bundleOfCosign3_isCountedForItsIdentityAlone() throws Exception {
    layout.referrer(digest, statement(IMAGE_SIGNATURE, "{}", digest).json());
    VerifiedEvidence evidence = SIGNED.check(source(), image).outcomes().get(0).evidence().get(0);
    assertThat(evidence.identity().orElseThrow().subject()).isEqualTo(Draft.SUBJECT);
    PolicyReport other = ImagePolicy.of(ImageRule.signature(SOMEONE)).check(source(), image);
    assertThat(reason(other)).isEqualTo(SigstoreReason.IDENTITY_MISMATCH);
  }

  @Test
  void KP02_classicSignatureOfCosign2_isVerifiedFromItsAnnotations() throws Exception {
    Draft draft = Draft.v1(WORLD);
    draft.content = payload(digest);
    sig(draft, draft.content);
    PolicyReport report = SIGNED.check(source(), image);
    assertThat(report.isAccepted()).as(String.join("\n", report.explanation())).isTrue();
    assertThat(report.outcomes().get(0).evidence().get(0).identity()).isPresent();
  }

  @Test
  void KP03_classicSignatureOfSomethingElse_doesNotCount() throws Exception {
    Draft other = Draft.v1(WORLD);
    other.content = payload(Digest.sha256Of(new byte[9]));
    sig(other, other.content);
    assertThat(reason(SIGNED.check(source(), image))).isEqualTo(PolicyReason.SUBJECT_MISMATCH);
  }

  @Test
  void KP04_classicSignature_changedAnywhere_doesNotCount() throws Exception {
    Draft draft = Draft.v1(WORLD);
    draft.content = payload(digest);
    sig(draft, payload(Digest.sha256Of(new byte[9])));
    assertThat(reason(SIGNED.check(source(), image))).isEqualTo(SigstoreReason.LOG_ENTRY_MISMATCH);
    start();
    Map<String, String> annotations = annotations(draft);
    annotations.remove("dev.sigstore.cosign/bundle");
    layout.attached(digest, ".sig", SIMPLE, draft.content, annotations);
    assertThat(reason(SIGNED.check(source(), image))).isEqualTo(PolicyReason.CANDIDATE_MALFORMED);
  }

  private static final String SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json";
  private static final String TYPE = "https://x.example/vex";
  private static final String DSSE = "application/vnd.dsse.envelope.v1+json";

  @Test
  void KP05_attestationOfCosign2_isVerifiedFromItsAnnotations() throws Exception {
    String source = Draft.REPOSITORY;
    ImagePolicy built =
        ImagePolicy.of(ImageRule.provenance(WORKFLOW, ProvenanceRule.of(BUILDER, source)));
    Draft draft = statement("https://slsa.dev/provenance/v1", provenance(source), digest);
    byte[] envelope = JsonTree.write(draft.build().get("dsseEnvelope")).getBytes(UTF_8);
    layout.attached(digest, ".att", DSSE, envelope, annotations(draft));
    PolicyReport report = built.check(source(), image);
    assertThat(report.isAccepted()).as(String.join("\n", report.explanation())).isTrue();
    Map<String, String> wrong = annotations(draft);
    // The member's name too: the log's key and the promise are random and may hold the digits.
    wrong.computeIfPresent(
        "dev.sigstore.cosign/bundle",
        (k, v) -> v.replace("\"logIndex\":1000,", "\"logIndex\":1001,"));
    start();
    layout.attached(digest, ".att", DSSE, envelope, wrong);
    assertThat(reason(built.check(source(), image))).isEqualTo(SigstoreReason.PROMISE_INVALID);
  }

  /**
   * What anybody may add to a registry; of numbers and depths that JSON has and Java's types lack.
   */
  @ParameterizedTest
  @ValueSource(strings = {"1.5", "1e999", "12345678901234567890", "[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]"})
  void KP05_odditiesOfWhatOthersAdd_hideNoGoodOne(String odd) throws Exception {
    Draft signature = Draft.v1(WORLD);
    signature.content = payload(digest);
    Map<String, String> annotations = annotations(signature);
    annotations.computeIfPresent(
        "dev.sigstore.cosign/bundle",
        (name, json) -> json.substring(0, json.length() - 1) + ",\"x\":" + odd + "}");
    Draft draft = statement(TYPE, "{}", digest);
    String envelope = JsonTree.write(draft.build().get("dsseEnvelope"));
    byte[] more =
        (envelope.substring(0, envelope.length() - 1) + ",\"x\":" + odd + "}").getBytes(UTF_8);
    layout.attached(digest, ".sig", SIMPLE, signature.content, annotations);
    layout.attached(digest, ".att", DSSE, more, annotations(draft));
    ImagePolicy both =
        ImagePolicy.of(ImageRule.signature(WORKFLOW), ImageRule.statement(WORKFLOW, TYPE));
    PolicyReport report = both.check(source(), image);
    assertThat(report.isAccepted()).as(String.join("\n", report.explanation())).isTrue();
    start();
    annotations.computeIfPresent(
        "dev.sigstore.cosign/bundle",
        (name, json) -> json.replaceFirst("\"logIndex\":\\d+", "\"logIndex\":" + odd));
    layout.attached(digest, ".sig", SIMPLE, signature.content, annotations);
    assertThat(reason(SIGNED.check(source(), image)))
        .isIn(PolicyReason.CANDIDATE_MALFORMED, PolicyReason.TOO_LARGE);
  }

  @Test
  void KP06_certifiedSource_mustBeTheSourceOfTheProvenance() throws Exception {
    String forked = "https://github.com/evil/fork";
    ImagePolicy built =
        ImagePolicy.of(ImageRule.provenance(WORKFLOW, ProvenanceRule.of(BUILDER, forked)));
    layout.referrer(
        digest, statement("https://slsa.dev/provenance/v1", provenance(forked), digest).json());
    PolicyReport report = built.check(source(), image);
    assertThat(reason(report)).isEqualTo(PolicyReason.SOURCE_MISMATCH);
    assertThat(report.explanation().toString()).contains("certificate's source repository");
  }

  @Test
  void KP07_certifiedRefAndCommit_mustBeThoseThatAreRequired() throws Exception {
    String commit = "0123456789abcdef0123456789abcdef01234567";
    String other = "fedcba9876543210fedcba9876543210fedcba98";
    ProvenanceRule any = rule().build();
    ProvenanceRule ofCommit = rule().withCommit(commit).build();
    ProvenanceRule ofRef = rule().withRef(Draft.REF).build();
    ProvenanceRule ofTags = rule().withRefStartingWith("refs/tags/").build();
    for (ProvenanceRule each : List.of(any, ofCommit, ofRef, ofTags)) {
      assertThat(judged(each, commit, Draft.REF, commit).isAccepted()).as("%s", each).isTrue();
      assertThat(judged(each, commit, "v1", "HEAD").isAccepted()).as("%s", each).isTrue();
    }
    assertThat(judged(any, commit, "refs/heads/evil", other).isAccepted()).isTrue();
    PolicyReport report = judged(ofCommit, commit, Draft.REF, other);
    assertThat(reason(report)).isEqualTo(PolicyReason.BUILD_MISMATCH);
    assertThat(report.explanation().toString()).contains("certificate's commit is");
    for (ProvenanceRule each : List.of(ofRef, ofTags)) {
      report = judged(each, commit, "refs/heads/evil", commit);
      assertThat(reason(report)).isEqualTo(PolicyReason.BUILD_MISMATCH);
      assertThat(report.explanation().toString()).contains("certificate's ref is");
    }
  }

  private static ProvenanceRule.Builder rule() {
    return ProvenanceRule.builder(BUILDER, Draft.REPOSITORY);
  }

  /** Provenance that says what is asked, by a certificate that says what is given. */
  private PolicyReport judged(ProvenanceRule rule, String said, String ref, String commit)
      throws Exception {
    start();
    Draft draft =
        statement(
            "https://slsa.dev/provenance/v1",
            provenance(Draft.REPOSITORY)
                .replace(
                    "\"externalParameters\":{",
                    "\"resolvedDependencies\":[{\"uri\":\"git+"
                        + Draft.REPOSITORY
                        + "\",\"digest\":{\"gitCommit\":\""
                        + said
                        + "\"}}],\"externalParameters\":{\"workflow\":{\"repository\":\""
                        + Draft.REPOSITORY
                        + "\",\"ref\":\""
                        + Draft.REF
                        + "\"},"),
            digest);
    String subject = Draft.SUBJECT.replace(Draft.REF, ref);
    draft.leaf.githubWorkflow(Draft.REPOSITORY, subject, ref).text(13, commit);
    layout.referrer(digest, draft.json());
    TrustedSigner signer =
        TrustedSigner.of(
            "workflow",
            SigstoreVerifier.of(
                WORLD.trusted(), IdentityPolicy.of(Draft.ISSUER, SignerSubject.uri(subject))));
    return ImagePolicy.of(ImageRule.provenance(signer, rule)).check(source(), image);
  }

  private static Reason reason(PolicyReport report) {
    assertThat(report.isAccepted()).isFalse();
    return report.outcomes().get(0).failures().get(0).reason();
  }

  private ImageSource source() {
    return ImageSource.layout(folder);
  }

  private void sig(Draft draft, byte[] payload) throws Exception {
    layout.attached(digest, ".sig", SIMPLE, payload, annotations(draft));
  }

  private static Draft statement(String type, String predicate, Digest subject) {
    return Draft.v1(WORLD)
        .statement(
            "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"digest\":{\"sha256\":\""
                + subject.hex()
                + "\"}}],\"predicateType\":\""
                + type
                + "\",\"predicate\":"
                + predicate
                + "}");
  }

  private static String provenance(String source) {
    return "{\"buildDefinition\":{\"buildType\":\"T\",\"externalParameters\":{\"source\":\""
        + source
        + "\"}},\"runDetails\":{\"builder\":{\"id\":\""
        + BUILDER
        + "\"}}}";
  }

  private static byte[] payload(Digest image) {
    return ("{\"critical\":{\"identity\":{\"docker-reference\":\"registry.example/app\"},"
            + "\"image\":{\"docker-manifest-digest\":\""
            + image.oci()
            + "\"},\"type\":\"cosign container image signature\"},\"optional\":null}")
        .getBytes(UTF_8);
  }

  /** What cosign 2 writes of a bundle's parts. */
  private static Map<String, String> annotations(Draft draft) {
    Map<?, ?> material = (Map<?, ?>) draft.build().get("verificationMaterial");
    Map<?, ?> entry = (Map<?, ?>) ((List<?>) material.get("tlogEntries")).get(0);
    Map<?, ?> promise = (Map<?, ?>) entry.get("inclusionPromise");
    String id = (String) ((Map<?, ?>) entry.get("logId")).get("keyId");
    Map<String, String> annotations = new LinkedHashMap<>();
    annotations.put(
        "dev.cosignproject.cosign/signature",
        Base64.getEncoder().encodeToString(draft.signature()));
    annotations.put(
        "dev.sigstore.cosign/certificate", Pem.encode("CERTIFICATE", draft.certificate()));
    annotations.put(
        "dev.sigstore.cosign/bundle",
        "{\"SignedEntryTimestamp\":\""
            + promise.get("signedEntryTimestamp")
            + "\",\"Payload\":{\"body\":\""
            + entry.get("canonicalizedBody")
            + "\",\"integratedTime\":"
            + entry.get("integratedTime")
            + ",\"logIndex\":"
            + entry.get("logIndex")
            + ",\"logID\":\""
            + HexFormat.of().formatHex(Base64.getDecoder().decode(id))
            + "\"}}");
    return annotations;
  }
}
