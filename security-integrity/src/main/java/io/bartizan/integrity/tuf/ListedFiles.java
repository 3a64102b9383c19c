package io.bartizan.integrity.tuf;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.JsonFields;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A timestamp or snapshot: which metadata files there are, in which version.
 *
 * @param metadata version, end and signatures
 * @param files by name, such as {@code targets.json}
 */
record ListedFiles(SignedMetadata metadata, Map<String, Listed> files) {

  static final int MAX_TIMESTAMP_BYTES = 64 * 1024;
  static final int MAX_SNAPSHOT_BYTES = 4 * 1024 * 1024;
  static final String SNAPSHOT = "snapshot.json";

  /**
   * A file that is listed.
   *
   * @param version the one that is current
   * @param content its length and hashes as far as they are said
   */
  record Listed(long version, FileHashes content) {

    /** Refuses other bytes than those that are listed, before they are read. */
    void requireContent(String label, byte[] bytes) {
      if (!content.matches(bytes)) {
        throw new VerificationException(
            TufReason.METADATA_MISMATCH,
            label + " is not the file that is listed: " + content + " are accepted");
      }
    }
  }

  static ListedFiles parseTimestamp(byte[] bytes) {
    ListedFiles timestamp =
        of(SignedMetadata.parse("timestamp", "timestamp", bytes, MAX_TIMESTAMP_BYTES));
    if (!timestamp.files.containsKey(SNAPSHOT)) {
      throw timestamp.metadata.fields().refused("meta lists no " + SNAPSHOT);
    }
    return timestamp;
  }

  static ListedFiles parseSnapshot(byte[] bytes) {
    return of(SignedMetadata.parse("snapshot", "snapshot", bytes, MAX_SNAPSHOT_BYTES));
  }

  private static ListedFiles of(SignedMetadata metadata) {
    JsonFields meta = metadata.fields().object("meta");
    Map<String, Listed> files = new LinkedHashMap<>();
    for (String name : meta.json().names()) {
      JsonFields each = meta.object(name);
      long version = each.size("version");
      if (version < 1) {
        throw each.refused("version is 0, at least 1 is needed");
      }
      files.put(name, new Listed(version, FileHashes.read(each)));
    }
    return new ListedFiles(metadata, files);
  }

  /** Of a timestamp. */
  Listed snapshot() {
    return file(SNAPSHOT);
  }

  Listed file(String name) {
    Listed listed = files.get(name);
    if (listed == null) {
      throw new VerificationException(
          TufReason.ROLE_UNLISTED, metadata.label() + " does not list \"" + name + "\"");
    }
    return listed;
  }

  /** Refuses what is older than what was trusted before, or lists something older. */
  void requireNotBefore(@Nullable ListedFiles trusted) {
    if (trusted == null) {
      return;
    }
    requireNotBelow(metadata.label(), metadata.version(), trusted.metadata.version());
    if (metadata.version() == trusted.metadata.version()
        && !Arrays.equals(metadata.canonical(), trusted.metadata.canonical())) {
      throw new VerificationException(
          TufReason.VERSION_REUSED,
          metadata.label()
              + " is version "
              + metadata.version()
              + " as the one that was trusted before, and has other content");
    }
    trusted.files.forEach(
        (name, old) -> {
          Listed now = files.get(name);
          if (now == null) {
            throw new VerificationException(
                TufReason.ROLLBACK,
                metadata.label() + " does not list \"" + name + "\", which was listed before");
          }
          requireNotBelow("\"" + name + "\" in " + metadata.label(), now.version(), old.version());
        });
  }

  private static void requireNotBelow(String what, long found, long trusted) {
    if (found < trusted) {
      throw new VerificationException(
          TufReason.ROLLBACK,
          what + " is version " + found + ", version " + trusted + " was trusted before");
    }
  }
}
