package io.bartizan.integrity.attest.policy;

import io.bartizan.integrity.json.JsonCursor;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.StrictBase64;
import org.jspecify.annotations.Nullable;

/**
 * What an envelope or bundle claims to state, before anything of it is verified: it decides which
 * verifier is asked, and whatever it says that verifier reads for itself. Nothing is built, so it
 * costs no more memory than the payload.
 */
final class CandidateText {

  private static final int MAX_VALUES = 50_000_000;

  private CandidateText() {}

  /** The predicate type that it claims; null if it holds no statement that can be read. */
  static @Nullable String predicateType(byte[] json) {
    try {
      String payload = payload(cursor(json));
      byte[] statement =
          payload == null
              ? null
              : StrictBase64.decodeStandard(payload.replace('-', '+').replace('_', '/'));
      return statement == null ? null : member(cursor(statement), "predicateType");
    } catch (JsonException e) {
      return null;
    }
  }

  private static JsonCursor cursor(byte[] json) throws JsonException {
    return JsonCursor.of(json, new JsonLimits(Math.max(1, json.length), 64, MAX_VALUES, 32));
  }

  private static @Nullable String payload(JsonCursor cursor) throws JsonException {
    String payload = null;
    while (cursor.next()) {
      if (cursor.isNamed("payload")) {
        payload = cursor.string();
      } else if (cursor.isNamed("dsseEnvelope") || cursor.isNamed("dsse_envelope")) {
        cursor.open();
        payload = member(cursor, "payload");
      } else {
        cursor.skip();
      }
    }
    return payload;
  }

  private static @Nullable String member(JsonCursor cursor, String name) throws JsonException {
    String found = null;
    while (cursor.next()) {
      if (cursor.isNamed(name)) {
        found = cursor.string();
      } else {
        cursor.skip();
      }
    }
    return found;
  }
}
