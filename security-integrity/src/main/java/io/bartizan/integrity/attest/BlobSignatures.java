package io.bartizan.integrity.attest;

import io.bartizan.core.Reason;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.ArtifactReason;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.keys.ContentTrial;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Signatures of files, in bundles or alone. There is one, so one key makes it. */
final class BlobSignatures {

  /** After these another key, or another form of the same, may still be right. */
  private static final Set<Reason> GO_ON =
      Set.of(
          ArtifactReason.SIGNATURE_INVALID,
          ArtifactReason.SIGNATURE_FORM_OTHER,
          ArtifactReason.TOO_LARGE);

  private final SignerKeys keys;

  BlobSignatures(SignerKeys keys) {
    this.keys = keys;
  }

  Digest verify(SigstoreBundle bundle, byte[] content) {
    byte[] signature = bundle.requireMessageSignature();
    if (bundle.messageDigest != null) {
      bundle.requireSame(Digest.compute(bundle.messageDigest.algorithm(), content));
    }
    List<byte[]> one = List.of(signature);
    Set<PinnedKey> signers = keys.signersOf(content, one);
    if (signers.isEmpty()) {
      throw keys.refusal(content, one);
    }
    keys.requireEnough(signers);
    return Digest.sha256Of(content);
  }

  Digest verify(SigstoreBundle bundle, Path file) throws IOException {
    byte[] signature = bundle.requireMessageSignature();
    DigestAlgorithm said = bundle.messageDigest == null ? null : bundle.messageDigest.algorithm();
    if (said != null) {
      bundle.requireSame(Digest.compute(said, file));
    }
    VerificationException last = null;
    for (PinnedKey form : keys.forms(signature)) {
      try {
        Digest digest = form.verify(file, signature);
        keys.requireEnough(Set.of(form));
        if (said == DigestAlgorithm.SHA_256) {
          bundle.requireSame(digest); // the file was read again
        }
        return digest;
      } catch (VerificationException e) {
        last = more(last, e);
      }
    }
    throw refused(last);
  }

  Digest verify(SigstoreBundle bundle, InputStream content) throws IOException {
    byte[] signature = bundle.requireMessageSignature();
    DigestAlgorithm said = bundle.messageDigest == null ? null : bundle.messageDigest.algorithm();
    StreamedBlob blob =
        StreamedBlob.read(
            content, keys.forms(signature), signature, said, ContentTrial.MAX_WHOLE_BYTES);
    if (said != null) {
      bundle.requireSame(blob.digest(said));
    }
    PinnedKey signer = blob.signer();
    if (signer == null) {
      throw keys.tooFew(0);
    }
    keys.requireEnough(Set.of(signer));
    return blob.digest(DigestAlgorithm.SHA_256);
  }

  Digest verify(SigstoreBundle bundle, Digest content) {
    byte[] signature = bundle.requireMessageSignature();
    if (bundle.messageDigest != null && bundle.messageDigest.algorithm() == content.algorithm()) {
      bundle.requireSame(content);
    }
    VerificationException last = null;
    for (PinnedKey key : keys.keys()) {
      try {
        key.verify(content, signature);
        keys.requireEnough(Set.of(key));
        return content;
      } catch (VerificationException e) {
        last = more(last, e);
      }
    }
    throw refused(last);
  }

  /**
   * A wrong signature is the plainer word where one key could not be tried by a digest; that the
   * file is too large for one is said whatever the order of the keys. What no other key can mend (a
   * file that changed, too few signers) is thrown at once.
   */
  private static VerificationException more(
      @Nullable VerificationException before, VerificationException now) {
    if (!GO_ON.contains(now.reason())) {
      throw now;
    }
    return before == null
            || (now.reason() != ArtifactReason.SIGNATURE_FORM_OTHER
                && before.reason() != ArtifactReason.TOO_LARGE)
        ? now
        : before;
  }

  private VerificationException refused(@Nullable VerificationException last) {
    return last == null || last.reason() == ArtifactReason.SIGNATURE_INVALID
        ? keys.tooFew(0)
        : last;
  }
}
