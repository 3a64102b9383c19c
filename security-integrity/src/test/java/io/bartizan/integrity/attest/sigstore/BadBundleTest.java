package io.bartizan.integrity.attest.sigstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Checked;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.testkit.sigstore.BadBundle;
import io.bartizan.testkit.sigstore.BadStatement;
import io.bartizan.testkit.sigstore.DevBundle;
import io.bartizan.testkit.sigstore.DevIdentity;
import io.bartizan.testkit.sigstore.DevSigstore;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each forged bundle of the testkit is refused for its fault, whoever signs, in each shape. */
class BadBundleTest {

  private static final byte[] ARTIFACT = "a release".getBytes(UTF_8);
  private static final Digest DIGEST = Digest.sha256Of(ARTIFACT);
  private static final DevSigstore SIGSTORE = DevSigstore.of();
  private static final DevIdentity RELEASE =
      DevIdentity.githubWorkflow("acme/app", "release.yml", "refs/tags/v1");
  private static final SigstoreVerifier VERIFIER =
      verifier(RELEASE, SignerSubject.uri(RELEASE.subject()));
  private static final String OF_THE_SIGNER =
      "(CERTIFICATE|ISSUER|SUBJECT|WORKFLOW|OTHER|NO_SUBJECT|TWO_SUBJECTS|ANOTHER).*";
  private static final String OF_THE_LOG =
      "(LOG_ENTRY|SECOND_LOG|INCLUSION|CHECKPOINT|REKOR_V2|NO_TIME|NO_LOG|TIMESTAMP_OVER|SIGNATURE).*";
  private static final Map<BadBundle, SigstoreReason> REASONS = BadBundleReasons.all();

  private static Map<BadBundle, SigstoreReason> inStatement() {
    Map<BadBundle, SigstoreReason> reasons = new EnumMap<>(REASONS);
    reasons.put(BadBundle.ANOTHER_ARTIFACT, SigstoreReason.SUBJECT_MISMATCH);
    reasons.put(BadBundle.DIGEST_OF_ANOTHER_ARTIFACT, SigstoreReason.SUBJECT_MISMATCH);
    return reasons;
  }

  private static Map<BadBundle, SigstoreReason> inRekor2(Map<BadBundle, SigstoreReason> reasons) {
    Map<BadBundle, SigstoreReason> all = new EnumMap<>(reasons);
    all.keySet().removeIf(BadBundle::isOfRekorV1);
    all.put(BadBundle.LOG_ENTRY_HASH_OF_MD5, SigstoreReason.LOG_ENTRY_MISMATCH);
    all.put(BadBundle.LOG_ENTRY_HASH_CUT, SigstoreReason.LOG_ENTRY_MISMATCH);
    return all;
  }

  @Test
  void forgery_ofEachKind_isRefusedForItsFault() {
    Outcomes.accepted(VERIFIER.check(SIGSTORE.sign(ARTIFACT, RELEASE).bytes(), ARTIFACT));
    Outcomes.refused(
        REASONS, each -> VERIFIER.check(SIGSTORE.forge(each, ARTIFACT, RELEASE).bytes(), ARTIFACT));
  }

  @Test
  @Tag("deep")
  void forgery_ofCertificateOrIdentity_isRefusedForItsFaultWhoeverSigns() {
    for (Map.Entry<DevIdentity, SignerSubject> signer : signers().entrySet()) {
      DevIdentity identity = signer.getKey();
      SigstoreVerifier verifier = verifier(identity, signer.getValue());
      Outcomes.accepted(verifier.check(SIGSTORE.sign(ARTIFACT, identity).bytes(), ARTIFACT));
      Map<BadBundle, SigstoreReason> reasons = new EnumMap<>(REASONS);
      reasons.keySet().removeIf(each -> !each.name().matches(OF_THE_SIGNER));
      assertThat(reasons).hasSizeGreaterThan(20);
      if (!identity.subject().contains("://")) { // the JDK reads URIs, and passes addresses over
        reasons.put(BadBundle.SUBJECT_WITH_NUL, SigstoreReason.MALFORMED);
      }
      Outcomes.refused(
          reasons,
          each -> verifier.check(SIGSTORE.forge(each, ARTIFACT, identity).bytes(), ARTIFACT));
    }
  }

  /** Certificates, identities and containers are judged before and apart from the log's version. */
  @Test
  void forgery_ofRekorV2sEntryOrTimes_isRefusedForItsFault() {
    Map<BadBundle, SigstoreReason> reasons = inRekor2(REASONS);
    reasons.keySet().removeIf(each -> !each.name().matches(OF_THE_LOG));
    assertThat(reasons).hasSizeGreaterThan(60);
    refusedInRekor2(reasons);
  }

  @Test
  @Tag("deep")
  void forgery_ofRekorV2_isRefusedForItsFault() {
    refusedInRekor2(inRekor2(REASONS));
  }

  private static void refusedInRekor2(Map<BadBundle, SigstoreReason> reasons) {
    DevBundle.Builder builder = SIGSTORE.bundle(ARTIFACT, RELEASE).withRekorV2();
    Outcomes.accepted(VERIFIER.check(builder.build().bytes(), ARTIFACT));
    Outcomes.refused(reasons, each -> VERIFIER.check(builder.forge(each).bytes(), ARTIFACT));
  }

  @Test
  void forgedStatement_ofContentOrLog_isRefusedForItsFault() {
    Map<BadBundle, SigstoreReason> reasons = inStatement();
    reasons.keySet().removeIf(each -> !each.name().matches(OF_THE_LOG + "|.*(ARTIFACT|CONTENT).*"));
    assertThat(reasons).hasSizeGreaterThan(80);
    refusedStatements(reasons);
  }

  @Test
  @Tag("deep")
  void forgedStatement_ofEachKind_isRefusedForItsFault() {
    refusedStatements(inStatement());
  }

  private static void refusedStatements(Map<BadBundle, SigstoreReason> reasons) {
    Outcomes.accepted(statement(attestation().withTimestamp().build()));
    Outcomes.refused(
        reasons,
        each -> statement(SIGSTORE.forgeStatement(each, ARTIFACT, RELEASE, Draft.PREDICATE, "{}")));
  }

  @Test
  @Tag("deep")
  void forgedStatement_ofRekorV2_isRefusedForItsFault() {
    DevBundle.Builder builder = attestation().withRekorV2();
    Outcomes.accepted(statement(builder.build()));
    Outcomes.refused(inRekor2(inStatement()), each -> statement(builder.forge(each)));
  }

  @Test
  void faultOfRekorV1Alone_inRekorV2_isNotMade() {
    DevBundle.Builder second = SIGSTORE.bundle(ARTIFACT, RELEASE).withRekorV2();
    for (BadBundle each : BadBundle.values()) {
      if (each.isOfRekorV1()) {
        assertThatThrownBy(() -> second.forge(each))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(each.name());
      }
    }
    assertThatThrownBy(
            () -> SIGSTORE.bundle(ARTIFACT, RELEASE).withVersion("0.1").forge(BadBundle.NO_SCT))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(
            () -> SIGSTORE.bundle(ARTIFACT, RELEASE).withoutPromise().forge(BadBundle.NO_SCT))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(
            () -> SIGSTORE.bundle(ARTIFACT, RELEASE).withBothLogs().forge(BadBundle.NO_SCT))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(
            () -> SIGSTORE.bundle(ARTIFACT, RELEASE).withEvidenceTwice().forge(BadBundle.NO_SCT))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> SIGSTORE.bundle(ARTIFACT, RELEASE).forge(BadStatement.NO_SUBJECT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("withStatement");
  }

  @Test
  void evidenceTwice_countsOnce() {
    byte[] twice =
        SIGSTORE.bundle(ARTIFACT, RELEASE).withTimestamp().withEvidenceTwice().build().bytes();
    Outcomes.accepted(VERIFIER.check(twice, ARTIFACT));
    Outcomes.accepted(builder().withTimestampAuthorities(1).build().check(twice, ARTIFACT));
    Outcomes.refused(
        builder().withTransparencyLogs(2).build().check(twice, ARTIFACT),
        SigstoreReason.LOG_ENTRY_MISSING);
    Outcomes.refused(
        builder().withTimestampAuthorities(2).build().check(twice, ARTIFACT),
        SigstoreReason.TIME_MISSING);
    Outcomes.refused(
        builder().withCertificateLogs(2).build().check(twice, ARTIFACT),
        SigstoreReason.SCT_MISSING);
  }

  @Test
  void bothLogs_areTwo() {
    SigstoreVerifier two = builder().withTransparencyLogs(2).build();
    DevBundle.Builder bundle = SIGSTORE.bundle(ARTIFACT, RELEASE);
    Outcomes.refused(two.check(bundle.build().bytes(), ARTIFACT), SigstoreReason.LOG_ENTRY_MISSING);
    Outcomes.accepted(two.check(bundle.withBothLogs().build().bytes(), ARTIFACT));
  }

  private static SigstoreVerifier.Builder builder() {
    return SigstoreVerifier.builder(
        TrustedRoot.parse(SIGSTORE.trustedRoot(), Instant.now()),
        IdentityPolicy.of(RELEASE.issuer(), SignerSubject.uri(RELEASE.subject())));
  }

  private static DevBundle.Builder attestation() {
    return SIGSTORE.bundle(ARTIFACT, RELEASE).withStatement(Draft.PREDICATE, "{}");
  }

  private static Checked<?> statement(DevBundle bundle) {
    return VERIFIER.checkStatement(bundle.bytes(), DIGEST, Draft.PREDICATE);
  }

  private static SigstoreVerifier verifier(DevIdentity identity, SignerSubject subject) {
    TrustedRoot root = TrustedRoot.parse(SIGSTORE.trustedRoot(), Instant.now());
    return SigstoreVerifier.of(root, IdentityPolicy.of(identity.issuer(), subject));
  }

  private static Map<DevIdentity, SignerSubject> signers() {
    DevIdentity uri = DevIdentity.uri("https://gitlab.com", "https://gitlab.com/acme/app//ci.yml");
    DevIdentity email = DevIdentity.email("https://accounts.google.com", "alice@example.com");
    return Map.of(
        uri, SignerSubject.uri(uri.subject()),
        email, SignerSubject.email(email.subject()));
  }

  @Test
  void sentence_ofEachKind_isItsOwn() {
    assertThat(REASONS).containsOnlyKeys(BadBundle.values());
    assertThat(BadBundle.values()).extracting(BadBundle::why).doesNotHaveDuplicates();
    assertThat(BadBundle.values()).allMatch(each -> each.why().matches("[A-Z].*\\."));
  }
}
