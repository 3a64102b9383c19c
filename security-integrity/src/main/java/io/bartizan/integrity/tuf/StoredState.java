package io.bartizan.integrity.tuf;

import io.bartizan.integrity.json.Json;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What must not be older next time, in one file so that it changes in one step.
 *
 * @param keys whose metadata they are: {@link RootMetadata#onlineKeys}
 * @param refreshedAt when the source last confirmed all of it; null if it never did
 * @param timestamp the file as it was served; null before the first
 * @param snapshot the file as it was served; null before the first
 */
record StoredState(
    String keys,
    @Nullable Instant refreshedAt,
    @Nullable String timestamp,
    @Nullable String snapshot) {

  /** Of a character that is written escaped, as a line end. */
  private static final int ESCAPED_BYTES = 6;

  /**
   * Room for any files that were verified: whoever serves them may fill them with line ends, which
   * nobody signs, and a state that can't be read again would be a rollback.
   */
  static final int MAX_BYTES =
      ESCAPED_BYTES * (ListedFiles.MAX_TIMESTAMP_BYTES + ListedFiles.MAX_SNAPSHOT_BYTES) + 4096;

  /** Nothing yet. */
  static StoredState none(String keys) {
    return new StoredState(keys, null, null, null);
  }

  /** Null if it is no such file: then nothing is known, and the next refresh writes it anew. */
  static @Nullable StoredState read(byte[] json) {
    try {
      JsonObject object = Json.parseObject(json, JsonLimits.ofBytes(MAX_BYTES));
      String keys = object.string("keys");
      String refreshed = object.string("refreshed");
      return keys == null
          ? null
          : new StoredState(
              keys,
              refreshed == null ? null : Instant.parse(refreshed),
              object.string("timestamp"),
              object.string("snapshot"));
    } catch (JsonException | DateTimeException e) {
      return null;
    }
  }

  byte[] json() {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("keys", keys);
    if (refreshedAt != null) {
      members.put("refreshed", refreshedAt.toString());
    }
    if (timestamp != null) {
      members.put("timestamp", timestamp);
    }
    if (snapshot != null) {
      members.put("snapshot", snapshot);
    }
    return JsonWriter.write(members).getBytes(StandardCharsets.UTF_8);
  }

  StoredState withTimestamp(byte[] bytes) {
    return new StoredState(keys, refreshedAt, text(bytes), snapshot);
  }

  StoredState withSnapshot(byte[] bytes) {
    return new StoredState(keys, refreshedAt, timestamp, text(bytes));
  }

  StoredState withRefreshedAt(Instant now) {
    return new StoredState(keys, now, timestamp, snapshot);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
