package io.bartizan.integrity.attest;

import io.bartizan.core.Checked;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies in-toto statements (versions 1 and 0.1) about one artifact, in DSSE envelopes.
 *
 * <p>The predicate type is required, since a key that signs bills of materials has not approved a
 * release; so is the artifact's digest, since a genuine statement about another artifact says
 * nothing of this one. Subjects are matched by digest, never by name. Immutable, thread-safe.
 *
 * <pre>{@code
 * StatementVerifier provenance =
 *     StatementVerifier.of(SignerKeys.anyOf(builder), "https://slsa.dev/provenance/v1");
 * Map<String, Object> predicate = provenance.verify(envelope, Digest.sha256Of(jar)).predicate();
 * }</pre>
 */
public final class StatementVerifier {

  private static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";
  private static final Set<String> TYPES =
      Set.of("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1");
  private static final int MAX_SUBJECTS = 1024;
  private static final JsonLimits LIMITS =
      JsonLimits.ofBytes(12 * 1024 * 1024).withMaxValues(100_000);

  private final DsseVerifier envelopes;
  private final String predicateType;

  private StatementVerifier(SignerKeys keys, String predicateType) {
    this.envelopes = DsseVerifier.of(keys, PAYLOAD_TYPE);
    this.predicateType = Objects.requireNonNull(predicateType, "predicateType");
  }

  /**
   * A verifier.
   *
   * @param keys whose signatures count
   * @param predicateType the one kind of statement that is accepted, a URI
   * @return a verifier
   * @throws NullPointerException if an argument is null
   */
  public static StatementVerifier of(SignerKeys keys, String predicateType) {
    return new StatementVerifier(keys, predicateType);
  }

  /**
   * Verifies a statement.
   *
   * @param envelope the JSON of the DSSE envelope
   * @param artifact the digest of what the statement must be about
   * @return what was stated
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with an {@link AttestReason} if it is refused
   */
  public VerifiedStatement verify(byte[] envelope, Digest artifact) {
    return check(envelope, artifact).orThrow();
  }

  /**
   * Verifies a statement without throwing.
   *
   * @param envelope the JSON of the DSSE envelope
   * @param artifact the digest of what the statement must be about
   * @return what was stated, or the refusal
   * @throws NullPointerException if an argument is null
   */
  public Checked<VerifiedStatement> check(byte[] envelope, Digest artifact) {
    Objects.requireNonNull(envelope, "envelope");
    Objects.requireNonNull(artifact, "artifact");
    return Checked.of(() -> read(envelopes.enough(DsseEnvelope.parse(envelope)), artifact));
  }

  /** For whoever counts the signers of several envelopes. */
  VerifiedStatement anySigner(DsseEnvelope unverified, Digest artifact) {
    return read(envelopes.anySigner(unverified), artifact);
  }

  VerifiedStatement read(VerifiedEnvelope envelope, Digest artifact) {
    JsonFields statement =
        JsonFields.parse(
            envelope.bytes(),
            LIMITS,
            AttestReason.MALFORMED,
            AttestReason.TOO_LARGE,
            "the statement");
    if (!TYPES.contains(statement.text("_type"))) {
      throw statement.refused("_type is \"" + statement.text("_type") + "\", no in-toto statement");
    }
    String predicate = statement.text("predicateType");
    if (!predicate.equals(predicateType)) {
      throw new VerificationException(
          AttestReason.PREDICATE_TYPE_MISMATCH,
          "predicateType is \"" + predicate + "\", \"" + predicateType + "\" is expected");
    }
    JsonFields body = statement.objectOrNull("predicate");
    JsonObject content = body == null ? null : body.json();
    return subject(statement, artifact, envelope, content);
  }

  private VerifiedStatement subject(
      JsonFields statement,
      Digest artifact,
      VerifiedEnvelope envelope,
      @Nullable JsonObject content) {
    List<String> names = new ArrayList<>();
    Map<String, String> annotations = new LinkedHashMap<>();
    boolean found = false;
    for (JsonFields subject : statement.objects("subject", MAX_SUBJECTS)) {
      String hex = subject.texts("digest").get(artifact.algorithm().label());
      if (hex == null || !isSame(artifact, hex)) {
        continue;
      }
      found = true;
      String name = subject.textOrNull("name");
      if (name != null) {
        names.add(name);
      }
      subject.texts("annotations").forEach(annotations::putIfAbsent);
    }
    if (!found) {
      throw new VerificationException(
          AttestReason.SUBJECT_MISMATCH, "no subject of the statement has the digest " + artifact);
    }
    return new VerifiedStatement(
        predicateType,
        content == null ? Map.of() : content.toJava(),
        names,
        annotations,
        envelope.signers());
  }

  /** Another's digest that is malformed is another's. */
  private static boolean isSame(Digest expected, String hex) {
    return Checked.of(() -> Digest.parseHex(expected.algorithm(), hex))
        .fold(expected::equals, refused -> false);
  }

  @Override
  public String toString() {
    return "StatementVerifier[" + predicateType + ", " + envelopes + "]";
  }
}
