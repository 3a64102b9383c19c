package io.bartizan.integrity.attest;

import io.bartizan.core.Checked;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Require;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.json.JsonString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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

  private final SignerKeys keys;
  private final DsseVerifier envelopes;
  private final String predicateType;
  private final int maxBytes;
  private final JsonLimits limits;

  private StatementVerifier(Builder builder) {
    this.keys = builder.keys;
    this.envelopes = DsseVerifier.of(builder.keys, PAYLOAD_TYPE);
    this.predicateType = builder.predicateType;
    this.maxBytes = builder.maxBytes;
    this.limits = new JsonLimits(builder.maxBytes, 64, builder.maxValues, 32);
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
    return builder(keys, predicateType).build();
  }

  /**
   * Starts a verifier.
   *
   * @param keys whose signatures count
   * @param predicateType the one kind of statement that is accepted, a URI
   * @return a builder
   * @throws NullPointerException if an argument is null
   */
  public static Builder builder(SignerKeys keys, String predicateType) {
    return new Builder(keys, predicateType);
  }

  /**
   * Verifies a statement.
   *
   * @param envelope the JSON of the DSSE envelope, or of a Sigstore bundle that holds it, as {@code
   *     cosign attest-blob --bundle} writes it
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
   * @param envelope the JSON of the DSSE envelope, or of a Sigstore bundle that holds it, as {@code
   *     cosign attest-blob --bundle} writes it
   * @param artifact the digest of what the statement must be about
   * @return what was stated, or the refusal
   * @throws NullPointerException if an argument is null
   */
  public Checked<VerifiedStatement> check(byte[] envelope, Digest artifact) {
    Objects.requireNonNull(envelope, "envelope");
    Objects.requireNonNull(artifact, "artifact");
    return Checked.of(
        () -> read(envelopes.enough(DsseEnvelope.parse(envelope, maxBytes)), artifact));
  }

  /**
   * Verifies the attestations of an image at a source, such as an OCI image layout: bundles among
   * its referrers, as cosign 3 writes them, and envelopes under the tag {@code sha256-HEX.att} of
   * cosign 2. Of the same statement the signers of all envelopes count together. Of the image
   * itself nothing is read; see {@link ImageSource#verifyContent}.
   *
   * @param source where the attestations are
   * @param image the image, by digest
   * @return the first statement that enough keys have signed
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with an {@link AttestReason} or a reason of the source if there
   *     is none
   * @throws IOException if the source can't be read
   */
  public VerifiedStatement verify(ImageSource source, ImageReference image) throws IOException {
    return check(source, image).orThrow();
  }

  /**
   * Like {@link #verify(ImageSource, ImageReference)}, with the refusal as a value.
   *
   * @param source where the attestations are
   * @param image the image, by digest
   * @return the first statement that enough keys have signed, or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IOException if the source can't be read
   */
  public Checked<VerifiedStatement> check(ImageSource source, ImageReference image)
      throws IOException {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(image, "image");
    return Checked.of(() -> attested(source, image));
  }

  private VerifiedStatement attested(ImageSource source, ImageReference image) throws IOException {
    Digest digest = image.requireDigest();
    Map<Digest, VerifiedStatement> found = new LinkedHashMap<>();
    Map<Digest, Set<PinnedKey>> signers = new LinkedHashMap<>();
    ImageSignatures envelopesOfImage = ImageSignatures.envelopes(source, digest, maxBytes);
    envelopesOfImage.forEachEnvelope(
        json -> {
          DsseEnvelope envelope = DsseEnvelope.parse(json, maxBytes);
          VerifiedStatement statement = anySigner(envelope, digest);
          Digest payload = Digest.sha256Of(envelope.payload);
          found.putIfAbsent(payload, statement);
          signers
              .computeIfAbsent(payload, unused -> new LinkedHashSet<>())
              .addAll(statement.signers());
        });
    for (Map.Entry<Digest, VerifiedStatement> each : found.entrySet()) {
      Set<PinnedKey> all = signers.getOrDefault(each.getKey(), Set.of());
      if (all.size() >= keys.threshold()) {
        return each.getValue().signedBy(List.copyOf(all));
      }
    }
    if (found.isEmpty()) {
      throw new VerificationException(envelopesOfImage.refusal(image));
    }
    throw envelopesOfImage.tooFew(keys, 1);
  }

  /** For whoever counts the signers of several envelopes. */
  VerifiedStatement anySigner(DsseEnvelope unverified, Digest artifact) {
    return read(envelopes.anySigner(unverified), artifact);
  }

  VerifiedStatement read(VerifiedEnvelope envelope, Digest artifact) {
    JsonFields statement =
        JsonFields.parse(
            envelope.bytes(),
            limits,
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
      strings(subject.objectOrNull("annotations")).forEach(annotations::putIfAbsent);
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

  /** Values may be of any kind (in-toto v1); those that are strings are handed out. */
  private static Map<String, String> strings(@Nullable JsonFields annotations) {
    Map<String, String> strings = new LinkedHashMap<>();
    if (annotations != null) {
      for (String name : annotations.json().names()) {
        if (annotations.json().get(name) instanceof JsonString text) {
          strings.put(name, text.value());
        }
      }
    }
    return strings;
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

  /** The bounds of a {@link StatementVerifier}. Not thread-safe. */
  public static final class Builder {

    private static final int MOST_BYTES = 512 * 1024 * 1024;
    private static final int MOST_VALUES = 50_000_000;

    private final SignerKeys keys;
    private final String predicateType;
    private int maxBytes = DsseEnvelope.MAX_BYTES;
    private int maxValues = 1_000_000;

    private Builder(SignerKeys keys, String predicateType) {
      this.keys = Objects.requireNonNull(keys, "keys");
      this.predicateType = Objects.requireNonNull(predicateType, "predicateType");
    }

    /**
     * The largest envelope or bundle; 16 MiB unless said. Before the signature was verified up to
     * four times as much memory is used, afterwards up to 100 bytes more for each JSON value.
     *
     * @param bytes 1 to 512 MiB
     * @return this builder
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder withMaxBytes(int bytes) {
      maxBytes = Require.within("bytes", bytes, 1, MOST_BYTES);
      return this;
    }

    /**
     * How many JSON values a statement may have, at every depth together; 1 000 000 unless said,
     * enough for a bill of materials of 100 000 files. They are read only after the signature was
     * verified and use up to 100 bytes each.
     *
     * @param values 1 to 50 000 000
     * @return this builder
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder withMaxValues(int values) {
      maxValues = Require.within("values", values, 1, MOST_VALUES);
      return this;
    }

    /**
     * Makes the verifier.
     *
     * @return a verifier, immutable and thread-safe
     */
    public StatementVerifier build() {
      return new StatementVerifier(this);
    }
  }
}
