package io.bartizan.integrity.attest.notation;

import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The protected headers of an envelope, whichever format it has.
 *
 * @param signedAt the signer's word, or the signing authority's
 */
record SignedAttributes(
    String algorithm, NotationScheme scheme, Instant signedAt, @Nullable Instant expiry) {

  static final String PREFIX = "io.cncf.notary.";
  static final String SCHEME = PREFIX + "signingScheme";
  static final String SIGNING_TIME = PREFIX + "signingTime";
  static final String AUTHENTIC_TIME = PREFIX + "authenticSigningTime";
  static final String EXPIRY = PREFIX + "expiry";
  static final String PLUGIN = PREFIX + "verificationPlugin";
  static final String PLUGIN_VERSION = PREFIX + "verificationPluginMinVersion";

  /** A token of RFC 3161 over the signature, the one header that is not signed. */
  static final String TIMESTAMP = PREFIX + "timestampSignature";

  /** Headers that mean something only where they are signed. */
  static final Set<String> PROTECTED =
      Set.of(
          "alg",
          "cty",
          "crit",
          SCHEME,
          SIGNING_TIME,
          AUTHENTIC_TIME,
          EXPIRY,
          PLUGIN,
          PLUGIN_VERSION);

  private static final Set<String> UNDERSTOOD =
      Set.of(SCHEME, SIGNING_TIME, AUTHENTIC_TIME, EXPIRY, PLUGIN, PLUGIN_VERSION);

  /** The headers before they were judged. */
  interface Headers {

    boolean has(String name);

    String text(String name);

    Instant time(String name);
  }

  /** Judges the headers by the rules of both formats. */
  static SignedAttributes judge(
      Headers headers, List<String> critical, String algorithm, String contentType) {
    if (!contentType.equals(Envelope.PAYLOAD_TYPE)) {
      throw new VerificationException(
          NotationReason.PAYLOAD_TYPE_MISMATCH,
          "the payload is of type \"" + SafeText.of(contentType) + "\"");
    }
    Set<String> named = new HashSet<>(critical);
    if (critical.isEmpty() || named.size() < critical.size()) {
      throw Envelope.malformed("crit is empty, or names a header twice");
    }
    for (String each : critical) {
      if (!headers.has(each)) {
        throw Envelope.malformed("crit names a header that is not protected");
      }
    }
    if (headers.has(PLUGIN) || headers.has(PLUGIN_VERSION)) {
      throw new VerificationException(
          NotationReason.PLUGIN_REQUIRED, "the signature demands a verification plugin");
    }
    for (String each : critical) {
      if (!UNDERSTOOD.contains(each)) {
        throw new VerificationException(
            NotationReason.CRITICAL_UNKNOWN,
            "header \"" + SafeText.of(each) + "\" is critical and not understood");
      }
    }
    NotationScheme scheme = scheme(headers.text(SCHEME));
    boolean authority = scheme == NotationScheme.X509_SIGNING_AUTHORITY;
    String time = authority ? AUTHENTIC_TIME : SIGNING_TIME;
    String notTime = authority ? SIGNING_TIME : AUTHENTIC_TIME;
    if (!headers.has(time) || headers.has(notTime)) {
      throw Envelope.malformed(scheme.label() + " needs " + time + ", and not " + notTime);
    }
    if (!named.contains(SCHEME)
        || (authority && !named.contains(AUTHENTIC_TIME))
        || (headers.has(EXPIRY) && !named.contains(EXPIRY))) {
      throw Envelope.malformed(
          "crit does not name scheme, authentic time and expiry that are there");
    }
    Instant signedAt = headers.time(time);
    Instant expiry = headers.has(EXPIRY) ? headers.time(EXPIRY) : null;
    if (expiry != null && !expiry.isAfter(signedAt)) {
      throw Envelope.malformed("the expiry is not after the signing time");
    }
    return new SignedAttributes(algorithm, scheme, signedAt, expiry);
  }

  private static NotationScheme scheme(String label) {
    for (NotationScheme each : NotationScheme.values()) {
      if (each.label().equals(label)) {
        return each;
      }
    }
    throw new VerificationException(
        NotationReason.SCHEME_UNSUPPORTED,
        "the signing scheme is \""
            + SafeText.of(label)
            + "\", not notary.x509 or"
            + " notary.x509.signingAuthority");
  }
}
