package io.bartizan.integrity.tuf;

import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Sha256;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonFields;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who may sign for a role, and how many of them must.
 *
 * @param role its name
 * @param keys by their ids, which are names and nothing more
 * @param threshold how many different keys are needed, at least 1
 */
record RoleKeys(String role, Map<String, TufKey> keys, long threshold) {

  private static final int MAX_KEYS = 1_024;

  /** All keys that a root or a role with delegations knows. */
  static Map<String, TufKey> allKeys(JsonFields holder) {
    JsonFields object = holder.object("keys");
    if (object.json().size() > MAX_KEYS) {
      throw tooMany("keys");
    }
    Map<String, TufKey> keys = new HashMap<>();
    for (String id : object.json().names()) {
      keys.put(id, TufKey.read(object.object(id)));
    }
    return keys;
  }

  /** Reads {@code keyids} and {@code threshold}; an id without a key signs nothing. */
  static RoleKeys read(String role, JsonFields fields, Map<String, TufKey> all) {
    List<String> ids;
    try {
      ids = fields.json().strings("keyids");
    } catch (JsonException e) {
      throw fields.refused("keyids: " + e.getMessage());
    }
    if (ids == null) {
      throw fields.refused("keyids is missing");
    }
    if (ids.size() > MAX_KEYS) {
      throw tooMany("keyids");
    }
    Map<String, TufKey> keys = new LinkedHashMap<>();
    for (String id : ids) {
      TufKey key = all.get(id);
      if (key != null) {
        keys.put(id, key);
      }
    }
    long threshold = fields.size("threshold");
    if (threshold < 1) {
      throw fields.refused("threshold is 0, at least 1 is needed");
    }
    return new RoleKeys(role, Map.copyOf(keys), threshold);
  }

  private static VerificationException tooMany(String what) {
    return new VerificationException(
        TufReason.TOO_LARGE, "more than " + MAX_KEYS + " " + what + " in one role or file");
  }

  /**
   * Refuses metadata that fewer different keys have signed; a key counts once, by its value.
   *
   * <p>A key is tried after its signature was right, never before: so metadata that nobody trusted
   * has signed cause no trial, however many keys and signatures they have.
   */
  void requireSigned(SignedMetadata metadata, KeyTrials trials) {
    Set<PinnedKey> signers = new HashSet<>();
    byte[] content = metadata.canonical();
    for (SignedMetadata.Signature each : metadata.signatures()) {
      TufKey key = keys.get(each.keyId());
      byte[] raw = key == null ? null : each.raw();
      TufKey.Pin pin = raw == null || key == null ? null : key.pinned();
      if (pin != null
          && raw != null
          && !signers.contains(pin.key())
          && pin.matches(content, raw)
          && trials.isSound(pin)) {
        signers.add(pin.key());
        if (signers.size() >= threshold) {
          return;
        }
      }
    }
    throw new VerificationException(
        TufReason.THRESHOLD_NOT_REACHED,
        metadata.label()
            + " is signed by "
            + signers.size()
            + " keys of the role "
            + role
            + ", "
            + threshold
            + " are needed");
  }

  /** Names the keys by what they are; the same whatever their ids and their order. */
  String fingerprint() {
    Set<String> each = new TreeSet<>();
    for (TufKey key : keys.values()) {
      TufKey.Pin pin = key.pinned();
      each.add(pin == null ? key.toString() : pin.key().fingerprint().hex());
    }
    MessageDigest digest = Sha256.newDigest();
    for (String one : each) {
      digest.update(one.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
