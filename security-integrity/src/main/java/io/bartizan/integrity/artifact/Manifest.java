package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;

/**
 * A checksum list such as {@code SHA256SUMS}: files and their digests.
 *
 * <p>Reads what {@code sha256sum}, {@code cksum --tag}, {@code openssl dgst} and BSD tools write; a
 * file never mixes their forms. Every line must be right: a malformed one refuses the whole, names
 * that lead elsewhere or mean different files on different systems are refused, as are one name
 * with two digests of one algorithm and a list of nothing. A line of an algorithm that is weak or
 * not known here is passed over if the same file has a digest that is read. {@link
 * NameRule#POSIX_ONLY} lets names of Linux pass that other systems read differently. Blank lines
 * and lines that start with {@code #} are passed over; lines may end with CR LF. At most {@value
 * #MAX_BYTES} bytes and {@value #MAX_ENTRIES} entries. Immutable, thread-safe.
 *
 * <pre>{@code
 * Manifest manifest = Manifest.read(sums);
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

  /** How deep a name may lead. */
  public static final int MAX_SEGMENTS = 100;

  private final Map<String, Expected> entries;

  private final NameRule names;

  private Manifest(Map<String, Expected> entries, NameRule names) {
    this.entries = Collections.unmodifiableMap(entries);
    this.names = names;
  }

  /**
   * Reads a checksum file of lines, in GNU or tagged form; refusals name it.
   *
   * @param file the checksum file
   * @return the manifest
   * @throws NullPointerException if {@code file} is null
   * @throws VerificationException if anything in it is not as it should be; the detail names file
   *     and line
   * @throws IOException if it can't be read
   */
  public static Manifest read(Path file) throws IOException {
    return read(file, NameRule.PORTABLE);
  }

  /**
   * Like {@link #read(Path)}, under another rule for names.
   *
   * @param file the checksum file
   * @param names which names may be listed
   * @return the manifest
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if anything in it is not as it should be, or its own name says
   *     that it is of another algorithm ({@code B2SUMS}); the detail names file and line
   * @throws IOException if it can't be read
   */
  public static Manifest read(Path file, NameRule names) throws IOException {
    Objects.requireNonNull(names, "names");
    return BoundedFile.parse(
        file,
        MAX_BYTES,
        content -> {
          OtherAlgorithm.refuseByName(file);
          return parse(content, names);
        });
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
    return parse(content, NameRule.PORTABLE);
  }

  /**
   * Like {@link #parse(byte[])}, under another rule for names.
   *
   * @param content the file's bytes, UTF-8
   * @param names which names may be listed
   * @return the manifest
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if anything in it is not as it should be; the detail names the
   *     line
   */
  public static Manifest parse(byte[] content, NameRule names) {
    return new Manifest(new ManifestParser(names).parse(content, '\n'), names);
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
    return parseZero(content, NameRule.PORTABLE);
  }

  /**
   * Like {@link #parseZero(byte[])}, under another rule for names.
   *
   * @param content the file's bytes, UTF-8
   * @param names which names may be listed
   * @return the manifest
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if anything in it is not as it should be; the detail names the
   *     entry
   */
  public static Manifest parseZero(byte[] content, NameRule names) {
    return new Manifest(new ManifestParser(names).parse(content, '\0'), names);
  }

  /**
   * Reads the sidecar of one file: a digest, and perhaps the file's name.
   *
   * <p>Bare digits, as Maven repositories have them; one line of a checksum file, whose name may
   * bear the folders of the machine that wrote it; or what {@code gpg --print-md} writes, digits in
   * groups after the name. The last segment of the name must be the file's; {@code -}, of a tool
   * that read standard input, says no more than bare digits.
   *
   * @param content the sidecar's bytes
   * @param fileName the last segment of the name of the file it stands beside
   * @return a manifest of this one file
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if it has another form or names another file
   */
  public static Manifest parseSidecar(byte[] content, String fileName) {
    return of(Map.of(fileName, Sidecar.parse(content, fileName)));
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
    return of(digests, NameRule.PORTABLE);
  }

  /**
   * Like {@link #of(Map)}, under another rule for names.
   *
   * @param digests names, with {@code /} between segments, and digests
   * @param names which names may be listed
   * @return the manifest, in the map's order
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if it is empty or a name is unsafe
   */
  public static Manifest of(Map<String, Digest> digests, NameRule names) {
    ManifestParser parser = new ManifestParser(names);
    digests.forEach(parser::add);
    return new Manifest(parser.entries(), names);
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
   * Which names it may list.
   *
   * @return the rule it was made under
   */
  public NameRule nameRule() {
    return names;
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
    Expected expected = entries.get(SafeName.of(Objects.requireNonNull(name, "name"), names));
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

  /** Where every file differs, the digits may be those of another algorithm that has as many. */
  FileResult perhapsOfAnother(FileResult result) {
    return new FileResult(
        result.name(), result.refusal().map(OtherAlgorithm::perhaps).orElse(null));
  }

  @Override
  public String toString() {
    return "Manifest[" + entries.size() + " files]";
  }
}
