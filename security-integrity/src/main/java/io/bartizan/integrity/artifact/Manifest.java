package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A list of files and their digests: {@code SHA256SUMS} and its kin.
 *
 * <p>Reads what {@code sha256sum}, {@code cksum --tag}, {@code openssl dgst} and BSD tools write; a
 * file never mixes their forms. Every line must be right: a malformed one refuses the whole, names
 * that lead elsewhere or mean different files on different systems are refused, as are one name
 * with two digests of one algorithm and a list of nothing. Blank lines and lines that start with
 * {@code #} are passed over; lines may end with CR LF. At most {@value #MAX_BYTES} bytes and
 * {@value #MAX_ENTRIES} entries. Immutable, thread-safe.
 *
 * <pre>{@code
 * Manifest manifest = Manifest.parse(Files.readAllBytes(sums));
 * ManifestReport report = ManifestVerifier.of(directory).build().verify(manifest);
 * }</pre>
 */
public final class Manifest {

  /** The largest manifest that is read, in bytes. */
  public static final int MAX_BYTES = 64 * 1024 * 1024;

  /** The most entries of one manifest. */
  public static final int MAX_ENTRIES = 500_000;

  /** The longest name, in characters. */
  public static final int MAX_NAME_CHARS = 4_096;

  private final Map<String, Expected> entries;

  private Manifest(Map<String, Expected> entries) {
    this.entries = entries;
  }

  /**
   * Reads a checksum file of lines, in GNU or tagged form.
   *
   * @param content the file's bytes, UTF-8
   * @return the manifest
   * @throws NullPointerException if {@code content} is null
   * @throws VerificationException if anything in it is not as it should be; the detail names the
   *     line
   */
  public static Manifest parse(byte[] content) {
    return parse(content, '\n');
  }

  /**
   * Reads what {@code sha256sum --zero} writes: entries ended by NUL, nothing escaped.
   *
   * @param content the file's bytes, UTF-8
   * @return the manifest
   * @throws NullPointerException if {@code content} is null
   * @throws VerificationException if anything in it is not as it should be; the detail names the
   *     entry
   */
  public static Manifest parseZero(byte[] content) {
    return parse(content, '\0');
  }

  /**
   * Reads the sidecar of one file, as Maven repositories have it: bare digits, or one line of a
   * checksum file whose name must be the file's.
   *
   * @param content the sidecar's bytes
   * @param fileName the last segment of the name of the file it stands beside
   * @return a manifest of this one file
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if it has another form or names another file
   */
  public static Manifest parseSidecar(byte[] content, String fileName) {
    String text = decode(content).strip();
    if (text.indexOf(' ') >= 0 || text.indexOf('(') >= 0) {
      Manifest manifest = parse(content);
      if (!manifest.entries.keySet().equals(java.util.Set.of(fileName))) {
        throw malformed("the sidecar of \"" + fileName + "\" lists another file");
      }
      return manifest;
    }
    for (DigestAlgorithm algorithm : DigestAlgorithm.values()) {
      if (text.length() == algorithm.length() * 2) {
        return of(Map.of(fileName, Digest.parseHexAnyCase(algorithm, text)));
      }
    }
    throw text.length() == 32 || text.length() == 40
        ? DigestAlgorithm.refused(text.length() == 32 ? "MD5" : "SHA1")
        : malformed("a sidecar has digits only, or one line of a checksum file");
  }

  /**
   * A manifest of known digests, to be written.
   *
   * @param digests names, with {@code /} between segments, and digests
   * @return the manifest, in the map's order
   * @throws NullPointerException if {@code digests} is null
   * @throws VerificationException if it is empty or a name is unsafe
   */
  public static Manifest of(Map<String, Digest> digests) {
    Map<String, Map<DigestAlgorithm, Digest>> entries = new LinkedHashMap<>();
    digests.forEach((name, digest) -> add(entries, name, digest));
    return build(entries);
  }

  private static Manifest parse(byte[] content, char end) {
    String text = decode(content);
    Map<String, Map<DigestAlgorithm, Digest>> entries = new LinkedHashMap<>();
    ManifestLine.Style style = null;
    int number = 0;
    for (int start = 0; start < text.length(); ) {
      int stop = text.indexOf(end, start);
      stop = stop < 0 ? text.length() : stop;
      boolean cr = end == '\n' && stop > start && text.charAt(stop - 1) == '\r';
      String line = text.substring(start, cr ? stop - 1 : stop);
      start = stop + 1;
      number++;
      if (line.isEmpty() || (end == '\n' && line.charAt(0) == '#')) {
        continue;
      }
      try {
        if (number > MAX_ENTRIES || line.length() > MAX_NAME_CHARS + 256) {
          throw malformed("more than " + MAX_ENTRIES + " lines, or a line too long");
        }
        ManifestLine parsed = ManifestLine.parse(line, end == '\n');
        if (style != null && style != parsed.style) {
          throw malformed("another form than the lines before");
        }
        style = parsed.style;
        add(entries, parsed.name, parsed.digest);
      } catch (VerificationException e) {
        throw new VerificationException(e.reason(), "line " + number + ": " + detail(e));
      }
    }
    return build(entries);
  }

  private static String detail(VerificationException e) {
    String message = String.valueOf(e.getMessage());
    return message.substring(message.indexOf(": ") + 2);
  }

  private static String decode(byte[] content) {
    if (content.length > MAX_BYTES) {
      throw new VerificationException(
          ArtifactReason.TOO_LARGE,
          "the manifest has " + content.length + " bytes, at most " + MAX_BYTES);
    }
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(content))
              .toString();
      if (text.startsWith("\ufeff")) {
        throw malformed("it starts with a byte order mark");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw malformed("it is not UTF-8");
    }
  }

  private static void add(
      Map<String, Map<DigestAlgorithm, Digest>> entries, String listed, Digest digest) {
    if (listed.length() > MAX_NAME_CHARS) {
      throw malformed("a name of " + listed.length() + " characters, at most " + MAX_NAME_CHARS);
    }
    String name = SafeName.of(listed);
    Digest before =
        entries
            .computeIfAbsent(name, n -> new LinkedHashMap<>(2))
            .putIfAbsent(digest.algorithm(), digest);
    if (before != null && !before.equals(digest)) {
      throw new VerificationException(
          ArtifactReason.NAME_AMBIGUOUS,
          "\"" + DigestText.shortened(name) + "\" has two digests, " + before + " and " + digest);
    }
  }

  private static Manifest build(Map<String, Map<DigestAlgorithm, Digest>> entries) {
    if (entries.isEmpty()) {
      throw new VerificationException(ArtifactReason.MANIFEST_EMPTY, "no entries");
    }
    Map<String, Expected> built = new LinkedHashMap<>();
    entries.forEach(
        (name, digests) -> {
          List<Digest> all = new ArrayList<>(digests.values());
          Digest[] more = all.subList(1, all.size()).toArray(new Digest[0]);
          built.put(name, Expected.of(all.get(0), more));
        });
    return new Manifest(java.util.Collections.unmodifiableMap(built));
  }

  /**
   * What each file must be; names are relative, with {@code /} between segments.
   *
   * @return an immutable map in the manifest's order, never empty
   */
  public Map<String, Expected> entries() {
    return entries;
  }

  /**
   * What one file must be, by its full name in the manifest; never by its last segment only.
   *
   * @param name the name, with or without a leading {@code ./}
   * @return the expectation
   * @throws NullPointerException if {@code name} is null
   * @throws VerificationException if the manifest does not list it
   */
  public Expected require(String name) {
    Expected expected = entries.get(SafeName.of(Objects.requireNonNull(name, "name")));
    if (expected == null) {
      throw new VerificationException(
          ArtifactReason.FILE_UNLISTED, "\"" + DigestText.shortened(name) + "\" is not listed");
    }
    return expected;
  }

  /**
   * The manifest as text; {@link #parse} or {@link #parseZero} reads the same back.
   *
   * @param format which form
   * @return bytes in UTF-8
   * @throws NullPointerException if {@code format} is null
   */
  public byte[] format(ManifestFormat format) {
    StringBuilder text = new StringBuilder(entries.size() * 100);
    char end = format == ManifestFormat.GNU_ZERO ? '\0' : '\n';
    entries.forEach(
        (name, expected) -> {
          for (Digest digest : expected.digests()) {
            String written =
                name.startsWith("#") && format != ManifestFormat.BSD_TAG ? "./" + name : name;
            text.append(ManifestLine.format(written, digest, format)).append(end);
          }
        });
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "Manifest[" + entries.size() + " files]";
  }

  private static VerificationException malformed(String detail) {
    return new VerificationException(ArtifactReason.MANIFEST_MALFORMED, detail);
  }
}
