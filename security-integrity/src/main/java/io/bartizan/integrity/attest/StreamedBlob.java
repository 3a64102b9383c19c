package io.bartizan.integrity.attest;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.ArtifactReason;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.artifact.SignatureForm;
import io.bartizan.integrity.keys.ContentTrial;
import io.bartizan.integrity.keys.Hashes;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stream that is read once, to its end, and tried with every key meanwhile. Ed25519 without
 * prehash needs the whole content: it is kept for such keys up to a bound, and beyond it they can't
 * be tried.
 */
final class StreamedBlob {

  private static final int BUFFER = 64 * 1024;

  private record Tried(PinnedKey key, ContentTrial trial) {}

  private final byte[] signature;
  private final long maxWhole;
  private final List<Tried> tried = new ArrayList<>();
  private final List<PinnedKey> ofWhole = new ArrayList<>();
  private final Map<DigestAlgorithm, MessageDigest> hashes = new EnumMap<>(DigestAlgorithm.class);
  private final Map<DigestAlgorithm, Digest> digests = new EnumMap<>(DigestAlgorithm.class);

  /** The content, if there are keys for it and it is not too long. */
  private final List<byte[]> whole = new ArrayList<>();

  private long length;

  private StreamedBlob(List<PinnedKey> forms, byte[] signature, long maxWhole) {
    this.signature = signature;
    this.maxWhole = maxWhole;
    for (PinnedKey key : forms) {
      if (key.form() == SignatureForm.ED25519) {
        ofWhole.add(key);
      } else {
        tried.add(new Tried(key, ContentTrial.of(key, signature)));
      }
    }
  }

  /** Reads everything; {@code said} is the digest that is needed beside SHA-256. */
  static StreamedBlob read(
      InputStream in,
      List<PinnedKey> forms,
      byte[] signature,
      @Nullable DigestAlgorithm said,
      long maxWhole)
      throws IOException {
    StreamedBlob blob = new StreamedBlob(forms, signature, maxWhole);
    for (DigestAlgorithm each : DigestAlgorithm.values()) {
      if (each == DigestAlgorithm.SHA_256 || each == said) {
        blob.hashes.put(each, Hashes.ofLabel(each.label()));
      }
    }
    byte[] buffer = new byte[BUFFER];
    int n;
    do { // whole buffers, so that a stream which gives single bytes costs no array for each
      n = in.readNBytes(buffer, 0, BUFFER);
      blob.update(buffer, n);
    } while (n == BUFFER);
    blob.hashes.forEach(
        (each, hash) -> blob.digests.put(each, Digest.ofValue(each, hash.digest())));
    return blob;
  }

  private void update(byte[] buffer, int n) {
    length += n;
    hashes.values().forEach(hash -> hash.update(buffer, 0, n));
    tried.forEach(each -> each.trial.update(buffer, n));
    if (length > maxWhole) {
      whole.clear();
    } else if (!ofWhole.isEmpty()) {
      whole.add(Arrays.copyOf(buffer, n));
    }
  }

  Digest digest(DigestAlgorithm algorithm) {
    Digest digest = digests.get(algorithm);
    if (digest == null) {
      throw new IllegalStateException(algorithm + " was not asked for");
    }
    return digest;
  }

  /**
   * The key that made the signature; null if none did.
   *
   * @throws VerificationException if none of those did that could be tried
   */
  @Nullable PinnedKey signer() {
    for (Tried each : tried) {
      if (each.trial.matches()) {
        return each.key;
      }
    }
    if (length > maxWhole && !ofWhole.isEmpty()) {
      throw new VerificationException(
          ArtifactReason.TOO_LARGE,
          "ed25519 over "
              + length
              + " bytes, which need memory; at most "
              + maxWhole
              + " are tried, ed25519ph takes any number");
    }
    for (PinnedKey key : ofWhole) {
      ContentTrial trial = ContentTrial.of(key, signature);
      whole.forEach(part -> trial.update(part, part.length));
      if (trial.matches()) {
        return key;
      }
    }
    return null;
  }
}
