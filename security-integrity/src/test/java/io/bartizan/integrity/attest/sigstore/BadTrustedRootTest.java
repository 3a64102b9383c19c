package io.bartizan.integrity.attest.sigstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.testkit.sigstore.BadTrustedRoot;
import io.bartizan.testkit.sigstore.DevBundle;
import io.bartizan.testkit.sigstore.DevIdentity;
import io.bartizan.testkit.sigstore.DevSigstore;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Each trusted root of the testkit that has a fault is refused for it, or refuses a good bundle.
 */
class BadTrustedRootTest {

  private static final byte[] ARTIFACT = "a release".getBytes(UTF_8);
  private static final DevIdentity RELEASE =
      DevIdentity.githubWorkflow("acme/app", "release.yml", "refs/tags/v1");
  private static final DevSigstore SIGSTORE = DevSigstore.of();
  private static final Map<BadTrustedRoot, SigstoreReason> REASONS =
      new EnumMap<>(BadTrustedRoot.class);

  static {
    Outcomes.each(
        REASONS,
        SigstoreReason.ROOT_MALFORMED,
        BadTrustedRoot.MEMBER_TWICE,
        BadTrustedRoot.MEMBER_IN_ANOTHER_SPELLING,
        BadTrustedRoot.TEXT_AFTER_THE_END,
        BadTrustedRoot.CUT_IN_HALF,
        BadTrustedRoot.LOG_WITHOUT_START,
        BadTrustedRoot.LOG_ENDS_BEFORE_ITS_START,
        BadTrustedRoot.CERTIFICATE_LOG_WITHOUT_START,
        BadTrustedRoot.CERTIFICATE_LOG_ENDS_BEFORE_ITS_START,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_WITHOUT_START,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_ENDS_BEFORE_ITS_START,
        BadTrustedRoot.TIMESTAMP_AUTHORITY_WITHOUT_START,
        BadTrustedRoot.TIMESTAMP_AUTHORITY_ENDS_BEFORE_ITS_START,
        BadTrustedRoot.LOG_ID_OF_ANOTHER_KEY,
        BadTrustedRoot.CERTIFICATE_LOG_ID_OF_ANOTHER_KEY,
        BadTrustedRoot.LOG_TWICE,
        BadTrustedRoot.LOG_KEY_OF_ANOTHER_KIND,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_WITHOUT_CHAIN,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_WITHOUT_ROOT,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_ROOT_FIRST,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_OF_ANOTHER_ROOT,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_IS_NONE,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_MAY_NOT_ISSUE,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_FOR_SERVERS,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_PATH_TOO_LONG,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_SIGNED_WITH_SHA1,
        BadTrustedRoot.ONE_BROKEN_CERTIFICATE_AUTHORITY,
        BadTrustedRoot.TIMESTAMP_AUTHORITY_SIGNED_WITH_SHA1,
        BadTrustedRoot.TIMESTAMP_AUTHORITY_SELF_SIGNED,
        BadTrustedRoot.TIMESTAMP_AUTHORITY_WITHOUT_ROOT,
        BadTrustedRoot.TIMESTAMP_AUTHORITY_ROOT_FIRST,
        BadTrustedRoot.TIMESTAMP_AUTHORITY_OF_ANOTHER_ROOT);
    Outcomes.each(
        REASONS,
        SigstoreReason.ROOT_TOO_LARGE,
        BadTrustedRoot.TOO_MANY_LOGS,
        BadTrustedRoot.TOO_LARGE);
    Outcomes.each(
        REASONS,
        SigstoreReason.ROOT_VERSION_UNSUPPORTED,
        BadTrustedRoot.NO_VERSION,
        BadTrustedRoot.UNKNOWN_VERSION);
    Outcomes.each(
        REASONS,
        SigstoreReason.CERTIFICATE_UNTRUSTED,
        BadTrustedRoot.NO_CERTIFICATE_AUTHORITY,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_OF_ANOTHER_INSTANCE);
    Outcomes.each(
        REASONS,
        SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_ENDED,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_NOT_YET_BEGUN,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_EXPIRED,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_ROOT_EXPIRED,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_UNKNOWN_CRITICAL_EXTENSION,
        BadTrustedRoot.CERTIFICATE_AUTHORITY_FOR_OTHER_NAMES);
    Outcomes.each(
        REASONS,
        SigstoreReason.SCT_MISSING,
        BadTrustedRoot.NO_CERTIFICATE_LOG,
        BadTrustedRoot.CERTIFICATE_LOG_OF_ANOTHER_INSTANCE);
    Outcomes.each(
        REASONS,
        SigstoreReason.SCT_INVALID,
        BadTrustedRoot.CERTIFICATE_LOG_ENDED,
        BadTrustedRoot.CERTIFICATE_LOG_NOT_YET_BEGUN);
    Outcomes.each(
        REASONS,
        SigstoreReason.LOG_ENTRY_MISSING,
        BadTrustedRoot.NO_LOG,
        BadTrustedRoot.OF_ANOTHER_INSTANCE,
        BadTrustedRoot.LOG_OF_ANOTHER_INSTANCE);
    Outcomes.each(
        REASONS,
        SigstoreReason.LOG_NOT_VALID_AT_TIME,
        BadTrustedRoot.LOG_ENDED,
        BadTrustedRoot.LOG_NOT_YET_BEGUN);
    Outcomes.each(
        REASONS,
        SigstoreReason.CHECKPOINT_INVALID,
        BadTrustedRoot.LOG_WITHOUT_ADDRESS,
        BadTrustedRoot.LOG_OF_ANOTHER_ADDRESS);
    Outcomes.each(
        REASONS,
        SigstoreReason.TIMESTAMP_INVALID,
        BadTrustedRoot.TIMESTAMP_AUTHORITY_ENDED,
        BadTrustedRoot.TIMESTAMP_AUTHORITY_NOT_YET_BEGUN,
        BadTrustedRoot.TIMESTAMP_AUTHORITY_WITHOUT_PURPOSE,
        BadTrustedRoot.TIMESTAMP_AUTHORITY_FOR_CODE_SIGNING,
        BadTrustedRoot.TIMESTAMP_AUTHORITY_WITH_FURTHER_PURPOSE,
        BadTrustedRoot.TIMESTAMP_AUTHORITY_PURPOSE_NOT_CRITICAL,
        BadTrustedRoot.TIMESTAMP_AUTHORITY_EXPIRED,
        BadTrustedRoot.TIMESTAMP_AUTHORITY_ROOT_EXPIRED);
  }

  private static SigstoreVerifier verifier(DevSigstore sigstore) {
    return SigstoreVerifier.of(
        TrustedRoot.parse(sigstore.trustedRoot(), Instant.now()),
        IdentityPolicy.of(RELEASE.issuer(), SignerSubject.uri(RELEASE.subject())));
  }

  private static Checked<?> artifact(DevSigstore sigstore, DevBundle bundle) {
    return Checked.of(() -> verifier(sigstore).verify(bundle.bytes(), ARTIFACT));
  }

  @Test
  void root_withEachFault_refusesAGoodSignature() {
    Outcomes.accepted(artifact(SIGSTORE, SIGSTORE.sign(ARTIFACT, RELEASE)));
    Outcomes.refused(
        REASONS,
        each -> {
          DevSigstore spoilt = SIGSTORE.withTrustedRoot(each);
          return artifact(spoilt, spoilt.sign(ARTIFACT, RELEASE));
        });
  }

  @Test
  @Tag("deep")
  void root_withEachFault_refusesAGoodAttestation() {
    Outcomes.refused(
        REASONS,
        each -> {
          DevSigstore spoilt = SIGSTORE.withTrustedRoot(each);
          byte[] good =
              spoilt
                  .bundle(ARTIFACT, RELEASE)
                  .withTimestamp()
                  .withStatement(Draft.PREDICATE, "{}")
                  .build()
                  .bytes();
          return Checked.of(
              () ->
                  verifier(spoilt)
                      .verifyStatement(good, Digest.sha256Of(ARTIFACT), Draft.PREDICATE));
        });
  }

  @Test
  @Tag("deep")
  void root_withEachFault_refusesAGoodSignatureOfRekorV2() {
    refusesRekorV2(Set.of(BadTrustedRoot.values()));
  }

  /** A malformed root is refused before any bundle is read. */
  @Test
  void rootThatCanBeRead_withEachFault_refusesAGoodSignatureOfRekorV2() {
    Set<BadTrustedRoot> read = EnumSet.allOf(BadTrustedRoot.class);
    read.removeIf(each -> REASONS.get(each) == SigstoreReason.ROOT_MALFORMED);
    assertThat(read).hasSizeGreaterThan(20);
    refusesRekorV2(read);
  }

  private static void refusesRekorV2(Set<BadTrustedRoot> roots) {
    Outcomes.accepted(artifact(SIGSTORE, SIGSTORE.bundle(ARTIFACT, RELEASE).withRekorV2().build()));
    for (BadTrustedRoot each : roots) {
      DevSigstore spoilt = SIGSTORE.withTrustedRoot(each);
      DevBundle second = spoilt.bundle(ARTIFACT, RELEASE).withRekorV2().build();
      SigstoreReason reason =
          OF_REKOR_V1.contains(each) ? SigstoreReason.LOG_ENTRY_MISSING : REASONS.get(each);
      Outcomes.refused(artifact(spoilt, second), reason);
    }
  }

  /** Whose roots have no log of Rekor v2. */
  private static final Set<BadTrustedRoot> OF_REKOR_V1 =
      Set.of(BadTrustedRoot.LOG_WITHOUT_ADDRESS, BadTrustedRoot.LOG_OF_ANOTHER_ADDRESS);

  @Test
  void instance_ofABadRoot_isAnother_andTheFirstStaysGood() {
    String root = SIGSTORE.trustedRoot();
    DevSigstore spoilt = SIGSTORE.withTrustedRoot(BadTrustedRoot.NO_LOG);
    assertThat(spoilt.trustedRoot()).isNotEqualTo(root);
    assertThat(SIGSTORE.trustedRoot()).isEqualTo(root);
    Outcomes.accepted(artifact(SIGSTORE, SIGSTORE.sign(ARTIFACT, RELEASE)));
    Outcomes.refused(
        artifact(SIGSTORE, spoilt.sign(ARTIFACT, RELEASE)), SigstoreReason.LOG_ENTRY_MISSING);
  }

  @Test
  void sentence_ofEachKind_isItsOwn() {
    assertThat(REASONS).containsOnlyKeys(BadTrustedRoot.values());
    assertThat(BadTrustedRoot.values()).extracting(BadTrustedRoot::why).doesNotHaveDuplicates();
    assertThat(BadTrustedRoot.values()).allMatch(each -> each.why().matches("[A-Z].*\\."));
  }
}
