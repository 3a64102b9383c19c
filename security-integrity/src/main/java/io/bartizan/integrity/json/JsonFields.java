package io.bartizan.integrity.json;

import io.bartizan.core.Reason;
import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The members of a JSON object, of which one that is absent or of another type is a refusal, for
 * the reasons of the format that reads it.
 */
public final class JsonFields {

  private final JsonObject object;
  private final Reason malformed;
  private final Reason tooLarge;
  private final String path;

  private JsonFields(JsonObject object, Reason malformed, Reason tooLarge, String path) {
    this.object = object;
    this.malformed = malformed;
    this.tooLarge = tooLarge;
    this.path = path;
  }

  /**
   * Reads a whole text.
   *
   * @param json the text
   * @param limits its bounds
   * @param malformed the reason where it is not what is expected
   * @param tooLarge the reason where a bound is exceeded
   * @param what begins each refusal
   * @return its members
   * @throws VerificationException if it is no acceptable JSON object
   */
  public static JsonFields parse(
      byte[] json, JsonLimits limits, Reason malformed, Reason tooLarge, String what) {
    try {
      return new JsonFields(Json.parseObject(json, limits), malformed, tooLarge, what);
    } catch (JsonException e) {
      boolean large = e.kind() == JsonException.Kind.LIMIT;
      throw new VerificationException(
          large ? tooLarge : malformed, what + " is no acceptable JSON: " + e.getMessage());
    }
  }

  /**
   * Whether there is such a member, be it {@code null}.
   *
   * @param name its name
   * @return whether it is there
   */
  public boolean has(String name) {
    return object.has(name);
  }

  /**
   * Whether a member is absent, or null: some writers say so what others leave out.
   *
   * @param name its name
   * @return whether there is nothing to read
   */
  public boolean isAbsent(String name) {
    JsonValue value = object.get(name);
    return value == null || value == JsonLiteral.NULL;
  }

  /**
   * The object itself.
   *
   * @return what was read
   */
  public JsonObject json() {
    return object;
  }

  /**
   * A string.
   *
   * @param name its name
   * @return its value
   * @throws VerificationException if it is absent or of another type
   */
  public String text(String name) {
    String text = textOrNull(name);
    if (text == null) {
      throw refused(name + " is missing");
    }
    return text;
  }

  /**
   * A string.
   *
   * @param name its name
   * @return null if it is absent
   * @throws VerificationException if it is of another type
   */
  public @Nullable String textOrNull(String name) {
    try {
      return object.string(name);
    } catch (JsonException e) {
      throw refused(name + ": " + e.getMessage());
    }
  }

  /**
   * An integer that is zero or more.
   *
   * @param name its name
   * @return its value
   * @throws VerificationException if it is absent or anything else
   */
  public long size(String name) {
    try {
      JsonNumber number = object.number(name);
      if (number != null && number.isLong() && number.longValue() >= 0) {
        return number.longValue();
      }
      throw refused(name + " is missing or no whole number");
    } catch (JsonException e) {
      throw refused(name + ": " + e.getMessage());
    }
  }

  /**
   * Base64 of either alphabet, as DSSE allows, padded and canonical.
   *
   * @param name its name
   * @return its bytes
   * @throws VerificationException if it is absent or anything else
   */
  public byte[] base64(String name) {
    byte[] bytes = StrictBase64.decodeStandard(text(name).replace('-', '+').replace('_', '/'));
    if (bytes == null) {
      throw refused(name + " is not canonical base64");
    }
    return bytes;
  }

  /**
   * An object.
   *
   * @param name its name
   * @return its members
   * @throws VerificationException if it is absent or of another type
   */
  public JsonFields object(String name) {
    JsonFields fields = objectOrNull(name);
    if (fields == null) {
      throw refused(name + " is missing");
    }
    return fields;
  }

  /**
   * An object.
   *
   * @param name its name
   * @return null if it is absent
   * @throws VerificationException if it is of another type
   */
  public @Nullable JsonFields objectOrNull(String name) {
    try {
      JsonObject member = object.object(name);
      return member == null ? null : inside(member, name);
    } catch (JsonException e) {
      throw refused(name + ": " + e.getMessage());
    }
  }

  /**
   * An array of objects, which may be absent or empty.
   *
   * @param name its name
   * @param most how many there may be
   * @return its elements
   * @throws VerificationException if it is longer, of another type, or has another element
   */
  public List<JsonFields> objects(String name, int most) {
    List<JsonFields> all = new ArrayList<>();
    try {
      List<JsonValue> values = object.array(name);
      if (values == null) {
        return all;
      }
      if (values.size() > most) {
        throw new VerificationException(
            tooLarge, path + "." + name + " has more than " + most + " elements");
      }
      for (JsonValue value : values) {
        if (!(value instanceof JsonObject member)) {
          throw refused(name + " has an element that is no object");
        }
        all.add(inside(member, name));
      }
      return all;
    } catch (JsonException e) {
      throw refused(name + ": " + e.getMessage());
    }
  }

  private JsonFields inside(JsonObject member, String name) {
    return new JsonFields(member, malformed, tooLarge, path + "." + name);
  }

  /**
   * An object whose values are strings.
   *
   * @param name its name
   * @return empty if it is absent
   * @throws VerificationException if it or one of its values is of another type
   */
  public Map<String, String> texts(String name) {
    Map<String, String> texts = new LinkedHashMap<>();
    JsonFields member = objectOrNull(name);
    if (member != null) {
      for (String key : member.object.names()) {
        if (!(member.object.get(key) instanceof JsonString text)) {
          throw refused(name + " has a value that is no string");
        }
        texts.put(key, text.value());
      }
    }
    return texts;
  }

  /**
   * For what the reader finds wrong itself.
   *
   * @param why what is wrong
   * @return the refusal, to be thrown
   */
  public VerificationException refused(String why) {
    return new VerificationException(malformed, path + ": " + SafeText.of(why));
  }
}
