package io.bartizan.integrity.json;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object whose member names differ from one another; immutable once read.
 *
 * <p>One of {@link LazyJson} makes a value whenever it is asked for it: keep what is needed twice.
 *
 * <p>The typed readers return null for an absent member and refuse one of another type, JSON's
 * {@code null} included: that a member is there but says nothing is never taken for absence.
 */
public final class JsonObject implements JsonValue {

  /** Up to here a walk over the names is faster than a hash table. */
  private static final int WALK = 16;

  private static final String[] NO_NAMES = {};
  private static final JsonValue[] NO_VALUES = {};
  private static final int[] NO_INDEX = {};
  private static final byte[] NO_TEXT = {};

  /** Shared by all that have no member. */
  static final JsonObject EMPTY = new JsonObject(true);

  private String[] names = NO_NAMES;
  private JsonValue[] values = NO_VALUES;
  private int size;

  /** A bit for each name's hash: where it is clear, no such name is there. */
  private long seen;

  /** Open addressing: at a name's hash or after it, one more than the place of the name. */
  private int[] index = NO_INDEX;

  /** The first members to make room for: an object inside another mostly has few. */
  private final int firstRoom;

  /** The text in which the values are that are made when asked for. */
  private final byte[] text;

  /** Where each of those begins. */
  private int[] places = NO_INDEX;

  JsonObject(boolean inside) {
    this.firstRoom = inside ? 2 : 8;
    this.text = NO_TEXT;
  }

  /** Of which only the places of values are added. */
  JsonObject(byte[] text) {
    this.firstRoom = 8;
    this.text = text;
  }

  /** Adds a member; false if the name is there already. */
  boolean add(String name, JsonValue value) {
    if (!add(name)) {
      return false;
    }
    if (values.length < names.length) {
      values = Arrays.copyOf(values, names.length);
    }
    values[size - 1] = value;
    return true;
  }

  /** Adds a member whose value begins here in the text; false if the name is there already. */
  boolean add(String name, int place) {
    if (!add(name)) {
      return false;
    }
    if (places.length < names.length) {
      places = Arrays.copyOf(places, names.length);
    }
    places[size - 1] = place;
    return true;
  }

  private boolean add(String name) {
    if (find(name) >= 0) {
      return false;
    }
    if (size == names.length) {
      names = size == 0 ? new String[firstRoom] : Arrays.copyOf(names, size * 2);
    }
    names[size] = name;
    size++;
    seen |= 1L << name.hashCode();
    if (size > WALK) {
      if (size * 3 > index.length * 2) {
        index = new int[Math.max(4 * WALK, index.length * 2)];
        for (int i = 0; i < size - 1; i++) {
          index[slot(names[i])] = i + 1;
        }
      }
      index[slot(name)] = size;
    }
    return true;
  }

  /** Where the index has the name, or a free place for it. */
  private int slot(String name) {
    int mask = index.length - 1;
    int slot = (int) NameSet.hash(name) & mask;
    while (index[slot] != 0 && !names[index[slot] - 1].equals(name)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private int find(String name) {
    int hash = name.hashCode();
    if ((seen & (1L << hash)) == 0) {
      return -1;
    }
    if (size > WALK) {
      return index[slot(name)] - 1;
    }
    for (int i = 0; i < size; i++) {
      String each = names[i];
      if (each.hashCode() == hash && each.equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * A member of any type.
   *
   * @param name its name
   * @return null if there is none
   */
  public @Nullable JsonValue get(String name) {
    int at = find(name);
    return at < 0 ? null : valueAt(at);
  }

  /**
   * Whether there is such a member, be it {@code null}.
   *
   * @param name its name
   * @return whether it is there
   */
  public boolean has(String name) {
    return find(name) >= 0;
  }

  /**
   * The number of members.
   *
   * @return zero or more
   */
  public int size() {
    return size;
  }

  /**
   * The names in the text's order.
   *
   * @return an immutable list
   */
  public List<String> names() {
    return List.of(Arrays.copyOf(names, size));
  }

  /**
   * The name of a member.
   *
   * @param at its place in the text, from 0
   * @return a name
   */
  public String nameAt(int at) {
    return names[Objects.checkIndex(at, size)];
  }

  /**
   * The value of a member.
   *
   * @param at its place in the text, from 0
   * @return a value
   */
  public JsonValue valueAt(int at) {
    Objects.checkIndex(at, size);
    return text == NO_TEXT ? values[at] : LazyJson.valueAt(text, places[at]);
  }

  /**
   * Whether a member is a string, without making its value.
   *
   * @param at its place in the text, from 0
   * @return whether {@link #valueAt} gives a {@link JsonString}
   */
  public boolean isStringAt(int at) {
    Objects.checkIndex(at, size);
    return text == NO_TEXT ? values[at] instanceof JsonString : text[places[at]] == '"';
  }

  /**
   * An integer that is not negative, without making its value.
   *
   * @param at its place in the text, from 0
   * @return -1 if the member is anything else
   */
  public long integerAt(int at) {
    Objects.checkIndex(at, size);
    if (text != NO_TEXT) {
      return JsonNumber.integerAt(text, places[at]);
    }
    return values[at] instanceof JsonNumber number && number.isLong() && number.longValue() >= 0
        ? number.longValue()
        : -1;
  }

  /**
   * Whether a member is this string, mostly without making its value.
   *
   * @param name its name
   * @param expected any text
   * @return false also if it is absent or no string
   */
  public boolean isString(String name, String expected) {
    int at = find(name);
    if (at < 0 || !isStringAt(at)) {
      return false;
    }
    if (text != NO_TEXT) {
      int from = places[at] + 1;
      int end = PlainText.end(text, from, text.length);
      if (text[end] == '"') {
        return PlainText.isSame(text, from, end, expected);
      }
    }
    return valueAt(at) instanceof JsonString string && string.value().equals(expected);
  }

  /**
   * A string member.
   *
   * @param name its name
   * @return null if it is absent
   * @throws JsonException if it has another type
   */
  public @Nullable String string(String name) throws JsonException {
    JsonValue value = get(name);
    if (value == null) {
      return null;
    }
    if (value instanceof JsonString string) {
      return string.value();
    }
    throw wrongType("a string");
  }

  /**
   * A number member.
   *
   * @param name its name
   * @return null if it is absent
   * @throws JsonException if it has another type
   */
  public @Nullable JsonNumber number(String name) throws JsonException {
    JsonValue value = get(name);
    if (value == null || value instanceof JsonNumber) {
      return (JsonNumber) value;
    }
    throw wrongType("a number");
  }

  /**
   * An object member.
   *
   * @param name its name
   * @return null if it is absent
   * @throws JsonException if it has another type
   */
  public @Nullable JsonObject object(String name) throws JsonException {
    JsonValue value = get(name);
    if (value == null || value instanceof JsonObject) {
      return (JsonObject) value;
    }
    throw wrongType("an object");
  }

  /**
   * The values of an array member.
   *
   * @param name its name
   * @return null if it is absent, else an immutable list
   * @throws JsonException if it has another type
   */
  public @Nullable List<JsonValue> array(String name) throws JsonException {
    JsonValue value = get(name);
    if (value == null) {
      return null;
    }
    if (value instanceof JsonArray array) {
      return array.values();
    }
    throw wrongType("an array");
  }

  /**
   * The values of an array member that holds strings only.
   *
   * @param name its name
   * @return null if it is absent, else an immutable list
   * @throws JsonException if it or one of its values has another type
   */
  public @Nullable List<String> strings(String name) throws JsonException {
    JsonValue value = get(name);
    if (value == null) {
      return null;
    }
    List<String> strings = value instanceof JsonArray array ? array.strings() : null;
    if (strings == null) {
      throw wrongType("an array of strings");
    }
    return strings;
  }

  @Override
  public Map<String, @Nullable Object> toJava() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>(size * 2);
    for (int i = 0; i < size; i++) {
      map.put(names[i], valueAt(i).toJava());
    }
    return Collections.unmodifiableMap(map);
  }

  /** The number of members; never what they hold. */
  @Override
  public String toString() {
    return "JsonObject[" + size + " members]";
  }

  private static JsonException wrongType(String expected) {
    return new JsonException(JsonException.Kind.TYPE, "a member is not " + expected);
  }
}
