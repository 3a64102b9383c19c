package io.bartizan.integrity.attest;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.attest.Signer.IN_TOTO;
import static io.bartizan.integrity.attest.ToolFormsTest.blob;
import static io.bartizan.integrity.attest.ToolFormsTest.sign;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.integrity.artifact.ArtifactReason;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.artifact.SignatureForm;
import io.bartizan.integrity.keys.ContentTrial;
import io.bartizan.tests.AllocatedBytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blobs in streams: each form of each key, bounds, and streams that fail. */
class StreamedBlobTest {

  private static final byte[] CONTENT = bytes(200_001); // several buffers and a part
  private static final Digest DIGEST = Digest.sha256Of(CONTENT);
  private static final Signer ALICE = Signer.ecdsa();
  private static final Signer BOB = Signer.ed25519();
  private static final Signer EVE = Signer.ecdsa();
  private static final int EDGE = ContentTrial.MAX_WHOLE_BYTES;

  /** Gives at most so many bytes at a time, then ends or fails; can't be closed. */
  private static final class Source extends InputStream {
    private final byte[] content;
    private final int most;
    private final @Nullable IOException failure;
    private int at;
    private boolean ended;

    Source(byte[] content, int most, @Nullable IOException failure) {
      this.content = content;
      this.most = most;
      this.failure = failure;
    }

    static Source of(byte[] content) {
      return new Source(content, 7_000, null);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      int n = Math.min(most, Math.min(length, content.length - at));
      if (n == 0) {
        if (failure != null) {
          throw failure;
        }
        ended = true;
        return -1;
      }
      System.arraycopy(content, at, buffer, from, n);
      at += n;
      return n;
    }

    @Override
    public void close() {
      throw new AssertionError("closed");
    }
  }

  private static CosignVerifier by(PinnedKey key, PinnedKey... more) {
    return CosignVerifier.of(SignerKeys.anyOf(key, more));
  }

  @Test
  void AR11_everyFormOfEveryKey_isVerifiedAndReadToItsEnd(@TempDir Path folder) throws Exception {
    byte[] wrong = CONTENT.clone();
    wrong[wrong.length - 1] ^= 1;
    for (ToolFormsTest.Form form : ToolFormsTest.forms()) {
      KeyPair pair = form.pair();
      PinnedKey key = PinnedKey.of(pair.getPublic()).withForm(form.form());
      CosignVerifier cosign = by(EVE.key, BOB.key, key);
      for (DigestAlgorithm said : DigestAlgorithm.values()) {
        byte[] signed = blob(sign(form.form(), pair, CONTENT), Digest.compute(said, CONTENT));
        Source source = Source.of(CONTENT);
        assertThat(cosign.verifyBlob(signed, source)).as("%s", form).isEqualTo(DIGEST);
        assertThat(source.ended).isTrue();
        assertThat(cosign.checkBlob(signed, Source.of(CONTENT)).orThrow()).isEqualTo(DIGEST);
        refused(AttestReason.SUBJECT_MISMATCH, () -> cosign.verifyBlob(signed, Source.of(wrong)));
      }
      byte[] silent = blob(sign(form.form(), pair, CONTENT), null);
      assertThat(cosign.verifyBlob(silent, Source.of(CONTENT))).isEqualTo(DIGEST);
      Source bad = Source.of(wrong);
      refused(AttestReason.SIGNATURE_INVALID, () -> cosign.verifyBlob(silent, bad));
      assertThat(bad.ended).isTrue();
      for (int length : new int[] {0, 65_536, CONTENT.length - 1}) {
        byte[] part = Arrays.copyOf(CONTENT, length);
        refused(AttestReason.SIGNATURE_INVALID, () -> cosign.verifyBlob(silent, Source.of(part)));
        byte[] ofPart = blob(sign(form.form(), pair, part), null);
        Digest digest = Digest.sha256Of(part);
        Path file = Files.write(folder.resolve("part"), part);
        String said = form + " of " + length;
        assertThat(cosign.verifyBlob(ofPart, Source.of(part))).as(said).isEqualTo(digest);
        assertThat(cosign.verifyBlob(ofPart, file)).as(said).isEqualTo(digest);
        assertThat(cosign.verifyBlob(ofPart, part)).as(said).isEqualTo(digest);
      }
      refused(
          AttestReason.SIGNATURE_INVALID,
          () -> by(EVE.key, BOB.key).verifyBlob(silent, Source.of(CONTENT)));
    }
  }

  @Test
  void AR11_ed25519_countsWithAndWithoutPrehash_unlessTheCallerSaysPrehash() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    PinnedKey key = PinnedKey.of(pair.getPublic());
    byte[] plain = blob(sign(SignatureForm.ED25519, pair, CONTENT), null);
    byte[] prehashed = blob(sign(SignatureForm.ED25519PH, pair, CONTENT), null);
    assertThat(by(key).verifyBlob(plain, Source.of(CONTENT))).isEqualTo(DIGEST);
    assertThat(by(key).verifyBlob(prehashed, Source.of(CONTENT))).isEqualTo(DIGEST);
    CosignVerifier strict = by(key.withForm(SignatureForm.ED25519PH));
    assertThat(strict.verifyBlob(prehashed, Source.of(CONTENT))).isEqualTo(DIGEST);
    refused(AttestReason.SIGNATURE_INVALID, () -> strict.verifyBlob(plain, Source.of(CONTENT)));
  }

  @Test
  void failingStream_isAnIoExceptionOfBothVerbs_andNoRefusal() {
    byte[] signed = blob(ALICE.sign(CONTENT), DIGEST);
    for (byte[] before : List.of(new byte[0], CONTENT)) {
      IOException failure = new IOException("the disk is gone");
      assertThatThrownBy(() -> by(ALICE.key).verifyBlob(signed, new Source(before, 9_999, failure)))
          .isSameAs(failure);
      assertThatThrownBy(
              () -> by(ALICE.key).checkBlob(signed, new Source(before, 9_999, failure)).orThrow())
          .isSameAs(failure);
    }
  }

  @Test
  void bundleThatIsRefused_readsNothing() {
    byte[] attestation = ALICE.imageBundle(DIGEST);
    for (byte[] bad : List.of("{}".getBytes(UTF_8), attestation, IN_TOTO.getBytes(UTF_8))) {
      Source source = Source.of(CONTENT);
      refused(AttestReason.MALFORMED, () -> by(ALICE.key).verifyBlob(bad, source));
      assertThat(source.at).isZero();
    }
  }

  @Test
  void oneSignature_isNotEnoughForTwoKeys() {
    CosignVerifier two = CosignVerifier.of(SignerKeys.threshold(2, List.of(ALICE.key, BOB.key)));
    for (Signer signer : List.of(ALICE, BOB)) {
      byte[] signed = blob(signer.sign(CONTENT), DIGEST);
      String said =
          refused(AttestReason.SIGNATURE_INVALID, () -> two.verifyBlob(signed, Source.of(CONTENT)));
      assertThat(said).contains("1 of 2 keys");
    }
  }

  @Test
  void singleBytes_takeNoMoreMemoryThanTheContent() {
    byte[] signed = blob(BOB.sign(CONTENT), DIGEST);
    CosignVerifier bobs = by(BOB.key);
    long ofBytes =
        AllocatedBytes.leastOf(
            () -> assertThat(bobs.checkBlob(signed, CONTENT).isAccepted()).isTrue());
    long ofStream = AllocatedBytes.leastOf(() -> assertThat(accepts(bobs, signed)).isTrue());
    assertThat(ofStream).isLessThan(ofBytes + 2L * CONTENT.length + 300_000);
  }

  private static boolean accepts(CosignVerifier verifier, byte[] signed) {
    try {
      return verifier.checkBlob(signed, new Source(CONTENT, 1, null)).isAccepted();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void contentOverTheBound_isTriedWithEveryFormButPlainEd25519() throws Exception {
    Signer other = Signer.ed25519();
    byte[] plain = BOB.sign(CONTENT);
    List<PinnedKey> keys = List.of(other.key, BOB.key);
    int length = CONTENT.length;
    assertThat(read(keys, plain, length).signer()).isEqualTo(BOB.key); // just fits
    for (long less : new long[] {length - 1L, 65_536, 0}) {
      StreamedBlob cut = read(keys, plain, less);
      assertThat(refused(ArtifactReason.TOO_LARGE, cut::signer)).contains("over " + length);
      assertThat(cut.digest(DigestAlgorithm.SHA_256)).isEqualTo(DIGEST);
      byte[] hers = ALICE.sign(CONTENT);
      List<PinnedKey> mixed = List.of(BOB.key, ALICE.key);
      assertThat(read(mixed, hers, less).signer()).isEqualTo(ALICE.key);
      assertThat(read(List.of(ALICE.key), plain, less).signer()).isNull();
    }
  }

  private static StreamedBlob read(List<PinnedKey> keys, byte[] signature, long maxWhole)
      throws IOException {
    return StreamedBlob.read(Source.of(CONTENT), keys, signature, null, maxWhole);
  }

  /** The bound itself, by stream and by file: more than 64 MiB, of zeros. */
  @Test
  void streamAndFileOver64MiB_haveOneVerdict(@TempDir Path folder) throws Exception {
    byte[] large = new byte[EDGE + 1];
    Path file = Files.write(folder.resolve("large"), large);
    Digest digest = Digest.sha256Of(file);
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    PinnedKey key = PinnedKey.of(pair.getPublic());
    byte[] prehashed = blob(sign(SignatureForm.ED25519PH, pair, large), null);
    assertThat(by(key).verifyBlob(prehashed, new ByteArrayInputStream(large))).isEqualTo(digest);
    assertThat(by(key).verifyBlob(prehashed, file)).isEqualTo(digest);
    byte[] plain = blob(new byte[64], null); // it is too large whoever signed
    for (CosignVerifier verifier : List.of(by(key), by(key, EVE.key), by(EVE.key, key))) {
      refused(
          ArtifactReason.TOO_LARGE,
          () -> verifier.verifyBlob(plain, new ByteArrayInputStream(large)));
      refused(ArtifactReason.TOO_LARGE, () -> verifier.verifyBlob(plain, file));
    }
  }
}
