package io.bartizan.integrity.mac;

import io.bartizan.core.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a provider signs, such as {@code v0:{timestamp}:{body}}: literals, the id, the time, and the
 * body at the end. Only templates are accepted in which one text can't be read as two messages.
 */
final class SignedTemplate {

  private static final String BODY = "{body}";
  private static final int MAX_CHARS = 1_000;

  /** A literal, or the id or time that a request names. */
  private enum Piece {
    LITERAL,
    ID,
    TIMESTAMP
  }

  private record Part(Piece piece, String text) {}

  private final String text;
  private final List<Part> parts = new ArrayList<>();

  private SignedTemplate(String text) {
    this.text = text;
  }

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException if it does not end with the body, or is ambiguous
   */
  static SignedTemplate parse(String text) {
    SignedTemplate template = new SignedTemplate(text);
    if (text.length() > MAX_CHARS || !text.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      throw template.bad("printable ASCII of at most " + MAX_CHARS + " characters is accepted");
    }
    if (!text.endsWith(BODY)) {
      throw template.bad("one that ends with {body} is accepted");
    }
    template.read(text.substring(0, text.length() - BODY.length()));
    template.requireUnambiguous();
    return template;
  }

  private void read(String before) {
    int start = 0;
    while (start < before.length()) {
      Piece piece =
          before.startsWith("{id}", start)
              ? Piece.ID
              : before.startsWith("{timestamp}", start) ? Piece.TIMESTAMP : Piece.LITERAL;
      int open = before.indexOf('{', start);
      int end =
          piece == Piece.LITERAL
              ? open < 0 ? before.length() : open
              : before.indexOf('}', start) + 1;
      if (open == start && piece == Piece.LITERAL) {
        throw bad("{id}, {timestamp} and, at the end, {body} are accepted");
      }
      parts.add(new Part(piece, before.substring(start, end)));
      start = end;
    }
  }

  private void requireUnambiguous() {
    for (Piece piece : List.of(Piece.ID, Piece.TIMESTAMP)) {
      if (parts.stream().filter(part -> part.piece == piece).count() > 1) {
        throw bad("each of {id} and {timestamp} is accepted once");
      }
    }
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      if (part.piece == Piece.LITERAL) {
        continue;
      }
      Part next = i + 1 < parts.size() ? parts.get(i + 1) : null;
      if (next == null
          || next.piece != Piece.LITERAL
          || Character.isLetterOrDigit(next.text.charAt(0))) {
        throw bad("after {id} and {timestamp} a sign is needed that parts them from what follows");
      }
    }
  }

  private IllegalArgumentException bad(String accepted) {
    return new IllegalArgumentException("signed is " + SafeText.of(text, 200) + "; " + accepted);
  }

  boolean hasId() {
    return parts.stream().anyMatch(part -> part.piece == Piece.ID);
  }

  boolean hasTimestamp() {
    return parts.stream().anyMatch(part -> part.piece == Piece.TIMESTAMP);
  }

  /** The sign after the id, which no id may hold. */
  char afterId() {
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).piece == Piece.ID) {
        return parts.get(i + 1).text.charAt(0);
      }
    }
    throw new IllegalStateException("no id is signed");
  }

  /** What is signed before the body. */
  String prefix(@Nullable String id, @Nullable String timestamp) {
    StringBuilder prefix = new StringBuilder();
    for (Part part : parts) {
      prefix.append(
          switch (part.piece) {
            case LITERAL -> part.text;
            case ID -> Objects.requireNonNull(id, "id");
            case TIMESTAMP -> Objects.requireNonNull(timestamp, "timestamp");
          });
    }
    return prefix.toString();
  }

  @Override
  public String toString() {
    return text;
  }
}
