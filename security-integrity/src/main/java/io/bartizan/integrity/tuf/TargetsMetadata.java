package io.bartizan.integrity.tuf;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Targets and to whom they are delegated, of the top-level role or a delegated one.
 *
 * @param metadata version, end and signatures
 * @param delegations in their order, which is that of their priority
 */
record TargetsMetadata(SignedMetadata metadata, List<Delegation> delegations) {

  static final int MAX_BYTES = 8 * 1024 * 1024;

  /** As many as PEP 458 has bins. */
  private static final int MAX_DELEGATIONS = 16_384;

  private static final Set<String> TOP_LEVEL = Set.of("root", "timestamp", "snapshot", "targets");

  /**
   * A role that may speak for some paths.
   *
   * @param keys its name and who signs for it
   * @param terminating whether nobody after it may speak for them
   * @param patterns of paths; null if hashes choose
   * @param hashPrefixes of paths; null if patterns choose
   */
  record Delegation(
      RoleKeys keys,
      boolean terminating,
      @Nullable List<String> patterns,
      @Nullable List<String> hashPrefixes) {

    boolean speaksFor(String path, String pathHash) {
      if (patterns != null) {
        return patterns.stream().anyMatch(pattern -> PathPattern.matches(pattern, path));
      }
      return hashPrefixes != null && hashPrefixes.stream().anyMatch(pathHash::startsWith);
    }
  }

  static TargetsMetadata parse(String label, byte[] bytes) {
    SignedMetadata metadata = SignedMetadata.parse(label, "targets", bytes, MAX_BYTES);
    JsonFields unused = metadata.fields().object("targets");
    JsonFields holder = metadata.fields().objectOrNull("delegations");
    List<Delegation> delegations = new ArrayList<>();
    if (holder != null) {
      if (!holder.has("roles")) {
        throw holder.refused("roles is missing; succinct_roles are not read");
      }
      Map<String, TufKey> keys = RoleKeys.allKeys(holder);
      for (JsonFields role : holder.objects("roles", MAX_DELEGATIONS)) {
        delegations.add(delegation(role, keys));
      }
    }
    return new TargetsMetadata(metadata, List.copyOf(delegations));
  }

  private static Delegation delegation(JsonFields role, Map<String, TufKey> keys) {
    String name = role.text("name");
    if (name.isEmpty() || TOP_LEVEL.contains(name)) {
      throw role.refused("name is \"" + name + "\", which no delegated role may have");
    }
    List<String> patterns = strings(role, "paths");
    List<String> prefixes = strings(role, "path_hash_prefixes");
    if ((patterns == null) == (prefixes == null)) {
      throw role.refused("exactly one of paths and path_hash_prefixes is accepted");
    }
    return new Delegation(
        RoleKeys.read(name, role, keys),
        RootMetadata.isTrue(role, "terminating"),
        patterns,
        prefixes);
  }

  private static @Nullable List<String> strings(JsonFields role, String name) {
    try {
      return role.json().strings(name);
    } catch (JsonException e) {
      throw role.refused(name + ": " + e.getMessage());
    }
  }

  /** Null if this role does not list it. */
  @Nullable FileHashes target(String path) {
    JsonFields listed = metadata.fields().object("targets").objectOrNull(path);
    return listed == null ? null : FileHashes.readTarget(listed);
  }

  void requireFor(ListedFiles.Listed listed, RoleKeys keys, KeyTrials trials) {
    keys.requireSigned(metadata, trials);
    metadata.requireVersion(listed.version());
  }

  static VerificationException unknown(String path) {
    return new VerificationException(
        TufReason.TARGET_UNKNOWN, "no role that may speak for \"" + path + "\" lists it");
  }
}
