package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gathers the entries of one manifest, from text or one by one. */
final class ManifestParser {

  /** A name of the longest, each of its characters escaped or of three bytes, and a digest. */
  private static final int MAX_LINE_BYTES = 3 * Manifest.MAX_NAME_CHARS + 256;

  /** A line of an algorithm that is not read. */
  private record PassedOver(int number, String other) {}

  private final NameRule rule;
  private final Map<String, Expected> entries = new LinkedHashMap<>();
  private final Map<String, PassedOver> passedOver = new LinkedHashMap<>();
  private ManifestLine.@Nullable Style style;

  ManifestParser(NameRule rule) {
    this.rule = rule;
  }

  /** Reads all lines; the first that is not as it should be refuses the whole. */
  Map<String, Expected> parse(byte[] content, char end) {
    ManifestText manifest = ManifestText.of(content);
    String text = manifest.text;
    int number = 0;
    for (int start = 0; start < text.length(); ) {
      int stop = text.indexOf(end, start);
      stop = stop < 0 ? text.length() : stop;
      boolean cr = end == '\n' && stop > start && text.charAt(stop - 1) == '\r';
      try {
        line(manifest, start, cr ? stop - 1 : stop, end == '\n', ++number);
      } catch (VerificationException e) {
        throw new VerificationException(e.reason(), "line " + number + ": " + e.refusal().detail());
      }
      start = stop + 1;
    }
    return entries();
  }

  private void line(ManifestText manifest, int from, int to, boolean lines, int number) {
    if (from == to || (lines && manifest.text.charAt(from) == '#')) {
      return;
    }
    if (number > Manifest.MAX_ENTRIES || to - from > MAX_LINE_BYTES) {
      throw ManifestLine.malformed(
          "more than " + Manifest.MAX_ENTRIES + " lines, or a line too long");
    }
    ManifestLine parsed = ManifestLine.parse(manifest, from, to, lines);
    if (style != null && style != parsed.style) {
      throw ManifestLine.malformed("another form than the lines before");
    }
    style = parsed.style;
    if (parsed.digest == null) {
      String name = requireListable(parsed.name);
      if (!entries.containsKey(name)) {
        passedOver.putIfAbsent(name, new PassedOver(number, parsed.other));
      }
    } else {
      add(parsed.name, parsed.digest);
    }
  }

  private String requireListable(String listed) {
    if (listed.length() > Manifest.MAX_NAME_CHARS) {
      throw ManifestLine.malformed(
          "a name of " + listed.length() + " characters, at most " + Manifest.MAX_NAME_CHARS);
    }
    return SafeName.of(listed, rule);
  }

  void add(String listed, Digest digest) {
    String name = requireListable(listed);
    Expected before = entries.putIfAbsent(name, Expected.of(digest));
    if (before == null) {
      return;
    }
    for (Digest other : before.digests()) {
      if (other.equals(digest)) {
        return;
      }
      if (other.algorithm() == digest.algorithm()) {
        throw new VerificationException(
            ArtifactReason.NAME_AMBIGUOUS,
            "\"" + DigestText.shortened(name) + "\" has two digests, " + other + " and " + digest);
      }
    }
    entries.put(name, before.and(digest));
  }

  /** Other digests of a file are passed over if it has one that is read, and refused if not. */
  Map<String, Expected> entries() {
    passedOver.forEach(
        (name, line) -> {
          if (!entries.containsKey(name)) {
            VerificationException refused = DigestAlgorithm.refused(line.other());
            throw new VerificationException(
                refused.reason(),
                "line "
                    + line.number()
                    + ": "
                    + refused.refusal().detail()
                    + ", and no other line is of \""
                    + DigestText.shortened(name)
                    + "\"");
          }
        });
    if (entries.isEmpty()) {
      throw new VerificationException(ArtifactReason.MANIFEST_EMPTY, "no entries");
    }
    return entries;
  }
}
