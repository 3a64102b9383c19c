package io.bartizan.integrity.artifact;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.VerificationException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;

/**
 * A manifest's bytes, which are UTF-8, and a text of one character for each of them: all that lines
 * are made of is ASCII, and names are decoded where they are used. A text of wider characters would
 * cost more than all entries together.
 */
final class ManifestText {

  private static final String BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";

  final byte[] bytes;
  final String text;

  private ManifestText(byte[] bytes) {
    this.bytes = bytes;
    this.text = new String(bytes, ISO_8859_1);
  }

  static ManifestText of(byte[] content) {
    if (content.length > Manifest.MAX_BYTES) {
      throw new VerificationException(
          ArtifactReason.TOO_LARGE,
          "the manifest has " + content.length + " bytes, at most " + Manifest.MAX_BYTES);
    }
    if (!isUtf8(content)) {
      throw ManifestLine.malformed("it is not UTF-8");
    }
    ManifestText manifest = new ManifestText(content);
    if (manifest.text.startsWith(BYTE_ORDER_MARK)) {
      throw ManifestLine.malformed("it starts with a byte order mark");
    }
    return manifest;
  }

  private static boolean isUtf8(byte[] content) {
    ByteBuffer in = ByteBuffer.wrap(content);
    CharBuffer out = CharBuffer.allocate(Math.min(content.length + 1, 4_096));
    CharsetDecoder decoder =
        UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CoderResult result = CoderResult.OVERFLOW;
    while (result.isOverflow()) {
      out.clear();
      result = decoder.decode(in, out, true);
    }
    return result.isUnderflow();
  }

  String decoded(int from, int to) {
    return new String(bytes, from, to - from, UTF_8);
  }

  @Override
  public String toString() {
    return "ManifestText[" + bytes.length + " bytes]";
  }
}
