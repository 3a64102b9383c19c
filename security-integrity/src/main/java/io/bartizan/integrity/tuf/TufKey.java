package io.bartizan.integrity.tuf;

import io.bartizan.core.Pem;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.artifact.SignatureForm;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.integrity.x509.Signatures;
import java.math.BigInteger;
import java.security.spec.ECPoint;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A key as metadata name it. One whose type or scheme is not known, or that is weak or malformed,
 * is there and signs nothing: a repository may use more kinds than its clients read.
 *
 * @param kind key type and scheme with a blank between, empty where one is absent
 * @param text the public half as it is written
 */
record TufKey(String kind, String text) {

  private static final int POINT_BYTES = 65;

  /** Key types as python-tuf and as go-tuf spell them. */
  private static final Map<String, SignatureForm> FORMS =
      Map.ofEntries(
          Map.entry("ed25519 ed25519", SignatureForm.ED25519),
          Map.entry("ecdsa ecdsa-sha2-nistp256", SignatureForm.ECDSA_SHA256),
          Map.entry("ecdsa ecdsa-sha2-nistp384", SignatureForm.ECDSA_SHA384),
          Map.entry("ecdsa ecdsa-sha2-nistp521", SignatureForm.ECDSA_SHA512),
          Map.entry("ecdsa-sha2-nistp256 ecdsa-sha2-nistp256", SignatureForm.ECDSA_SHA256),
          Map.entry("ecdsa-sha2-nistp384 ecdsa-sha2-nistp384", SignatureForm.ECDSA_SHA384),
          Map.entry("ecdsa-sha2-nistp521 ecdsa-sha2-nistp521", SignatureForm.ECDSA_SHA512),
          Map.entry("rsa rsassa-pss-sha256", SignatureForm.RSA_PSS_SHA256),
          Map.entry("rsa rsassa-pss-sha384", SignatureForm.RSA_PSS_SHA384),
          Map.entry("rsa rsassa-pss-sha512", SignatureForm.RSA_PSS_SHA512),
          Map.entry("rsa rsa-pkcs1v15-sha256", SignatureForm.RSA_SHA256),
          Map.entry("rsa rsa-pkcs1v15-sha384", SignatureForm.RSA_SHA384),
          Map.entry("rsa rsa-pkcs1v15-sha512", SignatureForm.RSA_SHA512));

  static TufKey read(JsonFields key) {
    return new TufKey(
        textOrEmpty(key.json(), "keytype") + " " + textOrEmpty(key.json(), "scheme"),
        publicOf(key.json()));
  }

  private static String textOrEmpty(JsonObject object, String name) {
    try {
      String text = object.string(name);
      return text == null ? "" : text;
    } catch (JsonException e) {
      return ""; // of a kind that is not known
    }
  }

  private static String publicOf(JsonObject key) {
    try {
      JsonObject value = key.object("keyval");
      return value == null ? "" : textOrEmpty(value, "public");
    } catch (JsonException e) {
      return "";
    }
  }

  /**
   * A key that can sign, tried by nobody yet.
   *
   * @param key by which it counts, whatever its id is
   * @param passed the same, for {@link KeyTrials}
   * @param pss the hash if it signs with PSS, whose salt may be the longest too
   */
  record Pin(PinnedKey key, KeyGate.Passed passed, @Nullable DigestAlgorithm pss) {

    boolean matches(byte[] content, byte[] signature) {
      return key.matches(content, signature)
          || (pss != null && Signatures.matchesPssOfLongestSalt(passed, pss, content, signature));
    }
  }

  private static @Nullable DigestAlgorithm pss(SignatureForm form) {
    return switch (form) {
      case RSA_PSS_SHA256 -> DigestAlgorithm.SHA_256;
      case RSA_PSS_SHA384 -> DigestAlgorithm.SHA_384;
      case RSA_PSS_SHA512 -> DigestAlgorithm.SHA_512;
      default -> null;
    };
  }

  /** The key itself; null if it signs nothing. */
  @Nullable Pin pinned() {
    SignatureForm form = FORMS.get(kind);
    if (form == null) {
      return null;
    }
    try {
      KeyGate.Passed passed = text.startsWith("-----") ? ofPem() : ofHex(form);
      return isFor(form, passed)
          ? new Pin(PinnedKey.of(passed).withForm(form), passed, pss(form))
          : null;
    } catch (IllegalArgumentException e) {
      return null; // malformed or weak
    }
  }

  private KeyGate.Passed ofPem() {
    List<Pem> blocks = Pem.parse(text);
    if (blocks.size() != 1 || !blocks.get(0).label().equals("PUBLIC KEY")) {
      throw new IllegalArgumentException("not one block, a PUBLIC KEY");
    }
    return KeyGate.ofSpki(blocks.get(0).content());
  }

  private KeyGate.Passed ofHex(SignatureForm form) {
    byte[] raw = HexFormat.of().parseHex(text);
    if (form == SignatureForm.ED25519) {
      return KeyGate.ed25519(raw);
    }
    if (form != SignatureForm.ECDSA_SHA256 || raw.length != POINT_BYTES || raw[0] != 4) {
      throw new IllegalArgumentException("no uncompressed point of P-256");
    }
    return KeyGate.ec(
        "P-256",
        new ECPoint(
            new BigInteger(1, Arrays.copyOfRange(raw, 1, 33)),
            new BigInteger(1, Arrays.copyOfRange(raw, 33, POINT_BYTES))));
  }

  /** The scheme names the curve, so that one key has one way to sign. */
  private static boolean isFor(SignatureForm form, KeyGate.Passed key) {
    String curve = String.valueOf(key.curve());
    return switch (form) {
      case ED25519 -> curve.equals("Ed25519");
      case ECDSA_SHA256 -> curve.equals("P-256");
      case ECDSA_SHA384 -> curve.equals("P-384");
      case ECDSA_SHA512 -> curve.equals("P-521");
      default -> key.kty().equals("RSA");
    };
  }
}
