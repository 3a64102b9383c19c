package io.bartizan.mtls;

import io.bartizan.core.house.Sha256;
import io.bartizan.core.house.Unreadable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files of one generation, each exactly once: what was hashed is what is parsed, even if
 * a writer is at work. Not thread-safe.
 */
final class MaterialReader implements AutoCloseable {

  /** The largest file that is read, in bytes. */
  static final int MAX_BYTES = 4 * 1024 * 1024;

  /** The most that all files of a generation may have together, in bytes. */
  static final int MAX_TOTAL_BYTES = 64 * 1024 * 1024;

  private static final int MAX_LISTED = 1000;

  /** How much of a file is held at once where its content is compared and not parsed. */
  private static final int PIECE_BYTES = 16 * 1024;

  // In the order of reading: paths of different file systems can't be compared.
  private final Map<Path, byte[]> contents = new LinkedHashMap<>();
  private final Map<Listing, List<Path>> listings = new LinkedHashMap<>();
  private final Map<PushedMaterial, PushedMaterial.Push> pushes = new LinkedHashMap<>();
  private final Set<Path> open = new HashSet<>();
  private final Set<Path> asked = new LinkedHashSet<>();
  private final MessageDigest other = Sha256.newDigest();
  private long total;
  private long pushedBytes;
  private int largest = MAX_BYTES;
  private boolean mixed;

  /** What was read, as far as is needed to see later that it did not change; no content. */
  record Readings(
      Map<Path, byte[]> hashes,
      Map<Listing, List<Path>> listings,
      Map<PushedMaterial, PushedMaterial.Push> pushes,
      int largest) {

    /** Whether every file and folder is as it was, and nothing was pushed since. */
    boolean isCurrent() {
      try {
        for (Map.Entry<PushedMaterial, PushedMaterial.Push> entry : pushes.entrySet()) {
          if (!entry.getKey().isLast(entry.getValue())) {
            return false;
          }
        }
        for (Map.Entry<Listing, List<Path>> entry : listings.entrySet()) {
          if (!listed("folder", entry.getKey()).equals(entry.getValue())) {
            return false;
          }
        }
        for (Map.Entry<Path, byte[]> entry : hashes.entrySet()) {
          if (!Arrays.equals(hash(entry.getKey(), largest), entry.getValue())) {
            return false;
          }
        }
        return true;
      } catch (RuntimeException e) { // the load that follows says what is wrong
        return false;
      }
    }

    /** Later readings found the same content. */
    void confirmedBy(Readings later) {
      pushes.putAll(later.pushes);
    }
  }

  /** Which files of a folder were asked for. */
  record Listing(Path folder, String glob) {}

  /** Asks a supplier of the application, whose failure is a fault of the material. */
  static <T> T supplied(String source, Supplier<T> supplier) {
    T value;
    try {
      value = supplier.get();
    } catch (Exception e) { // of Kotlin a checked one too
      throw new TlsMaterialException(
          MaterialReason.FILE_UNREADABLE, source, "can't be had: " + e.getClass().getSimpleName());
    }
    if (value == null) {
      throw new TlsMaterialException(MaterialReason.FILE_UNREADABLE, source, "is null");
    }
    return value;
  }

  byte[] bytes(String what, Path file) {
    return bytes(what, file, MAX_BYTES);
  }

  /** Reads a file that may be larger than others; all together may then be so much larger too. */
  byte[] bytes(String what, Path file, int maxBytes) {
    byte[] known = contents.get(file);
    if (known != null) {
      return known;
    }
    asked.add(file);
    largest = Math.max(largest, maxBytes);
    byte[] bytes = read(what, file, maxBytes);
    total += bytes.length;
    contents.put(file, bytes);
    long most = MAX_TOTAL_BYTES + (largest > MAX_BYTES ? 8L * largest : 0);
    if (total > most) {
      throw new TlsMaterialException(
          MaterialReason.FILE_TOO_LARGE,
          what + " " + file,
          "and the files before it have more than " + most + " bytes together");
    }
    return bytes;
  }

  /** The same of a file that holds no secret: it is not overwritten, and nobody may change it. */
  byte[] publicBytes(String what, Path file, int maxBytes) {
    open.add(file);
    return bytes(what, file, maxBytes);
  }

  private static byte[] read(String what, Path file, int maxBytes) {
    String source = what + " " + file;
    requireRegular(source, file);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = all(in, Files.size(file), maxBytes);
      if (bytes.length > maxBytes) {
        throw tooLarge(source, maxBytes);
      }
      return bytes;
    } catch (IOException e) {
      throw unreadable(source, file, e);
    }
  }

  /** Where the size is what it was said to be, nothing is held twice. */
  private static byte[] all(InputStream in, long size, int maxBytes) throws IOException {
    byte[] expected = new byte[(int) Math.min(size, maxBytes + 1L)];
    int count = in.readNBytes(expected, 0, expected.length);
    byte[] more = in.readNBytes(maxBytes + 1 - count);
    if (count == expected.length && more.length == 0) {
      return expected;
    }
    byte[] all = Arrays.copyOf(expected, count + more.length);
    System.arraycopy(more, 0, all, count, more.length);
    Arrays.fill(expected, (byte) 0);
    Arrays.fill(more, (byte) 0);
    return all;
  }

  /** The hash of a file as it is now, of which one piece at a time is held. */
  private static byte[] hash(Path file, int maxBytes) {
    String source = "file " + file;
    requireRegular(source, file);
    byte[] piece = new byte[PIECE_BYTES];
    MessageDigest digest = Sha256.newDigest();
    long left = maxBytes;
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        left -= count;
        if (left < 0) {
          throw tooLarge(source, maxBytes);
        }
        digest.update(piece, 0, count);
      }
      return digest.digest();
    } catch (IOException e) {
      throw unreadable(source, file, e);
    } finally {
      Arrays.fill(piece, (byte) 0);
    }
  }

  private static void requireRegular(String source, Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new TlsMaterialException(
          MaterialReason.FILE_UNREADABLE,
          source,
          Files.isDirectory(file)
              ? "is a directory, a file is needed"
              : "is a pipe or device, a regular file is needed");
    }
  }

  private static TlsMaterialException tooLarge(String source, int maxBytes) {
    return new TlsMaterialException(
        MaterialReason.FILE_TOO_LARGE, source, "has more than " + maxBytes + " bytes");
  }

  private static TlsMaterialException unreadable(String source, Path file, IOException e) {
    return new TlsMaterialException(
        MaterialReason.FILE_UNREADABLE, source, "can't be read: " + Unreadable.why(file, e));
  }

  String text(String what, Path file) {
    return new String(bytes(what, file), StandardCharsets.ISO_8859_1);
  }

  /** The files of a folder whose names match the glob, sorted; not those of its sub-folders. */
  List<Path> list(String what, Path folder, String glob) {
    Listing listing = new Listing(folder, glob);
    List<Path> known = listings.get(listing);
    if (known == null) {
      asked.add(folder);
      known = listed(what, listing);
      listings.put(listing, known);
    }
    return known;
  }

  private static List<Path> listed(String what, Listing listing) {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream =
        Files.newDirectoryStream(listing.folder(), listing.glob())) {
      for (Path file : stream) {
        if (files.size() == MAX_LISTED) {
          throw new TlsMaterialException(
              MaterialReason.FILE_TOO_LARGE,
              what + " " + listing.folder(),
              "has more than " + MAX_LISTED + " files");
        }
        if (!Files.isDirectory(file)) {
          files.add(file);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new TlsMaterialException(
          MaterialReason.FILE_UNREADABLE,
          what + " " + listing.folder(),
          "can't be listed: " + e.getClass().getSimpleName());
    }
    Collections.sort(files);
    return List.copyOf(files);
  }

  /** What was read; null if some of it came from no file and must be asked for again. */
  @Nullable Readings readings() {
    if (mixed) {
      return null;
    }
    Map<Path, byte[]> hashes = new LinkedHashMap<>();
    contents.forEach((file, content) -> hashes.put(file, Sha256.of(content)));
    return new Readings(
        hashes, new LinkedHashMap<>(listings), new ConcurrentHashMap<>(pushes), largest);
  }

  /** Something came from no file, such as a password, and must be asked for at each load. */
  void askAgain() {
    mixed = true;
  }

  /** What was pushed last; the same for all that ask in one load, whatever is pushed meanwhile. */
  PushedMaterial.Push pushed(PushedMaterial feed) {
    return pushes.computeIfAbsent(feed, PushedMaterial::last);
  }

  /** Adds what was pushed to the fingerprint; all of it may have as much as one file. */
  void digest(byte[] content) {
    pushedBytes += content.length;
    if (pushedBytes > MAX_BYTES) {
      throw tooLarge("pushed material", MAX_BYTES);
    }
    other.update(content);
  }

  /** Adds what did not come from a file to the fingerprint; it may have as much as a file. */
  void mix(byte[] content) {
    if (content.length > MAX_BYTES) {
      throw tooLarge("material of a supplier", MAX_BYTES);
    }
    askAgain();
    other.update(content);
  }

  /** A hash over the names and contents of all that was read. */
  String fingerprint() {
    MessageDigest digest = Sha256.newDigest();
    contents.forEach(
        (file, content) -> {
          digest.update(file.toString().getBytes(StandardCharsets.UTF_8));
          digest.update((byte) 0);
          digest.update(Sha256.of(content));
        });
    listings.forEach(
        (folder, files) -> digest.update(files.toString().getBytes(StandardCharsets.UTF_8)));
    try {
      digest.update(((MessageDigest) other.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's SHA-256 can be cloned", e);
    }
    return Base64.getEncoder().encodeToString(digest.digest());
  }

  /** A file or folder that is no longer as it was read; null if all are. */
  @Nullable Path changed() {
    for (Map.Entry<Listing, List<Path>> entry : listings.entrySet()) {
      try {
        if (!listed("folder", entry.getKey()).equals(entry.getValue())) {
          return entry.getKey().folder();
        }
      } catch (TlsMaterialException e) {
        return entry.getKey().folder();
      }
    }
    for (Map.Entry<Path, byte[]> entry : contents.entrySet()) {
      try {
        if (!Arrays.equals(hash(entry.getKey(), largest), Sha256.of(entry.getValue()))) {
          return entry.getKey();
        }
      } catch (TlsMaterialException e) {
        return entry.getKey();
      }
    }
    return null;
  }

  /** The files and folders to watch, missing ones too. */
  Set<Path> paths() {
    return new LinkedHashSet<>(asked);
  }

  /** Overwrites what was read, for it may hold keys. */
  @Override
  public void close() {
    contents.forEach(
        (file, content) ->
            Arrays.fill(content, 0, open.contains(file) ? 0 : content.length, (byte) 0));
  }
}
