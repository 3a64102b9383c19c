package io.bartizan.integrity.attest.policy;

import io.bartizan.core.VerificationException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members of a verified predicate; one of another type is a refusal, never an absence. */
record Members(Map<?, ?> map, String path) {

  boolean has(String name) {
    return map.containsKey(name);
  }

  /** A string, which must be there and say something. */
  String text(String name) {
    String text = textOrEmpty(name);
    if (text.isEmpty()) {
      throw malformed(name + " is missing");
    }
    return text;
  }

  /** A string; empty if it is not there. */
  String textOrEmpty(String name) {
    Object value = map.get(name);
    if (value instanceof String text) {
      return text;
    }
    if (value == null && !map.containsKey(name)) {
      return "";
    }
    throw malformed(name + " is no string");
  }

  Members members(String name) {
    Members members = membersOrNull(name);
    if (members == null) {
      throw malformed(name + " is missing");
    }
    return members;
  }

  @Nullable Members membersOrNull(String name) {
    Object value = map.get(name);
    if (value instanceof Map<?, ?> inside) {
      return new Members(inside, path + "." + name);
    }
    if (value == null && !map.containsKey(name)) {
      return null;
    }
    throw malformed(name + " is no object");
  }

  /** The elements of an array; empty if it is not there. */
  List<?> list(String name) {
    Object value = map.get(name);
    if (value instanceof List<?> list) {
      return list;
    }
    if (value == null && !map.containsKey(name)) {
      return List.of();
    }
    throw malformed(name + " is no array");
  }

  VerificationException malformed(String why) {
    return new VerificationException(PolicyReason.PREDICATE_MALFORMED, path + ": " + why);
  }
}
