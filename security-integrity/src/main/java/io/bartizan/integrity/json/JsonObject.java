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
 * <p>The typed readers return null for an absent member and refuse one of another type, JSON's
 * {@code null} included: that a member is there but says nothing is never taken for absence.
 */
public final class JsonObject implements JsonValue {

  /** Up to here a walk over the names is faster than a hash table. */
  private static final int WALK = 16;

  private static final String[] NO_NAMES = {};
  private static final JsonValue[] NO_VALUES = {};
  private static final int[] NO_INDEX = {};

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

  JsonObject(boolean inside) {
    this.firstRoom = inside ? 2 : 8;
  }

  /** Adds a member; false if the name is there already. */
  boolean add(String name, JsonValue value) {
    if (find(name) >= 0) {
      return false;
    }
    if (size == names.length) {
      grow();
    }
    names[size] = name;
    values[size] = value;
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

  private void grow() {
    if (size == 0) {
      names = new String[firstRoom];
      values = new JsonValue[firstRoom];
    } else {
      names = Arrays.copyOf(names, size * 2);
      values = Arrays.copyOf(values, size * 2);
    }
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
    return at < 0 ? null : values[at];
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
    return values[Objects.checkIndex(at, size)];
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
      map.put(names[i], values[i].toJava());
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
