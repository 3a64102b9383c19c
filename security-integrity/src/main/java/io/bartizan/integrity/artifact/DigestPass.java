package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** One pass over some content: counts it, computes all expected digests, decides at the end. */
final class DigestPass {

  /** Above this size a larger buffer gains nothing when reading and hashing take turns. */
  static final int BUFFER_BYTES = 64 * 1024;

  private final Expected expected;
  private final MessageDigest[] hashes;
  private long count;

  DigestPass(Expected expected) {
    this.expected = expected;
    this.hashes =
        expected.digests().stream()
            .map(digest -> digest.algorithm().newMessageDigest())
            .toArray(MessageDigest[]::new);
  }

  long count() {
    return count;
  }

  boolean isAtExpectedSize() {
    return expected.size().isPresent() && count == expected.size().getAsLong();
  }

  /** How much may still be read: one byte more than allowed, so that excess shows. */
  int atMost(int wanted) {
    long left = expected.maxSize() - count;
    return left < wanted ? (int) left + 1 : wanted;
  }

  void update(byte[] buffer, int offset, int length) {
    count(length);
    for (MessageDigest hash : hashes) {
      hash.update(buffer, offset, length);
    }
  }

  void update(ByteBuffer buffer) {
    count(buffer.remaining());
    for (MessageDigest hash : hashes) {
      hash.update(buffer.duplicate());
    }
  }

  private void count(int length) {
    count += length;
    if (count > expected.maxSize()) {
      throw expected.size().isPresent()
          ? new VerificationException(
              ArtifactReason.SIZE_MISMATCH, "expected " + expected.maxSize() + " bytes, found more")
          : new VerificationException(
              ArtifactReason.TOO_LARGE, "more than " + expected.maxSize() + " bytes");
    }
  }

  /** Decides; the hashes are spent afterwards. */
  void finish(String where) {
    if (expected.size().isPresent() && count != expected.size().getAsLong()) {
      throw new VerificationException(
          ArtifactReason.SIZE_MISMATCH,
          "expected " + expected.maxSize() + " bytes, found " + count + suffix(where));
    }
    List<Digest> actual = new ArrayList<>(hashes.length);
    for (int i = 0; i < hashes.length; i++) {
      actual.add(Digest.ofValue(expected.digests().get(i).algorithm(), hashes[i].digest()));
    }
    for (int i = 0; i < hashes.length; i++) {
      if (!expected.digests().get(i).equals(actual.get(i))) {
        throw new VerificationException(
            new DigestMismatch(expected.digests().get(i), actual.get(i), where));
      }
    }
  }

  static String suffix(String where) {
    return where.isEmpty() ? "" : " in " + DigestText.shortened(where);
  }
}
