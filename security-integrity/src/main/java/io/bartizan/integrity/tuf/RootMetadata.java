package io.bartizan.integrity.tuf;

import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLiteral;
import io.bartizan.integrity.json.JsonValue;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A root: the keys of the four top-level roles.
 *
 * @param metadata version, end and signatures
 * @param consistentSnapshot whether files bear their version or hash in their name
 * @param root who signs this root and the next one
 * @param timestamp who signs the timestamp
 * @param snapshot who signs the snapshot
 * @param targets who signs the top-level targets
 */
record RootMetadata(
    SignedMetadata metadata,
    boolean consistentSnapshot,
    RoleKeys root,
    RoleKeys timestamp,
    RoleKeys snapshot,
    RoleKeys targets) {

  static final int MAX_BYTES = 512 * 1024;

  static RootMetadata parse(String label, byte[] bytes) {
    SignedMetadata metadata = SignedMetadata.parse(label, "root", bytes, MAX_BYTES);
    JsonFields signed = metadata.fields();
    Map<String, TufKey> keys = RoleKeys.allKeys(signed);
    JsonFields roles = signed.object("roles");
    return new RootMetadata(
        metadata,
        isTrue(signed, "consistent_snapshot"),
        RoleKeys.read("root", roles.object("root"), keys),
        RoleKeys.read("timestamp", roles.object("timestamp"), keys),
        RoleKeys.read("snapshot", roles.object("snapshot"), keys),
        RoleKeys.read("targets", roles.object("targets"), keys));
  }

  /** False where it is absent. */
  static boolean isTrue(JsonFields fields, String name) {
    JsonValue value = fields.json().get(name);
    if (value == null || value == JsonLiteral.FALSE) {
      return false;
    }
    if (value == JsonLiteral.TRUE) {
      return true;
    }
    throw fields.refused(name + " is neither true nor false");
  }

  /**
   * A root that was given as trusted, or the next one after this.
   *
   * @param before null for the first
   */
  RootMetadata requireAfter(@Nullable RootMetadata before, KeyTrials trials) {
    if (before != null) {
      before.root.requireSigned(metadata, trials);
      metadata.requireVersion(before.version() + 1);
    }
    root.requireSigned(metadata, trials);
    return this;
  }

  long version() {
    return metadata.version();
  }

  /** Of those keys whose change drops what they signed before (specification 5.3.11). */
  String onlineKeys() {
    return timestamp.fingerprint() + snapshot.fingerprint();
  }
}
