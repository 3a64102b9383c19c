package io.bartizan.integrity.attest.sigstore;

import static io.bartizan.integrity.attest.sigstore.Outcomes.accepted;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.testkit.json.JsonTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What good bundles give, so that the matrices of bad ones prove something. */
class GoodBundlesTest {

  private final World world = new World();

  @Test
  void message_of_rekor_v1_gives_signer_time_and_logs() {
    VerifiedBundle bundle = verified(Draft.v1(world));
    assertThat(bundle.identity().orElseThrow().subject()).isEqualTo(Draft.SUBJECT);
    assertThat(bundle.identity().orElseThrow().issuer()).isEqualTo(Draft.ISSUER);
    assertThat(bundle.identity().orElseThrow().field(WorkflowField.SOURCE_REPOSITORY_REF))
        .contains(Draft.REF);
    assertThat(bundle.times()).hasSize(1);
    assertThat(bundle.times().get(0).time()).isEqualTo(World.SIGNED);
    assertThat(bundle.times().get(0).source()).isEqualTo(VerifiedTime.Source.TRANSPARENCY_LOG);
    assertThat(bundle.logEntries()).hasSize(1);
    assertThat(bundle.logEntries().get(0).isProven()).isTrue();
    assertThat(bundle.logEntries().get(0).log()).isEqualTo(World.REKOR);
    assertThat(bundle.logEntries().get(0).index()).isEqualTo(1_000);
    assertThat(bundle.certificateLogs()).containsExactly("ct.example");
    assertThat(bundle.artifact()).isEqualTo(Digest.sha256Of(Draft.ARTIFACT));
  }

  @Test
  void message_of_rekor_v2_gives_the_timestamp() {
    VerifiedBundle bundle = verified(Draft.v2(world));
    assertThat(bundle.times()).hasSize(1);
    assertThat(bundle.times().get(0).source()).isEqualTo(VerifiedTime.Source.TIMESTAMP_AUTHORITY);
    assertThat(bundle.times().get(0).time()).isEqualTo(World.SIGNED);
    assertThat(bundle.times().get(0).name()).isEqualTo("https://tsa.example");
    assertThat(bundle.logEntries().get(0).log()).isEqualTo(World.REKOR2);
  }

  @Test
  void digest_bytes_and_stream_are_one_answer() throws IOException {
    Draft draft = Draft.v1(world);
    SigstoreVerifier verifier = draft.verifier();
    byte[] json = draft.json();
    Digest digest = Digest.sha256Of(Draft.ARTIFACT);
    assertThat(verifier.verify(json, digest).artifact()).isEqualTo(digest);
    assertThat(verifier.verify(json, Draft.ARTIFACT).artifact()).isEqualTo(digest);
    assertThat(verifier.verify(json, new ByteArrayInputStream(Draft.ARTIFACT)).artifact())
        .isEqualTo(digest);
  }

  @Test
  void statement_of_each_kind_of_entry_is_accepted() {
    accepted(Draft.v1(world).statement().check());
    Draft intoto = Draft.v1(world).statement();
    intoto.first().kind = "intoto";
    intoto.first().version = "0.0.2";
    accepted(intoto.check());
    accepted(Draft.v2(world).statement().check());
    Draft dsse = Draft.v2(world).statement();
    dsse.first().kind = "dsse";
    accepted(dsse.check());
  }

  @Test
  void statement_gives_predicate_subjects_and_bundle() {
    Draft draft = Draft.v2(world).statement();
    SignedStatement statement =
        draft
            .verifier()
            .verifyStatement(draft.json(), Digest.sha256Of(Draft.ARTIFACT), Draft.PREDICATE);
    assertThat(statement.predicate()).containsEntry("buildType", "x");
    assertThat(statement.subjectNames()).containsExactly("artifact");
    assertThat(statement.subjects()).containsExactly(Digest.sha256Of(Draft.ARTIFACT));
    assertThat(statement.bundle().identity()).isPresent();
    assertThat(statement.predicateType()).isEqualTo(Draft.PREDICATE);
  }

  @Test
  void keys_of_each_kind_are_accepted() {
    accepted(
        Draft.v1(world)
            .key(
                World.ec("secp384r1"),
                "SHA384withECDSA",
                DigestAlgorithm.SHA_384,
                "PKIX_ECDSA_P384_SHA_384")
            .check());
    accepted(
        Draft.v2(world)
            .key(
                World.ec("secp521r1"),
                "SHA512withECDSA",
                DigestAlgorithm.SHA_512,
                "PKIX_ECDSA_P521_SHA_512")
            .check());
    accepted(
        Draft.v2(world)
            .key(
                World.rsa(2048),
                "SHA256withRSA",
                DigestAlgorithm.SHA_256,
                "PKIX_RSA_PKCS1V15_2048_SHA256")
            .check());
  }

  @Test
  void key_that_was_asked_for_and_logged_is_accepted() {
    Draft draft = Draft.v1(world);
    draft.certified = false;
    KeyPolicy key =
        KeyPolicy.builder(draft.key.getPublic())
            .withValidFrom(World.START)
            .withValidUntil(World.SIGNED)
            .build();
    SigstoreVerifier verifier = SigstoreVerifier.of(world.trusted(), key);
    VerifiedBundle bundle = verifier.verify(draft.json(), Draft.ARTIFACT);
    assertThat(bundle.identity()).isEmpty();
    assertThat(bundle.key()).isEqualTo(key.fingerprint());
    assertThat(bundle.times().get(0).time()).isEqualTo(World.SIGNED);
  }

  @Test
  void cosigns_older_bundle_is_judged_by_its_promise() {
    Draft draft = Draft.v1(world);
    draft.first().proof = false;
    accepted(draft.verifier().check(cosign(draft), Draft.ARTIFACT));
    draft.first().promised = text -> text.replace("Index\":1000", "Index\":1001");
    Outcomes.refused(
        draft.verifier().check(cosign(draft), Draft.ARTIFACT), SigstoreReason.PROMISE_INVALID);
    Outcomes.refused(
        draft.verifier().check(cosign(draft), new byte[1]), SigstoreReason.LOG_ENTRY_MISMATCH);
  }

  private static byte[] cosign(Draft draft) {
    var entry = JsonTree.at(draft.build(), "verificationMaterial", "tlogEntries", 0);
    String id = (String) JsonTree.at(entry, "logId").get("keyId");
    var old =
        JsonTree.object(
            "base64Signature",
            World.base64(draft.signature()),
            "cert",
            World.base64(
                io.bartizan.core.Pem.encode("CERTIFICATE", draft.certificate()).getBytes(UTF_8)),
            "rekorBundle",
            JsonTree.object(
                "SignedEntryTimestamp",
                JsonTree.at(entry, "inclusionPromise").get("signedEntryTimestamp"),
                "Payload",
                JsonTree.object(
                    "body",
                    entry.get("canonicalizedBody"),
                    "integratedTime",
                    World.SIGNED.getEpochSecond(),
                    "logIndex",
                    1000,
                    "logID",
                    java.util.HexFormat.of().formatHex(java.util.Base64.getDecoder().decode(id)))));
    return JsonTree.write(old).getBytes(UTF_8);
  }

  @Test
  void root_of_its_age_budget_is_accepted_and_older_refused() {
    Draft draft = Draft.v1(world);
    TrustedRoot root =
        TrustedRoot.parse(
            JsonTree.write(world.trustedRoot()), Instant.parse("2026-06-01T00:00:00Z"));
    accepted(draft.check(at(root, "2026-08-30T00:00:00Z").build()));
    Outcomes.refused(
        draft.check(at(root, "2026-08-30T00:00:01Z").build()), SigstoreReason.ROOT_STALE);
    accepted(draft.check(at(root, "2026-05-31T00:00:00Z").build()));
    Outcomes.refused(
        draft.check(at(root, "2026-05-30T23:59:59Z").build()), SigstoreReason.ROOT_STALE);
    accepted(draft.check(at(root, "2030-01-01T00:00:00Z").ignoreRootAge().build()));
  }

  private static SigstoreVerifier.Builder at(TrustedRoot root, String now) {
    return SigstoreVerifier.builder(root, Draft.policy()).withClock(() -> Instant.parse(now));
  }

  @Test
  void null_isTheProgrammersMistake() {
    SigstoreVerifier verifier = Draft.v1(world).verifier();
    Digest digest = Digest.sha256Of(Draft.ARTIFACT);
    byte[] bundle = Draft.v1(world).json();
    List<ThrowingCallable> calls =
        List.of(
            () -> verifier.check(null, digest).isAccepted(),
            () -> verifier.check(null, bundle).isAccepted(),
            () -> verifier.check(null, new ByteArrayInputStream(bundle)).isAccepted(),
            () -> verifier.check(bundle, (Digest) null).isAccepted(),
            () -> verifier.check(bundle, (byte[]) null).isAccepted(),
            () -> verifier.check(bundle, (ByteArrayInputStream) null).isAccepted(),
            () -> verifier.checkStatement(null, digest, "x").isAccepted(),
            () -> verifier.checkStatement(bundle, null, "x").isAccepted(),
            () -> verifier.checkStatement(bundle, digest, null).isAccepted(),
            () -> TrustedRoot.parse(null, Instant.EPOCH).obtainedAt(),
            () -> TrustedRoot.parse("{}", null).obtainedAt());
    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call).isInstanceOf(NullPointerException.class);
    }
  }

  private static VerifiedBundle verified(Draft draft) {
    return draft.verifier().verify(draft.json(), Draft.ARTIFACT);
  }
}
