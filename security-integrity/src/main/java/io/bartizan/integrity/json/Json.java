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
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON object of RFC 8259, and nothing that two readers could understand in two ways.
 *
 * <p>Strict UTF-8 without byte order mark; names that repeat in one object, at any depth and
 * however they are escaped, bytes after the object, unpaired surrogates, the character NUL and all
 * leniency (comments, single quotes, trailing commas, leading zeros, raw control characters) are
 * refused, and so are numbers whose exponent is beyond {@value JsonNumber#MAX_EXPONENT}. One pass
 * over the bytes, in time and memory linear in their number; {@link JsonLimits} bounds both.
 */
public final class Json {

  /** No byte, not even a negative one. */
  private static final int NOTHING = Integer.MIN_VALUE;

  final byte[] text;
  private final int from;
  private final int end;
  private final JsonLimits limits;
  private @Nullable StringBuilder scratch;
  int at; // JsonCursor goes back to a name
  private int values;
  private long whole;

  Json(byte[] text, int from, int to, JsonLimits limits) {
    this.text = text;
    this.from = from;
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
    Json reader = new Json(utf8, from, to, limits);
    reader.start();
    JsonObject object = reader.object(1);
    reader.finish();
    return object;
  }

  /** To the brace of the object that the text must be. */
  void start() throws JsonException {
    if (end - at > limits.maxBytes()) {
      throw new JsonException(LIMIT, "more than " + limits.maxBytes() + " bytes");
    }
    if (skipBlanks() != '{') {
      throw refused(SYNTAX, "an object is required");
    }
  }

  /** After that object. */
  void finish() throws JsonException {
    if (skipBlanks() != NOTHING) {
      throw refused(TRAILING, "something follows the object");
    }
  }

  /** To the first byte of the next value. */
  int startValue() throws JsonException {
    if (++values > limits.maxValues()) {
      throw refused(LIMIT, "more than " + limits.maxValues() + " values");
    }
    return skipBlanks();
  }

  /** The next value, inside of something at this depth. */
  JsonValue value(int depth) throws JsonException {
    int next = startValue();
    return switch (next) {
      case '"' -> JsonString.of(string());
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
    if (isEmpty('}')) {
      return JsonObject.EMPTY;
    }
    JsonObject object = new JsonObject(depth > 1);
    do {
      startName();
      String name = name();
      endName();
      if (!object.add(name, value(depth))) {
        throw duplicate();
      }
    } while (hasMore('}'));
    return object;
  }

  void startName() throws JsonException {
    if (skipBlanks() != '"') {
      throw refused(SYNTAX, "a member name is expected");
    }
  }

  void endName() throws JsonException {
    if (skipBlanks() != ':') {
      throw refused(SYNTAX, "a colon is expected");
    }
    at++;
  }

  JsonException duplicate() {
    return refused(DUPLICATE, "an object has two members of one name");
  }

  /** After a value: whether a comma or the end of the object or array follows, which is passed. */
  boolean hasMore(int close) throws JsonException {
    int next = skipBlanks();
    if (next != ',' && next != close) {
      throw refused(
          SYNTAX, "a comma or the " + (close == '}' ? "object" : "array") + "'s end is expected");
    }
    at++;
    return next == ',';
  }

  private JsonArray array(int depth) throws JsonException {
    enter(depth);
    if (isEmpty(']')) {
      return JsonArray.EMPTY;
    }
    List<JsonValue> list = new ArrayList<>(4);
    do {
      list.add(value(depth));
    } while (hasMore(']'));
    return new JsonArray(list);
  }

  /** Past a bracket or brace. */
  void enter(int depth) throws JsonException {
    if (depth > limits.maxDepth()) {
      throw refused(LIMIT, "nested more than " + limits.maxDepth() + " deep");
    }
    at++;
  }

  /** True past a closing brace or bracket that follows its opening one. */
  boolean isEmpty(int close) {
    if (skipBlanks() == close) {
      at++;
      return true;
    }
    return false;
  }

  JsonLiteral word(String word, JsonLiteral literal) throws JsonException {
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
    return isPlainNumber()
        ? JsonNumber.of(whole)
        : new JsonNumber(new String(text, start, at - start, StandardCharsets.ISO_8859_1));
  }

  /** Reads a number; true if it is the integer {@code whole}. */
  boolean isPlainNumber() throws JsonException {
    int start = at;
    boolean negative = peek() == '-';
    if (negative) {
      at++;
    }
    int firstDigit = at;
    long eight = Digits.eight(text, at, end);
    long digitsValue = Math.max(0, eight);
    at += eight < 0 ? 0 : Digits.EIGHT;
    while (isDigit(peek())) {
      digitsValue = digitsValue * 10 + (text[at++] - '0');
    }
    whole = negative ? -digitsValue : digitsValue;
    int digits = at - firstDigit;
    if (digits == 0 || (digits > 1 && text[firstDigit] == '0')) {
      throw refused(SYNTAX, "a number has no digits or a leading zero");
    }
    boolean plain = digits <= JsonNumber.MAX_DIGITS && !(negative && whole == 0);
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
      int exponent = at;
      someDigits();
      if (JsonNumber.isHuge(text, exponent, at)) {
        throw refused(LIMIT, "a number's exponent is beyond " + JsonNumber.MAX_EXPONENT);
      }
    }
    if (at - start > limits.maxNumberChars()) {
      throw refused(LIMIT, "a number has more than " + limits.maxNumberChars() + " characters");
    }
    return plain;
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
  String string() throws JsonException {
    int start = at + 1;
    return isPlainString() ? JsonText.plain(text, start, at - 1) : scratch().toString();
  }

  String name() throws JsonException {
    int start = at + 1;
    if (!isPlainString()) {
      return scratch().toString();
    }
    String common = CommonNames.find(text, start, at - 1);
    return common != null ? common : JsonText.plain(text, start, at - 1);
  }

  /**
   * Reads a string; true if it stands between its quotes as it is, else {@link #scratch} has it.
   */
  boolean isPlainString() throws JsonException {
    int start = ++at;
    int i = PlainText.end(text, start, end);
    if (i < end && text[i] == '"') {
      at = i + 1;
      return true;
    }
    at = i;
    StringBuilder chars = scratch();
    chars.setLength(0);
    for (int copied = start; copied < i; copied++) {
      chars.append((char) text[copied]);
    }
    JsonText.rest(this, chars);
    return false;
  }

  /** The last string that did not stand in the text as it is. */
  StringBuilder scratch() {
    StringBuilder chars = scratch == null ? new StringBuilder() : scratch;
    scratch = chars;
    return chars;
  }

  /** Where the next byte is. */
  int at() {
    return at;
  }

  int next() throws JsonException {
    if (at >= end) {
      throw refused(SYNTAX, "the text ends inside a string");
    }
    return text[at++] & 0xff;
  }

  JsonException refused(JsonException.Kind kind, String what) {
    return new JsonException(kind, what + ", byte " + (at - from));
  }

  JsonException badEncoding(String what) {
    return refused(ENCODING, what);
  }

  private int peek() {
    return at < end ? text[at] : NOTHING;
  }

  int skipBlanks() {
    while (at < end) {
      int b = text[at];
      if (b != ' ' && b != '\n' && b != '\t' && b != '\r') {
        return b;
      }
      at++;
    }
    return NOTHING;
  }

  static boolean isDigit(int b) {
    return b >= '0' && b <= '9';
  }
}
