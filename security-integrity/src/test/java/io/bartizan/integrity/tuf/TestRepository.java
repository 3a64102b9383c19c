package io.bartizan.integrity.tuf;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * A TUF repository on disk that a test publishes, rightly or with one thing wrong. Everything in it
 * is public to the test: versions, keys, times, and a hook for each file's signed part.
 */
final class TestRepository {

  static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

  /** A delegated role. */
  static final class Role {
    final String name;
    final Map<String, byte[]> targets = new LinkedHashMap<>();
    final List<Map<String, Object>> delegations = new ArrayList<>();
    final List<RoleSigner> delegationKeys = new ArrayList<>();
    List<RoleSigner> signers;
    long version = 1;
    Instant expires = NOW.plus(Duration.ofDays(90));

    Role(String name, RoleSigner... signers) {
      this.name = name;
      this.signers = new ArrayList<>(List.of(signers));
    }

    /** Delegates to another; {@code more} are the members beside name, keys and threshold. */
    void delegate(Role child, Object... more) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("name", child.name);
      json.put("keyids", child.signers.stream().map(each -> (Object) each.id()).toList());
      json.put("threshold", 1);
      for (int i = 0; i < more.length; i += 2) {
        json.put((String) more[i], more[i + 1]);
      }
      delegations.add(json);
      delegationKeys.addAll(child.signers);
    }
  }

  final Path metadata;
  final Path targetsFolder;
  final Map<String, Consumer<Map<String, Object>>> edits = new HashMap<>();
  final List<Role> delegated = new ArrayList<>();
  final Role targets;
  BiFunction<Map<String, Object>, List<RoleSigner>, byte[]> writer = TestRepository::signed;
  List<RoleSigner> rootSigners;
  List<RoleSigner> timestampSigners;
  List<RoleSigner> snapshotSigners;
  int rootThreshold = 2;
  long rootVersion = 1;
  long timestampVersion = 1;
  long snapshotVersion = 1;
  boolean consistent = true;
  boolean hashes = true;
  Instant rootExpires = NOW.plus(Duration.ofDays(200));
  Instant timestampExpires = NOW.plus(Duration.ofDays(7));
  Instant snapshotExpires = NOW.plus(Duration.ofDays(90));

  TestRepository(Path folder) throws IOException {
    metadata = Files.createDirectories(folder.resolve("metadata"));
    targetsFolder = Files.createDirectories(folder.resolve("targets"));
    rootSigners = new ArrayList<>(List.of(RoleSigner.ed25519(), RoleSigner.p256()));
    RoleSigner online = RoleSigner.ed25519();
    timestampSigners = List.of(online);
    snapshotSigners = List.of(RoleSigner.ed25519());
    targets = new Role("targets", RoleSigner.ed25519());
    targets.targets.put("file.txt", "hello".getBytes(UTF_8));
  }

  TufSource source() {
    return TufSource.of(metadata, targetsFolder);
  }

  /** Root, targets, snapshot and timestamp. */
  @CanIgnoreReturnValue
  TestRepository publish() throws IOException {
    publishRoot(rootSigners);
    return publishContent();
  }

  Map<String, Object> root() {
    Map<String, Object> keys = new LinkedHashMap<>();
    Map<String, Object> roles = new LinkedHashMap<>();
    role(keys, roles, "root", rootSigners, rootThreshold);
    role(keys, roles, "timestamp", timestampSigners, 1);
    role(keys, roles, "snapshot", snapshotSigners, 1);
    role(keys, roles, "targets", targets.signers, 1);
    Map<String, Object> signed = head("root", rootVersion, rootExpires);
    signed.put("consistent_snapshot", consistent);
    signed.put("keys", keys);
    signed.put("roles", roles);
    edit("root", signed);
    return signed;
  }

  private static void role(
      Map<String, Object> keys,
      Map<String, Object> roles,
      String name,
      List<RoleSigner> signers,
      int threshold) {
    signers.forEach(each -> keys.put(each.id(), each.json()));
    Map<String, Object> role = new LinkedHashMap<>();
    role.put("keyids", signers.stream().map(each -> (Object) each.id()).toList());
    role.put("threshold", threshold);
    roles.put(name, role);
  }

  @CanIgnoreReturnValue
  byte[] publishRoot(List<RoleSigner> signers) throws IOException {
    byte[] bytes = writer.apply(root(), signers);
    Files.write(metadata.resolve(rootVersion + ".root.json"), bytes);
    return bytes;
  }

  byte[] rootBytes() throws IOException {
    return rootBytesOf(rootVersion);
  }

  byte[] rootBytesOf(long version) throws IOException {
    return Files.readAllBytes(metadata.resolve(version + ".root.json"));
  }

  @CanIgnoreReturnValue
  TestRepository publishContent() throws IOException {
    Map<String, Object> listed = new LinkedHashMap<>();
    listed.put("targets.json", listing(targets.version, publishRole(targets)));
    for (Role each : delegated) {
      listed.put(each.name + ".json", listing(each.version, publishRole(each)));
    }
    Map<String, Object> snapshot = head("snapshot", snapshotVersion, snapshotExpires);
    snapshot.put("meta", listed);
    edit("snapshot", snapshot);
    byte[] bytes = writer.apply(snapshot, snapshotSigners);
    Files.write(metadata.resolve(named(snapshotVersion, "snapshot")), bytes);
    Map<String, Object> timestamp = head("timestamp", timestampVersion, timestampExpires);
    Map<String, Object> meta = new LinkedHashMap<>();
    meta.put("snapshot.json", listing(snapshotVersion, bytes));
    timestamp.put("meta", meta);
    edit("timestamp", timestamp);
    Files.write(metadata.resolve("timestamp.json"), writer.apply(timestamp, timestampSigners));
    return this;
  }

  private byte[] publishRole(Role role) throws IOException {
    Map<String, Object> files = new LinkedHashMap<>();
    for (Map.Entry<String, byte[]> each : role.targets.entrySet()) {
      files.put(each.getKey(), listing(0, each.getValue()));
      String hash = HexFormat.of().formatHex(RoleSigner.sha256(each.getValue()));
      Path file =
          targetsFolder.resolve(
              consistent ? TargetPath.prefixed(each.getKey(), hash) : each.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, each.getValue());
    }
    Map<String, Object> signed = head("targets", role.version, role.expires);
    signed.put("targets", files);
    if (!role.delegations.isEmpty()) {
      Map<String, Object> keys = new LinkedHashMap<>();
      role.delegationKeys.forEach(each -> keys.put(each.id(), each.json()));
      Map<String, Object> delegations = new LinkedHashMap<>();
      delegations.put("keys", keys);
      delegations.put("roles", role.delegations);
      signed.put("delegations", delegations);
    }
    edit(role.name, signed);
    byte[] bytes = writer.apply(signed, role.signers);
    Files.write(metadata.resolve(named(role.version, TargetPath.encodedRole(role.name))), bytes);
    return bytes;
  }

  private String named(long version, String name) {
    return (consistent ? version + "." : "") + name + ".json";
  }

  /** Version 0 is a target's: length and hash are always there. */
  private Map<String, Object> listing(long version, byte[] bytes) {
    Map<String, Object> listing = new LinkedHashMap<>();
    if (hashes || version == 0) {
      Map<String, Object> digest = new LinkedHashMap<>();
      digest.put("sha256", HexFormat.of().formatHex(RoleSigner.sha256(bytes)));
      listing.put("hashes", digest);
      listing.put("length", bytes.length);
    }
    if (version > 0) {
      listing.put("version", version);
    }
    return listing;
  }

  private static Map<String, Object> head(String type, long version, Instant expires) {
    Map<String, Object> signed = new LinkedHashMap<>();
    signed.put("_type", type);
    signed.put("spec_version", "1.0.33");
    signed.put("version", version);
    signed.put("expires", expires.toString());
    return signed;
  }

  private void edit(String name, Map<String, Object> signed) {
    edits.getOrDefault(name, unchanged -> {}).accept(signed);
  }

  static byte[] signed(Map<String, Object> signed, List<RoleSigner> signers) {
    return envelope(signed, Canonical.bytes(signed), signers);
  }

  /** With signatures over the given bytes. */
  static byte[] envelope(Map<String, Object> signed, byte[] over, List<RoleSigner> signers) {
    List<Object> signatures = new ArrayList<>();
    for (RoleSigner each : signers) {
      Map<String, Object> signature = new LinkedHashMap<>();
      signature.put("keyid", each.id());
      signature.put("sig", each.sign(over));
      signatures.add(signature);
    }
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("signatures", signatures);
    whole.put("signed", signed);
    return Canonical.served(whole).getBytes(UTF_8);
  }

  /** The object at a path of member names. */
  @SuppressWarnings("unchecked")
  static Map<String, Object> at(Map<String, Object> json, String... path) {
    Map<String, Object> here = json;
    for (String each : path) {
      here = (Map<String, Object>) here.get(each);
    }
    return here;
  }
}
