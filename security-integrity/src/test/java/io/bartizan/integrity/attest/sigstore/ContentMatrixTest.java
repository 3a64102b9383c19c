package io.bartizan.integrity.attest.sigstore;

import static io.bartizan.integrity.attest.sigstore.Outcomes.accepted;
import static io.bartizan.integrity.attest.sigstore.Outcomes.changed;
import static io.bartizan.integrity.attest.sigstore.Outcomes.refused;
import static io.bartizan.testkit.json.JsonTree.at;
import static io.bartizan.testkit.json.JsonTree.object;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.integrity.x509.Signatures;
import io.bartizan.testkit.json.JsonTree;
import io.bartizan.testkit.sigstore.draft.Tree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Entries D01 to D18 of the attack matrix. */
class ContentMatrixTest {

  private static final World WORLD = new World();
  private static final Digest DIGEST = Digest.sha256Of(Draft.ARTIFACT);

  private static Draft statement(UnaryOperator<String> change) {
    Draft draft = Draft.v1(WORLD).statement();
    return draft.statement(change.apply(draft.payload));
  }

  private static Draft subjects(String json) {
    return statement(
        text ->
            text.replaceFirst("\"subject\":\\[.*\\],\"predicateType\"", "\"subject\":" + json)
                .replace("\"subject\":" + json, "\"subject\":" + json + ",\"predicateType\""));
  }

  @Test
  void D01_otherArtifactOrSignature_isRefused() {
    Draft draft = Draft.v1(WORLD);
    refused(
        draft.verifier().check(draft.json(), "other".getBytes(UTF_8)),
        SigstoreReason.DIGEST_MISMATCH);
    refused(
        draft.verifier().check(draft.json(), Digest.sha256Of(new byte[0])),
        SigstoreReason.DIGEST_MISMATCH);
    byte[] other = World.sign(draft.key.getPrivate(), "other".getBytes(UTF_8));
    for (Draft each :
        List.of(
            Draft.v1(WORLD),
            Draft.v2(WORLD),
            Draft.v1(WORLD).statement(),
            Draft.v2(WORLD).statement())) {
      each.key = draft.key;
      each.signature = other; // logged and stamped as it is
      refused(each.check(), SigstoreReason.SIGNATURE_INVALID);
    }
  }

  @Test
  void D11_predicate_nestsAsDeepAsTreesOfDependenciesDo() {
    accepted(deep(31).check()); // a component in a component, 2 levels each
    refused(deep(32).check(), SigstoreReason.TOO_LARGE);
  }

  private static Draft deep(int components) {
    Draft draft = Draft.v1(WORLD);
    return draft.statement(
        draft.aboutArtifact(
            Draft.PREDICATE,
            "{\"components\":[".repeat(components) + "{}" + "]}".repeat(components)));
  }

  @Test
  void D02_digestOfTheMessage_isTheArtifactsIfItIsThere() {
    refused(
        changed(
            Draft.v1(WORLD),
            b ->
                at(b, "messageSignature", "messageDigest")
                    .put("digest", World.base64(new byte[32]))),
        SigstoreReason.DIGEST_MISMATCH);
    accepted(changed(Draft.v1(WORLD), b -> at(b, "messageSignature").remove("messageDigest")));
    accepted(
        changed(Draft.v1(WORLD), b -> at(b, "messageSignature").put("messageDigest", object())));
    for (Object bad : new Object[] {object("algorithm", "SHA1", "digest", "AAAA"), 1, "x"}) {
      refused(
          changed(Draft.v1(WORLD), b -> at(b, "messageSignature").put("messageDigest", bad)),
          SigstoreReason.MALFORMED);
    }
  }

  private static Draft byKeyAlone(KeyPair key) {
    Draft draft = new Draft(WORLD).key(key, "Ed25519", DigestAlgorithm.SHA_512, "PKIX_ED25519");
    draft.certified = false;
    return draft;
  }

  private static SigstoreVerifier unlogged(KeyPair key) {
    return SigstoreVerifier.builder(WORLD.trusted(), KeyPolicy.of(key.getPublic()))
        .ignoreTransparencyLog()
        .build();
  }

  @Test
  void D03_plainEd25519_needsTheContent() throws IOException {
    KeyPair key = World.ed25519();
    Draft draft = byKeyAlone(key);
    SigstoreVerifier verifier = unlogged(key);
    accepted(verifier.check(draft.json(), Draft.ARTIFACT));
    Digest digest = Digest.compute(DigestAlgorithm.SHA_512, Draft.ARTIFACT);
    refused(verifier.check(draft.json(), digest), SigstoreReason.CONTENT_NEEDED);
    refused(
        verifier.check(draft.json(), new ByteArrayInputStream(Draft.ARTIFACT)),
        SigstoreReason.CONTENT_NEEDED);
    refused(verifier.check(draft.json(), new byte[1]), SigstoreReason.SIGNATURE_INVALID);
  }

  /** cosign writes both, and nothing in the bundle says which. */
  @Test
  void D03_ed25519WithoutALog_countsWithPrehashToo() throws IOException {
    KeyPair key = World.ed25519();
    Draft draft = byKeyAlone(key);
    SigstoreVerifier verifier = unlogged(key);
    Digest long512 = Digest.compute(DigestAlgorithm.SHA_512, Draft.ARTIFACT);
    byte[] right = CertificateMatrixTest.prehashed(key, Draft.ARTIFACT);
    draft.signature = right;
    accepted(verifier.check(draft.json(), Draft.ARTIFACT));
    accepted(verifier.check(draft.json(), long512));
    accepted(verifier.check(draft.json(), new ByteArrayInputStream(Draft.ARTIFACT)));
    refused(verifier.check(draft.json(), new byte[1]), SigstoreReason.SIGNATURE_INVALID);
    refused(verifier.check(draft.json(), DIGEST), SigstoreReason.CONTENT_NEEDED);
    for (byte[] wrong :
        new byte[][] {
          CertificateMatrixTest.prehashed(key, long512.bytes()),
          World.sign("Ed25519", key.getPrivate(), long512.bytes()),
          World.sign("Ed25519", key.getPrivate(), long512.hex().getBytes(UTF_8)),
          CertificateMatrixTest.prehashed(World.ed25519(), Draft.ARTIFACT)
        }) {
      draft.signature = wrong;
      refused(verifier.check(draft.json(), Draft.ARTIFACT), SigstoreReason.SIGNATURE_INVALID);
      refused(verifier.check(draft.json(), long512), SigstoreReason.CONTENT_NEEDED);
    }
    Draft envelope =
        new Draft(WORLD).key(key, "Ed25519", DigestAlgorithm.SHA_512, "PKIX_ED25519").statement();
    envelope.certified = false;
    accepted(envelope.check(verifier));
    envelope.signature = CertificateMatrixTest.prehashed(key, envelope.signed());
    accepted(envelope.check(verifier));
    envelope.signature = CertificateMatrixTest.prehashed(key, Draft.ARTIFACT);
    refused(envelope.check(verifier), SigstoreReason.SIGNATURE_INVALID);
  }

  @Test
  void D04_digestOfAnotherAlgorithm_isSaidSo() {
    Draft draft = Draft.v1(WORLD);
    refused(
        draft
            .verifier()
            .check(draft.json(), Digest.compute(DigestAlgorithm.SHA_512, Draft.ARTIFACT)),
        SigstoreReason.DIGEST_ALGORITHM_MISMATCH);
  }

  @Test
  void D01_ecdsaSignatureInAnotherEncoding_isRefused() {
    KeyPair pair = World.ec("secp256r1");
    KeyGate.Passed key = KeyGate.pass(pair.getPublic());
    byte[] signature;
    do {
      signature = World.sign(pair.getPrivate(), Draft.ARTIFACT);
    } while (signature[3] != 33); // r has its highest bit set, so a zero stands before it
    assertThat(Signatures.matches(key, Draft.ARTIFACT, signature)).isTrue();
    byte[] negative =
        Tree.join(
            new byte[] {0x30, (byte) (signature[1] - 1), 2, 32},
            Arrays.copyOfRange(signature, 5, signature.length));
    byte[] longForm =
        Tree.join(
            new byte[] {0x30, (byte) 0x81, signature[1]},
            Arrays.copyOfRange(signature, 2, signature.length));
    for (byte[] other :
        new byte[][] {negative, longForm, Arrays.copyOf(signature, signature.length + 1), {}}) {
      assertThat(Signatures.matches(key, Draft.ARTIFACT, other)).isFalse();
    }
  }

  @Test
  void D01_rsaSignature_isOneNumberBelowTheModulus() {
    KeyPair pair;
    BigInteger modulus;
    do {
      pair = World.rsa(2048);
      modulus = ((RSAPublicKey) pair.getPublic()).getModulus();
    } while (modulus.testBit(2046)); // else hardly a signature leaves room for the modulus
    KeyGate.Passed key = KeyGate.pass(pair.getPublic());
    byte[] content = new byte[4];
    byte[] signature;
    BigInteger greater;
    do {
      content[0]++;
      signature = World.sign(pair.getPrivate(), content);
      greater = new BigInteger(1, signature).add(modulus);
    } while (greater.bitLength() > 2048);
    assertThat(Signatures.matches(key, content, signature)).isTrue();
    byte[] more = greater.toByteArray(); // a zero first, for its highest bit is set
    assertThat(more).hasSize(257).startsWith(0);
    for (byte[] other :
        new byte[][] {
          Arrays.copyOfRange(more, 1, 257),
          more,
          Tree.join(new byte[1], signature),
          Arrays.copyOf(signature, 257),
          Arrays.copyOf(signature, 255),
          {}
        }) {
      assertThat(Signatures.matches(key, content, other)).isFalse();
    }
  }

  @Test
  void D01_ed25519Signature_hasItsLengthAndItsHash() {
    KeyPair pair = World.ed25519();
    KeyGate.Passed key = KeyGate.pass(pair.getPublic());
    byte[] plain = World.sign(pair.getPrivate(), Draft.ARTIFACT);
    assertThat(Signatures.matches(key, Draft.ARTIFACT, plain)).isTrue();
    Digest long512 = Digest.compute(DigestAlgorithm.SHA_512, Draft.ARTIFACT);
    byte[] prehashed = CertificateMatrixTest.prehashed(pair, Draft.ARTIFACT);
    assertThat(Signatures.matches(key, long512, prehashed)).isTrue();
    for (int length : new int[] {0, 63, 65, 128}) {
      assertThat(Signatures.matches(key, Draft.ARTIFACT, Arrays.copyOf(plain, length))).isFalse();
      assertThat(Signatures.matches(key, long512, Arrays.copyOf(prehashed, length))).isFalse();
    }
    assertThat(Signatures.matches(key, DIGEST, prehashed)).isFalse();
    assertThat(Signatures.matches(key, DIGEST, plain)).isFalse();
  }

  @Test
  void D05_envelope_hasOneSignature() {
    Draft draft = Draft.v1(WORLD).statement();
    for (int count : new int[] {0, 2}) {
      refused(
          changed(
              draft,
              b -> {
                Map<String, Object> envelope = at(b, "dsseEnvelope");
                Object one = at(envelope, "signatures", 0);
                envelope.put("signatures", java.util.Collections.nCopies(count, one));
              }),
          SigstoreReason.MALFORMED);
    }
  }

  @Test
  void D06_payloadType_isInTotos() {
    for (String type :
        new String[] {
          "application/vnd.in-toto+json ",
          "application/vnd.In-Toto+json",
          "application/json",
          "application/vnd.in-toto.provenance+json"
        }) {
      Draft draft = Draft.v1(WORLD).statement();
      draft.payloadType = type;
      refused(draft.check(), SigstoreReason.PAYLOAD_TYPE_MISMATCH);
    }
  }

  @Test
  void D07_typesOfTheStatement_areTheOnesAskedFor() {
    refused(
        statement(text -> text.replace("Statement/v1", "Statement/v2")).check(),
        SigstoreReason.MALFORMED);
    accepted(statement(text -> text.replace("Statement/v1", "Statement/v0.1")).check());
    for (String type :
        new String[] {
          "https://spdx.dev/Document",
          "https://sigstore.dev/cosign/sign/v1",
          Draft.PREDICATE + "/",
          "https://slsa.dev/provenance/v1.1"
        }) {
      refused(
          statement(text -> text.replace(Draft.PREDICATE, type)).check(),
          SigstoreReason.PREDICATE_TYPE_MISMATCH);
    }
    Draft statement = Draft.v1(WORLD).statement();
    refused(
        statement.verifier().check(statement.json(), Draft.ARTIFACT),
        SigstoreReason.CONTENT_KIND_MISMATCH);
    Draft message = Draft.v1(WORLD);
    refused(
        message.verifier().checkStatement(message.json(), DIGEST, Draft.PREDICATE),
        SigstoreReason.CONTENT_KIND_MISMATCH);
  }

  @Test
  void D08_subjects_areComparedByWholeDigests() {
    String hex = DIGEST.hex();
    accepted(subjects("[{\"digest\":{\"sha256\":\"" + hex + "\"}}]").check());
    refused(subjects("[]").check(), SigstoreReason.MALFORMED);
    refused(subjects("[{\"digest\":{}}]").check(), SigstoreReason.MALFORMED);
    refused(subjects("[{\"name\":\"app.jar\"}]").check(), SigstoreReason.MALFORMED);
    for (String digest :
        new String[] {
          "\"gitCommit\":\"" + hex.substring(24) + "\"",
          "\"sha256\":\"" + hex.substring(1) + "\"",
          "\"sha256\":\"" + hex + "00\"",
          "\"sha256\":\"" + hex.toUpperCase(java.util.Locale.ROOT) + "\"",
          "\"SHA256\":\"" + hex + "\"",
          "\"sha512\":\"" + hex + "\"",
          "\"sha256\":1"
        }) {
      refused(subjects("[{\"digest\":{" + digest + "}}]").check(), SigstoreReason.SUBJECT_MISMATCH);
      accepted(
          subjects("[{\"digest\":{" + digest + "}},{\"digest\":{\"sha256\":\"" + hex + "\"}}]")
              .check());
    }
  }

  @Test
  void D09_otherDigestsOfTheSubject_areNotCompared() {
    accepted(
        subjects(
                "[{\"digest\":{\"sha256\":\""
                    + DIGEST.hex()
                    + "\",\"sha512\":\""
                    + "00".repeat(64)
                    + "\"}}]")
            .check());
  }

  @Test
  void D10_annotationsOfAnyType_areAccepted() {
    accepted(
        subjects(
                "[{\"digest\":{\"sha256\":\""
                    + DIGEST.hex()
                    + "\"},\"annotations\":{\"a\":1,\"b\":[true,null],\"c\":{\"d\":0.5}}}]")
            .check());
  }

  @Test
  void D11_largePredicate_isReadUpToTheBound() {
    StringBuilder large = new StringBuilder("\"x\"");
    for (int i = 0; i < 300_000; i++) {
      large.append(",\"package number ").append(i).append(" of the bill\"");
    }
    Draft draft =
        statement(text -> text.replace("\"buildType\":\"x\"", "\"list\":[" + large + "]"));
    SigstoreVerifier small =
        SigstoreVerifier.builder(WORLD.trusted(), Draft.policy())
            .withMaxBundleBytes(4_000_000)
            .build();
    accepted(draft.check());
    refused(draft.check(small), SigstoreReason.TOO_LARGE);
  }

  @Test
  void D11_predicateOfShortValues_asBillsOfMaterialsHaveThem_isRead() {
    StringBuilder components = new StringBuilder("{}");
    for (int i = 0; i < 5_000; i++) {
      components.append(",{\"name\":\"a\",\"licenses\":[{\"license\":{\"id\":\"MIT\"}}]}");
    }
    accepted(
        statement(text -> text.replace("\"buildType\":\"x\"", "\"list\":[" + components + "]"))
            .check());
  }

  @Test
  void D11_predicate_hasABoundOfValues() {
    String values = "1," + "[],".repeat(2_000_000) + "1";
    refused(
        statement(text -> text.replace("\"buildType\":\"x\"", "\"list\":[" + values + "]")).check(),
        SigstoreReason.TOO_LARGE);
  }

  @Test
  void D12_statementThatReadersCouldReadInTwoWays_isRefused() {
    refused(
        statement(text -> text.replace("{\"_type\"", "{\"subject\":[],\"_type\"")).check(),
        SigstoreReason.MALFORMED);
    for (String bad : new String[] {"NaN", "Infinity", "\"\\ud800\"", "01", "'x'", "1,"}) {
      refused(
          statement(text -> text.replace("\"buildType\":\"x\"", "\"a\":" + bad)).check(),
          SigstoreReason.MALFORMED);
    }
    refused(statement(text -> text + "{}").check(), SigstoreReason.MALFORMED);
  }

  @Test
  void D13_refusal_namesWhatIsCovered() {
    Draft draft = Draft.v1(WORLD).statement();
    Digest index = Digest.sha256Of("index".getBytes(UTF_8));
    Checked<?> outcome = draft.verifier().checkStatement(draft.json(), index, Draft.PREDICATE);
    refused(outcome, SigstoreReason.SUBJECT_MISMATCH);
    String detail = outcome.fold(v -> "", r -> r.detail());
    assertThat(detail).contains(DIGEST.hex()).contains(index.hex());
  }

  @Test
  void D14_builderOfThePredicate_isAClaimAndNoIdentity() {
    Draft draft =
        statement(
            text ->
                text.replace(
                    "\"buildType\":\"x\"",
                    "\"runDetails\":{\"builder\":{\"id\":\"https://evil.example/builder\"}}"));
    SignedStatement statement =
        draft.verifier().verifyStatement(draft.json(), DIGEST, Draft.PREDICATE);
    assertThat(statement.bundle().identity().orElseThrow().subject()).isEqualTo(Draft.SUBJECT);
    assertThat(statement.bundle().identity().orElseThrow().fields().toString())
        .doesNotContain("evil");
    assertThat(statement.predicate().toString()).contains("https://evil.example/builder");
  }

  @Test
  void D16_keyOutsideItsSpanAtTheSignedTime_isRefused() {
    Draft draft = Draft.v1(WORLD);
    draft.certified = false;
    byte[] json = draft.json();
    KeyPolicy.Builder early = KeyPolicy.builder(draft.key.getPublic());
    KeyPolicy.Builder late = KeyPolicy.builder(draft.key.getPublic());
    accepted(keyed(early.withValidUntil(World.SIGNED), json));
    refused(
        keyed(early.withValidUntil(World.SIGNED.minusSeconds(1)), json),
        SigstoreReason.KEY_NOT_VALID_AT_TIME);
    accepted(keyed(late.withValidFrom(World.SIGNED), json));
    refused(
        keyed(late.withValidFrom(World.SIGNED.plusSeconds(1)), json),
        SigstoreReason.KEY_NOT_VALID_AT_TIME);
    Draft untimed = Draft.v2(WORLD);
    untimed.certified = false;
    untimed.key = draft.key;
    untimed.stamps.clear();
    refused(
        keyed(KeyPolicy.builder(draft.key.getPublic()), untimed.json()),
        SigstoreReason.TIME_MISSING);
  }

  private static Checked<?> keyed(KeyPolicy.Builder key, byte[] json) {
    return SigstoreVerifier.of(WORLD.trusted(), key.build()).check(json, Draft.ARTIFACT);
  }

  @Test
  void D17_hintOfTheBundle_decidesNothing() {
    Draft draft = Draft.v1(WORLD);
    draft.certified = false;
    for (Object hint : new Object[] {object("hint", "another"), object("hint", ""), object()}) {
      Map<String, Object> bundle = draft.build();
      at(bundle, "verificationMaterial").put("publicKey", hint);
      accepted(
          keyed(KeyPolicy.builder(draft.key.getPublic()), JsonTree.write(bundle).getBytes(UTF_8)));
      refused(
          keyed(
              KeyPolicy.builder(World.ec("secp256r1").getPublic()),
              JsonTree.write(bundle).getBytes(UTF_8)),
          SigstoreReason.LOG_ENTRY_MISMATCH);
    }
  }

  @Test
  void D18_verifiedTimes_areInTheResult() {
    Draft draft = Draft.v1(WORLD).statement();
    draft.stamps.add(stamp -> stamp.at(World.SIGNED.plusSeconds(7)));
    SignedStatement statement =
        draft.verifier().verifyStatement(draft.json(), DIGEST, Draft.PREDICATE);
    assertThat(statement.bundle().times().stream().map(VerifiedTime::time))
        .containsExactly(World.SIGNED, World.SIGNED.plusSeconds(7));
  }
}
