package io.bartizan.integrity.attest.notation;

import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.StrictBase64;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads JWS in the flattened JSON serialization (RFC 7515 section 7.2.2), as Notation has it. */
final class JwsEnvelope {

  private static final Set<String> MEMBERS = Set.of("payload", "protected", "header", "signature");
  private static final Pattern RFC_3339 =
      Pattern.compile(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?"
              + "(Z|[+-][0-9]{2}:[0-9]{2})");

  private JwsEnvelope() {}

  static Envelope parse(byte[] json) {
    JsonFields fields = read(json, "the envelope");
    if (!MEMBERS.containsAll(fields.json().names())) {
      throw fields.refused("has other members than payload, protected, header and signature");
    }
    JsonFields header = fields.object("header");
    for (String each : header.json().names()) {
      if (SignedAttributes.PROTECTED.contains(each)) {
        throw header.refused("a header that must be protected is not");
      }
    }
    String protectedText = fields.text("protected");
    String payloadText = fields.text("payload");
    return new Envelope(
        attributes(read(url(fields, "protected"), "the protected header")),
        url(fields, "payload"),
        (protectedText + "." + payloadText).getBytes(StandardCharsets.US_ASCII),
        url(fields, "signature"),
        Envelope.certificates(chain(header)),
        timestamp(header));
  }

  private static JsonFields read(byte[] json, String what) {
    return JsonFields.parse(
        json,
        JsonLimits.ofBytes(Envelope.MAX_BYTES),
        NotationReason.MALFORMED,
        NotationReason.TOO_LARGE,
        what);
  }

  private static SignedAttributes attributes(JsonFields header) {
    SignedAttributes.Headers headers =
        new SignedAttributes.Headers() {
          @Override
          public boolean has(String name) {
            return header.has(name);
          }

          @Override
          public String text(String name) {
            return header.text(name);
          }

          @Override
          public Instant time(String name) {
            return JwsEnvelope.time(header, name);
          }
        };
    return SignedAttributes.judge(
        headers, strings(header, "crit"), header.text("alg"), header.text("cty"));
  }

  private static Instant time(JsonFields header, String name) {
    String text = header.text(name);
    try {
      if (RFC_3339.matcher(text).matches()) {
        return OffsetDateTime.parse(text).toInstant();
      }
    } catch (DateTimeException e) {
      throw header.refused(name + " is no time: " + text);
    }
    throw header.refused(name + " is no time of RFC 3339");
  }

  private static List<byte[]> chain(JsonFields header) {
    List<byte[]> chain = new ArrayList<>();
    for (String each : strings(header, "x5c")) {
      byte[] der = StrictBase64.decodeStandard(each);
      if (der == null) {
        throw header.refused("x5c is not canonical base64");
      }
      chain.add(der);
    }
    return chain;
  }

  private static byte @Nullable [] timestamp(JsonFields header) {
    String name = SignedAttributes.TIMESTAMP;
    return header.has(name) ? header.base64(name) : null;
  }

  private static List<String> strings(JsonFields fields, String name) {
    try {
      List<String> strings = fields.json().strings(name);
      return strings == null ? List.of() : strings;
    } catch (JsonException e) {
      throw fields.refused(name + ": " + e.getMessage());
    }
  }

  private static byte[] url(JsonFields fields, String name) {
    byte[] bytes = StrictBase64.decodeUrl(fields.text(name));
    if (bytes == null) {
      throw fields.refused(name + " is not canonical base64url");
    }
    return bytes;
  }
}
