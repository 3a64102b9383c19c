package io.bartizan.integrity.tuf;

import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * The walk from the top-level targets through the delegations that may speak for a path, in their
 * order and each before its brothers (specification 5.6.7), until a role lists it.
 */
final class TargetSearch {

  /** The most roles that one search visits. */
  static final int MOST_ROLES = 32;

  private final Trusted trusted;
  private final Refresh files;
  private final String path;
  private final String pathHash;
  private final Deque<Step> next = new ArrayDeque<>();

  /** A role to be visited, with the keys of who sends there, and until when that holds. */
  private record Step(RoleKeys keys, Instant expires) {}

  /**
   * A target that a role lists.
   *
   * @param role which one
   * @param content its length and hashes
   * @param expires when the first of all metadata on the way ends
   */
  record Found(String role, FileHashes content, Instant expires) {}

  TargetSearch(Trusted trusted, Refresh files, String path) {
    this.trusted = trusted;
    this.files = files;
    this.path = path;
    this.pathHash = TargetPath.hash(path);
  }

  Found find() throws IOException {
    Set<String> visited = new HashSet<>();
    next.push(new Step(trusted.root().targets(), trusted.expires()));
    while (!next.isEmpty()) {
      Step step = next.pop();
      if (!visited.add(step.keys.role())) {
        continue;
      }
      if (visited.size() > MOST_ROLES) {
        throw new VerificationException(
            TufReason.TOO_MANY_DELEGATIONS,
            "more than " + MOST_ROLES + " roles may speak for \"" + path + "\"");
      }
      TargetsMetadata role = load(step);
      Instant ends = role.metadata().expires();
      Instant expires = ends.isBefore(step.expires) ? ends : step.expires;
      FileHashes content = role.target(path);
      if (content != null) {
        return new Found(step.keys.role(), content, expires);
      }
      delegate(role, expires);
    }
    throw TargetsMetadata.unknown(path);
  }

  private void delegate(TargetsMetadata role, Instant expires) {
    Deque<Step> children = new ArrayDeque<>();
    for (TargetsMetadata.Delegation each : role.delegations()) {
      if (each.speaksFor(path, pathHash)) {
        children.push(new Step(each.keys(), expires));
        if (each.terminating()) {
          next.clear();
          break;
        }
      }
    }
    children.forEach(next::push); // the last first, so that the first is on top
  }

  private TargetsMetadata load(Step step) throws IOException {
    if (step.keys.role().equals("targets")) { // no delegated role has that name
      return trusted.targets();
    }
    TargetsMetadata known = trusted.delegated().get(step.keys);
    if (known == null) {
      known = files.role(trusted.snapshot(), step.keys);
      trusted.delegated().put(step.keys, known);
    }
    files.requireFresh(known);
    return known;
  }
}
