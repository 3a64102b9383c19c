package io.bartizan.integrity.attest.sigstore;

import io.bartizan.testkit.json.JsonTree;
import io.bartizan.testkit.sigstore.draft.Instance;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;

/**
 * The testkit's Sigstore instance at fixed times, and its trusted root as our verifier reads it.
 */
final class World extends Instance {

  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  static final Instant SIGNED = Instant.parse("2026-06-01T12:05:00Z");

  private TrustedRoot trusted;

  World() {
    super(START);
  }

  /** The trusted root as it is, read once. */
  TrustedRoot trusted() {
    if (trusted == null) {
      trusted = read(trustedRoot());
    }
    return trusted;
  }

  static TrustedRoot read(Map<String, Object> root) {
    return TrustedRoot.parse(JsonTree.write(root), Instant.now());
  }

  static X509Certificate authority(
      String subject, String issuer, KeyPair key, KeyPair issuerKey, int pathLength) {
    return authority(
        subject, issuer, key, issuerKey, pathLength, START, START.plusSeconds(1 << 28));
  }

  static Map<String, Object> log(String url, PublicKey key, String details, byte[] id) {
    return log(url, key, details, id, START);
  }

  static Map<String, Object> chain(String uri, X509Certificate... certificates) {
    return chain(uri, START, certificates);
  }
}
