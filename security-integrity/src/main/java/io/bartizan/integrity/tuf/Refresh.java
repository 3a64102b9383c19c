package io.bartizan.integrity.tuf;

import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One pass of the client workflow (specification 5): root after root, timestamp, snapshot,
 * top-level targets, each verified by what came before it and by what is stored.
 *
 * <p>Without a source it makes the same of what is stored alone. Whatever was verified is stored
 * before the next step, so that a pass which fails can't be followed by one that takes something
 * older. For one thread, which holds the folder.
 */
final class Refresh {

  private static final int MOST_ROOTS = 256;

  private final @Nullable TufSource source;
  private final TrustFolder folder;
  private final Duration timeout;
  private final Instant now;
  final KeyTrials trials = new KeyTrials();
  private RootMetadata root;
  private @Nullable StoredState unsaved;

  Refresh(
      RootMetadata root,
      @Nullable TufSource source,
      TrustFolder folder,
      Duration timeout,
      Instant now) {
    this.root = root;
    this.source = source;
    this.folder = folder;
    this.timeout = timeout;
    this.now = now;
  }

  /** The newest that was verified, also after a pass that failed. */
  RootMetadata root() {
    return root;
  }

  Trusted run() throws IOException {
    try {
      return update();
    } finally {
      save();
    }
  }

  private Trusted update() throws IOException {
    advanceRoot();
    root.metadata().requireFresh(now);
    String keys = root.onlineKeys();
    StoredState state = folder.state();
    if (state == null || !state.keys().equals(keys)) {
      state = StoredState.none(keys); // new keys: what the old ones signed is void (5.3.11)
    }
    ListedFiles storedTimestamp = stored(state.timestamp(), true);
    ListedFiles storedSnapshot = stored(state.snapshot(), false);

    ListedFiles timestamp = storedTimestamp;
    if (source != null) {
      byte[] bytes = required("timestamp.json", ListedFiles.MAX_TIMESTAMP_BYTES);
      timestamp = ListedFiles.parseTimestamp(bytes);
      root.timestamp().requireSigned(timestamp.metadata(), trials);
      timestamp.requireNotBefore(storedTimestamp);
      timestamp.metadata().requireFresh(now);
      state = pending(state.withTimestamp(bytes));
    }
    if (timestamp == null) {
      throw missing("timestamp.json");
    }
    timestamp.metadata().requireFresh(now);

    ListedFiles.Listed listed = timestamp.snapshot();
    ListedFiles snapshot = isCurrent(storedSnapshot, state.snapshot(), listed);
    if (snapshot == null) {
      String name = named(listed.version(), "snapshot");
      byte[] bytes = required(name, bound(listed, ListedFiles.MAX_SNAPSHOT_BYTES));
      listed.requireContent("snapshot", bytes);
      snapshot = ListedFiles.parseSnapshot(bytes);
      root.snapshot().requireSigned(snapshot.metadata(), trials);
      snapshot.metadata().requireVersion(listed.version());
      snapshot.requireNotBefore(storedSnapshot);
      snapshot.metadata().requireFresh(now);
      state = pending(state.withSnapshot(bytes));
    }
    snapshot.metadata().requireFresh(now);

    TargetsMetadata targets = role(snapshot, root.targets());
    Instant refreshedAt = source == null ? state.refreshedAt() : now;
    if (refreshedAt == null || refreshedAt.isAfter(now)) {
      throw missing("the time of the last refresh");
    }
    if (source != null) {
      state = pending(state.withRefreshedAt(now));
      save();
      folder.sweep();
    }
    return new Trusted(root, timestamp, snapshot, targets, refreshedAt);
  }

  /** To be stored before the next file is fetched, or the pass ends. */
  private StoredState pending(StoredState state) {
    unsaved = state;
    return state;
  }

  private void save() throws IOException {
    StoredState state = unsaved;
    if (state != null) {
      unsaved = null;
      folder.saveState(state);
    }
  }

  private void advanceRoot() throws IOException {
    for (int fetched = 0; fetched <= MOST_ROOTS; ) {
      long version = root.version() + 1;
      byte[] bytes = folder.root(version);
      RootMetadata next = bytes == null ? null : goodOrNull(bytes, version);
      if (next == null) {
        bytes = fetch(version + ".root.json", RootMetadata.MAX_BYTES);
        if (bytes == null) {
          return;
        }
        fetched++;
        next = RootMetadata.parse("root " + version, bytes).requireAfter(root, trials);
        folder.saveRoot(version, bytes);
      }
      root = next;
    }
    throw new VerificationException(
        TufReason.TOO_MANY_ROOTS,
        "more than "
            + MOST_ROOTS
            + " roots follow; the next refresh goes on from "
            + root.version());
  }

  /** A stored root that can't be verified counts as none. */
  private @Nullable RootMetadata goodOrNull(byte[] bytes, long version) {
    try {
      return RootMetadata.parse("root " + version, bytes).requireAfter(root, trials);
    } catch (VerificationException e) {
      return null;
    }
  }

  /** What is stored and still signed by the right keys, be it expired. */
  private @Nullable ListedFiles stored(@Nullable String text, boolean timestamp) {
    if (text == null) {
      return null;
    }
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      ListedFiles files =
          timestamp ? ListedFiles.parseTimestamp(bytes) : ListedFiles.parseSnapshot(bytes);
      (timestamp ? root.timestamp() : root.snapshot()).requireSigned(files.metadata(), trials);
      return files;
    } catch (VerificationException e) {
      return null;
    }
  }

  /** The stored snapshot, if it is the one that is listed. */
  private static @Nullable ListedFiles isCurrent(
      @Nullable ListedFiles stored, @Nullable String text, ListedFiles.Listed listed) {
    return stored != null
            && text != null
            && stored.metadata().version() == listed.version()
            && listed.content().matches(text.getBytes(StandardCharsets.UTF_8))
        ? stored
        : null;
  }

  /** Metadata of a role with targets, stored or fetched, verified by who delegated to it. */
  TargetsMetadata role(ListedFiles snapshot, RoleKeys keys) throws IOException {
    String name = keys.role();
    ListedFiles.Listed listed = snapshot.file(name + ".json");
    byte[] bytes = folder.role(name);
    TargetsMetadata role = null;
    if (bytes != null) {
      try {
        role = read(bytes, listed, keys);
      } catch (VerificationException e) {
        role = null; // of another time, or damaged
      }
    }
    if (role == null) {
      bytes =
          required(
              named(listed.version(), TargetPath.encodedRole(name)),
              bound(listed, TargetsMetadata.MAX_BYTES));
      role = read(bytes, listed, keys);
      role.metadata().requireFresh(now);
      folder.saveRole(name, bytes);
    }
    role.metadata().requireFresh(now);
    return role;
  }

  /** A role that was read before ends too. */
  void requireFresh(TargetsMetadata role) {
    role.metadata().requireFresh(now);
  }

  private TargetsMetadata read(byte[] bytes, ListedFiles.Listed listed, RoleKeys keys) {
    String label = "the role " + keys.role();
    listed.requireContent(label, bytes);
    TargetsMetadata role = TargetsMetadata.parse(label, bytes);
    role.requireFor(listed, keys, trials);
    return role;
  }

  private String named(long version, String name) {
    return (root.consistentSnapshot() ? version + "." : "") + name + ".json";
  }

  private static int bound(ListedFiles.Listed listed, int most) {
    long length = listed.content().length();
    return length < 0 ? most : (int) Math.min(length, most);
  }

  private byte[] required(String name, int maxBytes) throws IOException {
    save();
    byte[] bytes = fetch(name, maxBytes);
    if (bytes == null) {
      throw missing(name);
    }
    return bytes;
  }

  private byte @Nullable [] fetch(String name, int maxBytes) throws IOException {
    return source == null ? null : source.metadata(name, maxBytes, timeout);
  }

  static VerificationException missing(String name) {
    return new VerificationException(TufReason.FILE_MISSING, "\"" + name + "\" is not there");
  }
}
