package io.bartizan.integrity.json;

import static io.bartizan.integrity.json.JsonException.Kind.SYNTAX;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON object by the rules of {@link Json} and checks all of it, but makes the value of a
 * member only when it is asked for: most members of a token never are.
 *
 * <p>What is not a member of the object itself is passed over. Instances do that for a {@link
 * JsonCursor} too; they are not thread-safe, and the objects that are read are.
 */
public final class LazyJson {

  /** For what was checked before. */
  private static final JsonLimits CHECKED =
      new JsonLimits(Integer.MAX_VALUE, 64, Integer.MAX_VALUE, Integer.MAX_VALUE);

  private static final @Nullable NameSet[] NO_NAMES = {};

  private final Json reader;

  /** The names of the objects that are open, by their depth. */
  private @Nullable NameSet[] names = NO_NAMES;

  LazyJson(Json reader) {
    this.reader = reader;
  }

  /**
   * Reads a part of an array that must be one object: exactly what {@link Json#parseObject(byte[],
   * int, int, JsonLimits)} reads, with the same values, each made anew whenever it is asked for.
   *
   * @param utf8 holds the text; the object keeps it, so that it must never change
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
    JsonObject object = members(reader);
    reader.finish();
    return object;
  }

  private static JsonObject members(Json reader) throws JsonException {
    reader.enter(1);
    if (reader.isEmpty('}')) {
      return JsonObject.EMPTY;
    }
    JsonObject object = new JsonObject(reader.text);
    LazyJson inner = null;
    do {
      reader.startName();
      String name = reader.name();
      reader.endName();
      int first = reader.startValue();
      int place = reader.at();
      if (first != '{' && first != '[') {
        passPlain(reader, first);
      } else {
        inner = inner == null ? new LazyJson(reader) : inner;
        inner.pass(first, 1);
      }
      if (!object.add(name, place)) {
        throw reader.duplicate();
      }
    } while (reader.hasMore('}'));
    return object;
  }

  /** The value that begins here in a text that was checked. */
  static JsonValue valueAt(byte[] text, int place) {
    try {
      return new Json(text, place, text.length, CHECKED).value(0);
    } catch (JsonException e) {
      throw new IllegalStateException("the text of a JSON object was changed", e);
    }
  }

  /** Past the next value, which is inside of something at this depth. */
  void pass(int depth) throws JsonException {
    pass(reader.startValue(), depth);
  }

  /** The same, of a value of which the first character was seen. */
  void pass(int first, int depth) throws JsonException {
    switch (first) {
      case '{' -> passObject(depth + 1);
      case '[' -> passArray(depth + 1);
      default -> passPlain(reader, first);
    }
  }

  private void passObject(int depth) throws JsonException {
    reader.enter(depth);
    if (reader.isEmpty('}')) {
      return;
    }
    NameSet here = names(depth);
    do {
      reader.startName();
      long hash = nameHash();
      reader.endName();
      pass(depth);
      if (!here.add(hash)) {
        throw reader.duplicate();
      }
    } while (reader.hasMore('}'));
  }

  private void passArray(int depth) throws JsonException {
    reader.enter(depth);
    if (!reader.isEmpty(']')) {
      do {
        pass(depth);
      } while (reader.hasMore(']'));
    }
  }

  /** Of what the name says, however it is written. */
  private long nameHash() throws JsonException {
    int start = reader.at() + 1;
    return reader.isPlainString()
        ? NameSet.hash(reader.text, start, reader.at() - 1)
        : NameSet.hash(reader.scratch());
  }

  private NameSet names(int depth) {
    if (depth >= names.length) {
      names = Arrays.copyOf(names, depth + 4);
    }
    NameSet known = names[depth];
    if (known == null) {
      known = new NameSet();
      names[depth] = known;
    }
    known.clear();
    return known;
  }

  /** Past a value that is neither object nor array. */
  private static void passPlain(Json reader, int first) throws JsonException {
    switch (first) {
      case '"' -> {
        boolean unused = reader.isPlainString();
      }
      case 't', 'f', 'n' -> {
        String word = first == 't' ? "true" : first == 'f' ? "false" : "null";
        JsonLiteral unused = reader.word(word, JsonLiteral.NULL);
      }
      default -> {
        if (first != '-' && !Json.isDigit(first)) {
          throw reader.refused(SYNTAX, "a value is expected");
        }
        boolean unused = reader.isPlainNumber();
      }
    }
  }
}
