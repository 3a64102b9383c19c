package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.Json;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    Map<String, Sri> integrity = new LinkedHashMap<>();
    Map<String, String> resolved = new LinkedHashMap<>();
    List<String> unpinned = new ArrayList<>();
    String at = "";
    try {
      JsonObject lock = Json.parseObject(content, LIMITS);
      JsonObject packages = lock.object("packages");
      if (packages == null) {
        throw malformed("no member \"packages\"; lock files of version 2 and 3 are read");
      }
      for (String name : packages.names()) {
        at = name;
        JsonObject entry = packages.object(name);
        String source = entry == null ? null : entry.string("resolved");
        String pin = entry == null ? null : entry.string("integrity");
        if (pin != null) {
          integrity.put(name, Sri.parse(pin));
        } else if (source != null && (source.startsWith("http:") || source.startsWith("https:"))) {
          unpinned.add(name);
        }
        if (source != null) {
          resolved.put(name, source);
        }
      }
    } catch (JsonException e) {
      throw malformed(where(at) + e.getMessage());
    } catch (VerificationException e) {
      throw new VerificationException(e.reason(), where(at) + ManifestParser.detail(e));
    }
    if (integrity.isEmpty()) {
      throw new VerificationException(ArtifactReason.MANIFEST_EMPTY, "no package is pinned");
    }
    return new PackageLock(integrity, resolved, unpinned);
  }

  private static String where(String name) {
    return name.isEmpty() ? "" : "package \"" + DigestText.shortened(name) + "\": ";
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
   * Packages that are loaded over the network although nothing pins them.
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
