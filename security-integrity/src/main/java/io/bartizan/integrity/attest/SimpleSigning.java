package io.bartizan.integrity.attest;

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
 */
record SimpleSigning(Digest image, String dockerReference, Map<String, String> annotations) {

  static final String MEDIA_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";
  static final int MAX_BYTES = 64 * 1024;

  private static final String TYPE = "cosign container image signature";

  static SimpleSigning parse(byte[] payload) {
    JsonFields root =
        JsonFields.parse(
            payload,
            JsonLimits.ofBytes(MAX_BYTES),
            AttestReason.MALFORMED,
            AttestReason.TOO_LARGE,
            "the signed payload");
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
