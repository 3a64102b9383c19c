package io.bartizan.integrity.json;

import static io.bartizan.integrity.json.JsonException.Kind.DUPLICATE;
import static io.bartizan.integrity.json.JsonException.Kind.ENCODING;
import static io.bartizan.integrity.json.JsonException.Kind.LIMIT;
import static io.bartizan.integrity.json.JsonException.Kind.SYNTAX;
import static io.bartizan.integrity.json.JsonException.Kind.TRAILING;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Reads one JSON object of RFC 8259, and nothing that two readers could understand in two ways.
 *
 * <p>Strict UTF-8 without byte order mark; names that repeat in one object, at any depth and
 * however they are escaped, bytes after the object, unpaired surrogates, the character NUL and all
 * leniency (comments, single quotes, trailing commas, leading zeros, raw control characters) are
 * refused. One pass over the bytes, in time and memory linear in their number; {@link JsonLimits}
 * bounds both.
 */
public final class Json {

  /** No byte, not even a negative one. */
  private static final int NOTHING = Integer.MIN_VALUE;

  private final byte[] text;
  private final int end;
  private final JsonLimits limits;
  private final StringBuilder scratch = new StringBuilder();
  private int at;
  private int values;

  private Json(byte[] text, int from, int to, JsonLimits limits) {
    this.text = text;
    this.at = from;
    this.end = to;
    this.limits = limits;
  }

  /**
   * Reads a text that must be one object.
   *
   * @param utf8 the text
   * @param limits what it may cost
   * @return the object
   * @throws JsonException if it breaks a rule
   */
  public static JsonObject parseObject(byte[] utf8, JsonLimits limits) throws JsonException {
    return parseObject(utf8, 0, utf8.length, limits);
  }

  /**
   * Reads a part of an array that must be one object.
   *
   * @param utf8 holds the text
   * @param from the index of its first byte
   * @param to the index after its last byte
   * @param limits what it may cost
   * @return the object
   * @throws JsonException if it breaks a rule
   * @throws IndexOutOfBoundsException if the range is not inside the array
   */
  public static JsonObject parseObject(byte[] utf8, int from, int to, JsonLimits limits)
      throws JsonException {
    Objects.checkFromToIndex(from, to, utf8.length);
    if (to - from > limits.maxBytes()) {
      throw new JsonException(LIMIT, "more than " + limits.maxBytes() + " bytes");
    }
    Json reader = new Json(utf8, from, to, limits);
    if (reader.skipBlanks() != '{') {
      throw reader.refused(SYNTAX, "an object is required");
    }
    JsonObject object = reader.object(1);
    if (reader.skipBlanks() != NOTHING) {
      throw reader.refused(TRAILING, "something follows the object");
    }
    return object;
  }

  private JsonValue value(int depth) throws JsonException {
    if (++values > limits.maxValues()) {
      throw refused(LIMIT, "more than " + limits.maxValues() + " values");
    }
    int next = skipBlanks();
    return switch (next) {
      case '"' -> new JsonString(string());
      case '{' -> object(depth + 1);
      case '[' -> array(depth + 1);
      case 't' -> word("true", JsonLiteral.TRUE);
      case 'f' -> word("false", JsonLiteral.FALSE);
      case 'n' -> word("null", JsonLiteral.NULL);
      default -> {
        if (next == '-' || isDigit(next)) {
          yield number();
        }
        throw refused(SYNTAX, "a value is expected");
      }
    };
  }

  private JsonObject object(int depth) throws JsonException {
    enter(depth);
    JsonObject object = new JsonObject();
    if (skipBlanks() == '}') {
      at++;
      return object;
    }
    while (true) {
      if (skipBlanks() != '"') {
        throw refused(SYNTAX, "a member name is expected");
      }
      String name = string();
      if (skipBlanks() != ':') {
        throw refused(SYNTAX, "a colon is expected");
      }
      at++;
      if (!object.add(name, value(depth))) {
        throw refused(DUPLICATE, "an object has two members of one name");
      }
      int next = skipBlanks();
      if (next != ',' && next != '}') {
        throw refused(SYNTAX, "a comma or the object's end is expected");
      }
      at++;
      if (next == '}') {
        return object;
      }
    }
  }

  private JsonArray array(int depth) throws JsonException {
    enter(depth);
    if (skipBlanks() == ']') {
      at++;
      return new JsonArray(List.of());
    }
    List<JsonValue> list = new ArrayList<>(4);
    while (true) {
      list.add(value(depth));
      int next = skipBlanks();
      if (next != ',' && next != ']') {
        throw refused(SYNTAX, "a comma or the array's end is expected");
      }
      at++;
      if (next == ']') {
        return new JsonArray(list);
      }
    }
  }

  private void enter(int depth) throws JsonException {
    if (depth > limits.maxDepth()) {
      throw refused(LIMIT, "nested more than " + limits.maxDepth() + " deep");
    }
    at++;
  }

  private JsonLiteral word(String word, JsonLiteral literal) throws JsonException {
    if (end - at < word.length()) {
      throw refused(SYNTAX, "a value is expected");
    }
    for (int i = 0; i < word.length(); i++) {
      if (text[at + i] != word.charAt(i)) {
        throw refused(SYNTAX, "a value is expected");
      }
    }
    at += word.length();
    return literal;
  }

  private JsonNumber number() throws JsonException {
    int start = at;
    boolean negative = peek() == '-';
    if (negative) {
      at++;
    }
    int firstDigit = at;
    long whole = 0;
    while (isDigit(peek())) {
      whole = whole * 10 + (text[at++] - '0');
    }
    int digits = at - firstDigit;
    if (digits == 0 || (digits > 1 && text[firstDigit] == '0')) {
      throw refused(SYNTAX, "a number has no digits or a leading zero");
    }
    boolean plain = digits <= 18 && !(negative && whole == 0);
    if (peek() == '.') {
      plain = false;
      at++;
      someDigits();
    }
    if (peek() == 'e' || peek() == 'E') {
      plain = false;
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      someDigits();
    }
    if (at - start > limits.maxNumberChars()) {
      throw refused(LIMIT, "a number has more than " + limits.maxNumberChars() + " characters");
    }
    return plain
        ? new JsonNumber(negative ? -whole : whole)
        : new JsonNumber(new String(text, start, at - start, StandardCharsets.ISO_8859_1));
  }

  private void someDigits() throws JsonException {
    int start = at;
    while (isDigit(peek())) {
      at++;
    }
    if (at == start) {
      throw refused(SYNTAX, "a number lacks digits");
    }
  }

  /** At the opening quote; plain ASCII is copied at once, anything else goes the long way. */
  private String string() throws JsonException {
    int start = ++at;
    int i = start;
    while (i < end) {
      int b = text[i];
      if (b == '"') {
        at = i + 1;
        return new String(text, start, i - start, StandardCharsets.ISO_8859_1);
      }
      if (b == '\\' || b < 0x20) { // a byte above 0x7f is negative
        break;
      }
      i++;
    }
    at = i;
    scratch.setLength(0);
    for (int copied = start; copied < i; copied++) {
      scratch.append((char) text[copied]);
    }
    return JsonText.rest(this, scratch);
  }

  int next() throws JsonException {
    if (at >= end) {
      throw refused(SYNTAX, "the text ends inside a string");
    }
    return text[at++] & 0xff;
  }

  JsonException refused(JsonException.Kind kind, String what) {
    return new JsonException(kind, what + ", byte " + at);
  }

  JsonException badEncoding(String what) {
    return refused(ENCODING, what);
  }

  private int peek() {
    return at < end ? text[at] : NOTHING;
  }

  private int skipBlanks() {
    while (at < end) {
      int b = text[at];
      if (b != ' ' && b != '\n' && b != '\t' && b != '\r') {
        return b;
      }
      at++;
    }
    return NOTHING;
  }

  private static boolean isDigit(int b) {
    return b >= '0' && b <= '9';
  }
}
