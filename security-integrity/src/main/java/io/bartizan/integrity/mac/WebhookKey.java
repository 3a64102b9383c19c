package io.bartizan.integrity.mac;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.json.StrictBase64;
import io.bartizan.integrity.keys.JdkSignatures;
import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.integrity.keys.SecretGate;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One key of a webhook endpoint: a shared secret, or with Standard Webhooks v1a a public key. The
 * kind is fixed when it is read, so that a public key never becomes an HMAC key.
 */
final class WebhookKey {

  private static final int MIN_SECRET_BYTES = 16;
  private static final int MAX_SECRET_BYTES = 512;

  private final @Nullable KeyedHash hash;
  private final @Nullable PublicKey publicKey;
  private final String scope;

  private WebhookKey(@Nullable KeyedHash hash, @Nullable PublicKey publicKey, byte[] fingerprint) {
    this.hash = hash;
    this.publicKey = publicKey;
    this.scope = "webhook:" + HexFormat.of().formatHex(fingerprint, 0, 8);
  }

  /** A secret as the format says that it is shown. */
  static WebhookKey of(WebhookFormat format, SecretBytes secret) {
    return secret.lend(
        bytes -> {
          byte[] key = format.secretEncoding == null ? shown(bytes) : decoded(format, bytes);
          if (key.length < MIN_SECRET_BYTES || key.length > MAX_SECRET_BYTES) {
            throw new IllegalArgumentException(
                "the webhook secret has "
                    + key.length
                    + " bytes, "
                    + MIN_SECRET_BYTES
                    + " to "
                    + MAX_SECRET_BYTES
                    + " are accepted");
          }
          try {
            return ofSecret(format.algorithm, format.legacySha1, key);
          } finally {
            if (key != bytes) {
              Arrays.fill(key, (byte) 0);
            }
          }
        });
  }

  /** Refuses the line end that a text has got on its way; bytes of another kind may end as one. */
  private static byte[] shown(byte[] secret) {
    int end = secret.length;
    while (end > 0 && (secret[end - 1] == '\n' || secret[end - 1] == '\r')) {
      end--;
    }
    boolean isText = end < secret.length;
    for (int i = 0; i < end; i++) {
      isText &= secret[i] >= ' ' && secret[i] <= '~';
    }
    if (isText) {
      throw new IllegalArgumentException(
          "the webhook secret ends with a line end, which no provider shows; take it off");
    }
    return secret;
  }

  private static byte[] decoded(WebhookFormat format, byte[] shown) {
    String text = new String(shown, StandardCharsets.ISO_8859_1).strip();
    WebhookEncoding form = Objects.requireNonNull(format.secretEncoding);
    byte[] key =
        text.startsWith(format.secretPrefix)
            ? form.decode(text.substring(format.secretPrefix.length()))
            : null;
    if (key == null) {
      throw new IllegalArgumentException(
          "a secret of "
              + format.name
              + " is "
              + format.secretPrefix
              + " and "
              + form
              + "; this one is not");
    }
    return key;
  }

  /**
   * {@code whsec_} and a secret of 16 to 512 bytes, or {@code whpk_} and an Ed25519 key, base64.
   */
  static WebhookKey standard(SecretBytes key) {
    return key.lend(
        bytes -> {
          String text = new String(bytes, StandardCharsets.ISO_8859_1).strip();
          if (text.startsWith("v1,whsec_") || text.startsWith("v1a,whpk_")) {
            text = text.substring(text.indexOf(',') + 1); // as some dashboards show it
          }
          boolean secret = text.startsWith("whsec_");
          boolean open = text.startsWith("whpk_");
          byte[] raw =
              secret || open
                  ? StrictBase64.decodeStandard(text.substring(text.indexOf('_') + 1))
                  : null;
          if (raw == null) {
            throw new IllegalArgumentException(
                "a Standard Webhooks key is whsec_ or whpk_ and base64; this one is not. A secret"
                    + " that is shown as base64 alone takes whsec_ before it");
          }
          int min = open ? 32 : MIN_SECRET_BYTES;
          int max = open ? 32 : MAX_SECRET_BYTES;
          if (raw.length < min || raw.length > max) {
            throw new IllegalArgumentException(
                "the Standard Webhooks key has "
                    + raw.length
                    + " bytes, "
                    + min
                    + " to "
                    + max
                    + " are accepted");
          }
          try {
            return open ? ofPublicKey(raw) : ofSecret(HmacAlgorithm.SHA_256, false, raw);
          } finally {
            Arrays.fill(raw, (byte) 0);
          }
        });
  }

  private static WebhookKey ofSecret(HmacAlgorithm algorithm, boolean legacySha1, byte[] secret) {
    SecretGate.check(secret);
    KeyedHash hash =
        legacySha1
            ? KeyedHash.legacySha1(secret)
            : KeyedHash.of(algorithm, secret, MessageDigest::getInstance);
    byte[] label = "bartizan webhook scope v1".getBytes(StandardCharsets.US_ASCII);
    return new WebhookKey(hash, null, hash.tag(label));
  }

  private static WebhookKey ofPublicKey(byte[] raw) {
    return new WebhookKey(null, KeyGate.ed25519(raw).key(), raw);
  }

  boolean isPublic() {
    return publicKey != null;
  }

  /** Keeps ids of different senders apart in a shared guard. */
  String scope() {
    return scope;
  }

  /** The tag of a message, or null if this key makes none. */
  byte @Nullable [] tag(byte[] prefix, byte[] body, byte[] suffix) {
    return hash == null ? null : hash.tag(prefix, body, suffix);
  }

  /** Whether a base64 signature is this public key's. */
  boolean verifies(String signature, byte[] prefix, byte[] body) {
    byte[] raw = StrictBase64.decodeStandard(signature);
    if (publicKey == null || raw == null || raw.length != 64) {
      return false;
    }
    try {
      Signature verifier = JdkSignatures.engine("Ed25519", false);
      verifier.initVerify(publicKey);
      verifier.update(prefix);
      verifier.update(body);
      return verifier.verify(raw);
    } catch (SignatureException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM can't verify Ed25519", e);
    }
  }
}
