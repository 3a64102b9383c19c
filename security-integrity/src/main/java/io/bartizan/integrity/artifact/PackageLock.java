package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.JsonCursor;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The pins of an npm {@code package-lock.json} of version 2 or 3.
 *
 * <p>Read strictly: doubled keys, unusable integrity and more than {@value #MAX_BYTES} bytes are
 * refused. Immutable, thread-safe.
 *
 * <pre>{@code
 * PackageLock lock = PackageLock.read(path);
 * Digest matched = lock.integrity().get("node_modules/left-pad").verify(tarball);
 * }</pre>
 */
public final class PackageLock {

  /** The largest lock file that is read, in bytes. */
  public static final int MAX_BYTES = 32 * 1024 * 1024;

  private static final JsonLimits LIMITS = JsonLimits.ofBytes(MAX_BYTES).withMaxValues(4_000_000);

  /** Below such a folder npm asks its registry for what has no address; elsewhere is one's own. */
  private static final String INSTALLED = "node_modules/";

  private static final Pattern COMMIT =
      Pattern.compile("git[+:][^#]*#(?:[0-9a-f]{40}|[0-9a-f]{64})");

  private final Map<String, Sri> integrity;
  private final Map<String, String> resolved;
  private final List<String> unpinned;

  private PackageLock(
      Map<String, Sri> integrity, Map<String, String> resolved, List<String> unpinned) {
    this.integrity = Collections.unmodifiableMap(integrity);
    this.resolved = Collections.unmodifiableMap(resolved);
    this.unpinned = List.copyOf(unpinned);
  }

  /**
   * Reads a lock file; refusals name it.
   *
   * @param file the lock file
   * @return its pins
   * @throws NullPointerException if {@code file} is null
   * @throws VerificationException as {@link #parse}
   * @throws IOException if it can't be read
   */
  public static PackageLock read(Path file) throws IOException {
    return BoundedFile.parse(file, MAX_BYTES, PackageLock::parse);
  }

  /**
   * Reads a lock file.
   *
   * @param content the file's bytes, UTF-8
   * @return its pins
   * @throws NullPointerException if {@code content} is null
   * @throws VerificationException if it is no strict JSON, has version 1, no package, or a package
   *     whose integrity has no usable hash; the detail names the package
   */
  public static PackageLock parse(byte[] content) {
    Reader reader = new Reader();
    try {
      reader.read(content);
    } catch (JsonException e) {
      throw malformed(reader.where() + e.getMessage());
    } catch (VerificationException e) {
      throw new VerificationException(e.reason(), reader.where() + e.refusal().detail());
    }
    if (reader.integrity.isEmpty()) {
      throw new VerificationException(ArtifactReason.MANIFEST_EMPTY, "no package is pinned");
    }
    return new PackageLock(reader.integrity, reader.resolved, reader.unpinned);
  }

  /** Keeps what is asked for only, for a tree of the whole file would be many times its size. */
  private static final class Reader {
    private final Map<String, Sri> integrity = new LinkedHashMap<>();
    private final Map<String, String> resolved = new LinkedHashMap<>();
    private final List<String> unpinned = new ArrayList<>();
    private @Nullable JsonCursor inPackage;
    private int mark;

    void read(byte[] content) throws JsonException {
      boolean found = false;
      JsonCursor lock = JsonCursor.of(content, LIMITS);
      while (lock.next()) {
        if (lock.isNamed("packages")) {
          found = true;
          packages(lock);
        } else {
          lock.skip();
        }
      }
      if (!found) {
        throw malformed("no member \"packages\"; lock files of version 2 and 3 are read");
      }
    }

    private void packages(JsonCursor lock) throws JsonException {
      lock.open();
      while (lock.next()) {
        mark = lock.mark();
        inPackage = lock;
        entry(lock);
        inPackage = null;
      }
    }

    private void entry(JsonCursor lock) throws JsonException {
      String source = null;
      String pin = null;
      boolean here = lock.writtenName() < INSTALLED.length(); // no string for each name
      lock.open();
      while (lock.next()) {
        if (lock.isNamed("resolved")) {
          source = lock.string();
        } else if (lock.isNamed("integrity")) {
          pin = lock.string();
        } else if (lock.isNamed("link") || lock.isNamed("inBundle")) {
          here |= lock.isTrue();
        } else {
          lock.skip();
        }
      }
      if (source == null && pin == null && here) {
        return;
      }
      String name = lock.nameAt(mark);
      if (pin != null) {
        integrity.put(name, Sri.parse(pin));
      } else if (source == null ? name.contains(INSTALLED) : isLoaded(source)) {
        unpinned.add(name);
      }
      if (source != null) {
        resolved.put(name, source);
      }
    }

    /** From elsewhere, and not by a commit of Git, which says what it is. */
    private static boolean isLoaded(String source) {
      int scheme = source.indexOf(':'); // one letter is a drive
      boolean elsewhere = scheme > 1 && source.lastIndexOf('/', scheme) < 0;
      return elsewhere
          && !source.regionMatches(true, 0, "file:", 0, "file:".length())
          && !(source.startsWith("git") && COMMIT.matcher(source).matches());
    }

    String where() {
      String name = inPackage == null ? "" : inPackage.nameAt(mark);
      return name.isEmpty() ? "" : "package \"" + DigestText.shortened(name) + "\": ";
    }
  }

  /**
   * The integrity of each pinned package, by its place such as {@code node_modules/left-pad}.
   *
   * @return an immutable map in the file's order, never empty
   */
  public Map<String, Sri> integrity() {
    return integrity;
  }

  /**
   * Where each package came from, as the file says; not checked in any way.
   *
   * @return an immutable map from place to URL
   */
  public Map<String, String> resolved() {
    return resolved;
  }

  /**
   * Packages that are loaded over the network although nothing pins them: neither an integrity nor
   * a commit of Git. Those without an address are among them, since npm then asks its registry for
   * the name and version; links and what is in another package's bundle are not.
   *
   * @return an immutable list of places
   */
  public List<String> unpinned() {
    return unpinned;
  }

  @Override
  public String toString() {
    return "PackageLock[" + integrity.size() + " pinned, " + unpinned.size() + " not pinned]";
  }

  private static VerificationException malformed(String detail) {
    return new VerificationException(ArtifactReason.MANIFEST_MALFORMED, detail);
  }
}
