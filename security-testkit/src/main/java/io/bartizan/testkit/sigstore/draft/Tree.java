package io.bartizan.testkit.sigstore.draft;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** A Merkle tree of a log by the very definition of RFC 6962 section 2.1. */
public final class Tree {

  private final List<byte[]> leaves = new ArrayList<>();
  boolean leafPrefix = true;

  /** Leaves of other entries around one of ours. */
  public static Tree around(byte[] ours, int index, int size) {
    Tree tree = new Tree();
    for (int i = 0; i < size; i++) {
      tree.leaves.add(i == index ? ours : new byte[] {(byte) i});
    }
    return tree;
  }

  public byte[] root() {
    return root(0, leaves.size());
  }

  private byte[] root(int from, int to) {
    if (to - from == 1) {
      return Instance.sha256(join(leafPrefix ? new byte[] {0} : new byte[0], leaves.get(from)));
    }
    int split = split(to - from);
    return node(root(from, from + split), root(from + split, to));
  }

  public List<byte[]> path(int index) {
    return path(index, 0, leaves.size());
  }

  private List<byte[]> path(int index, int from, int to) {
    if (to - from == 1) {
      return new ArrayList<>();
    }
    int split = split(to - from);
    boolean left = index < split;
    List<byte[]> path =
        left ? path(index, from, from + split) : path(index - split, from + split, to);
    path.add(left ? root(from + split, to) : root(from, from + split));
    return path;
  }

  private static int split(int size) {
    return Integer.highestOneBit(size - 1);
  }

  private static byte[] node(byte[] left, byte[] right) {
    return Instance.sha256(join(new byte[] {1}, left, right));
  }

  public static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
