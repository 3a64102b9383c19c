package io.bartizan.integrity.attest.search;

import io.bartizan.core.Reason;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonLiteral;
import io.bartizan.integrity.json.JsonString;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The payload of cosign's classic image signatures, read only after its signature was verified.
 *
 * <p>Members may begin with a capital, as old documents and tools have it; both spellings at once
 * are refused, since Go and we could then read different ones.
 *
 * @param image what was signed
 * @param dockerReference for which repository; empty if it does not say
 * @param annotations what else was signed
 */
public record SimpleSigning(Digest image, String dockerReference, Map<String, String> annotations) {

  /** Of the layer that holds the payload. */
  public static final String MEDIA_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";

  /** The largest payload. */
  public static final int MAX_BYTES = 64 * 1024;

  private static final String TYPE = "cosign container image signature";

  /**
   * Reads a payload.
   *
   * @param payload the very bytes that were signed
   * @param malformed the reason where it is none
   * @param tooLarge the reason where it is too large
   * @return what it says
   * @throws io.bartizan.core.VerificationException if it can't be read
   */
  public static SimpleSigning parse(byte[] payload, Reason malformed, Reason tooLarge) {
    JsonFields root =
        JsonFields.parse(
            payload, JsonLimits.ofBytes(MAX_BYTES), malformed, tooLarge, "the signed payload");
    JsonFields critical = root.object(spelling(root, "critical"));
    JsonFields image = critical.object(spelling(critical, "image"));
    JsonFields identity = critical.objectOrNull(spelling(critical, "identity"));
    String type = critical.text(spelling(critical, "type"));
    if (!type.equals(TYPE)) {
      throw critical.refused("type is \"" + type + "\", \"" + TYPE + "\" is expected");
    }
    String reference =
        identity == null ? null : identity.textOrNull(spelling(identity, "docker-reference"));
    Map<String, String> annotations = new LinkedHashMap<>();
    JsonFields optional =
        root.json().get(spelling(root, "optional")) == JsonLiteral.NULL
            ? null
            : root.objectOrNull(spelling(root, "optional"));
    if (optional != null) {
      for (String name : optional.json().names()) {
        if (optional.json().get(name) instanceof JsonString text) {
          annotations.put(name, text.value());
        }
      }
    }
    return new SimpleSigning(
        Digest.parseOci(image.text(spelling(image, "docker-manifest-digest"))),
        reference == null ? "" : reference,
        annotations);
  }

  private static String spelling(JsonFields fields, String name) {
    String capital = Character.toUpperCase(name.charAt(0)) + name.substring(1);
    if (fields.has(name) && fields.has(capital)) {
      throw fields.refused("both " + name + " and " + capital);
    }
    return fields.has(capital) ? capital : name;
  }
}
