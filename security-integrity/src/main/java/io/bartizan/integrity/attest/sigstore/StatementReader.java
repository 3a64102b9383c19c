package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonString;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The in-toto statement in a verified envelope (versions 1 and 0.1). */
final class StatementReader {

  static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

  private static final Set<String> TYPES =
      Set.of("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1");
  private static final int MAX_SUBJECTS = 1024;
  private static final int MAX_VALUES = 2_000_000;
  private static final int MAX_NUMBER_CHARS = 32;
  private static final int MAX_TOLD = 4;

  /** As of statements by a pinned key: bills of materials nest components in components. */
  private static final int MAX_DEPTH = 64;

  private StatementReader() {}

  static SignedStatement read(
      byte[] payload, Digest artifact, String predicateType, VerifiedBundle bundle) {
    JsonFields statement =
        JsonFields.parse(
            payload,
            limits(payload),
            SigstoreReason.MALFORMED,
            SigstoreReason.TOO_LARGE,
            "the statement");
    String type = statement.text("_type");
    if (!TYPES.contains(type)) {
      throw statement.refused("_type is \"" + type + "\", no in-toto statement");
    }
    String predicate = statement.text("predicateType");
    if (!predicate.equals(predicateType)) {
      throw new VerificationException(
          SigstoreReason.PREDICATE_TYPE_MISMATCH,
          "predicateType is \"" + predicate + "\", \"" + predicateType + "\" is expected");
    }
    List<JsonFields> all = statement.objects("subject", MAX_SUBJECTS);
    if (all.isEmpty()) {
      throw statement.refused("there is no subject");
    }
    List<Digest> covered = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (JsonFields subject : all) {
      List<Digest> digests = digests(subject.object("digest"));
      covered.addAll(digests);
      String name = subject.textOrNull("name");
      if (name != null && digests.contains(artifact)) {
        names.add(name);
      }
    }
    if (!covered.contains(artifact)) {
      throw new VerificationException(
          SigstoreReason.SUBJECT_MISMATCH,
          "the statement is not about "
              + artifact
              + " but about "
              + covered.subList(0, Math.min(MAX_TOLD, covered.size()))
              + (covered.size() > MAX_TOLD ? " and others" : ""));
    }
    JsonFields body = statement.objectOrNull("predicate");
    return new SignedStatement(
        bundle, predicateType, body == null ? Map.of() : body.json().toJava(), names, covered);
  }

  /** Of values as short as a bill of materials has them: what is read here was signed. */
  private static JsonLimits limits(byte[] payload) {
    return new JsonLimits(Math.max(1, payload.length), MAX_DEPTH, MAX_VALUES, MAX_NUMBER_CHARS);
  }

  /** Those of SHA-2; what is malformed is another's, and so is another algorithm's. */
  private static List<Digest> digests(JsonFields map) {
    if (map.json().size() == 0) {
      throw map.refused("there is no digest");
    }
    List<Digest> digests = new ArrayList<>();
    for (DigestAlgorithm each : DigestAlgorithm.values()) {
      if (map.json().get(each.label()) instanceof JsonString hex) {
        Digest digest = digest(each, hex.value());
        if (digest != null) {
          digests.add(digest);
        }
      }
    }
    return digests;
  }

  private static @Nullable Digest digest(DigestAlgorithm algorithm, String hex) {
    if (hex.length() != 2 * algorithm.length() || !hex.matches("[0-9a-f]*")) {
      return null;
    }
    return Digest.ofValue(algorithm, HexFormat.of().parseHex(hex));
  }
}
