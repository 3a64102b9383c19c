package io.bartizan.integrity.tuf;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.json.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What metadata say of a file's content.
 *
 * @param length in bytes; negative if it is not said
 * @param hashes SHA-256 before SHA-512, those that are said
 */
record FileHashes(long length, List<Digest> hashes) {

  private static final Map<String, DigestAlgorithm> KNOWN =
      Map.of("sha256", DigestAlgorithm.SHA_256, "sha512", DigestAlgorithm.SHA_512);

  /** Hashes of kinds that are not known are passed over, but not if there is no other. */
  static FileHashes read(JsonFields fields) {
    long length = fields.has("length") ? fields.size("length") : -1;
    Map<String, String> texts = fields.texts("hashes");
    List<Digest> hashes = new ArrayList<>();
    for (String name : List.of("sha256", "sha512")) {
      String hex = texts.get(name);
      DigestAlgorithm algorithm = KNOWN.get(name);
      if (hex != null && algorithm != null) {
        try {
          hashes.add(Digest.parseHex(algorithm, hex));
        } catch (VerificationException e) {
          throw fields.refused("hashes." + name + " is no digest of lower-case hex");
        }
      }
    }
    if (hashes.isEmpty() && !texts.isEmpty()) {
      throw fields.refused("hashes has neither sha256 nor sha512");
    }
    return new FileHashes(length, List.copyOf(hashes));
  }

  /** A target's: both are required. */
  static FileHashes readTarget(JsonFields fields) {
    FileHashes read = read(fields);
    if (read.length < 0 || read.hashes.isEmpty()) {
      throw fields.refused("length or hashes is missing");
    }
    return read;
  }

  boolean matches(byte[] content) {
    if (length >= 0 && length != content.length) {
      return false;
    }
    for (Digest each : hashes) {
      if (!Digest.compute(each.algorithm(), content).equals(each)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return (length < 0 ? "any length" : length + " bytes")
        + (hashes.isEmpty() ? "" : ", " + hashes.get(0));
  }
}
