package io.bartizan.examples.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.artifact.Digest;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The API keys that are known, as their digests: neither the key nor a part of it stays in memory,
 * in a log or in the name of a Redis key.
 */
public final class ApiKeys {

  private static final int MIN_CHARS = 8;
  private static final int MAX_CHARS = 256;

  private final Set<Digest> known;

  private ApiKeys(Set<Digest> known) {
    this.known = known;
  }

  /**
   * A key a line, of visible ASCII characters; empty lines and those that begin with # are none.
   */
  public static ApiKeys parse(SecretBytes text) {
    String[] lines = text.lend(bytes -> new String(bytes, US_ASCII)).split("\n", -1);
    Set<Digest> known = new HashSet<>();
    for (int i = 0; i < lines.length; i++) {
      String line =
          lines[i].endsWith("\r") ? lines[i].substring(0, lines[i].length() - 1) : lines[i];
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      if (line.length() < MIN_CHARS
          || line.length() > MAX_CHARS
          || !line.chars().allMatch(each -> each > ' ' && each < 0x7f)) {
        throw new IllegalArgumentException(
            "line %s of the API keys is no key of %s to %s visible characters"
                .formatted(i + 1, MIN_CHARS, MAX_CHARS));
      }
      known.add(digest(line));
    }
    if (known.isEmpty()) {
      throw new IllegalArgumentException("the API keys are " + lines.length + " lines and no key");
    }
    return new ApiKeys(Set.copyOf(known));
  }

  /** Who calls with this key: a name that tells nothing about it. */
  Optional<String> caller(String apiKey) {
    Digest digest = digest(apiKey);
    return known.contains(digest) ? Optional.of(digest.hex()) : Optional.empty();
  }

  private static Digest digest(String apiKey) {
    return Digest.sha256Of(apiKey.getBytes(UTF_8));
  }

  @Override
  public String toString() {
    return "ApiKeys[" + known.size() + "]";
  }
}
