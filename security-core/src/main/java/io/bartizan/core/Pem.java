package io.bartizan.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * RFC 7468 textual encoding: the blocks between {@code -----BEGIN X-----} and {@code -----END
 * X-----}.
 *
 * <p>The reader is the standard's laxer grammar where files in the wild need it (explanatory text
 * between blocks, any line length, blanks at line ends, a byte order mark, OpenSSL's {@code
 * Proc-Type} headers) and strict where a difference could hide something: labels must match and be
 * written as the standard says, a marker must begin its line (OpenSSL passes over a block that is
 * indented), a block must end, base64 must be canonical, and text of more than {@value #MAX_CHARS}
 * characters or {@value #MAX_BLOCKS} blocks is refused. Stateless, thread-safe, linear time.
 *
 * <pre>{@code
 * List<Pem> chain = Pem.parse(Files.readString(path));
 * byte[] der = chain.get(0).content();
 * }</pre>
 */
public final class Pem {

  /** The largest text that is parsed, in characters. */
  public static final int MAX_CHARS = 4 * 1024 * 1024;

  /** The most blocks in one text. */
  public static final int MAX_BLOCKS = 10_000;

  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";
  private static final char BYTE_ORDER_MARK = '\ufeff';

  private final String label;
  private final List<String> headers;
  private final byte[] content;

  private Pem(String label, List<String> headers, byte[] content) {
    this.label = label;
    this.headers = headers;
    this.content = content;
  }

  /**
   * All blocks of a text, in order; an empty list if it has none.
   *
   * @param text the text of a PEM file
   * @return an immutable list
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException if a block is malformed; the message gives the line and never
   *     the content
   */
  public static List<Pem> parse(CharSequence text) {
    Objects.requireNonNull(text, "text");
    if (text.length() > MAX_CHARS) {
      throw new IllegalArgumentException(
          "PEM text has " + text.length() + " characters, at most " + MAX_CHARS + " are read");
    }
    return List.copyOf(new PemReader(text).blocks());
  }

  /**
   * One block as text, in lines of 64 characters with a final line feed.
   *
   * @param label what the block holds, such as {@code CERTIFICATE}
   * @param content the bytes
   * @return the block
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code label} is not one of RFC 7468
   */
  public static String encode(String label, byte[] content) {
    Objects.requireNonNull(content, "content");
    if (!isLabel(Objects.requireNonNull(label, "label"))) {
      throw new IllegalArgumentException(
          "label is \""
              + SafeText.of(label)
              + "\", upper-case words such as CERTIFICATE are accepted");
    }
    byte[] lf = {'\n'};
    String body = Base64.getMimeEncoder(64, lf).encodeToString(content);
    return BEGIN
        + label
        + DASHES
        + '\n'
        + body
        + (body.isEmpty() ? "" : "\n")
        + END
        + label
        + DASHES
        + '\n';
  }

  /**
   * What the block holds, such as {@code CERTIFICATE} or {@code PRIVATE KEY}.
   *
   * @return the label between the dashes
   */
  public String label() {
    return label;
  }

  /**
   * The lines before the base64 text (RFC 1421), such as {@code Proc-Type: 4,ENCRYPTED}; RFC 7468
   * blocks have none.
   *
   * @return an immutable list, mostly empty
   */
  public List<String> headers() {
    return headers;
  }

  /**
   * The decoded bytes; overwrite them after use if they are a key.
   *
   * @return a new array
   */
  public byte[] content() {
    return content.clone();
  }

  /** The label and the number of bytes; never the content, which may be a key. */
  @Override
  public String toString() {
    return "Pem[" + label + ", " + content.length + " bytes]";
  }

  /** {@code labelchar = %x21-2C / %x2E-7E}, words joined by one blank or hyphen; may be empty. */
  static boolean isLabel(String text) {
    boolean joined = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean joiner = c == ' ' || c == '-';
      if (joiner ? joined : c < 0x21 || c > 0x7e) {
        return false;
      }
      joined = joiner;
    }
    return text.isEmpty() || !joined;
  }

  /** One pass over the lines of a text. */
  private static final class PemReader {
    private final CharSequence text;
    private final List<Pem> blocks = new ArrayList<>();
    private int position;
    private int line;

    PemReader(CharSequence text) {
      this.text = text;
    }

    List<Pem> blocks() {
      for (String next = nextLine(); next != null; next = nextLine()) {
        if (next.startsWith(BEGIN)) {
          if (blocks.size() == MAX_BLOCKS) {
            throw malformed("more than " + MAX_BLOCKS + " blocks");
          }
          blocks.add(block(labelOf(next, BEGIN)));
        } else if (next.startsWith(END)) {
          throw malformed("END without BEGIN");
        }
      }
      return blocks;
    }

    private Pem block(String label) {
      List<String> headers = new ArrayList<>();
      StringBuilder base64 = new StringBuilder();
      boolean inHeaders = true;
      for (String next = nextLine(); next != null; next = nextLine()) {
        if (next.startsWith(END)) {
          if (!labelOf(next, END).equals(label)) {
            throw malformed("the END label is not the BEGIN label");
          }
          return new Pem(label, List.copyOf(headers), decode(base64));
        }
        if (next.startsWith(BEGIN)) {
          throw malformed("BEGIN inside a block");
        }
        if (inHeaders && (next.indexOf(':') >= 0 || (!headers.isEmpty() && next.startsWith(" ")))) {
          headers.add(next.strip());
        } else if (!next.isBlank()) {
          inHeaders = false;
          base64.append(next.strip());
        }
      }
      throw malformed("the block has no END");
    }

    private String labelOf(String marker, String prefix) {
      if (marker.indexOf(BEGIN, 1) > 0 || marker.indexOf(END, 1) > 0) {
        throw malformed(
            "BEGIN and END stand in one line; its line ends are missing, or written as \\n");
      }
      String rest = marker.stripTrailing();
      int end = rest.length() - DASHES.length();
      if (end < prefix.length() || !rest.endsWith(DASHES)) {
        throw malformed("the line must end with five dashes");
      }
      String label = rest.substring(prefix.length(), end);
      if (!isLabel(label)) {
        throw malformed("the label is not one of RFC 7468");
      }
      return label;
    }

    private byte[] decode(StringBuilder base64) {
      byte[] ascii = base64.toString().getBytes(StandardCharsets.ISO_8859_1);
      try {
        byte[] bytes = Base64.getDecoder().decode(ascii);
        if (java.util.Arrays.equals(Base64.getEncoder().encode(bytes), ascii)) {
          return bytes;
        }
      } catch (IllegalArgumentException e) {
        // reported below, without the decoder's message, which quotes the text
      }
      throw malformed("the block that ends here is not canonical base64");
    }

    private @Nullable String nextLine() {
      if (position >= text.length()) {
        return null;
      }
      int start = position;
      int end = start;
      while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
        end++;
      }
      position = end + 1;
      if (end + 1 < text.length() && text.charAt(end) == '\r' && text.charAt(end + 1) == '\n') {
        position++;
      }
      line++;
      boolean marked = text.charAt(start) == BYTE_ORDER_MARK && end > start;
      String next = text.subSequence(marked ? start + 1 : start, end).toString();
      requireAtStart(next);
      return next;
    }

    /** Else the block would be taken for explanatory text, and be missing unnoticed. */
    private void requireAtStart(String next) {
      int at = 0;
      while (at < next.length() && " \t\"'".indexOf(next.charAt(at)) >= 0) {
        at++;
      }
      if (at > 0 && (next.startsWith(BEGIN, at) || next.startsWith(END, at))) {
        throw malformed("blanks or quotation marks stand before the dashes");
      }
    }

    private IllegalArgumentException malformed(String what) {
      return new IllegalArgumentException("PEM line " + line + ": " + what);
    }
  }
}
