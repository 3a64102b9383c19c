package io.bartizan.integrity.attest;

import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.Json;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonNumber;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.json.JsonString;
import io.bartizan.integrity.json.JsonValue;
import io.bartizan.integrity.json.StrictBase64;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members of a JSON object, of which one that is absent or of another type is a refusal. */
final class Fields {

  private final JsonObject object;
  private final AttestReason reason;
  private final String path;

  private Fields(JsonObject object, AttestReason reason, String path) {
    this.object = object;
    this.reason = reason;
    this.path = path;
  }

  /** Reads a whole text; {@code what} begins each refusal. */
  static Fields parse(byte[] json, JsonLimits limits, AttestReason reason, String what) {
    try {
      return new Fields(Json.parseObject(json, limits), reason, what);
    } catch (JsonException e) {
      boolean large = e.kind() == JsonException.Kind.LIMIT;
      throw new VerificationException(
          large ? AttestReason.TOO_LARGE : reason,
          what + " is no acceptable JSON: " + e.getMessage());
    }
  }

  boolean has(String name) {
    return object.has(name);
  }

  JsonObject json() {
    return object;
  }

  String text(String name) {
    String text = textOrNull(name);
    if (text == null) {
      throw refused(name + " is missing");
    }
    return text;
  }

  @Nullable String textOrNull(String name) {
    try {
      return object.string(name);
    } catch (JsonException e) {
      throw refused(name + ": " + e.getMessage());
    }
  }

  /** An integer that is zero or more. */
  long size(String name) {
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

  /** Base64 of either alphabet, as DSSE allows, padded and canonical. */
  byte[] base64(String name) {
    byte[] bytes = StrictBase64.decodeStandard(text(name).replace('-', '+').replace('_', '/'));
    if (bytes == null) {
      throw refused(name + " is not canonical base64");
    }
    return bytes;
  }

  Fields object(String name) {
    Fields fields = objectOrNull(name);
    if (fields == null) {
      throw refused(name + " is missing");
    }
    return fields;
  }

  @Nullable Fields objectOrNull(String name) {
    try {
      JsonObject member = object.object(name);
      return member == null ? null : new Fields(member, reason, path + "." + name);
    } catch (JsonException e) {
      throw refused(name + ": " + e.getMessage());
    }
  }

  /** An array of objects, which may be absent or empty but not longer than {@code most}. */
  List<Fields> objects(String name, int most) {
    List<Fields> all = new ArrayList<>();
    try {
      List<JsonValue> values = object.array(name);
      if (values == null) {
        return all;
      }
      if (values.size() > most) {
        throw new VerificationException(
            AttestReason.TOO_LARGE, path + "." + name + " has more than " + most + " elements");
      }
      for (JsonValue value : values) {
        if (!(value instanceof JsonObject member)) {
          throw refused(name + " has an element that is no object");
        }
        all.add(new Fields(member, reason, path + "." + name));
      }
      return all;
    } catch (JsonException e) {
      throw refused(name + ": " + e.getMessage());
    }
  }

  /** An object whose values are strings; empty if it is absent. */
  Map<String, String> texts(String name) {
    Map<String, String> texts = new LinkedHashMap<>();
    Fields member = objectOrNull(name);
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

  VerificationException refused(String why) {
    return new VerificationException(reason, path + ": " + SafeText.of(why));
  }
}
