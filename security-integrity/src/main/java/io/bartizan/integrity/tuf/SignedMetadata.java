package io.bartizan.integrity.tuf;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What every kind of metadata has: version, end, and signatures over the canonical form. */
final class SignedMetadata {

  private static final int MAX_VALUES = 500_000;

  /** Any that are short: these many may be so in any file. */
  private static final int FREE_VALUES = 1_024;

  /** Of the others on average: a prefix of a bin has seven, what a snapshot lists thirteen. */
  private static final int BYTES_PER_VALUE = 6;

  private static final int MAX_SIGNATURES = 256;
  private static final int MAX_SIGNATURE_CHARS = 4_096;
  private static final Pattern SPECIFICATION = Pattern.compile("1(\\.[0-9]{1,4}){1,2}");

  /** The specification's form, and those of RFC 3339 that older repositories wrote. */
  private static final Pattern TIME =
      Pattern.compile(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?"
              + "(Z|[+-][0-9]{2}:[0-9]{2})");

  /**
   * A signature, by whom it claims to be.
   *
   * @param keyId names a key of the role, or none
   * @param hex as it is written; may be empty or of an encoding that is not known
   */
  record Signature(String keyId, String hex) {

    /** Null if it is no signature of a kind that is known. */
    byte @Nullable [] raw() {
      try {
        return hex.isEmpty() || hex.length() > MAX_SIGNATURE_CHARS
            ? null
            : HexFormat.of().parseHex(hex);
      } catch (IllegalArgumentException e) {
        return null;
      }
    }
  }

  private final String label;
  private final JsonFields signed;
  private final List<Signature> signatures;
  private final long version;
  private final Instant expires;
  private final int size;

  private SignedMetadata(String label, String type, JsonFields whole, int size) {
    this.label = label;
    this.size = size;
    this.signed = whole.object("signed");
    this.signatures = signatures(whole);
    String found = signed.text("_type");
    if (!found.equals(type)) {
      throw signed.refused("_type is \"" + found + "\", " + type + " is accepted");
    }
    String specification = signed.text("spec_version");
    if (!SPECIFICATION.matcher(specification).matches()) {
      throw new VerificationException(
          TufReason.SPECIFICATION_UNSUPPORTED,
          label + " has the spec_version \"" + specification + "\", 1.x is accepted");
    }
    this.version = signed.size("version");
    if (version < 1) {
      throw signed.refused("version is 0, at least 1 is needed");
    }
    this.expires = time(signed, "expires");
  }

  /**
   * Reads metadata; nothing in it is trusted before {@link RoleKeys#requireSigned}.
   *
   * @param label what refusals call it
   * @param type what it must be
   * @param bytes the file
   * @param maxBytes the largest that is read
   */
  static SignedMetadata parse(String label, String type, byte[] bytes, int maxBytes) {
    return new SignedMetadata(
        label,
        type,
        JsonFields.parse(
            bytes,
            JsonLimits.ofBytes(maxBytes).withMaxValues(maxValues(bytes)),
            TufReason.METADATA_MALFORMED,
            TufReason.TOO_LARGE,
            label),
        bytes.length);
  }

  private static int maxValues(byte[] bytes) {
    return Math.min(MAX_VALUES, Math.max(FREE_VALUES, bytes.length / BYTES_PER_VALUE));
  }

  private static List<Signature> signatures(JsonFields whole) {
    if (!whole.has("signatures")) {
      throw whole.refused("signatures is missing");
    }
    List<Signature> signatures = new ArrayList<>();
    for (JsonFields each : whole.objects("signatures", MAX_SIGNATURES)) {
      signatures.add(new Signature(each.text("keyid"), each.text("sig")));
    }
    return List.copyOf(signatures);
  }

  private static Instant time(JsonFields signed, String name) {
    String text = signed.text(name);
    try {
      if (TIME.matcher(text).matches()) {
        return OffsetDateTime.parse(text).toInstant();
      }
    } catch (DateTimeException e) {
      // told below
    }
    throw signed.refused(
        name + " is \"" + text + "\", a time such as 2030-01-31T00:00:00Z is accepted");
  }

  String label() {
    return label;
  }

  /** The members of {@code signed}. */
  JsonFields fields() {
    return signed;
  }

  List<Signature> signatures() {
    return signatures;
  }

  long version() {
    return version;
  }

  Instant expires() {
    return expires;
  }

  /** The bytes of the file. */
  int size() {
    return size;
  }

  /** The bytes that are signed; made anew at each call. */
  byte[] canonical() {
    return CanonicalJson.of(signed.json());
  }

  void requireVersion(long wanted) {
    if (version != wanted) {
      throw new VerificationException(
          TufReason.VERSION_MISMATCH,
          label + " is version " + version + ", version " + wanted + " is accepted");
    }
  }

  void requireFresh(Instant now) {
    if (!expires.isAfter(now)) {
      throw new VerificationException(
          TufReason.EXPIRED, label + " expired at " + expires + ", it is " + now);
    }
  }
}
