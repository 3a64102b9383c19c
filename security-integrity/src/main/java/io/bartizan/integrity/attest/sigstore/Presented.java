package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.keys.Hashes;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The artifact that the caller has: its bytes, or digests of it. */
final class Presented {

  private static final int BUFFER = 64 * 1024;

  private final Map<DigestAlgorithm, Digest> digests = new EnumMap<>(DigestAlgorithm.class);
  private final byte @Nullable [] content;

  private Presented(byte @Nullable [] content) {
    this.content = content;
  }

  /** What gives an artifact once it is known which digests are needed. */
  interface Source<X extends Exception> {
    Presented present(Set<DigestAlgorithm> needed) throws X;
  }

  static Presented digest(Digest digest) {
    Presented presented = new Presented(null);
    presented.digests.put(digest.algorithm(), digest);
    return presented;
  }

  static Presented content(byte[] content, Set<DigestAlgorithm> needed) {
    Presented presented = new Presented(content);
    needed.forEach(each -> presented.digests.put(each, Digest.compute(each, content)));
    return presented;
  }

  static Presented stream(InputStream in, Set<DigestAlgorithm> needed) throws IOException {
    Map<DigestAlgorithm, MessageDigest> hashes = new EnumMap<>(DigestAlgorithm.class);
    needed.forEach(each -> hashes.put(each, Hashes.ofLabel(each.label())));
    byte[] buffer = new byte[BUFFER];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      for (MessageDigest hash : hashes.values()) {
        hash.update(buffer, 0, n);
      }
    }
    Presented presented = new Presented(null);
    hashes.forEach(
        (algorithm, hash) ->
            presented.digests.put(algorithm, Digest.ofValue(algorithm, hash.digest())));
    return presented;
  }

  Digest digest(DigestAlgorithm algorithm) {
    Digest digest = digests.get(algorithm);
    if (digest == null) {
      throw new VerificationException(
          SigstoreReason.DIGEST_ALGORITHM_MISMATCH,
          "signed is a digest of "
              + algorithm.label()
              + ", given is one of "
              + digests.keySet().iterator().next().label());
    }
    return digest;
  }

  boolean has(DigestAlgorithm algorithm) {
    return digests.containsKey(algorithm);
  }

  boolean hasContent() {
    return content != null;
  }

  byte[] content() {
    if (content == null) {
      throw new VerificationException(
          SigstoreReason.CONTENT_NEEDED,
          "a plain Ed25519 signature is over the content itself: give its bytes, not a digest or"
              + " stream");
    }
    return content;
  }
}
