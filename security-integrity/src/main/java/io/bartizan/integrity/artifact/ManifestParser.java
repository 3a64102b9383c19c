package io.bartizan.integrity.artifact;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.VerificationException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gathers the entries of one manifest, from text or one by one. */
final class ManifestParser {

  private final NameRule rule;
  private final Map<String, Expected> entries = new LinkedHashMap<>();
  private ManifestLine.@Nullable Style style;

  ManifestParser(NameRule rule) {
    this.rule = rule;
  }

  /** Reads all lines; the first that is not as it should be refuses the whole. */
  Map<String, Expected> parse(byte[] content, char end) {
    String text = decode(content);
    int number = 0;
    for (int start = 0; start < text.length(); ) {
      int stop = text.indexOf(end, start);
      stop = stop < 0 ? text.length() : stop;
      boolean cr = end == '\n' && stop > start && text.charAt(stop - 1) == '\r';
      try {
        line(text, start, cr ? stop - 1 : stop, end == '\n', ++number);
      } catch (VerificationException e) {
        throw new VerificationException(e.reason(), "line " + number + ": " + detail(e));
      }
      start = stop + 1;
    }
    return entries();
  }

  private void line(String text, int from, int to, boolean lines, int number) {
    if (from == to || (lines && text.charAt(from) == '#')) {
      return;
    }
    if (number > Manifest.MAX_ENTRIES || to - from > Manifest.MAX_NAME_CHARS + 256) {
      throw ManifestLine.malformed(
          "more than " + Manifest.MAX_ENTRIES + " lines, or a line too long");
    }
    ManifestLine parsed = ManifestLine.parse(text, from, to, lines);
    if (style != null && style != parsed.style) {
      throw ManifestLine.malformed("another form than the lines before");
    }
    style = parsed.style;
    add(parsed.name, parsed.digest);
  }

  static String detail(VerificationException e) {
    String message = String.valueOf(e.getMessage());
    return message.substring(message.indexOf(": ") + 2);
  }

  static String decode(byte[] content) {
    if (content.length > Manifest.MAX_BYTES) {
      throw new VerificationException(
          ArtifactReason.TOO_LARGE,
          "the manifest has " + content.length + " bytes, at most " + Manifest.MAX_BYTES);
    }
    String text = isAscii(content) ? new String(content, US_ASCII) : decodeUtf8(content);
    if (text.startsWith("\ufeff")) {
      throw ManifestLine.malformed("it starts with a byte order mark");
    }
    return text;
  }

  private static boolean isAscii(byte[] content) {
    for (byte b : content) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  private static String decodeUtf8(byte[] content) {
    try {
      return UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(content))
          .toString();
    } catch (CharacterCodingException e) {
      throw ManifestLine.malformed("it is not UTF-8");
    }
  }

  void add(String listed, Digest digest) {
    if (listed.length() > Manifest.MAX_NAME_CHARS) {
      throw ManifestLine.malformed(
          "a name of " + listed.length() + " characters, at most " + Manifest.MAX_NAME_CHARS);
    }
    String name = SafeName.of(listed, rule);
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

  Map<String, Expected> entries() {
    if (entries.isEmpty()) {
      throw new VerificationException(ArtifactReason.MANIFEST_EMPTY, "no entries");
    }
    return entries;
  }
}
