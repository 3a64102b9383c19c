package io.bartizan.integrity.jwt;

import io.bartizan.core.Refusal;
import io.bartizan.integrity.json.Json;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.json.StrictBase64;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A JOSE header (RFC 7515 section 4), or why it is refused.
 *
 * <p>Keys and places of keys that the token itself brings ({@code jwk}, {@code jku}, {@code x5u},
 * {@code x5c}) are not read at all. What would change the meaning of the token ({@code crit},
 * {@code b64}, {@code zip}, {@code enc}, nested {@code cty}) is refused, whatever its value.
 */
final class JwsHeader {

  static final int MAX_BYTES = 4096;

  private static final JsonLimits LIMITS = JsonLimits.ofBytes(MAX_BYTES).withMaxValues(128);

  private static final Refusal TOO_LARGE =
      Refusal.of(JwtReason.TOO_LARGE, "the header is longer than " + MAX_BYTES + " bytes");
  private static final Refusal NOT_BASE64 =
      Refusal.of(JwtReason.MALFORMED, "the header is not canonical base64url");
  private static final Refusal NO_ALGORITHM =
      Refusal.of(JwtReason.MALFORMED, "the header has no alg");
  private static final Refusal UNKNOWN_ALGORITHM =
      Refusal.of(JwtReason.ALGORITHM_NOT_ALLOWED, "the header's alg is no known algorithm");
  private static final Refusal KEY_ID_LENGTH =
      Refusal.of(JwtReason.MALFORMED, "the header's kid is longer than 256 characters");
  private static final Refusal WRONG_TYPE =
      Refusal.of(JwtReason.MALFORMED, "the header has a member of a wrong type");
  private static final Refusal NESTED =
      Refusal.of(JwtReason.HEADER_NOT_SUPPORTED, "the header says that a token is nested inside");
  private static final Refused[] REFUSED = {
    new Refused("crit"), new Refused("b64"), new Refused("zip"), new Refused("enc")
  };

  /** A member whose presence is refused. */
  private record Refused(String name, Refusal rejected) {
    Refused(String name) {
      this(name, Refusal.of(JwtReason.HEADER_NOT_SUPPORTED, "the header has the member " + name));
    }
  }

  private final @Nullable JwsAlgorithm algorithm;
  final boolean edDsaAlias;
  final @Nullable String keyId;
  final @Nullable String type;
  private final @Nullable JsonObject json;
  final @Nullable Refusal refusal;

  private JwsHeader(Refusal refusal) {
    this.algorithm = null;
    this.edDsaAlias = false;
    this.keyId = null;
    this.type = null;
    this.json = null;
    this.refusal = refusal;
  }

  private JwsHeader(
      JwsAlgorithm algorithm,
      boolean edDsaAlias,
      @Nullable String keyId,
      @Nullable String type,
      JsonObject json) {
    this.algorithm = algorithm;
    this.edDsaAlias = edDsaAlias;
    this.keyId = keyId;
    this.type = type;
    this.json = json;
    this.refusal = null;
  }

  JwsAlgorithm algorithm() {
    return Objects.requireNonNull(algorithm, "algorithm");
  }

  /** All members; only what is understood to be unverified may use it. */
  JsonObject json() {
    return Objects.requireNonNull(json, "json");
  }

  static JwsHeader parse(byte[] token, int end) {
    if (end > MAX_BYTES / 3 * 4) {
      return new JwsHeader(TOO_LARGE);
    }
    byte[] bytes = StrictBase64.decodeUrl(token, 0, end);
    if (bytes == null) {
      return new JwsHeader(NOT_BASE64);
    }
    try {
      return read(Json.parseObject(bytes, LIMITS));
    } catch (JsonException e) {
      return new JwsHeader(
          e.kind() == JsonException.Kind.TYPE
              ? WRONG_TYPE
              : Refusal.of(JwtReason.MALFORMED, "the header: " + e.getMessage()));
    }
  }

  private static JwsHeader read(JsonObject json) throws JsonException {
    String name = json.string("alg");
    if (name == null || name.isEmpty()) {
      return new JwsHeader(NO_ALGORITHM);
    }
    boolean alias = name.equals("EdDSA");
    JwsAlgorithm algorithm = alias ? JwsAlgorithm.ED25519 : JwsAlgorithm.ofHeaderName(name);
    if (algorithm == null) {
      return new JwsHeader(UNKNOWN_ALGORITHM);
    }
    for (Refused refused : REFUSED) {
      if (json.has(refused.name)) {
        return new JwsHeader(refused.rejected);
      }
    }
    String keyId = json.string("kid");
    if (keyId != null && keyId.length() > JwkReader.MAX_KEY_ID_CHARS) {
      return new JwsHeader(KEY_ID_LENGTH);
    }
    String content = json.string("cty");
    if (content != null && mediaType(content).endsWith("jwt")) {
      return new JwsHeader(NESTED);
    }
    String type = json.string("typ");
    return new JwsHeader(algorithm, alias, keyId, type == null ? null : mediaType(type), json);
  }

  /** Lower case and without the prefix that RFC 7515 section 4.1.9 makes optional. */
  static String mediaType(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    String prefix = "application/";
    return lower.startsWith(prefix) && lower.indexOf('/', prefix.length()) < 0
        ? lower.substring(prefix.length())
        : lower;
  }
}
