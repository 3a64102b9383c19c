package io.bartizan.integrity.jwt;

import io.bartizan.integrity.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is usable of a JWK set that somebody else publishes: secrets, private keys (whoever
 * publishes one has lost it), weak keys and keys for something else are left out, and counted.
 *
 * @param keys the usable keys, none twice
 * @param leftOut how many are not
 */
record PublishedKeys(List<VerifyingKey> keys, int leftOut) {

  private static final Logger LOG = LoggerFactory.getLogger(PublishedKeys.class);
  private static final int MAX_KEYS = 100;

  /**
   * Reads a set.
   *
   * @throws IllegalArgumentException if it is no JWK set, too long, or nothing in it is usable
   */
  static PublishedKeys read(byte[] set, int maxBytes) {
    List<JsonValue> published = JwkReader.keys(JwkReader.parse(set, maxBytes));
    if (published.size() > MAX_KEYS) {
      throw new IllegalArgumentException("the set has more than " + MAX_KEYS + " keys");
    }
    List<VerifyingKey> keys = new ArrayList<>();
    int leftOut = 0;
    for (JsonValue value : published) {
      VerifyingKey key = readOrNull(value);
      if (key == null) {
        leftOut++;
      } else if (keys.stream().noneMatch(key::isSameAs)) {
        keys.add(key);
      }
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("the set has no usable key");
    }
    return new PublishedKeys(keys, leftOut);
  }

  private static @Nullable VerifyingKey readOrNull(JsonValue value) {
    try {
      VerifyingKey key = JwkReader.read(value);
      return key == null || key.isSecret() ? null : key;
    } catch (IllegalArgumentException e) {
      LOG.debug("a key of a fetched set is left out: {}", e.getMessage());
      return null;
    }
  }
}
