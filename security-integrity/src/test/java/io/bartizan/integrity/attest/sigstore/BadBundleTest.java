package io.bartizan.integrity.attest.sigstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.testkit.sigstore.BadBundle;
import io.bartizan.testkit.sigstore.DevIdentity;
import io.bartizan.testkit.sigstore.DevSigstore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Each forged bundle of the testkit is refused for its fault, whoever signs. */
class BadBundleTest {

  private static final byte[] ARTIFACT = "a release".getBytes(UTF_8);
  private static final DevSigstore SIGSTORE = DevSigstore.of();
  private static final Map<BadBundle, SigstoreReason> REASONS = reasons();

  private static Map<BadBundle, SigstoreReason> reasons() {
    Map<BadBundle, SigstoreReason> all = new EnumMap<>(BadBundle.class);
    each(
        all,
        SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME,
        BadBundle.CERTIFICATE_EXPIRED,
        BadBundle.CERTIFICATE_NOT_YET_VALID,
        BadBundle.CERTIFICATE_UNKNOWN_CRITICAL_EXTENSION,
        BadBundle.LOG_TIME_OUTSIDE_CERTIFICATE,
        BadBundle.TIMESTAMP_OUTSIDE_CERTIFICATE);
    each(
        all,
        SigstoreReason.CERTIFICATE_UNTRUSTED,
        BadBundle.CERTIFICATE_OF_ANOTHER_AUTHORITY,
        BadBundle.CERTIFICATE_SELF_SIGNED);
    each(
        all,
        SigstoreReason.CERTIFICATE_INVALID,
        BadBundle.CERTIFICATE_NOT_FOR_CODE_SIGNING,
        BadBundle.CERTIFICATE_OF_A_CA,
        BadBundle.CERTIFICATE_FOR_ANY_PURPOSE,
        BadBundle.CERTIFICATE_MAY_NOT_SIGN,
        BadBundle.CERTIFICATE_SIGNED_WITH_SHA1,
        BadBundle.CERTIFICATE_WITH_WEAK_KEY,
        BadBundle.OTHER_ISSUER_IN_OLD_EXTENSION,
        BadBundle.TWO_SUBJECTS,
        BadBundle.NO_SUBJECT);
    each(
        all,
        SigstoreReason.IDENTITY_MISMATCH,
        BadBundle.OTHER_ISSUER,
        BadBundle.OTHER_SUBJECT,
        BadBundle.SUBJECT_WITH_PREFIX,
        BadBundle.SUBJECT_IN_UPPER_CASE,
        BadBundle.SUBJECT_WITH_SUFFIX,
        BadBundle.SUBJECT_OF_ANOTHER_KIND);
    each(all, SigstoreReason.SCT_MISSING, BadBundle.NO_SCT, BadBundle.SCT_OF_UNKNOWN_LOG);
    each(
        all,
        SigstoreReason.SCT_INVALID,
        BadBundle.SCT_BY_ANOTHER_KEY,
        BadBundle.SCT_OVER_ANOTHER_ISSUER,
        BadBundle.SCT_OVER_THE_WHOLE_CERTIFICATE,
        BadBundle.SCT_OF_ANOTHER_CERTIFICATE);
    each(
        all,
        SigstoreReason.LOG_ENTRY_MISSING,
        BadBundle.NO_LOG_ENTRY,
        BadBundle.LOG_ENTRY_OF_UNKNOWN_LOG);
    each(
        all,
        SigstoreReason.LOG_ENTRY_MISMATCH,
        BadBundle.LOG_ENTRY_OF_ANOTHER_ARTIFACT,
        BadBundle.LOG_ENTRY_OF_ANOTHER_SIGNER,
        BadBundle.LOG_ENTRY_OF_ANOTHER_VERSION,
        BadBundle.LOG_ENTRY_OF_ANOTHER_SIGNATURE);
    each(
        all,
        SigstoreReason.PROMISE_INVALID,
        BadBundle.PROMISE_BY_ANOTHER_KEY,
        BadBundle.PROMISE_OF_ANOTHER_TIME,
        BadBundle.PROMISE_OF_ANOTHER_INDEX);
    each(
        all,
        SigstoreReason.PROOF_MISSING,
        BadBundle.NO_INCLUSION_PROOF,
        BadBundle.NO_CHECKPOINT,
        BadBundle.REKOR_V2_NO_INCLUSION_PROOF);
    each(
        all,
        SigstoreReason.PROOF_INVALID,
        BadBundle.INCLUSION_PROOF_OF_ANOTHER_ENTRY,
        BadBundle.INCLUSION_PROOF_CHANGED,
        BadBundle.INCLUSION_PROOF_TOO_SHORT,
        BadBundle.INCLUSION_PROOF_TOO_LONG,
        BadBundle.INCLUSION_PROOF_OUTSIDE_THE_TREE,
        BadBundle.INCLUSION_PROOF_OF_ANOTHER_SIZE,
        BadBundle.CHECKPOINT_OF_ANOTHER_SIZE,
        BadBundle.INCLUSION_PROOF_AT_ANOTHER_INDEX,
        BadBundle.CHECKPOINT_OF_ANOTHER_TREE);
    each(
        all,
        SigstoreReason.CHECKPOINT_INVALID,
        BadBundle.CHECKPOINT_BY_ANOTHER_KEY,
        BadBundle.CHECKPOINT_OF_ANOTHER_LOG,
        BadBundle.CHECKPOINT_WITHOUT_ORIGIN,
        BadBundle.CHECKPOINT_WITH_ANOTHER_HINT,
        BadBundle.CHECKPOINT_BY_A_WITNESS,
        BadBundle.CHECKPOINT_UNSIGNED,
        BadBundle.REKOR_V2_CHECKPOINT_BY_ANOTHER_KEY);
    each(
        all,
        SigstoreReason.TIME_MISSING,
        BadBundle.NO_TIME,
        BadBundle.REKOR_V2_WITHOUT_TIMESTAMP,
        BadBundle.TIMESTAMP_OF_UNKNOWN_AUTHORITY);
    each(
        all,
        SigstoreReason.TIMESTAMP_INVALID,
        BadBundle.TIMESTAMP_OVER_ANOTHER_SIGNATURE,
        BadBundle.TIMESTAMP_BY_ANOTHER_KEY,
        BadBundle.TIMESTAMP_WITHOUT_TOKEN,
        BadBundle.TIMESTAMP_BY_TWO_SIGNERS,
        BadBundle.TIMESTAMP_WITHOUT_SIGNING_CERTIFICATE,
        BadBundle.TIMESTAMP_WITHOUT_MESSAGE_DIGEST,
        BadBundle.TIMESTAMP_OVER_SHA1,
        BadBundle.TIMESTAMP_TOO_INEXACT,
        BadBundle.TIMESTAMP_NOT_GRANTED);
    each(all, SigstoreReason.DIGEST_MISMATCH, BadBundle.ANOTHER_ARTIFACT);
    each(
        all,
        SigstoreReason.SIGNATURE_INVALID,
        BadBundle.SIGNATURE_OF_ANOTHER_ARTIFACT,
        BadBundle.SIGNATURE_BY_ANOTHER_KEY,
        BadBundle.SIGNATURE_OF_ZEROS);
    each(all, SigstoreReason.SIGNER_KIND_MISMATCH, BadBundle.SIGNED_BY_A_KEY);
    each(all, SigstoreReason.VERSION_UNSUPPORTED, BadBundle.UNKNOWN_VERSION);
    each(
        all,
        SigstoreReason.MALFORMED,
        BadBundle.VERSION_3_WITH_A_CHAIN,
        BadBundle.CUT_IN_HALF,
        BadBundle.LOG_ENTRY_INDEX_NEGATIVE,
        BadBundle.LOG_ENTRY_INDEX_WITH_A_ZERO_BEFORE,
        BadBundle.KEY_AND_CERTIFICATE,
        BadBundle.TEXT_AFTER_THE_END,
        BadBundle.DOUBLED_MEMBER);
    return all;
  }

  private static void each(
      Map<BadBundle, SigstoreReason> all, SigstoreReason reason, BadBundle... bundles) {
    for (BadBundle each : bundles) {
      all.put(each, reason);
    }
  }

  @Test
  void forgery_ofEachKindAndSigner_isRefusedForItsFault() {
    for (Map.Entry<DevIdentity, SignerSubject> signer : signers().entrySet()) {
      DevIdentity identity = signer.getKey();
      SigstoreVerifier verifier = verifier(identity, signer.getValue());
      Outcomes.accepted(verifier.check(SIGSTORE.sign(ARTIFACT, identity).bytes(), ARTIFACT));
      refused(
          REASONS,
          each -> verifier.check(SIGSTORE.forge(each, ARTIFACT, identity).bytes(), ARTIFACT));
    }
  }

  @Test
  void forgedStatement_ofEachKind_isRefusedForItsFault() {
    DevIdentity identity = DevIdentity.githubWorkflow("acme/app", "release.yml", "refs/tags/v1");
    SigstoreVerifier verifier = verifier(identity, SignerSubject.uri(identity.subject()));
    Digest digest = Digest.sha256Of(ARTIFACT);
    Map<BadBundle, SigstoreReason> reasons = new EnumMap<>(REASONS);
    reasons.put(BadBundle.ANOTHER_ARTIFACT, SigstoreReason.SUBJECT_MISMATCH);
    byte[] good =
        SIGSTORE
            .bundle(ARTIFACT, identity)
            .withTimestamp()
            .withStatement(Draft.PREDICATE, "{}")
            .build()
            .bytes();
    Outcomes.accepted(verifier.checkStatement(good, digest, Draft.PREDICATE));
    refused(
        reasons,
        each ->
            verifier.checkStatement(
                SIGSTORE.forgeStatement(each, ARTIFACT, identity, Draft.PREDICATE, "{}").bytes(),
                digest,
                Draft.PREDICATE));
  }

  private static SigstoreVerifier verifier(DevIdentity identity, SignerSubject subject) {
    TrustedRoot root = TrustedRoot.parse(SIGSTORE.trustedRoot(), Instant.now());
    return SigstoreVerifier.of(root, IdentityPolicy.of(identity.issuer(), subject));
  }

  private static void refused(
      Map<BadBundle, SigstoreReason> reasons, Function<BadBundle, Checked<?>> check) {
    List<String> wrong = new ArrayList<>();
    for (BadBundle each : BadBundle.values()) {
      Object found = check.apply(each).fold(ok -> "accepted", r -> r.reason());
      if (found != reasons.get(each)) {
        wrong.add(each + ": " + found + ", not " + reasons.get(each));
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static Map<DevIdentity, SignerSubject> signers() {
    DevIdentity github = DevIdentity.githubWorkflow("acme/app", "release.yml", "refs/tags/v1");
    DevIdentity uri = DevIdentity.uri("https://gitlab.com", "https://gitlab.com/acme/app//ci.yml");
    DevIdentity email = DevIdentity.email("https://accounts.google.com", "alice@example.com");
    return Map.of(
        github, SignerSubject.uri(github.subject()),
        uri, SignerSubject.uri(uri.subject()),
        email, SignerSubject.email(email.subject()));
  }

  @Test
  void sentence_ofEachKind_isItsOwn() {
    assertThat(BadBundle.values()).hasSameSizeAs(REASONS.keySet());
    assertThat(BadBundle.values()).extracting(BadBundle::why).doesNotHaveDuplicates();
    assertThat(BadBundle.values()).allMatch(each -> each.why().matches("[A-Z].*\\."));
  }
}
