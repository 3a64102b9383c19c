package io.bartizan.examples.verify;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.artifact.MinisignKey;
import io.bartizan.integrity.attest.oci.ImageSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;

/** What people paste and name at a prompt. */
final class Pasted {

  private static final int MAX_TEXT_BYTES = 64 * 1024;
  private static final int MAX_BUNDLE_BYTES = 16 * 1024 * 1024;

  private Pasted() {}

  /** As PowerShell, certutil, sha256sum, OCI and SRI write digests. */
  static Digest digest(String given) {
    String text = given.strip();
    if (text.regionMatches(true, 0, "sha", 0, 3) && text.indexOf('-') > 0) {
      return Digest.parseSri(text);
    }
    int colon = text.indexOf(':');
    if (colon >= 0) {
      return Digest.parseOci(text.toLowerCase(Locale.ROOT));
    }
    for (DigestAlgorithm algorithm : DigestAlgorithm.values()) {
      if (text.length() == 2 * algorithm.length()) {
        return Digest.parseHexAnyCase(algorithm, text);
      }
    }
    String why =
        exists(text)
            ? "is the name of a file; the digest comes first"
            : text.length() == 32 || text.length() == 40
                ? "has as many digits as "
                    + (text.length() == 32 ? "MD5" : "SHA-1")
                    + ", which proves nothing"
                : "is no digest of SHA-256, SHA-384 or SHA-512";
    throw new IllegalArgumentException("\"" + text + "\" " + why);
  }

  /**
   * The key itself, or what the file of that name holds. What reads as a key is never looked for on
   * disk: whoever fills the folder could call a file by the key, with another key in it.
   */
  static String keyOrFile(String given) throws IOException {
    return !isKey(given) && exists(given) ? text(Path.of(given)) : given;
  }

  private static boolean isKey(String given) {
    try {
      MinisignKey unused = MinisignKey.parse(given);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean exists(String name) {
    try {
      return Files.isRegularFile(Path.of(name));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  static String text(Path file) throws IOException {
    return new String(bounded(file, MAX_TEXT_BYTES), StandardCharsets.UTF_8);
  }

  /** What cosign writes beside a file. */
  static byte[] bundle(Path file) throws IOException {
    return bounded(file, MAX_BUNDLE_BYTES);
  }

  /** A folder that is not there says nothing about the image. */
  static ImageSource layout(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(folder + ": no such folder");
    }
    return ImageSource.layout(folder);
  }

  /** Systems say "Is a directory", and not which. */
  static void requireNoFolder(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + ": is a folder");
    }
  }

  /** Never more than so many bytes, whatever the file says of its size. */
  static byte[] bounded(Path file, int maxBytes) throws IOException {
    requireNoFolder(file);
    try (InputStream in = Input.isStandard(file) ? System.in : Files.newInputStream(file)) {
      byte[] content = in.readNBytes(maxBytes + 1);
      if (content.length > maxBytes) {
        throw new IOException(file + ": more than " + maxBytes + " bytes, which are not read");
      }
      return content;
    }
  }
}
