package io.bartizan.integrity.tuf;

import java.time.Instant;
import java.util.stream.Stream;

/**
 * One consistent set of metadata, all of it verified.
 *
 * @param root whose keys signed the others
 * @param timestamp names the snapshot
 * @param snapshot names all metadata of targets
 * @param targets of the top-level role
 * @param refreshedAt when the source confirmed it
 * @param delegated metadata of delegated roles as far as they were needed
 */
record Trusted(
    RootMetadata root,
    ListedFiles timestamp,
    ListedFiles snapshot,
    TargetsMetadata targets,
    Instant refreshedAt,
    KnownRoles delegated) {

  Trusted(
      RootMetadata root,
      ListedFiles timestamp,
      ListedFiles snapshot,
      TargetsMetadata targets,
      Instant refreshedAt) {
    this(root, timestamp, snapshot, targets, refreshedAt, new KnownRoles());
  }

  /** When the first of them ends. */
  Instant expires() {
    return Stream.of(root.metadata(), timestamp.metadata(), snapshot.metadata(), targets.metadata())
        .map(SignedMetadata::expires)
        .min(Instant::compareTo)
        .orElseThrow();
  }

  boolean isFresh(Instant now) {
    return expires().isAfter(now);
  }
}
