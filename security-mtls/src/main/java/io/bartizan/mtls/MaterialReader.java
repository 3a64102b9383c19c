package io.bartizan.mtls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads the files of one generation, each exactly once: what was hashed is what is parsed, even if
 * a writer is at work. Not thread-safe.
 */
final class MaterialReader implements AutoCloseable {

  /** The largest file that is read, in bytes. */
  static final int MAX_BYTES = 4 * 1024 * 1024;

  private static final int MAX_LISTED = 1000;

  private final Map<Path, byte[]> contents = new TreeMap<>();
  private final Map<Path, List<Path>> listings = new TreeMap<>();
  private final MessageDigest other = sha256();

  byte[] bytes(String what, Path file) {
    byte[] known = contents.get(file);
    if (known != null) {
      return known;
    }
    String source = what + " " + file;
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new TlsMaterialException(
          TlsReason.FILE_UNREADABLE,
          source,
          Files.isDirectory(file)
              ? "is a directory, a file is needed"
              : "is a pipe or device, a regular file is needed");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new TlsMaterialException(
            TlsReason.FILE_TOO_LARGE, source, "has more than " + MAX_BYTES + " bytes");
      }
      contents.put(file, bytes);
      return bytes;
    } catch (IOException e) {
      throw new TlsMaterialException(
          TlsReason.FILE_UNREADABLE, source, "can't be read: " + e.getClass().getSimpleName());
    }
  }

  String text(String what, Path file) {
    return new String(bytes(what, file), StandardCharsets.ISO_8859_1);
  }

  /** The files of a folder whose names match the glob, sorted; not those of its sub-folders. */
  List<Path> list(String what, Path folder, String glob) {
    List<Path> known = listings.get(folder.resolve(glob));
    if (known != null) {
      return known;
    }
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, glob)) {
      for (Path file : stream) {
        if (files.size() == MAX_LISTED) {
          throw new TlsMaterialException(
              TlsReason.FILE_TOO_LARGE, what + " " + folder, "has more than 1000 files");
        }
        if (!Files.isDirectory(file)) {
          files.add(file);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new TlsMaterialException(
          TlsReason.FILE_UNREADABLE,
          what + " " + folder,
          "can't be listed: " + e.getClass().getSimpleName());
    }
    Collections.sort(files);
    listings.put(folder.resolve(glob), files);
    return files;
  }

  /** Adds what did not come from a file to the fingerprint. */
  void mix(byte[] content) {
    other.update(content);
  }

  /** A hash over the names and contents of all that was read. */
  String fingerprint() {
    MessageDigest digest = sha256();
    contents.forEach(
        (file, content) -> {
          digest.update(file.toString().getBytes(StandardCharsets.UTF_8));
          digest.update((byte) 0);
          digest.update(sha256().digest(content));
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

  /** Whether the files read so far still have the content that was read. */
  boolean isStillCurrent() {
    try (MaterialReader again = new MaterialReader()) {
      for (Map.Entry<Path, byte[]> entry : contents.entrySet()) {
        if (!Arrays.equals(entry.getValue(), again.bytes("file", entry.getKey()))) {
          return false;
        }
      }
      return true;
    } catch (TlsMaterialException e) {
      return false;
    }
  }

  Set<Path> files() {
    return contents.keySet();
  }

  Set<Path> folders() {
    return listings.keySet().stream()
        .map(Path::getParent)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Overwrites what was read, for it may hold keys. */
  @Override
  public void close() {
    contents.values().forEach(content -> Arrays.fill(content, (byte) 0));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
