package io.bartizan.integrity.attest.sigstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.testkit.sigstore.BadStatement;
import io.bartizan.testkit.sigstore.DevBundle;
import io.bartizan.testkit.sigstore.DevIdentity;
import io.bartizan.testkit.sigstore.DevSigstore;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each forged attestation of the testkit is refused for its fault. */
class BadStatementTest {

  private static final byte[] ARTIFACT = "a release".getBytes(UTF_8);
  private static final DevIdentity RELEASE =
      DevIdentity.githubWorkflow("acme/app", "release.yml", "refs/tags/v1");
  private static final DevSigstore SIGSTORE = DevSigstore.of();
  private static final Map<BadStatement, SigstoreReason> REASONS =
      new EnumMap<>(BadStatement.class);

  static {
    Outcomes.each(
        REASONS,
        SigstoreReason.MALFORMED,
        BadStatement.ENVELOPE_WITHOUT_SIGNATURE,
        BadStatement.ENVELOPE_WITH_TWO_SIGNATURES,
        BadStatement.STATEMENT_IS_NO_JSON,
        BadStatement.STATEMENT_IS_A_LIST,
        BadStatement.STATEMENT_WITH_A_MEMBER_TWICE,
        BadStatement.STATEMENT_WITH_TEXT_AFTER,
        BadStatement.STATEMENT_WITH_NAN,
        BadStatement.STATEMENT_WITH_HALF_A_CHARACTER,
        BadStatement.UNKNOWN_STATEMENT_TYPE,
        BadStatement.NO_STATEMENT_TYPE,
        BadStatement.NO_PREDICATE_TYPE,
        BadStatement.NO_SUBJECT,
        BadStatement.SUBJECT_WITHOUT_DIGEST);
    Outcomes.each(
        REASONS,
        SigstoreReason.TOO_LARGE,
        BadStatement.TOO_MANY_SUBJECTS,
        BadStatement.STATEMENT_NESTED_DEEPLY);
    Outcomes.each(
        REASONS,
        SigstoreReason.LOG_ENTRY_MISMATCH,
        BadStatement.PAYLOAD_CHANGED,
        BadStatement.LOG_ENTRY_WITH_TWO_SIGNATURES,
        BadStatement.LOG_ENTRY_WITHOUT_SIGNATURE,
        BadStatement.REKOR_V2_OVER_THE_PAYLOAD);
    Outcomes.each(
        REASONS, SigstoreReason.SIGNATURE_INVALID, BadStatement.SIGNATURE_OVER_THE_PAYLOAD);
    Outcomes.each(
        REASONS,
        SigstoreReason.PAYLOAD_TYPE_MISMATCH,
        BadStatement.PAYLOAD_TYPE_OF_SOMETHING_ELSE,
        BadStatement.PAYLOAD_TYPE_IN_UPPER_CASE,
        BadStatement.PAYLOAD_TYPE_WITH_A_BLANK);
    Outcomes.each(
        REASONS,
        SigstoreReason.PREDICATE_TYPE_MISMATCH,
        BadStatement.OTHER_PREDICATE_TYPE,
        BadStatement.PREDICATE_TYPE_WITH_SUFFIX);
    Outcomes.each(
        REASONS,
        SigstoreReason.SUBJECT_MISMATCH,
        BadStatement.SUBJECT_IS_A_COMMIT,
        BadStatement.SUBJECT_OF_ANOTHER_ARTIFACT,
        BadStatement.SUBJECT_NAMED_BY_THE_DIGEST,
        BadStatement.SUBJECT_DIGEST_CUT,
        BadStatement.SUBJECT_DIGEST_OF_ANOTHER_ALGORITHM);
  }

  private static Checked<?> check(DevBundle bundle) {
    TrustedRoot root = TrustedRoot.parse(SIGSTORE.trustedRoot(), Instant.now());
    return SigstoreVerifier.of(
            root, IdentityPolicy.of(RELEASE.issuer(), SignerSubject.uri(RELEASE.subject())))
        .checkStatement(bundle.bytes(), Digest.sha256Of(ARTIFACT), Draft.PREDICATE);
  }

  @Test
  void forgery_ofEachKind_isRefusedForItsFault() {
    DevBundle.Builder good =
        SIGSTORE.bundle(ARTIFACT, RELEASE).withStatement(Draft.PREDICATE, "{}");
    Outcomes.accepted(check(good.build()));
    Outcomes.refused(
        REASONS,
        each -> check(SIGSTORE.forgeStatement(each, ARTIFACT, RELEASE, Draft.PREDICATE, "{}")));
  }

  @Test
  void forgery_ofRekorV2_isRefusedForItsFault() {
    DevBundle.Builder second =
        SIGSTORE.bundle(ARTIFACT, RELEASE).withStatement(Draft.PREDICATE, "{}").withRekorV2();
    Outcomes.accepted(check(second.build()));
    Outcomes.refused(REASONS, each -> check(second.forge(each)));
  }

  @Test
  void sentence_ofEachKind_isItsOwn() {
    assertThat(REASONS).containsOnlyKeys(BadStatement.values());
    assertThat(BadStatement.values()).extracting(BadStatement::why).doesNotHaveDuplicates();
    assertThat(BadStatement.values()).allMatch(each -> each.why().matches("[A-Z].*\\."));
  }
}
