package io.bartizan.integrity.attest.notation;

import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.attest.notation.NotationDraft.ARTIFACT;
import static io.bartizan.integrity.attest.notation.NotationDraft.NOW;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Checked;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.attest.LayoutFolder;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.testkit.ManualInstantSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trust policies, trust stores, and signatures where they lie: N13, N17 and N18. */
class NotationPolicyTest {

  @TempDir Path folder;

  private static String statement(String name, String scopes) {
    return "{\"name\":\""
        + name
        + "\",\"registryScopes\":["
        + scopes
        + "],\"signatureVerification\":{\"level\":\"strict\"},\"trustStores\":[\"ca:acme\"],"
        + "\"trustedIdentities\":[\"*\"]}";
  }

  private static String document(String... statements) {
    return "{\"version\":\"1.0\",\"trustPolicies\":[" + String.join(",", statements) + "]}";
  }

  private static Object reason(Checked<NotationSignature> outcome) {
    return outcome.fold(signed -> "accepted", refusal -> refusal.reason());
  }

  @Test
  void N13_one_statement_judges_a_repository() {
    NotationPolicy policy =
        NotationPolicy.parse(
            document(
                statement("all", "\"*\"").replace("strict", "audit"),
                statement("app", "\"registry.example/app\",\"registry.example/web\"")));
    NotationVerifier verifier = NotationDraft.verifier(policy).build();
    for (String name : List.of("registry.example/app", "Registry.Example/web")) {
      assertThat(
              reason(
                  verifier.check(
                      new NotationDraft().make(),
                      Envelope.JWS,
                      ImageReference.parse(name),
                      ARTIFACT)))
          .isEqualTo("accepted");
    }
    for (String name : List.of("registry.example/app/x", "registry.example/ap")) {
      assertThat(
              reason(
                  verifier.check(
                      new NotationDraft().make(),
                      Envelope.JWS,
                      ImageReference.parse(name),
                      ARTIFACT)))
          .isEqualTo(NotationReason.POLICY_NOT_ENFORCED);
    }
    assertThat(
            reason(
                NotationDraft.strict()
                    .check(
                        new NotationDraft().make(),
                        Envelope.JWS,
                        ImageReference.parse("registry.example/other"),
                        ARTIFACT)))
        .isEqualTo(NotationReason.POLICY_MISSING);
  }

  @Test
  void N13_statementThatNamesARepository_comesBeforeTheOneOfAll_inEachOrder() {
    String all = statement("all", "\"*\"").replace("strict", "audit");
    String app = statement("app", "\"registry.example/app\"");
    String web = statement("web", "\"registry.example/web\"").replace("strict", "audit");
    for (String document :
        List.of(document(all, app, web), document(app, web, all), document(web, all, app))) {
      NotationPolicy policy = NotationPolicy.parse(document);
      assertThat(policy.require(ImageReference.parse("registry.example/app")).name())
          .isEqualTo("app");
      refused(
          NotationReason.POLICY_NOT_ENFORCED,
          () -> policy.require(ImageReference.parse("registry.example/web")));
      refused(
          NotationReason.POLICY_NOT_ENFORCED,
          () -> policy.require(ImageReference.parse("registry.example/other")));
    }
  }

  @Test
  void N13_documents_that_leave_a_choice_are_refused() {
    for (String bad :
        List.of(
            document(),
            document(statement("a", "\"*\""), statement("b", "\"*\"")),
            document(statement("a", "\"r.example/x\""), statement("a", "\"r.example/y\"")),
            document(statement("a", "\"r.example/x\""), statement("b", "\"R.example/x\"")),
            document(statement("a", "\"r.example/x\",\"r.example/x\"")),
            document(statement("a", "\"*\",\"r.example/x\"")),
            document(statement("a", "\"r.example/*\"")),
            document(statement("a", "\"app\"")),
            document(statement("a", "\"r.example/x:tag\"")),
            document(statement("a", "\"r.example/x@sha256:" + "0".repeat(64) + "\"")),
            document(statement("a", "")),
            document(statement("", "\"*\"")),
            document(statement("a", "\"*\"").replace("ca:acme", "ca:../acme")),
            document(statement("a", "\"*\"").replace("ca:acme", "other:acme")),
            document(statement("a", "\"*\"").replace("ca:acme", "tsa:acme")),
            document(statement("a", "\"*\"").replace("\"ca:acme\"", "")),
            document(statement("a", "\"*\"").replace("\"strict\"", "\"Strict\"")),
            document(statement("a", "\"*\"").replace("\"strict\"", "\"skip\"")),
            document(
                statement("a", "\"*\"")
                    .replace("\"strict\"", "\"strict\",\"verifyTimestamp\":\"never\"")),
            document(
                statement("a", "\"*\"")
                    .replace("\"strict\"", "\"strict\",\"override\":{\"integrity\":\"skip\"}")),
            document(
                statement("a", "\"*\"")
                    .replace("\"strict\"", "\"strict\",\"override\":{\"expiry\":\"Skip\"}")),
            document(statement("a", "\"*\"")).replace("1.0", "1.1"),
            identities("\"*\",\"x509.subject:C=US,ST=WA,O=a\""),
            identities("\"x509.subject:C=US,ST=WA\""),
            identities("\"x509.subject:ST=WA,O=a\""),
            identities("\"x509.subject:C=US,O=a\""),
            identities("\"x509.subject:\""),
            identities("\"x509.subject:C=US,ST=WA,O=#0c0161\""),
            identities("\"x509.subject:C=US,ST=WA,O=a,O=b\""),
            identities("\"x509.subject:C=US,ST=WA,O=a+CN=b\""),
            identities("\"C=US,ST=WA,O=a\""),
            "[]",
            "{}")) {
      assertThatIllegalArgumentException()
          .as(bad)
          .isThrownBy(
              () -> {
                Object unused = NotationPolicy.valueOf(bad);
              });
    }
  }

  private static String identities(String all) {
    return document(
        statement("a", "\"*\"").replace("Identities\":[\"*\"]", "Identities\":[" + all + "]"));
  }

  @Test
  void store_that_the_policy_names_must_be_there() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              Object unused =
                  NotationVerifier.of(
                      NotationPolicy.parse(document(statement("a", "\"*\""))),
                      TrustStores.of(Map.of("ca:other", List.of(NotationDraft.AUTHORITY))));
            })
        .withMessageContaining("ca:acme");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              Object unused = TrustStores.of(Map.of("ca:acme", List.of()));
            });
  }

  @Test
  void stores_are_read_from_folders_of_plain_files() throws Exception {
    Path store = Files.createDirectories(folder.resolve("x509/ca/acme"));
    Path file = store.resolve("root.crt");
    Files.write(file, NotationDraft.der(NotationDraft.AUTHORITY));
    assertThat(TrustStores.read(folder, Set.of("ca:acme")))
        .hasToString("TrustStores[ca:acme of 1]");
    Files.createSymbolicLink(store.resolve("link.crt"), file);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              Object unused = TrustStores.read(folder, Set.of("ca:acme"));
            })
        .withMessageContaining("link.crt");
    Files.delete(store.resolve("link.crt"));
    Files.write(store.resolve("empty.crt"), new byte[0]);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              Object unused = TrustStores.read(folder, Set.of("ca:acme"));
            });
    Files.write(store.resolve("empty.crt"), new byte[1024 * 1024 + 1]);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              Object unused = TrustStores.read(folder, Set.of("ca:acme"));
            })
        .withMessageContaining("bytes");
  }

  @Test
  void lists_are_read_from_files() throws Exception {
    Path file = folder.resolve("list.crl");
    Files.write(
        file,
        NotationDraft.list(NotationDraft.ROOT_KEY, "2026-05-20", "2026-06-20", false).getEncoded());
    assertThat(RevocationLists.read(file)).hasToString("RevocationLists[1 lists]");
    Files.write(file, new byte[0]);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              Object unused = RevocationLists.read(file);
            });
    Files.writeString(file, "no list");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              Object unused = RevocationLists.read(file);
            });
  }

  private NotationVerifier layoutVerifier() {
    return NotationDraft.verifier(NotationDraft.policy("\"strict\"", "\"ca:acme\"", "\"*\""))
        .withClock(new ManualInstantSource(NOW))
        .build();
  }

  private static byte[] of(Descriptor artifact) {
    NotationDraft draft = new NotationDraft();
    draft.payload = NotationDraft.payload(artifact);
    return draft.make();
  }

  @Test
  void N18_image_in_a_layout_is_judged_by_its_digest() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    ImageReference image = layout.image("registry.example/app");
    Digest digest = image.requireDigest();
    ImageSource source = ImageSource.layout(folder);
    assertThat(reason(layoutVerifier().check(source, image)))
        .isEqualTo(NotationReason.SIGNATURE_MISSING);
    Descriptor artifact = source.describe(digest);
    layout.referrer(digest, Envelope.JWS, of(ARTIFACT)); // of another image
    layout.referrer(digest, Envelope.COSE, new byte[] {1});
    layout.referrer(digest, "application/other", of(artifact));
    layout.referrer(Digest.sha256Of(new byte[9]), Envelope.JWS, of(artifact));
    assertThat(reason(layoutVerifier().check(source, image))).isEqualTo(NotationReason.MALFORMED);
    layout.referrer(digest, Envelope.JWS, of(artifact));
    assertThat(reason(layoutVerifier().check(source, image))).isEqualTo("accepted");
    assertThat(
            reason(
                layoutVerifier()
                    .check(source, ImageReference.parse("registry.example/other@" + digest.oci()))))
        .isEqualTo(NotationReason.POLICY_MISSING);
    assertThat(
            reason(layoutVerifier().check(source, ImageReference.parse("registry.example/app:1"))))
        .isNotEqualTo("accepted");
  }

  @Test
  void N07_coseInALayout_isJudgedAsTheFormatThatItsMediaTypeSays() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    ImageReference image = layout.image("registry.example/app");
    Digest digest = image.requireDigest();
    ImageSource source = ImageSource.layout(folder);
    Descriptor artifact = source.describe(digest);
    CoseDraft draft = new CoseDraft();
    draft.payload = CoseDraft.bytes(NotationDraft.payload(artifact).getBytes(UTF_8));
    layout.referrer(digest, Envelope.JWS, draft.make());
    layout.referrer(digest, Envelope.COSE, of(artifact));
    assertThat(reason(layoutVerifier().check(source, image))).isEqualTo(NotationReason.MALFORMED);
    layout.referrer(digest, Envelope.COSE, draft.make());
    assertThat(reason(layoutVerifier().check(source, image))).isEqualTo("accepted");
  }

  @Test
  void N17_manyOtherManifests_areReadUpToABound() throws Exception {
    for (int before : new int[] {199, 200}) {
      Path place = folder.resolve("others" + before);
      LayoutFolder layout = new LayoutFolder(place);
      ImageReference image = layout.image("registry.example/app");
      Digest digest = image.requireDigest();
      for (int i = 0; i < before; i++) {
        layout.referrer(digest, "application/other", new byte[] {(byte) i, 0});
      }
      ImageSource source = ImageSource.layout(place);
      layout.referrer(digest, Envelope.JWS, of(source.describe(digest)));
      assertThat(reason(layoutVerifier().check(source, image)))
          .as("%d", before)
          .isEqualTo(before == 199 ? "accepted" : NotationReason.TOO_LARGE);
    }
  }

  @Test
  void N17_manySignatures_areReadUpToABound() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    ImageReference image = layout.image("registry.example/app");
    Digest digest = image.requireDigest();
    ImageSource source = ImageSource.layout(folder);
    Descriptor artifact = source.describe(digest);
    for (int i = 0; i < NotationVerifier.MAX_SIGNATURES - 1; i++) {
      layout.referrer(digest, Envelope.JWS, new byte[] {(byte) i});
    }
    layout.referrer(digest, Envelope.JWS, of(artifact));
    assertThat(reason(layoutVerifier().check(source, image))).isEqualTo("accepted");
    LayoutFolder more = new LayoutFolder(folder.resolve("more"));
    ImageReference same = more.image("registry.example/app");
    for (int i = 0; i < NotationVerifier.MAX_SIGNATURES; i++) {
      more.referrer(digest, Envelope.JWS, new byte[] {(byte) i});
    }
    more.referrer(digest, Envelope.JWS, of(artifact));
    assertThat(reason(layoutVerifier().check(ImageSource.layout(folder.resolve("more")), same)))
        .isEqualTo(NotationReason.TOO_LARGE);
  }

  @Test
  void N18_manifestsOfOtherImages_areNoneAboutThisOne() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    ImageReference image = layout.image("registry.example/app");
    Digest digest = image.requireDigest();
    for (int i = 0; i < 300; i++) { // as a whole product in one layout
      layout.referrer(Digest.sha256Of(new byte[i]), "application/other", new byte[] {(byte) i, 1});
    }
    ImageSource source = ImageSource.layout(folder);
    layout.referrer(digest, Envelope.JWS, of(source.describe(digest)));
    assertThat(reason(layoutVerifier().check(source, image))).isEqualTo("accepted");
  }

  /**
   * The tag of an image by SHA-512 is cut to 64 digits (OCI distribution, referrers tag schema).
   */
  @Test
  void N18_referrersOfAnImageBySha512_areFoundUnderTheirTag() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    byte[] manifest =
        Files.readAllBytes(blob(layout.image("registry.example/app").requireDigest()));
    Digest digest = Digest.compute(DigestAlgorithm.SHA_512, manifest);
    Files.createDirectories(folder.resolve("blobs/sha512"));
    Files.write(blob(digest), manifest);
    ImageReference image = ImageReference.parse("registry.example/app@" + digest.oci());
    ImageSource source = ImageSource.layout(folder);
    assertThat(reason(layoutVerifier().check(source, image)))
        .isEqualTo(NotationReason.SIGNATURE_MISSING);
    String tag = "sha512-" + digest.hex().substring(0, 64);
    layout.referrersIndex(tag, digest, Envelope.JWS, of(source.describe(digest)));
    assertThat(reason(layoutVerifier().check(source, image))).isEqualTo("accepted");
  }

  private Path blob(Digest digest) {
    return folder.resolve("blobs").resolve(digest.algorithm().label()).resolve(digest.hex());
  }
}
