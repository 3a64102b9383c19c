package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.Pem;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.StrictBase64;
import io.bartizan.integrity.keys.KeyGate;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The body of a log entry: what the log was told, bound field by field to what the bundle says.
 *
 * @param v2 whether a log of Rekor v2 makes such entries
 * @param overEnvelope whether {@code digest} is the DSSE payload's; else it is of what was signed
 * @param digest of the artifact, of the envelope's signed bytes, or of its payload
 * @param payloadType of the envelope; null if the entry does not say
 * @param signature the raw signature
 * @param verifier the certificate, or the key's SubjectPublicKeyInfo
 * @param certified whether {@code verifier} is a certificate
 * @param details the kind of key, in Rekor v2 alone
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, and inside this package alone
record RekorBody(
    KindVersion type,
    boolean v2,
    boolean overEnvelope,
    Digest digest,
    @Nullable String payloadType,
    byte[] signature,
    byte[] verifier,
    boolean certified,
    @Nullable KeyDetails details) {

  private static final int MAX_BYTES = 128 * 1024 * 1024;
  private static final int MAX_VALUES = 1_000;
  private static final int MAX_SIGNATURES = 32;

  /** What an entry is. */
  record KindVersion(String kind, String version) {
    @Override
    public String toString() {
      return kind + " " + version;
    }
  }

  static KindVersion kindOf(byte[] body) {
    return kindOf(parse(body));
  }

  private static KindVersion kindOf(ProtoFields body) {
    return new KindVersion(body.text("kind"), body.text("apiVersion"));
  }

  private static ProtoFields parse(byte[] body) {
    return ProtoFields.parseBundle(
        body, JsonLimits.ofBytes(MAX_BYTES).withMaxValues(MAX_VALUES), "the log entry's body");
  }

  static RekorBody read(LogEntry entry) {
    ProtoFields body = parse(entry.body());
    KindVersion type = kindOf(body);
    if (!type.equals(new KindVersion(entry.kind(), entry.version()))) {
      throw mismatch(
          "the log entry is " + type + ", the bundle says " + entry.kind() + " " + entry.version());
    }
    ProtoFields spec = body.object("spec");
    return switch (type.toString()) {
      case "hashedrekord 0.0.1" -> hashedRekord(type, spec);
      case "dsse 0.0.1" -> dsse(type, spec);
      case "intoto 0.0.2" -> intoto(type, spec.object("content"));
      case "hashedrekord 0.0.2" -> hashedRekord2(type, spec.object("hashedRekordV002"));
      case "dsse 0.0.2" -> dsse2(type, spec.object("dsseV002"));
      default ->
          throw new VerificationException(
              SigstoreReason.LOG_ENTRY_UNSUPPORTED,
              "the log entry is "
                  + type
                  + "; hashedrekord 0.0.1 and 0.0.2, dsse 0.0.1 and 0.0.2, intoto 0.0.2 are read");
    };
  }

  private static RekorBody hashedRekord(KindVersion type, ProtoFields spec) {
    ProtoFields signature = spec.object("signature");
    Pem pem = pem(signature.object("publicKey"), "content");
    return new RekorBody(
        type,
        false,
        false,
        hash(spec.object("data").object("hash"), true),
        null,
        signature.bytes("content"),
        pem.content(),
        pem.label().equals("CERTIFICATE"),
        null);
  }

  private static RekorBody dsse(KindVersion type, ProtoFields spec) {
    ProtoFields signature = only(spec, "signatures");
    Pem pem = pem(signature, "verifier");
    return new RekorBody(
        type,
        false,
        true,
        hash(spec.object("payloadHash"), false),
        null,
        signature.bytes("signature"),
        pem.content(),
        pem.label().equals("CERTIFICATE"),
        null);
  }

  private static RekorBody intoto(KindVersion type, ProtoFields content) {
    ProtoFields envelope = content.object("envelope");
    ProtoFields signature = only(envelope, "signatures");
    Pem pem = pem(signature, "publicKey");
    byte[] raw =
        StrictBase64.decodeStandard(
            new String(signature.bytes("sig"), StandardCharsets.ISO_8859_1)); // encoded twice
    if (raw == null) {
      throw signature.refused("sig is not base64 of base64");
    }
    return new RekorBody(
        type,
        false,
        true,
        hash(content.object("payloadHash"), false),
        envelope.text("payloadType"),
        raw,
        pem.content(),
        pem.label().equals("CERTIFICATE"),
        null);
  }

  private static RekorBody hashedRekord2(KindVersion type, ProtoFields spec) {
    return v2(type, false, spec.object("data"), spec.object("signature"));
  }

  private static RekorBody dsse2(KindVersion type, ProtoFields spec) {
    return v2(type, true, spec.object("payloadHash"), only(spec, "signatures"));
  }

  private static RekorBody v2(
      KindVersion type, boolean overEnvelope, ProtoFields data, ProtoFields signature) {
    ProtoFields verifier = signature.object("verifier");
    ProtoFields certificate = verifier.objectOrNull("x509Certificate");
    ProtoFields key = verifier.objectOrNull("publicKey");
    if ((certificate == null) == (key == null)) {
      throw verifier.refused("not exactly one of x509Certificate and publicKey");
    }
    KeyDetails details = KeyDetails.ofName(verifier.text("keyDetails"));
    DigestAlgorithm algorithm = KeyDetails.hashOfProto(data.text("algorithm"));
    byte[] value = data.bytes("digest");
    if (details == null) {
      throw new VerificationException(
          SigstoreReason.LOG_ENTRY_UNSUPPORTED,
          "the log entry's key is a " + verifier.text("keyDetails"));
    }
    boolean right =
        overEnvelope ? algorithm == DigestAlgorithm.SHA_256 : algorithm == details.hash();
    if (algorithm == null || !right || value.length != algorithm.length()) {
      throw mismatch(
          "the log entry's digest is " + data.text("algorithm") + " of a key " + details);
    }
    return new RekorBody(
        type,
        true,
        overEnvelope,
        Digest.ofValue(algorithm, value),
        null,
        signature.bytes("content"),
        (certificate == null ? verifier.object("publicKey") : certificate).bytes("rawBytes"),
        certificate != null,
        details);
  }

  private static ProtoFields only(ProtoFields fields, String name) {
    List<ProtoFields> all = fields.objects(name, MAX_SIGNATURES);
    if (all.size() != 1) {
      throw mismatch("the log entry has " + all.size() + " signatures, 1 is expected");
    }
    return all.get(0);
  }

  private static Pem pem(ProtoFields fields, String name) {
    String text = new String(fields.bytes(name), StandardCharsets.UTF_8);
    try {
      List<Pem> blocks = Pem.parse(text);
      if (blocks.size() == 1
          && (blocks.get(0).label().equals("CERTIFICATE")
              || blocks.get(0).label().equals("PUBLIC KEY"))) {
        return blocks.get(0);
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw fields.refused(name + " is not PEM of one certificate or public key");
  }

  private static Digest hash(ProtoFields hash, boolean any) {
    String label = hash.text("algorithm");
    DigestAlgorithm algorithm = KeyDetails.hashOfLabel(label);
    if (algorithm == null || (!any && algorithm != DigestAlgorithm.SHA_256)) {
      throw new VerificationException(
          SigstoreReason.LOG_ENTRY_UNSUPPORTED, "the log entry's hash is " + label);
    }
    String hex = hash.text("value").toLowerCase(Locale.ROOT);
    if (hex.length() != 2 * algorithm.length()) {
      throw hash.refused("value is no " + label);
    }
    try {
      return Digest.ofValue(algorithm, HexFormat.of().parseHex(hex));
    } catch (IllegalArgumentException e) {
      throw hash.refused("value is not hexadecimal");
    }
  }

  /** Refuses an entry that names another signer. */
  void requireSigner(Signer signer) {
    LeafCertificate leaf = signer.leaf();
    if (certified != (leaf != null)) {
      throw mismatch(
          "the log entry names a "
              + (certified ? "certificate" : "key")
              + ", the bundle was signed by the other kind");
    }
    if (leaf != null ? !Arrays.equals(verifier, leaf.der()) : !isKey(signer.key())) {
      throw mismatch("the log entry names another certificate or key");
    }
    if (details != null && !details.fits(signer.key())) {
      throw mismatch("the log entry's key is a " + details + ", the signer's is not");
    }
  }

  private boolean isKey(KeyGate.Passed key) {
    try {
      return Arrays.equals(KeyGate.ofSpki(verifier).spki(), key.spki());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Refuses an entry of another signature. */
  void requireSignature(byte[] signed) {
    if (!Arrays.equals(signature, signed)) {
      throw mismatch("the log entry has another signature");
    }
  }

  static VerificationException mismatch(String why) {
    return new VerificationException(SigstoreReason.LOG_ENTRY_MISMATCH, why);
  }
}
