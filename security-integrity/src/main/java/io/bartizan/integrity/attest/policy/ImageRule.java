package io.bartizan.integrity.attest.policy;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.search.Candidate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One requirement of an {@link ImagePolicy}: who must have signed what. Whatever holds a rule holds
 * all of it by itself: what two statements say together counts for nothing. Immutable, thread-safe.
 */
public final class ImageRule {

  /** What must be there. */
  private enum Kind {
    SIGNATURE("signature", PolicyReason.SIGNATURE_MISSING),
    PROVENANCE("provenance", PolicyReason.PROVENANCE_MISSING),
    SBOM("bill of materials", PolicyReason.SBOM_MISSING),
    STATEMENT("statement", PolicyReason.STATEMENT_MISSING);

    private final String word;
    private final PolicyReason missing;

    Kind(String word, PolicyReason missing) {
      this.word = word;
      this.missing = missing;
    }
  }

  private final Kind kind;
  private final TrustedSigner signer;
  private final String predicateType;
  private final @Nullable ProvenanceRule provenance;

  private ImageRule(
      Kind kind, TrustedSigner signer, String predicateType, @Nullable ProvenanceRule provenance) {
    this.kind = kind;
    this.signer = Objects.requireNonNull(signer, "signer");
    this.predicateType = predicateType;
    this.provenance = provenance;
  }

  /**
   * The image itself must be signed, in cosign's classic form or as its statement of an image
   * signature. An attestation by the same signer is none.
   *
   * @param signer by whom
   * @return the rule
   * @throws NullPointerException if {@code signer} is null
   */
  public static ImageRule signature(TrustedSigner signer) {
    return new ImageRule(Kind.SIGNATURE, signer, TrustedSigner.IMAGE_SIGNATURE, null);
  }

  /**
   * There must be SLSA provenance of version 0.2 or 1, one statement that says all that is
   * required. If it was signed by a certificate that names a source repository, a full ref or a
   * commit, these must be the required ones too.
   *
   * @param signer by whom
   * @param provenance what it must say
   * @return the rule
   * @throws NullPointerException if an argument is null
   */
  public static ImageRule provenance(TrustedSigner signer, ProvenanceRule provenance) {
    return new ImageRule(
        Kind.PROVENANCE, signer, "", Objects.requireNonNull(provenance, "provenance"));
  }

  /**
   * There must be a bill of materials, SPDX or CycloneDX as JSON. That it is one is verified, what
   * it lists is not judged.
   *
   * @param signer by whom
   * @return the rule
   * @throws NullPointerException if {@code signer} is null
   */
  public static ImageRule sbom(TrustedSigner signer) {
    return new ImageRule(Kind.SBOM, signer, "", null);
  }

  /**
   * There must be a statement of some other kind, a test result for one; what it says is in the
   * evidence.
   *
   * @param signer by whom
   * @param predicateType the kind, a URI, exactly
   * @return the rule
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the type is empty
   */
  public static ImageRule statement(TrustedSigner signer, String predicateType) {
    if (predicateType.isBlank()) {
      throw new IllegalArgumentException("predicateType is empty");
    }
    return new ImageRule(Kind.STATEMENT, signer, predicateType, null);
  }

  TrustedSigner signer() {
    return signer;
  }

  PolicyReason missing() {
    return kind.missing;
  }

  boolean wantsClassic() {
    return kind == Kind.SIGNATURE;
  }

  boolean wants(String type) {
    return switch (kind) {
      case PROVENANCE -> Provenance.TYPES.contains(type);
      case SBOM -> Sbom.isType(type);
      case SIGNATURE, STATEMENT -> predicateType.equals(type);
    };
  }

  /** Who signed the candidate as this rule requires; refuses if nobody did. */
  List<VerifiedEvidence> statement(Candidate found, Digest image, String type, int maxBytes) {
    List<VerifiedEvidence> good = new ArrayList<>();
    VerificationException refused = null;
    for (VerifiedEvidence each : signer.statement(found, image, type, maxBytes)) {
      try {
        good.add(required(each));
      } catch (VerificationException e) {
        refused = e;
      }
    }
    if (good.isEmpty() && refused != null) {
      throw refused;
    }
    return good;
  }

  List<VerifiedEvidence> classic(Candidate found, ImageReference image) {
    return signer.classic(found, image);
  }

  private VerifiedEvidence required(VerifiedEvidence signed) {
    if (kind == Kind.SBOM) {
      Sbom.require(signed.predicateType(), signed.predicate());
    }
    ProvenanceRule rule = provenance;
    if (rule == null) {
      return signed;
    }
    Provenance said = Provenance.read(signed.predicateType(), signed.predicate());
    rule.require(said);
    signed.identity().ifPresent(rule::requireCertified);
    return signed.with(said);
  }

  /** In a few words, for explanations. */
  String title() {
    return kind.word
        + (kind == Kind.STATEMENT ? " " + predicateType : "")
        + " by \""
        + signer.name()
        + "\""
        + (provenance == null ? "" : ", " + provenance);
  }

  @Override
  public String toString() {
    return kind.word
        + (kind == Kind.STATEMENT ? " " + predicateType : "")
        + " by "
        + signer
        + (provenance == null ? "" : ", " + provenance);
  }
}
