package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.StrictBase64;
import io.bartizan.integrity.x509.Signatures;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A log's signed word on its tree, in the form of a signed note (C2SP tlog-checkpoint and
 * signed-note): origin, size and root on a line each, an empty line, signatures.
 */
final class Checkpoint {

  private static final int MAX_CHARS = 64 * 1024;
  private static final int MAX_SIGNATURES = 20;
  private static final int MIN_LINES = 3;
  private static final int HINT = 4;
  private static final Pattern SIZE = Pattern.compile("0|[1-9][0-9]{0,18}");
  private static final Pattern TREE = Pattern.compile(" - [0-9]{1,20}");

  private final String signed;
  private final String origin;
  private final long size;
  private final byte[] root;
  private final List<Line> lines = new ArrayList<>();

  /** A signature, with the name and hint beside it. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Line(String name, byte[] hint, byte[] signature) {}

  private Checkpoint(String text) {
    int blank = text.indexOf("\n\n");
    if (text.length() > MAX_CHARS
        || blank < 0
        || text.chars().anyMatch(c -> (c < ' ' && c != '\n') || c == 0x7f)) {
      throw refused("it is too long, has no empty line, or has control characters");
    }
    this.signed = text.substring(0, blank + 1);
    List<String> head = List.of(text.substring(0, blank).split("\n", -1));
    if (head.size() < MIN_LINES || head.get(0).isEmpty()) {
      throw refused("origin, size or root is missing");
    }
    this.origin = head.get(0);
    this.size = size(head.get(1));
    byte[] hash = StrictBase64.decodeStandard(head.get(2));
    if (hash == null || hash.length != MerkleProof.HASH_BYTES) {
      throw refused("the root is not base64 of 32 bytes");
    }
    this.root = hash;
    signatures(text.substring(blank + 2));
  }

  static Checkpoint parse(String text) {
    return new Checkpoint(text);
  }

  private static long size(String text) {
    try {
      if (SIZE.matcher(text).matches()) {
        return Long.parseLong(text);
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw refused("the size is no plain decimal below 2^63");
  }

  private void signatures(String text) {
    if (!text.endsWith("\n")) {
      throw refused("there is no signature, or no line end after the last");
    }
    for (String line : text.substring(0, text.length() - 1).split("\n", MAX_SIGNATURES + 1)) {
      String[] parts = line.split(" ", -1);
      byte[] bytes = parts.length == 3 ? StrictBase64.decodeStandard(parts[2]) : null;
      if (bytes == null
          || !parts[0].equals("\u2014")
          || parts[1].isEmpty()
          || bytes.length <= HINT
          || lines.size() == MAX_SIGNATURES) {
        throw refused("a signature line is malformed, or there are over " + MAX_SIGNATURES);
      }
      lines.add(
          new Line(
              parts[1], Arrays.copyOf(bytes, HINT), Arrays.copyOfRange(bytes, HINT, bytes.length)));
    }
  }

  /**
   * Refuses a checkpoint that the log did not sign as its own. Every line of the log's name and
   * hint is tried; the lines of witnesses are passed over.
   *
   * @param v2 whether the entry is one of Rekor v2, whose origin is the bare name; in v1 the number
   *     of the tree follows
   */
  void requireSignedBy(TrustedLog log, boolean v2) {
    if (log.name().isEmpty()) {
      throw refused("the trusted root names no address of the log, so its name can't be checked");
    }
    String rest = origin.startsWith(log.name()) ? origin.substring(log.name().length()) : "?";
    if (v2 ? !rest.isEmpty() : !TREE.matcher(rest).matches()) {
      throw refused("its origin is \"" + origin + "\", not the log's, " + log.name());
    }
    byte[] content = signed.getBytes(StandardCharsets.UTF_8);
    byte[] hint = log.checkpointHint();
    for (Line line : lines) {
      if (line.name.equals(log.name())
          && Arrays.equals(line.hint, hint)
          && Signatures.matches(log.key(), content, line.signature)) {
        return;
      }
    }
    throw refused("the log " + log.name() + " has not signed it");
  }

  long size() {
    return size;
  }

  byte[] root() {
    return root.clone();
  }

  private static VerificationException refused(String why) {
    return new VerificationException(SigstoreReason.CHECKPOINT_INVALID, "the checkpoint: " + why);
  }
}
