package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.http.NpmAddress;
import io.bartizan.integrity.json.JsonArray;
import io.bartizan.integrity.json.JsonCursor;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
    private final List<String> claimed = new ArrayList<>(); // unpinned, said to be in a bundle
    private final NpmAddress address = new NpmAddress();
    private @Nullable JsonCursor inPackage;
    private int mark;

    void read(byte[] content) throws JsonException {
      JsonCursor lock = JsonCursor.of(content, LIMITS);
      if (!eachPackage(lock, this::entry)) {
        throw malformed("no member \"packages\"; lock files of version 2 and 3 are read");
      }
      if (!claimed.isEmpty() && !integrity.isEmpty()) {
        Bundles bundles = new Bundles(claimed);
        boolean unused = eachPackage(JsonCursor.of(content, LIMITS), bundles::entry);
        claimed.retainAll(bundles.inside());
        unpinned.removeAll(Set.copyOf(claimed));
      }
    }

    private interface Entry {
      void read(JsonCursor lock) throws JsonException;
    }

    /** False if there is no member {@code packages}. */
    private boolean eachPackage(JsonCursor lock, Entry entry) throws JsonException {
      boolean found = false;
      while (lock.next()) {
        if (lock.isNamed("packages")) {
          found = true;
          lock.open();
          while (lock.next()) {
            mark = lock.mark();
            inPackage = lock;
            entry.read(lock);
            inPackage = null;
          }
        } else {
          lock.skip();
        }
      }
      return found;
    }

    private void entry(JsonCursor lock) throws JsonException {
      String source = null;
      String pin = null;
      boolean own = lock.writtenName() < INSTALLED.length(); // no string for each name
      boolean link = false;
      boolean bundled = false;
      lock.open();
      while (lock.next()) {
        if (lock.isNamed("resolved")) {
          source = lock.string();
        } else if (lock.isNamed("integrity")) {
          pin = lock.string();
        } else if (lock.isNamed("link")) {
          link = lock.isTrue();
        } else if (lock.isNamed("inBundle")) {
          bundled = lock.isTrue();
        } else {
          lock.skip();
        }
      }
      if (source == null && pin == null && (link || own)) {
        return;
      }
      String name = lock.nameAt(mark);
      if (pin != null) {
        integrity.put(name, Sri.parse(pin));
      }
      if ((source == null || source.isEmpty())
          ? isAskedOfTheRegistry(name, pin, link)
          : !address.isHereOrPinned(source, pin != null, link)) {
        unpinned.add(name);
        if (bundled && source == null) {
          claimed.add(name);
        }
      }
      if (source != null) {
        resolved.put(name, source);
      }
    }

    private static boolean isAskedOfTheRegistry(String name, @Nullable String pin, boolean link) {
      return pin == null && !link && name.contains(INSTALLED);
    }

    String where() {
      String name = inPackage == null ? "" : inPackage.nameAt(mark);
      return name.isEmpty() ? "" : "package \"" + DigestText.shortened(name) + "\": ";
    }
  }

  /**
   * Which packages come inside of another, as npm finds it out: it believes no {@code inBundle},
   * only who bundles them, and loads what is in the bundle of one's own package.
   */
  private static final class Bundles {
    private static final int MAX_PLACE_CHARS = 1_024; // so that hostile depth takes no time

    /** The root, and what is spelt in another way than npm does. */
    private static final Pattern ODD = Pattern.compile("(?:^|/)\\.{0,2}(?:/|$)");

    private static final class Place {
      private final Map<String, Place> below = new HashMap<>(2);
      private final List<String> wanted = new ArrayList<>(0);
      private final List<String> bundled = new ArrayList<>(0);
      private @Nullable Place around;
      private @Nullable Place by;
    }

    /** The last parts of what claims to be in a bundle; no other name need be kept. */
    private final Set<String> known = new HashSet<>();

    private final Map<String, Place> places = new HashMap<>();
    private final Deque<Place> next = new ArrayDeque<>();

    Bundles(List<String> claimed) {
      claimed.forEach(place -> known.add(nameOf(place)));
    }

    void entry(JsonCursor lock) throws JsonException {
      String name = lock.nameAt(lock.mark());
      Place place = new Place();
      lock.open();
      while (lock.next()) {
        if (lock.isNamed("bundleDependencies")) {
          List<String> listed = lock.value() instanceof JsonArray array ? array.strings() : null;
          keep(listed == null ? List.of() : listed, place.bundled);
        } else if (lock.isNamed("dependencies")
            || lock.isNamed("optionalDependencies")
            || lock.isNamed("peerDependencies")) {
          keep(lock.value() instanceof JsonObject all ? all.names() : List.of(), place.wanted);
        } else {
          lock.skip();
        }
      }
      if (name.length() <= MAX_PLACE_CHARS && !ODD.matcher(name).find()) {
        places.put(name, place);
      }
    }

    private void keep(List<String> names, List<String> kept) {
      names.stream().filter(known::contains).forEach(kept::add);
    }

    private static String nameOf(String place) {
      return place.substring(place.lastIndexOf(INSTALLED) + INSTALLED.length());
    }

    /** Their places: what is listed, what is below those, and what they want beside them. */
    Set<String> inside() {
      places.forEach(
          (name, place) -> {
            int end = name.lastIndexOf("/" + INSTALLED);
            Place around = end < 0 ? null : places.get(name.substring(0, end));
            if (around != null) {
              place.around = around;
              around.below.put(nameOf(name), place);
            }
          });
      places.values().forEach(place -> place.bundled.forEach(name -> put(place, name, place)));
      while (!next.isEmpty()) {
        Place place = next.remove();
        Place by = Objects.requireNonNull(place.by);
        place.below.keySet().forEach(name -> put(place, name, by));
        for (String name : place.wanted) {
          Place at = place;
          while (at != by && !at.below.containsKey(name)) {
            at = Objects.requireNonNull(at.around);
          }
          put(at, name, by);
        }
      }
      places.values().removeIf(place -> place.by == null);
      return places.keySet();
    }

    private void put(Place around, String name, Place by) {
      Place place = around.below.get(name);
      if (place != null && place.by == null) {
        place.by = by;
        next.add(place);
      }
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
   * Packages that npm loads over the network although nothing pins them: neither an integrity nor a
   * commit of Git, for which npm looks at no integrity. Those without an address are among them,
   * since npm then asks its registry for the name and version; links, {@code file:} and what
   * another package lists in its bundle are not.
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
