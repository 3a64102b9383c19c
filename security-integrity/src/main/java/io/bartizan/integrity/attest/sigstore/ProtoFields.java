package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonLiteral;
import io.bartizan.integrity.json.JsonNumber;
import io.bartizan.integrity.json.JsonString;
import io.bartizan.integrity.json.JsonValue;
import io.bartizan.integrity.json.StrictBase64;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A message in the JSON form of protocol buffers, read as strictly as its writers write it: names
 * in camel case only, base64 of the standard alphabet, 64-bit numbers as plain decimals. A member
 * that is {@code null} is absent, as that form has it; unknown members are passed over.
 */
final class ProtoFields {

  private static final Pattern DECIMAL = Pattern.compile("0|[1-9][0-9]{0,18}");
  private static final Pattern TIME =
      Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\\.[0-9]{1,9})?Z");
  private static final Pattern HUMP = Pattern.compile("(?=[A-Z])");
  private static final long MAX_EXACT = 1L << 53;

  private final JsonFields fields;

  private ProtoFields(JsonFields fields) {
    this.fields = fields;
  }

  static ProtoFields parseBundle(byte[] json, JsonLimits limits, String what) {
    return new ProtoFields(
        JsonFields.parse(json, limits, SigstoreReason.MALFORMED, SigstoreReason.TOO_LARGE, what));
  }

  static ProtoFields parseRoot(byte[] json, JsonLimits limits) {
    return new ProtoFields(
        JsonFields.parse(
            json,
            limits,
            SigstoreReason.ROOT_MALFORMED,
            SigstoreReason.ROOT_TOO_LARGE,
            "the trusted root"));
  }

  /** Whether it is there and not {@code null}. */
  boolean has(String name) {
    String other = HUMP.matcher(name).replaceAll("_").toLowerCase(Locale.ROOT);
    if (!other.equals(name) && fields.has(other)) {
      throw fields.refused(name + " is there in the spelling " + other);
    }
    JsonValue value = fields.json().get(name);
    return value != null && value != JsonLiteral.NULL;
  }

  private void require(String name) {
    if (!has(name)) {
      throw fields.refused(name + " is missing");
    }
  }

  String text(String name) {
    require(name);
    return fields.text(name);
  }

  /** Empty if it is absent. */
  String textOrEmpty(String name) {
    return has(name) ? fields.text(name) : "";
  }

  byte[] bytes(String name) {
    byte[] bytes = StrictBase64.decodeStandard(text(name));
    if (bytes == null || bytes.length == 0) {
      throw fields.refused(name + " is empty or not canonical base64 of the standard alphabet");
    }
    return bytes;
  }

  /** Null if it is absent or empty. */
  byte @Nullable [] bytesOrNull(String name) {
    return textOrEmpty(name).isEmpty() ? null : bytes(name);
  }

  /** A 64-bit number that is not negative; 0 if it is absent, as that form has it. */
  long number(String name) {
    if (!has(name)) {
      return 0;
    }
    JsonValue value = fields.json().get(name);
    if (value instanceof JsonString text && DECIMAL.matcher(text.value()).matches()) {
      try {
        return Long.parseLong(text.value());
      } catch (NumberFormatException e) {
        throw fields.refused(name + " is above 2^63 - 1");
      }
    }
    if (value instanceof JsonNumber number
        && number.isLong()
        && number.longValue() >= 0
        && number.longValue() < MAX_EXACT) {
      return number.longValue();
    }
    throw fields.refused(name + " is no plain decimal of zero or more");
  }

  /** A moment in UTC; null if it is absent. */
  @Nullable Instant timeOrNull(String name) {
    if (!has(name)) {
      return null;
    }
    String text = fields.text(name);
    try {
      if (TIME.matcher(text).matches()) {
        return Instant.parse(text);
      }
    } catch (DateTimeException e) {
      // told below
    }
    throw fields.refused(name + " is \"" + text + "\", no time of RFC 3339 in UTC");
  }

  ProtoFields object(String name) {
    require(name);
    return new ProtoFields(fields.object(name));
  }

  @Nullable ProtoFields objectOrNull(String name) {
    return has(name) ? new ProtoFields(fields.object(name)) : null;
  }

  List<ProtoFields> objects(String name, int most) {
    return has(name)
        ? fields.objects(name, most).stream().map(ProtoFields::new).toList()
        : List.of();
  }

  /** An array of base64 texts; empty if it is absent. */
  List<byte[]> byteArrays(String name, int most) {
    if (!has(name)) {
      return List.of();
    }
    try {
      List<String> texts = fields.json().strings(name);
      if (texts != null && texts.size() > most) {
        throw new VerificationException(
            SigstoreReason.TOO_LARGE, name + " has more than " + most + " elements");
      }
      return texts == null ? List.of() : texts.stream().map(text -> base64(name, text)).toList();
    } catch (JsonException e) {
      throw fields.refused(name + ": " + e.getMessage());
    }
  }

  private byte[] base64(String name, String text) {
    byte[] bytes = StrictBase64.decodeStandard(text);
    if (bytes == null) {
      throw fields.refused(name + " has an element that is not canonical base64");
    }
    return bytes;
  }

  VerificationException refused(String why) {
    return fields.refused(why);
  }
}
