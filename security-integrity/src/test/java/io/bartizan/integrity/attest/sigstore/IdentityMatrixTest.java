package io.bartizan.integrity.attest.sigstore;

import static io.bartizan.integrity.attest.sigstore.Outcomes.accepted;
import static io.bartizan.integrity.attest.sigstore.Outcomes.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Checked;
import io.bartizan.testkit.sigstore.draft.Leaf;
import io.bartizan.testkit.sigstore.draft.Tree;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.function.Consumer;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;

/** Entries I01 to I12 of the attack matrix. */
class IdentityMatrixTest {

  private static final World WORLD = new World();

  private static Draft leaf(Consumer<Leaf> change) {
    Draft draft = Draft.v1(WORLD);
    change.accept(draft.leaf);
    return draft;
  }

  private static Checked<?> check(Draft draft, IdentityPolicy policy) {
    return draft.check(SigstoreVerifier.of(WORLD.trusted(), policy));
  }

  private static Checked<?> check(SignerSubject subject) {
    return check(Draft.v1(WORLD), IdentityPolicy.of(Draft.ISSUER, subject));
  }

  private static Draft named(int tag, String name) {
    return leaf(
        l -> {
          l.names(new GeneralName(tag, name));
          l.without(9).without(12).without(14).without(18);
        });
  }

  @Test
  void I01_identity_cantBeLeftOut() {
    for (Method method : SigstoreVerifier.class.getMethods()) {
      if (Modifier.isStatic(method.getModifiers()) && !method.getName().equals("valueOf")) {
        assertThat(Arrays.asList(method.getParameterTypes()))
            .as("%s", method)
            .containsAnyOf(IdentityPolicy.class, KeyPolicy.class);
      }
    }
    assertThatThrownBy(() -> SigstoreVerifier.of(WORLD.trusted(), (IdentityPolicy) null).toString())
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void I02_issuerAndSubject_mustBothFit() {
    String other = "https://github.com/other/app/.github/workflows/release.yml@" + Draft.REF;
    accepted(check(SignerSubject.uri(Draft.SUBJECT)));
    refused(check(SignerSubject.uri(other)), SigstoreReason.IDENTITY_MISMATCH);
    for (String issuer :
        new String[] {
          "https://accounts.google.com",
          Draft.ISSUER + "/",
          Draft.ISSUER + ".evil.example",
          "https://token.actions",
          Draft.SUBJECT
        }) {
      refused(
          check(Draft.v1(WORLD), IdentityPolicy.of(issuer, SignerSubject.uri(Draft.SUBJECT))),
          SigstoreReason.IDENTITY_MISMATCH);
    }
  }

  @Test
  void I03_prefix_isAnchoredAndEndsAtASeparator() {
    accepted(check(SignerSubject.uriStartingWith("https://github.com/acme/")));
    accepted(
        check(
            SignerSubject.uriStartingWith(
                "https://github.com/acme/app/.github/workflows/release.yml@")));
    refused(
        check(SignerSubject.uriStartingWith("https://github.com/acm/")),
        SigstoreReason.IDENTITY_MISMATCH);
    String prefix = "https://github.com/acme/app/";
    for (String evil :
        new String[] {
          "https://evil.example/https://github.com/acme/app/x",
          "https://github.com/acme-evil/app/x",
          "https://github.com/acme/app-evil/x",
          "https://githubXcom/acme/app/x",
          prefix
        }) {
      refused(
          check(
              named(GeneralName.uniformResourceIdentifier, evil),
              IdentityPolicy.of(Draft.ISSUER, SignerSubject.uriStartingWith(prefix))),
          SigstoreReason.IDENTITY_MISMATCH);
    }
    for (String bad :
        new String[] {
          "https://github.com/acme",
          "https://github.com/",
          "https://",
          "github.com/acme/",
          "https://github.com//",
          "https://github.com/@",
          "",
          ".*",
          "https://github.com/acme/ "
        }) {
      assertThatThrownBy(() -> SignerSubject.uriStartingWith(bad).toString())
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void I04_twoIssuersThatDiffer_areRefused() {
    refused(
        leaf(l -> l.raw(1, "https://accounts.google.com")).check(),
        SigstoreReason.CERTIFICATE_INVALID);
    accepted(leaf(l -> l.without(1)).check());
    accepted(leaf(l -> l.without(8)).check());
    refused(leaf(l -> l.without(1).without(8)).check(), SigstoreReason.CERTIFICATE_INVALID);
  }

  @Test
  void I05_newerExtensions_areDerOfUtf8() throws IOException {
    byte[] good = new DERUTF8String(Draft.ISSUER).getEncoded();
    byte[][] bad = {
      Draft.ISSUER.getBytes(java.nio.charset.StandardCharsets.UTF_8),
      Tree.join(good, new byte[1]),
      Arrays.copyOf(good, good.length - 1),
      new DERPrintableString("x").getEncoded(),
      {0x0c, (byte) 0x80, 'x', 0, 0},
      {0x0c, 1, (byte) 0xff},
      {0x0c, (byte) 0x81, 1, 'x'},
      {},
    };
    for (byte[] each : bad) {
      for (int number : new int[] {8, 12, 24}) {
        refused(leaf(l -> l.raw(number, each)).check(), SigstoreReason.MALFORMED);
      }
    }
    accepted(leaf(l -> l.raw(25, new byte[] {1, 2})).check());
  }

  @Test
  void I06_extensionTwice_isRefused() throws IOException {
    Draft draft = Draft.v1(WORLD);
    byte[] certificate = draft.certificate();
    byte[] oid20 =
        new org.bouncycastle.asn1.ASN1ObjectIdentifier("1.3.6.1.4.1.57264.1.20").getEncoded();
    byte[] oid18 =
        new org.bouncycastle.asn1.ASN1ObjectIdentifier("1.3.6.1.4.1.57264.1.18").getEncoded();
    int at = indexOf(certificate, oid20);
    byte[] doubled = certificate.clone();
    System.arraycopy(oid18, 0, doubled, at, oid18.length);
    draft.certificate = doubled;
    Object reason = draft.check().fold(v -> null, r -> r.reason());
    assertThat(reason).isIn(SigstoreReason.MALFORMED, SigstoreReason.CERTIFICATE_INVALID);
  }

  private static int indexOf(byte[] in, byte[] part) {
    for (int i = 0; i <= in.length - part.length; i++) {
      if (Arrays.equals(in, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("not found");
  }

  @Test
  void I07_subjectsThatLookAlike_areOthers() {
    for (String other :
        new String[] {
          Draft.SUBJECT.toUpperCase(java.util.Locale.ROOT),
          Draft.SUBJECT.replace("acme", "Acme"),
          Draft.SUBJECT + "/",
          Draft.SUBJECT.replace("/app/", "/%61pp/"),
          Draft.SUBJECT.replace("acme", "\u0430cme")
        }) {
      refused(check(SignerSubject.uri(other)), SigstoreReason.IDENTITY_MISMATCH);
    }
    refused(
        check(
            named(GeneralName.uniformResourceIdentifier, Draft.SUBJECT + "\0.evil"),
            Draft.policy()),
        SigstoreReason.CERTIFICATE_INVALID);
  }

  @Test
  void I08_kindOfSubject_mustFit() {
    Draft mail = named(GeneralName.rfc822Name, "alice@example.com");
    accepted(
        check(mail, IdentityPolicy.of(Draft.ISSUER, SignerSubject.email("alice@example.com"))));
    refused(
        check(mail, IdentityPolicy.of(Draft.ISSUER, SignerSubject.uri("alice@example.com"))),
        SigstoreReason.IDENTITY_MISMATCH);
    refused(
        check(mail, IdentityPolicy.of(Draft.ISSUER, SignerSubject.email("Alice@example.com"))),
        SigstoreReason.IDENTITY_MISMATCH);
    Draft uri = named(GeneralName.uniformResourceIdentifier, "mailto:alice@example.com");
    refused(
        check(
            uri, IdentityPolicy.of(Draft.ISSUER, SignerSubject.email("mailto:alice@example.com"))),
        SigstoreReason.IDENTITY_MISMATCH);
  }

  private static IdentityPolicy.Builder builder() {
    return IdentityPolicy.builder(
        Draft.ISSUER,
        SignerSubject.uriStartingWith(Draft.REPOSITORY + "/.github/workflows/release.yml@"));
  }

  @Test
  void I09_ref_isTheOneAskedForAndTheSameEverywhere() {
    IdentityPolicy tags =
        builder().withFieldStartingWith(WorkflowField.SOURCE_REPOSITORY_REF, "refs/tags/").build();
    accepted(check(Draft.v1(WORLD), tags));
    String branch = "refs/heads/x";
    String subject = Draft.SUBJECT.replace(Draft.REF, branch);
    Draft onBranch =
        leaf(
            l ->
                l.names(new GeneralName(GeneralName.uniformResourceIdentifier, subject))
                    .text(9, subject)
                    .text(18, subject)
                    .text(14, branch));
    accepted(check(onBranch, builder().build()));
    refused(check(onBranch, tags), SigstoreReason.IDENTITY_MISMATCH);
    refused(leaf(l -> l.text(14, branch)).check(), SigstoreReason.CERTIFICATE_INVALID);
    refused(leaf(l -> l.text(18, subject)).check(), SigstoreReason.CERTIFICATE_INVALID);
    refused(leaf(l -> l.text(9, subject)).check(), SigstoreReason.CERTIFICATE_INVALID);
    refused(leaf(l -> l.text(14, branch).without(18)).check(), SigstoreReason.CERTIFICATE_INVALID);
    for (String bad : new String[] {"refs/tags", "", "/", "v"}) {
      assertThatThrownBy(
              () ->
                  builder()
                      .withFieldStartingWith(WorkflowField.SOURCE_REPOSITORY_REF, bad)
                      .build()
                      .toString())
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** Fulcio encodes the subject as a URI, and the fields beside it not, or as HTML in 2024/25. */
  @Test
  void I09_ref_thatFulcioEncodedInOnePlaceAlone_isTheSame() {
    for (String[] each :
        new String[][] {
          {"refs/tags/v1.0.0+build.5", "v1.0.0&#43;build.5", "v1.0.0&#43;build.5"},
          {
            "refs/heads/a&b'c\"d<e>",
            "a&amp;b&#39;c&%2334;d&lt;e&gt;",
            "a&amp;b&#39;c&#34;d&lt;e&gt;"
          },
          {"refs/heads/\u00fcber/\ud83d\ude00", "%C3%BCber/%F0%9F%98%80", "\u00fcber/\ud83d\ude00"},
          {"refs/heads/fix-#42", "fix-%2342", "fix-%2342"},
          {"refs/tags/@acme/app@1.0.0", "@acme/app@1.0.0", "@acme/app@1.0.0"},
        }) {
      String before = each[0].substring(0, each[0].indexOf('/', "refs/".length()) + 1);
      String path = "/.github/workflows/release.yml@" + before;
      String subject = Draft.REPOSITORY + path + each[1];
      String beside = Draft.REPOSITORY + path + each[2];
      Draft draft = workflow(subject, beside, each[0]);
      accepted(check(draft, IdentityPolicy.of(Draft.ISSUER, SignerSubject.uri(subject))));
      refused(
          check(
              workflow(subject, beside, each[0] + "x"),
              IdentityPolicy.of(Draft.ISSUER, SignerSubject.uri(subject))),
          SigstoreReason.CERTIFICATE_INVALID);
      refused(
          check(
              workflow(subject, beside + "x", each[0]),
              IdentityPolicy.of(Draft.ISSUER, SignerSubject.uri(subject))),
          SigstoreReason.CERTIFICATE_INVALID);
    }
    String blank = Draft.REPOSITORY + "/.github/workflows/make release.yml@" + Draft.REF;
    String encoded = blank.replace(" ", "%20");
    accepted(
        check(
            workflow(encoded, blank, Draft.REF),
            IdentityPolicy.of(Draft.ISSUER, SignerSubject.uri(encoded))));
  }

  /** As organizations require workflows of one repository in all others. */
  @Test
  void I09_workflowOfAnotherRepository_hasARefOfItsOwn() {
    String required = "https://github.com/acme/rules/.github/workflows/check.yml@refs/heads/main";
    accepted(
        check(
            workflow(required, required, "refs/pull/7/merge"),
            IdentityPolicy.of(Draft.ISSUER, SignerSubject.uri(required))));
  }

  private static Draft workflow(String subject, String beside, String built) {
    return leaf(
        l ->
            l.names(new GeneralName(GeneralName.uniformResourceIdentifier, subject))
                .text(9, beside)
                .text(18, beside)
                .text(14, built));
  }

  @Test
  void I10_reusedWorkflow_sourceCanBeRequiredToo() {
    String reused = "https://github.com/acme/builder/.github/workflows/build.yml@refs/tags/v9";
    Draft draft =
        leaf(
            l ->
                l.names(new GeneralName(GeneralName.uniformResourceIdentifier, reused))
                    .text(9, reused));
    IdentityPolicy.Builder policy = IdentityPolicy.builder(Draft.ISSUER, SignerSubject.uri(reused));
    accepted(check(draft, policy.build()));
    accepted(
        check(
            draft,
            policy.withField(WorkflowField.SOURCE_REPOSITORY_URI, Draft.REPOSITORY).build()));
    refused(
        check(
            draft,
            policy
                .withField(WorkflowField.SOURCE_REPOSITORY_URI, Draft.REPOSITORY + "-evil")
                .build()),
        SigstoreReason.IDENTITY_MISMATCH);
    refused(
        check(
            Draft.v1(WORLD),
            builder().withField(WorkflowField.RUNNER_ENVIRONMENT, "github-hosted").build()),
        SigstoreReason.IDENTITY_MISMATCH);
  }

  @Test
  void I11_kindOfSigner_mustBeTheOneAskedFor() {
    Draft keyed = Draft.v1(WORLD);
    keyed.certified = false;
    refused(keyed.check(), SigstoreReason.SIGNER_KIND_MISMATCH);
    SigstoreVerifier byKey =
        SigstoreVerifier.of(WORLD.trusted(), KeyPolicy.of(keyed.key.getPublic()));
    accepted(keyed.check(byKey));
    Draft certified = Draft.v1(WORLD);
    certified.key = keyed.key;
    refused(certified.check(byKey), SigstoreReason.SIGNER_KIND_MISMATCH);
  }

  @Test
  void I12_anyOfSeveral_suffices() {
    IdentityPolicy other =
        IdentityPolicy.of(Draft.ISSUER, SignerSubject.email("alice@example.com"));
    accepted(check(Draft.v1(WORLD), IdentityPolicy.anyOf(other, Draft.policy())));
    accepted(check(Draft.v1(WORLD), IdentityPolicy.anyOf(Draft.policy(), other)));
    refused(
        check(Draft.v1(WORLD), IdentityPolicy.anyOf(other, other)),
        SigstoreReason.IDENTITY_MISMATCH);
    IdentityPolicy mixed =
        IdentityPolicy.anyOf(
            IdentityPolicy.of("https://other.example", SignerSubject.uri(Draft.SUBJECT)), other);
    refused(check(Draft.v1(WORLD), mixed), SigstoreReason.IDENTITY_MISMATCH);
  }
}
