package io.bartizan.integrity.json;

import static io.bartizan.integrity.json.JsonException.Kind.TYPE;

import java.util.Arrays;

/**
 * Walks through one JSON object without building it, by the rules of {@link Json}: the whole text
 * must be right and no object may have a name twice, but what is skipped costs no memory.
 *
 * <p>After {@link #next} is true, exactly one of {@link #open}, {@link #string}, {@link #isTrue}
 * and {@link #skip} must take the member's value. The text counts as read once {@link #next} was
 * false at the top. Not thread-safe.
 */
public final class JsonCursor {

  private final Json reader;
  private final LazyJson rest;
  private final NameSet[] names;
  private int depth;
  private boolean opened;
  private int nameFrom;
  private int nameTo;
  private boolean plainName;

  private JsonCursor(Json reader, JsonLimits limits) {
    this.reader = reader;
    this.rest = new LazyJson(reader);
    this.names = new NameSet[limits.maxDepth() + 1];
    Arrays.setAll(names, level -> new NameSet());
  }

  /**
   * Opens a text that must be one object.
   *
   * @param utf8 the text; must not change meanwhile
   * @param limits what it may cost
   * @return the cursor, before the first member
   * @throws JsonException if it breaks a rule
   */
  public static JsonCursor of(byte[] utf8, JsonLimits limits) throws JsonException {
    Json reader = new Json(utf8, 0, utf8.length, limits);
    reader.start();
    JsonCursor cursor = new JsonCursor(reader, limits);
    cursor.enter();
    return cursor;
  }

  /**
   * Goes to the next member of the innermost open object, or closes that object.
   *
   * @return false if it had no more members
   * @throws JsonException if the text breaks a rule
   */
  public boolean next() throws JsonException {
    boolean more = opened ? !reader.isEmpty('}') : reader.hasMore('}');
    opened = false;
    if (!more) {
      depth--;
      if (depth == 0) {
        reader.finish();
      }
      return false;
    }
    reader.startName();
    nameFrom = reader.at() + 1;
    plainName = reader.isPlainString();
    nameTo = reader.at() - 1;
    long hash =
        plainName ? NameSet.hash(reader.text, nameFrom, nameTo) : NameSet.hash(reader.scratch());
    if (!names[depth].add(hash)) {
      throw reader.duplicate();
    }
    reader.endName();
    return true;
  }

  /**
   * Whether the member has this name, without making a string of it; before its value is taken.
   *
   * @param ascii a name
   * @return whether it is the member's
   */
  public boolean isNamed(String ascii) {
    if (!plainName) {
      return ascii.contentEquals(reader.scratch());
    }
    if (nameTo - nameFrom != ascii.length()) {
      return false;
    }
    for (int i = 0; i < ascii.length(); i++) {
      if (reader.text[nameFrom + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Where the member's name stands, for {@link #nameAt}.
   *
   * @return an index into the text
   */
  public int mark() {
    return nameFrom - 1;
  }

  /**
   * How long the member's name is as it is written, escapes and all.
   *
   * @return bytes; no fewer than the name has characters
   */
  public int writtenName() {
    return nameTo - nameFrom;
  }

  /**
   * The name of a member that was read before, made only now that it is needed.
   *
   * @param mark what {@link #mark} was at that member
   * @return a new string
   */
  public String nameAt(int mark) {
    int here = reader.at();
    try {
      reader.at = mark; // no reader of its own: some texts have a million names
      return reader.string();
    } catch (JsonException e) {
      throw new IllegalArgumentException("no name was read at " + mark, e);
    } finally {
      reader.at = here;
    }
  }

  /**
   * Opens the member's value, which must be an object.
   *
   * @throws JsonException if it is anything else
   */
  public void open() throws JsonException {
    if (reader.startValue() != '{') {
      throw reader.refused(TYPE, "a member is not an object");
    }
    enter();
  }

  /**
   * Reads the member's value, which must be a string.
   *
   * @return the string
   * @throws JsonException if it is anything else or breaks a rule
   */
  public String string() throws JsonException {
    if (reader.startValue() != '"') {
      throw reader.refused(TYPE, "a member is not a string");
    }
    return reader.string();
  }

  /**
   * Passes over the member's value, whatever it is, and checks it.
   *
   * @throws JsonException if it breaks a rule
   */
  public void skip() throws JsonException {
    rest.pass(depth);
  }

  /**
   * Passes over the member's value, whatever it is, and checks it.
   *
   * @return whether it is {@code true}
   * @throws JsonException if it breaks a rule
   */
  public boolean isTrue() throws JsonException {
    int first = reader.startValue();
    rest.pass(first, depth);
    return first == 't';
  }

  /**
   * Reads the member's value, whatever it is.
   *
   * @return the value
   * @throws JsonException if it breaks a rule
   */
  public JsonValue value() throws JsonException {
    return reader.value(depth);
  }

  private void enter() throws JsonException {
    depth++;
    reader.enter(depth);
    opened = true;
    names[depth].clear();
  }
}
