package io.bartizan.integrity.mac;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What a scheme read from the headers, all of it still unverified.
 *
 * @param id the signed id
 * @param timestamp the signed time in seconds since 1970
 * @param prefix what is signed before the body
 * @param suffix what is signed after it
 * @param tags the presented HMAC tags of an accepted version, as text
 * @param ed25519 the presented Ed25519 signatures, as text
 */
record WebhookHeaders(
    Optional<String> id,
    Optional<Long> timestamp,
    String prefix,
    String suffix,
    List<String> tags,
    List<String> ed25519) {

  byte[] prefixBytes() {
    return prefix.getBytes(StandardCharsets.US_ASCII);
  }

  byte[] suffixBytes() {
    return suffix.getBytes(StandardCharsets.US_ASCII);
  }
}
