package io.bartizan.integrity.attest;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.attest.Signer.IN_TOTO;
import static io.bartizan.integrity.attest.Signer.base64;
import static io.bartizan.integrity.attest.Signer.envelope;
import static io.bartizan.integrity.attest.Signer.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.artifact.ArtifactReason;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.artifact.SignatureForm;
import io.bartizan.integrity.keys.ContentTrial;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands beside a file, damaged or mixed by an attacker, and what is said of it. */
class BlobShapesTest {

  private static final String SLSA = "https://slsa.dev/provenance/v1";
  private static final byte[] CONTENT = bytes(1_000);
  private static final Digest DIGEST = Digest.sha256Of(CONTENT);
  private static final Signer BOB = Signer.ed25519();
  private static final Signer ALICE = Signer.ecdsa();

  @TempDir private Path folder;

  /** Whoever reads one of two formats in one text would read something else than we do. */
  @Test
  void olderBundle_withAMemberOfAnotherFormat_isRefused() {
    CosignVerifier blobs = CosignVerifier.of(SignerKeys.anyOf(BOB.key));
    StatementVerifier statements = StatementVerifier.of(SignerKeys.anyOf(BOB.key), SLSA);
    String file = base64(BOB.sign(CONTENT));
    String attested = base64(json(envelope(IN_TOTO, json(Signer.statement(SLSA, DIGEST)), BOB)));
    assertThat(blobs.verifyBlob(older(file, "rekorBundle"), CONTENT)).isEqualTo(DIGEST);
    assertThat(statements.verify(older(attested, "rekorBundle"), DIGEST).signers())
        .containsExactly(BOB.key);
    for (String other :
        List.of(
            "mediaType",
            "verificationMaterial",
            "dsseEnvelope",
            "messageSignature",
            "payload",
            "payloadType",
            "signatures")) {
      refused(AttestReason.MALFORMED, () -> blobs.verifyBlob(older(file, other), CONTENT));
      refused(AttestReason.MALFORMED, () -> statements.verify(older(attested, other), DIGEST));
    }
  }

  private static byte[] older(String signature, String member) {
    Map<String, Object> bundle = new LinkedHashMap<>();
    bundle.put("base64Signature", signature);
    bundle.put(member, Map.of("signature", "AAAA"));
    return json(bundle);
  }

  @Test
  void signatureOfOneKey_whereTwoAreNeeded_isCountedAlikeWhateverHoldsTheContent()
      throws Exception {
    Path file = Files.write(folder.resolve("file"), CONTENT);
    for (Signer signer : List.of(ALICE, BOB)) {
      byte[] written = base64(signer.sign(CONTENT)).getBytes(UTF_8);
      for (List<PinnedKey> keys :
          List.of(List.of(ALICE.key, BOB.key), List.of(BOB.key, ALICE.key))) {
        CosignVerifier two = CosignVerifier.of(SignerKeys.threshold(2, keys));
        for (String said :
            List.of(
                refused(AttestReason.SIGNATURE_INVALID, () -> two.verifyBlob(written, CONTENT)),
                refused(AttestReason.SIGNATURE_INVALID, () -> two.verifyBlob(written, file)),
                refused(
                    AttestReason.SIGNATURE_INVALID,
                    () -> two.verifyBlob(written, new ByteArrayInputStream(CONTENT))))) {
          assertThat(said).contains("1 of 2 keys");
        }
      }
    }
  }

  /** As {@link PinnedKey#withForm} says: there is no key that counts without prehash alone. */
  @Test
  void ed25519Chosen_isAsEd25519Usual_andPrehashChosenIsPrehashAlone() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    PinnedKey usual = PinnedKey.of(pair.getPublic());
    PinnedKey prehash = usual.withForm(SignatureForm.ED25519PH);
    for (SignatureForm form : List.of(SignatureForm.ED25519, SignatureForm.ED25519PH)) {
      byte[] written = base64(ToolFormsTest.sign(form, pair, CONTENT)).getBytes(UTF_8);
      for (PinnedKey key :
          List.of(
              usual,
              usual.withForm(SignatureForm.ED25519),
              prehash.withForm(SignatureForm.ED25519))) {
        CosignVerifier verifier = CosignVerifier.of(SignerKeys.anyOf(key));
        assertThat(verifier.verifyBlob(written, CONTENT)).isEqualTo(DIGEST);
      }
      CosignVerifier strict = CosignVerifier.of(SignerKeys.anyOf(prehash));
      assertThat(strict.checkBlob(written, CONTENT).isAccepted())
          .isEqualTo(form == SignatureForm.ED25519PH);
    }
  }

  /** So a file that is signed with prehash is read with constant memory, whatever its size. */
  @Test
  void formsThatKeepTheContent_areTriedLast_andOnlyOnSignaturesOfTheirLength() {
    SignerKeys keys = SignerKeys.anyOf(BOB.key, ALICE.key);
    assertThat(keys.forms(new byte[64]).stream().map(PinnedKey::form))
        .containsExactly(
            SignatureForm.ED25519PH, SignatureForm.ECDSA_SHA256, SignatureForm.ED25519);
    for (int length : new int[] {0, 63, 65, 71}) {
      assertThat(keys.forms(new byte[length]).stream().map(PinnedKey::form))
          .doesNotContain(SignatureForm.ED25519);
    }
  }

  @Test
  void largeFile_withASignatureThatIsNoneOfEd25519_isNotCalledTooLarge() throws Exception {
    Path large = folder.resolve("large");
    try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
      sparse.setLength(ContentTrial.MAX_WHOLE_BYTES + 1L);
    }
    CosignVerifier either = CosignVerifier.of(SignerKeys.anyOf(BOB.key, ALICE.key));
    byte[] wrong = base64(ALICE.sign(CONTENT)).getBytes(UTF_8);
    refused(AttestReason.SIGNATURE_INVALID, () -> either.verifyBlob(wrong, large));
    refused(AttestReason.SIGNATURE_INVALID, () -> streamed(either, wrong, large));
    byte[] perhaps = base64(new byte[64]).getBytes(UTF_8);
    refused(ArtifactReason.TOO_LARGE, () -> either.verifyBlob(perhaps, large));
  }

  private static Digest streamed(CosignVerifier verifier, byte[] written, Path file)
      throws Exception {
    try (InputStream in = Files.newInputStream(file)) {
      return verifier.verifyBlob(written, in);
    }
  }
}
