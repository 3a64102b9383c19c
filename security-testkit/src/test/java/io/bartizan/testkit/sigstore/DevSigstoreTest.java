package io.bartizan.testkit.sigstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The shape of what a Sigstore instance of tests makes; that a verifier takes the good bundles and
 * refuses the others is tested beside the verifier.
 */
class DevSigstoreTest {

  private static final byte[] ARTIFACT = "a release".getBytes(UTF_8);
  private static final String TYPE = "https://example.com/built/v1";
  private static final DevIdentity RELEASE =
      DevIdentity.githubWorkflow("acme/app", "release.yml", "refs/tags/v1");
  private static final Pattern NAME = Pattern.compile("\"(\\w+)\":");

  /** Whose members are not those of a good bundle, because that is the fault. */
  private static final Set<BadBundle> OTHER_MEMBERS =
      EnumSet.of(
          BadBundle.CUT_IN_HALF,
          BadBundle.DOUBLED_MEMBER,
          BadBundle.NO_CHECKPOINT,
          BadBundle.NO_INCLUSION_PROOF,
          BadBundle.NO_LOG_ENTRY,
          BadBundle.NO_TIME,
          BadBundle.REKOR_V2_CHECKPOINT_BY_ANOTHER_KEY,
          BadBundle.REKOR_V2_NO_INCLUSION_PROOF,
          BadBundle.REKOR_V2_WITHOUT_TIMESTAMP,
          BadBundle.SIGNED_BY_A_KEY,
          BadBundle.TIMESTAMP_OF_UNKNOWN_AUTHORITY,
          BadBundle.VERSION_3_WITH_A_CHAIN,
          BadBundle.KEY_AND_CERTIFICATE,
          BadBundle.CERTIFICATE_OF_ANOTHER_INTERMEDIATE,
          BadBundle.LOG_ENTRY_WITHOUT_BODY,
          BadBundle.LOG_ENTRY_WITHOUT_LOG,
          BadBundle.SECOND_LOG_ENTRY_OF_ANOTHER_ARTIFACT,
          BadBundle.SECOND_LOG_ENTRY_BY_ANOTHER_KEY,
          BadBundle.TOO_MANY_LOG_ENTRIES,
          BadBundle.REKOR_V2_CHECKPOINT_ORIGIN_LIKE_V1,
          BadBundle.REKOR_V2_CHECKPOINT_HINT_LIKE_V1,
          BadBundle.REKOR_V2_INDEX_OF_ANOTHER_PLACE,
          BadBundle.REKOR_V2_HASH_OF_ANOTHER_KEY_KIND,
          BadBundle.REKOR_V2_ED25519_OF_THE_OTHER_FORM,
          BadBundle.REKOR_V2_OF_UNKNOWN_KEY_KIND,
          BadBundle.REKOR_V2_KEY_AND_CERTIFICATE,
          BadBundle.TIMESTAMP_BY_A_CODE_SIGNER,
          BadBundle.TIMESTAMP_BY_A_PURPOSE_NOT_CRITICAL,
          BadBundle.TIMESTAMP_BY_AN_EXPIRED_CERTIFICATE,
          BadBundle.TIMESTAMP_BY_A_SELF_SIGNED_CERTIFICATE,
          BadBundle.SECOND_TIMESTAMP_BY_ANOTHER_KEY,
          BadBundle.SECOND_TIMESTAMP_OVER_ANOTHER_SIGNATURE,
          BadBundle.TOO_MANY_TIMESTAMPS,
          BadBundle.CONTENT_OF_THE_OTHER_KIND,
          BadBundle.TWO_CONTENTS,
          BadBundle.NO_CONTENT,
          BadBundle.VERSION_1_WITHOUT_PROMISE,
          BadBundle.VERSION_1_WITH_A_CHANGED_PROOF,
          BadBundle.VERSION_1_WITHOUT_CHECKPOINT,
          BadBundle.VERSION_2_WITHOUT_PROOF,
          BadBundle.CHAIN_EMPTY,
          BadBundle.CHAIN_WITH_A_ROOT,
          BadBundle.CHAIN_BEGINS_WITH_AN_AUTHORITY,
          BadBundle.TOO_MANY_CERTIFICATES,
          BadBundle.NO_SIGNER,
          BadBundle.SIGNER_NULL,
          BadBundle.NO_TEXT,
          BadBundle.NULL_BUNDLE,
          BadBundle.MEMBER_IN_ANOTHER_SPELLING,
          BadBundle.NESTED_DEEPLY);

  private static final DevSigstore SIGSTORE = DevSigstore.of();

  @Test
  void forgedBundle_hasTheMembersOfAGoodOne_unlessTheyAreTheFault_andTheRootStays() {
    String root = SIGSTORE.trustedRoot();
    List<String> good = names(SIGSTORE.bundle(ARTIFACT, RELEASE).withTimestamp().build());
    assertThat(good).contains("messageSignature", "tlogEntries", "inclusionPromise");
    assertThat(otherMembers(good, fault -> SIGSTORE.forge(fault, ARTIFACT, RELEASE)))
        .containsExactlyInAnyOrderElementsOf(OTHER_MEMBERS);
    assertThat(SIGSTORE.trustedRoot()).isEqualTo(root);
  }

  @Test
  @Tag("deep")
  void forgedStatement_hasTheMembersOfAGoodOne_unlessTheyAreTheFault() {
    List<String> good =
        names(SIGSTORE.bundle(ARTIFACT, RELEASE).withTimestamp().withStatement(TYPE, "{}").build());
    assertThat(good).contains("dsseEnvelope").doesNotContain("messageSignature");
    assertThat(
            otherMembers(
                good, fault -> SIGSTORE.forgeStatement(fault, ARTIFACT, RELEASE, TYPE, "{}")))
        .containsExactlyInAnyOrderElementsOf(OTHER_MEMBERS);
  }

  private static Set<BadBundle> otherMembers(
      List<String> good, Function<BadBundle, DevBundle> forge) {
    Set<BadBundle> others = EnumSet.noneOf(BadBundle.class);
    for (BadBundle fault : BadBundle.values()) {
      if (!names(forge.apply(fault)).equals(good)) {
        others.add(fault);
      }
    }
    return others;
  }

  private static List<String> names(DevBundle bundle) {
    List<String> names = new ArrayList<>();
    for (Matcher each = NAME.matcher(bundle.json()); each.find(); ) {
      names.add(each.group(1));
    }
    return names;
  }

  @Test
  void fault_saysWhatIsWrong_asNoOtherDoes() {
    Set<String> sentences = new HashSet<>();
    for (BadBundle fault : BadBundle.values()) {
      assertThat(sentences.add(fault.why())).as("%s", fault).isTrue();
      assertThat(fault.why()).isNotBlank();
    }
  }

  @Test
  void trustedRoot_namesEachAuthority() {
    assertThat(SIGSTORE.trustedRoot())
        .contains("certificateAuthorities", "ctlogs", "tlogs", "timestampAuthorities");
  }

  @Test
  void identity_isReadAsItIsWritten() {
    assertThat(DevIdentity.email("https://issuer.example", "a@example.com").subject())
        .isEqualTo("a@example.com");
    assertThat(DevIdentity.uri("https://issuer.example", "https://ci.example/job").issuer())
        .isEqualTo("https://issuer.example");
    assertThat(RELEASE.subject())
        .isEqualTo("https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1");
  }

  @Test
  void bundle_ofEachVersionAndLog_saysSo() {
    for (String version : List.of("0.1", "0.2", "0.3")) {
      assertThat(SIGSTORE.bundle(ARTIFACT, RELEASE).withVersion(version).build().json())
          .contains(version);
    }
    assertThat(names(SIGSTORE.bundle(ARTIFACT, RELEASE).withRekorV2().build()))
        .contains("rfc3161Timestamps")
        .doesNotContain("inclusionPromise");
    assertThat(names(SIGSTORE.bundle(ARTIFACT, RELEASE).withTimestamp().withoutPromise().build()))
        .contains("inclusionProof")
        .doesNotContain("inclusionPromise");
  }
}
