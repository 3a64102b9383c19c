package io.bartizan.integrity.attest.policy;

import io.bartizan.core.Pem;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.attest.search.Candidate;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonWriter;
import io.bartizan.integrity.json.StrictBase64;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What cosign 1 and 2 attach to an image that was signed by certificate, put into the bundle that
 * says the same: certificate and log entry stand in the layer's annotations. They are put together
 * and not judged here.
 */
final class CosignLayer {

  private static final String CERTIFICATE = "dev.sigstore.cosign/certificate";
  private static final String REKOR = "dev.sigstore.cosign/bundle";
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_SIGNATURES = 64;

  private CosignLayer() {}

  /** The bundle that cosign itself wrote for files before there were Sigstore bundles. */
  static byte[] ofSignature(Candidate found) {
    JsonFields rekor = rekor(found);
    JsonFields payload = rekor.object("Payload");
    Map<String, Object> log = new LinkedHashMap<>();
    log.put("body", payload.text("body"));
    log.put("integratedTime", payload.size("integratedTime"));
    log.put("logIndex", payload.size("logIndex"));
    log.put("logID", payload.text("logID"));
    Map<String, Object> bundle = new LinkedHashMap<>();
    bundle.put("base64Signature", annotation(found, Candidate.SIGNATURE));
    bundle.put("cert", annotation(found, CERTIFICATE));
    bundle.put(
        "rekorBundle",
        Map.of("SignedEntryTimestamp", rekor.text("SignedEntryTimestamp"), "Payload", log));
    return utf8(bundle);
  }

  /** A Sigstore bundle of version 0.1. */
  static byte[] ofEnvelope(Candidate found) {
    JsonFields rekor = rekor(found);
    JsonFields payload = rekor.object("Payload");
    byte[] body = payload.base64("body");
    JsonFields entry = parse(body, "the log entry");
    Map<String, Object> log = new LinkedHashMap<>();
    log.put("logIndex", String.valueOf(payload.size("logIndex")));
    log.put("logId", Map.of("keyId", base64(hex(payload))));
    log.put("kindVersion", Map.of("kind", entry.text("kind"), "version", entry.text("apiVersion")));
    log.put("integratedTime", String.valueOf(payload.size("integratedTime")));
    log.put("inclusionPromise", Map.of("signedEntryTimestamp", rekor.text("SignedEntryTimestamp")));
    log.put("canonicalizedBody", base64(body));
    Map<String, Object> bundle = new LinkedHashMap<>();
    bundle.put("mediaType", "application/vnd.dev.sigstore.bundle+json;version=0.1");
    bundle.put(
        "verificationMaterial",
        Map.of(
            "x509CertificateChain",
            Map.of("certificates", List.of(Map.of("rawBytes", base64(certificate(found))))),
            "tlogEntries",
            List.of(log)));
    bundle.put("dsseEnvelope", envelope(found.content()));
    return utf8(bundle);
  }

  /** What a bundle has of it, and nothing that others added: it is written anew. */
  private static Map<String, ?> envelope(byte[] json) {
    JsonFields envelope = parse(json, JsonLimits.ofText(json.length + 1, json, 10_000), "envelope");
    List<Object> signatures = new ArrayList<>();
    for (JsonFields each : envelope.objects("signatures", MAX_SIGNATURES)) {
      signatures.add(Map.of("sig", each.text("sig")));
    }
    return Map.of(
        "payloadType", envelope.text("payloadType"),
        "payload", envelope.text("payload"),
        "signatures", signatures);
  }

  private static JsonFields rekor(Candidate found) {
    return parse(
        annotation(found, REKOR).getBytes(StandardCharsets.UTF_8), "the annotation " + REKOR);
  }

  private static JsonFields parse(byte[] json, String what) {
    return parse(json, JsonLimits.ofBytes(MAX_BYTES), what);
  }

  private static JsonFields parse(byte[] json, JsonLimits limits, String what) {
    return JsonFields.parse(
        json, limits, PolicyReason.CANDIDATE_MALFORMED, PolicyReason.TOO_LARGE, what);
  }

  private static String annotation(Candidate found, String name) {
    String value = found.layer().annotation(name);
    if (value.isEmpty()) {
      throw malformed(
          "there is no annotation " + name + ", so it was signed by a key, or without a log");
    }
    return value;
  }

  private static byte[] certificate(Candidate found) {
    try {
      List<Pem> blocks = Pem.parse(annotation(found, CERTIFICATE));
      if (blocks.size() == 1 && blocks.get(0).label().equals("CERTIFICATE")) {
        return blocks.get(0).content();
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw malformed("the annotation " + CERTIFICATE + " is not PEM of one certificate");
  }

  private static byte[] hex(JsonFields payload) {
    try {
      return HexFormat.of().parseHex(payload.text("logID"));
    } catch (IllegalArgumentException e) {
      throw payload.refused("logID is not hexadecimal");
    }
  }

  /** The raw bytes of a classic signature; none that verifies if it is no base64. */
  static byte[] signature(Candidate found) {
    byte[] decoded = StrictBase64.decodeStandard(found.layer().annotation(Candidate.SIGNATURE));
    return decoded == null ? new byte[0] : decoded;
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static byte[] utf8(Map<String, ?> members) {
    return JsonWriter.write(members).getBytes(StandardCharsets.UTF_8);
  }

  private static VerificationException malformed(String why) {
    return new VerificationException(PolicyReason.CANDIDATE_MALFORMED, why);
  }
}
