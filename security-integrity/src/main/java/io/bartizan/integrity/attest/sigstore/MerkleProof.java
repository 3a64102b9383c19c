package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.house.Sha256;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Inclusion in a Merkle tree of SHA-256 (RFC 9162 section 2.1.3.2). */
final class MerkleProof {

  static final int HASH_BYTES = 32;

  private static final byte LEAF = 0;
  private static final byte NODE = 1;

  private MerkleProof() {}

  static byte[] leafHash(byte[] body) {
    MessageDigest hash = Sha256.newDigest();
    hash.update(LEAF);
    return hash.digest(body);
  }

  private static byte[] node(byte[] left, byte[] right) {
    MessageDigest hash = Sha256.newDigest();
    hash.update(NODE);
    hash.update(left);
    return hash.digest(right);
  }

  /**
   * The root that a leaf, its place and its siblings lead to.
   *
   * @return null if they are not as many as that place in a tree of that size has, or not hashes
   */
  static byte @Nullable [] root(byte[] leaf, long index, long size, List<byte[]> siblings) {
    if (index < 0
        || index >= size
        || siblings.stream().anyMatch(each -> each.length != HASH_BYTES)) {
      return null;
    }
    int inside = Long.SIZE - Long.numberOfLeadingZeros(index ^ (size - 1));
    int border = Long.bitCount(index >>> inside);
    if (siblings.size() != inside + border) {
      return null;
    }
    byte[] root = leaf;
    for (int i = 0; i < inside; i++) {
      byte[] sibling = siblings.get(i);
      root = (index >>> i & 1) == 0 ? node(root, sibling) : node(sibling, root);
    }
    for (byte[] sibling : siblings.subList(inside, siblings.size())) {
      root = node(sibling, root);
    }
    return root;
  }

  static boolean leadsTo(byte[] wanted, LogEntry.Proof proof, byte[] body) {
    byte[] root = root(leafHash(body), proof.index(), proof.treeSize(), proof.hashes());
    return root != null && Arrays.equals(root, wanted);
  }
}
