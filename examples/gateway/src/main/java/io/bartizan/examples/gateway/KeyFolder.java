package io.bartizan.examples.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.SecretBytes;
import io.bartizan.core.SecretSource;
import io.bartizan.integrity.mac.MacKeyRing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A folder with a key in each file, as the text of a key ring: the name that sorts last signs, all
 * verify.
 *
 * <p>A name that begins with a date to come, such as {@code 2026-12-01}, only verifies until that
 * day begins (UTC): so that every instance has a new key before the first one signs with it.
 */
final class KeyFolder implements SecretSource {

  private static final int DATE_CHARS = "2026-12-01".length();

  private final Path folder;
  private final InstantSource clock;

  KeyFolder(Path folder, InstantSource clock) {
    this.folder = folder;
    this.clock = clock;
  }

  @Override
  public SecretBytes read() throws IOException {
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    List<String> names = names();
    names.sort(
        Comparator.comparing((String name) -> isToCome(name, today))
            .thenComparing(Comparator.reverseOrder()));
    Lines ring = new Lines();
    try {
      for (String name : names) {
        try (SecretBytes key = SecretSource.file(folder.resolve(name)).read()) {
          requireOneKey(name, key);
          ring.add(key);
        }
      }
      return ring.secret();
    } finally {
      ring.overwrite();
    }
  }

  private List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (!name.startsWith(".")) { // such as ..data, by which Kubernetes swaps all at once
          names.add(name);
        }
      }
    }
    if (names.isEmpty()) {
      throw new IOException("the folder " + folder + " holds no key");
    }
    return names;
  }

  private static boolean isToCome(String name, LocalDate today) {
    if (name.length() < DATE_CHARS) {
      return false;
    }
    try {
      return LocalDate.parse(name.substring(0, DATE_CHARS)).isAfter(today);
    } catch (DateTimeParseException noDate) {
      return false;
    }
  }

  /** Here, because the ring's own message could not name the file. */
  private void requireOneKey(String name, SecretBytes key) throws IOException {
    try {
      if (MacKeyRing.parse(key).keyIds().size() != 1) {
        throw new IOException("the file " + folder.resolve(name) + " holds more than one key");
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("the file " + folder.resolve(name) + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return "folder " + folder;
  }

  /** Bytes whose array can be overwritten. */
  private static final class Lines extends ByteArrayOutputStream {

    void add(SecretBytes line) {
      byte[] bytes = line.exposedCopy();
      writeBytes(bytes);
      writeBytes("\n".getBytes(UTF_8));
      Arrays.fill(bytes, (byte) 0);
    }

    SecretBytes secret() {
      byte[] bytes = toByteArray();
      SecretBytes secret = SecretBytes.copyOf(bytes);
      Arrays.fill(bytes, (byte) 0);
      return secret;
    }

    void overwrite() {
      Arrays.fill(buf, (byte) 0);
    }
  }
}
