package io.bartizan.integrity.mac;

import io.bartizan.core.SafeText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a provider signs, such as {@code v0:{timestamp}:{body}}. Only templates are accepted in
 * which one text can't be read as two messages: what stands before the body is found from the
 * text's beginning alone, and what stands after it from the end alone. Inside a {@code {form}}
 * nothing parts names from values; that is the provider's and can't be mended here.
 */
final class SignedTemplate {

  private static final int MAX_CHARS = 1_000;
  private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T");

  /** A literal, or what a request or the declaration names. */
  private enum Piece {
    LITERAL(""),
    ID("{id}"),
    TIMESTAMP("{timestamp}"),
    METHOD("{method}"),
    URL("{url}"),
    /** Of a request, after its origin. */
    TARGET(""),
    FORM("{form}"),
    BODY("{body}");

    private final String name;

    Piece(String name) {
      this.name = name;
    }
  }

  private record Part(Piece piece, String text) {}

  private final String text;
  private final List<Part> parts;

  private SignedTemplate(String text, List<Part> parts) {
    this.text = text;
    this.parts = parts;
  }

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException if it is of another form
   */
  static SignedTemplate parse(String text) {
    SignedTemplate template = new SignedTemplate(text, new ArrayList<>());
    if (text.length() > MAX_CHARS || !text.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      throw template.bad("printable ASCII of at most " + MAX_CHARS + " characters is accepted");
    }
    template.read();
    if (template.count(Piece.BODY) + template.count(Piece.FORM) > 1
        || template.count(Piece.ID) > 1
        || template.count(Piece.TIMESTAMP) > 1) {
      throw template.bad(
          "{body} or {form} is needed once, {id} and {timestamp} are accepted once each");
    }
    return template;
  }

  private void read() {
    for (int start = 0; start < text.length(); ) {
      int from = start;
      Piece piece =
          Arrays.stream(Piece.values())
              .filter(each -> !each.name.isEmpty() && text.startsWith(each.name, from))
              .findFirst()
              .orElse(Piece.LITERAL);
      int open = text.indexOf('{', start);
      if (open == start && piece == Piece.LITERAL) {
        throw bad("{id}, {timestamp}, {method}, {url}, {form} and {body} are accepted in braces");
      }
      int end =
          piece != Piece.LITERAL ? start + piece.name.length() : open < 0 ? text.length() : open;
      parts.add(new Part(piece, text.substring(start, end)));
      start = end;
    }
  }

  /**
   * The same with the endpoint's method and address as literals, or its origin and then what each
   * request names.
   *
   * @throws IllegalArgumentException if one is signed and not named, or named and not signed
   */
  SignedTemplate at(@Nullable String method, @Nullable String url, @Nullable String origin) {
    if (has(Piece.METHOD) != (method != null)
        || has(Piece.URL) != (url != null || origin != null)
        || (url != null && origin != null)) {
      throw bad(
          "{method} is accepted with withMethod, {url} with withUrl or withOrigin, and these with"
              + " them");
    }
    if (origin != null && count(Piece.URL) > 1) {
      throw bad("{url} of each request is accepted once");
    }
    List<Part> known = new ArrayList<>();
    for (Part part : parts) {
      @Nullable String value =
          switch (part.piece) {
            case METHOD -> method;
            case URL -> url == null ? origin : url;
            case LITERAL, ID, TIMESTAMP, TARGET, FORM, BODY -> null;
          };
      known.add(value == null ? part : new Part(Piece.LITERAL, value));
      if (part.piece == Piece.URL && origin != null) {
        known.add(new Part(Piece.TARGET, ""));
      }
    }
    return new SignedTemplate(text, known);
  }

  /**
   * Refuses a template in which one text could be two messages.
   *
   * @throws IllegalArgumentException with what would part the two
   */
  void requireUnambiguous(TimeForm form) {
    int id = indexOf(Piece.ID);
    if (indexOf(Piece.BODY) < 0 && indexOf(Piece.FORM) < 0) {
      throw bad("{body} or {form} is needed once");
    }
    int target = indexOf(Piece.TARGET);
    if (target > content() || (target >= 0 && target + 1 != content() && !isNoTarget(target + 1))) {
      throw bad(
          "{url} of each request is accepted before {body} or {form}, and with a sign after it that"
              + " no address holds if neither follows at once");
    }
    if (id > content()) {
      throw bad("{id} is accepted before {body}, for after it one text could be two messages");
    }
    if (id >= 0 && !isSign(id + 1) && !(isIdBeforeTime() && form == TimeForm.RFC3339)) {
      throw bad(
          "{id} needs after it a sign that no id holds, or a {timestamp} of RFC 3339, for without"
              + " one text could be two messages");
    }
  }

  private boolean isNoTarget(int index) {
    Part part = parts.get(index);
    return part.piece == Piece.LITERAL && !RequestTarget.has(part.text.charAt(0));
  }

  private boolean isSign(int index) {
    Part part = parts.get(index);
    return part.piece == Piece.LITERAL && !Character.isLetterOrDigit(part.text.charAt(0));
  }

  private boolean isIdBeforeTime() {
    return parts.get(indexOf(Piece.ID) + 1).piece == Piece.TIMESTAMP;
  }

  /** Whether a sign after the time parts it from what follows. */
  boolean isTimeParted() {
    int time = indexOf(Piece.TIMESTAMP);
    return time < content() && isSign(time + 1);
  }

  /** Whether an id is found again in what was signed: it ends at a sign or where a date begins. */
  boolean isFound(String id, @Nullable String time) {
    if (isIdBeforeTime()) {
      var date = DATE.matcher(id + Objects.requireNonNull(time, "time"));
      return date.find() && date.start() == id.length();
    }
    return id.indexOf(parts.get(indexOf(Piece.ID) + 1).text.charAt(0)) < 0;
  }

  private IllegalArgumentException bad(String accepted) {
    return new IllegalArgumentException("signed is " + SafeText.of(text, 200) + "; " + accepted);
  }

  private long count(Piece piece) {
    return parts.stream().filter(part -> part.piece == piece).count();
  }

  private boolean has(Piece piece) {
    return indexOf(piece) >= 0;
  }

  private int indexOf(Piece piece) {
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).piece == piece) {
        return i;
      }
    }
    return -1;
  }

  boolean hasId() {
    return has(Piece.ID);
  }

  boolean hasTimestamp() {
    return has(Piece.TIMESTAMP);
  }

  boolean hasTarget() {
    return has(Piece.TARGET);
  }

  boolean hasForm() {
    return has(Piece.FORM);
  }

  /** Whether it is the address alone, which then has a hash of the body. */
  boolean isUrl() {
    return parts.size() == 1 && has(Piece.URL);
  }

  /** Whether nothing parts a request's address from its body but the body's first byte. */
  boolean isTargetBesideBody() {
    return hasTarget() && indexOf(Piece.TARGET) + 1 == indexOf(Piece.BODY);
  }

  private int content() {
    int body = Math.max(indexOf(Piece.BODY), indexOf(Piece.FORM));
    return body < 0 ? parts.size() : body;
  }

  /** What is signed before the body. */
  String prefix(@Nullable String id, @Nullable String timestamp, @Nullable String target) {
    return joined(0, content(), id, timestamp, target);
  }

  /** What is signed after the body. */
  String suffix(@Nullable String timestamp) {
    int after = Math.min(content() + 1, parts.size());
    return joined(after, parts.size(), null, timestamp, null);
  }

  private String joined(
      int from, int to, @Nullable String id, @Nullable String timestamp, @Nullable String target) {
    StringBuilder joined = new StringBuilder();
    for (Part part : parts.subList(from, to)) {
      joined.append(
          switch (part.piece) {
            case ID -> Objects.requireNonNull(id, "id");
            case TIMESTAMP -> Objects.requireNonNull(timestamp, "timestamp");
            case TARGET -> Objects.requireNonNull(target, "target");
            case LITERAL, METHOD, URL, FORM, BODY -> part.text;
          });
    }
    return joined.toString();
  }

  @Override
  public String toString() {
    return text;
  }
}
