package io.bartizan.integrity.mac;

import io.bartizan.core.SafeText;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.SecretSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What {@link MacKeyRing#folder(Path)} gives: the files' keys as the text of a ring. */
final class MacKeyFolder implements SecretSource {

  static final int MAX_FILE_BYTES = 2048;
  static final int MAX_ENTRIES = 256;

  private static final int DATE_CHARS = "2026-12-01".length();
  private static final int MAX_PATH_CHARS = 600;

  private final Path folder;
  private final InstantSource clock;

  private record KeyFile(Path path, String name, LocalDate start) {}

  MacKeyFolder(Path folder, InstantSource clock) {
    this.folder = Objects.requireNonNull(folder, "folder");
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  @Override
  public SecretBytes read() throws IOException {
    List<KeyFile> files = list();
    files.sort(order(LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC)));
    List<SecretBytes> keys = new ArrayList<>();
    Map<String, KeyFile> known = new HashMap<>();
    try {
      for (KeyFile file : files) {
        SecretBytes key = read(file);
        keys.add(key);
        KeyFile same = known.put(id(file, key), file);
        if (same != null) {
          throw new IOException(
              "the key files "
                  + SafeText.of(file.name)
                  + " and "
                  + told(same.path)
                  + " hold the same key");
        }
      }
      return lines(keys);
    } finally {
      keys.forEach(SecretBytes::close);
    }
  }

  /** Who signs is first: the latest that has begun, or else the first to begin. */
  private static Comparator<KeyFile> order(LocalDate today) {
    return Comparator.comparing((KeyFile file) -> file.start.isAfter(today))
        .thenComparing(
            file -> Math.abs(file.start.toEpochDay() - today.toEpochDay()),
            Comparator.naturalOrder())
        .thenComparing(KeyFile::name, Comparator.reverseOrder());
  }

  private List<KeyFile> list() throws IOException {
    List<KeyFile> files = new ArrayList<>();
    int entries = 0;
    try (DirectoryStream<Path> listed = Files.newDirectoryStream(folder)) {
      for (Path path : listed) {
        if (++entries > MAX_ENTRIES) {
          throw new IOException(
              "the folder " + told(folder) + " has more than " + MAX_ENTRIES + " entries");
        }
        String name = path.getFileName().toString();
        if (!name.startsWith(".")) {
          files.add(new KeyFile(path, name, start(path, name)));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw unreadable("folder", folder, Objects.requireNonNull(e.getCause()));
    } catch (FileSystemException e) {
      throw unreadable("folder", folder, e);
    }
    if (files.isEmpty() || files.size() > MacKeyRing.MAX_KEYS) {
      throw new IOException(
          "the folder "
              + told(folder)
              + (files.isEmpty() ? " holds no key" : " holds " + files.size() + " key files")
              + ", 1 to "
              + MacKeyRing.MAX_KEYS
              + " are accepted");
    }
    return files;
  }

  private static LocalDate start(Path path, String name) throws IOException {
    try {
      if (name.length() >= DATE_CHARS) {
        return LocalDate.parse(name.substring(0, DATE_CHARS));
      }
    } catch (DateTimeParseException noDate) {
      // told below
    }
    throw new IOException(
        "the name of the key file " + told(path) + " begins with no date such as 2026-12-01");
  }

  private static SecretBytes read(KeyFile file) throws IOException {
    if (!Files.isRegularFile(file.path)) {
      throw new IOException("the key file " + told(file.path) + " is gone or no regular file");
    }
    byte[] bytes = new byte[MAX_FILE_BYTES + 1];
    try (InputStream in = Files.newInputStream(file.path)) {
      int length = in.readNBytes(bytes, 0, bytes.length);
      if (length == 0 || length > MAX_FILE_BYTES) {
        throw refused(
            file, length == 0 ? "is empty" : "has more than " + MAX_FILE_BYTES + " bytes");
      }
      byte[] text = Arrays.copyOf(bytes, length);
      try {
        return SecretBytes.copyOf(text);
      } finally {
        Arrays.fill(text, (byte) 0);
      }
    } catch (FileSystemException e) {
      throw unreadable("key file", file.path, e);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** Here, because the ring's own message could not name the file. */
  private static String id(KeyFile file, SecretBytes text) throws IOException {
    List<String> ids;
    try {
      ids = MacKeyRing.parse(text).keyIds();
    } catch (IllegalArgumentException e) {
      throw refused(file, "holds no key: " + e.getMessage());
    }
    if (ids.size() != 1) {
      throw refused(file, "holds " + ids.size() + " keys, one is accepted");
    }
    return ids.get(0);
  }

  private static SecretBytes lines(List<SecretBytes> keys) {
    byte[] text = new byte[keys.stream().mapToInt(key -> key.length() + 1).sum()];
    try {
      int end = 0;
      for (SecretBytes key : keys) {
        int start = end;
        end +=
            key.lend(
                bytes -> {
                  System.arraycopy(bytes, 0, text, start, bytes.length);
                  return bytes.length;
                });
        text[end++] = '\n';
      }
      return SecretBytes.copyOf(text);
    } finally {
      Arrays.fill(text, (byte) 0);
    }
  }

  private static IOException refused(KeyFile file, String why) {
    return new IOException("the key file " + told(file.path) + " " + why);
  }

  private static IOException unreadable(String what, Path path, IOException e) {
    return new IOException(
        "the " + what + " " + told(path) + " can't be read: " + e.getClass().getSimpleName(), e);
  }

  private static String told(Path path) {
    return SafeText.of(path.toString(), MAX_PATH_CHARS);
  }

  @Override
  public String toString() {
    return "key folder " + told(folder);
  }
}
