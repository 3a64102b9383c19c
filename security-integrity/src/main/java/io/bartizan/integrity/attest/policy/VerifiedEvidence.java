package io.bartizan.integrity.attest.policy;

import io.bartizan.integrity.attest.sigstore.SigningIdentity;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One signature or statement that holds all that a rule requires, by itself. Immutable,
 * thread-safe.
 */
public final class VerifiedEvidence {

  private final String place;
  private final String signer;
  private final @Nullable SigningIdentity identity;
  private final String predicateType;
  private final Map<String, @Nullable Object> predicate;
  private final @Nullable Provenance provenance;

  VerifiedEvidence(
      String place,
      String signer,
      @Nullable SigningIdentity identity,
      String predicateType,
      Map<String, @Nullable Object> predicate,
      @Nullable Provenance provenance) {
    this.place = place;
    this.signer = signer;
    this.identity = identity;
    this.predicateType = predicateType;
    this.predicate = Collections.unmodifiableMap(predicate);
    this.provenance = provenance;
  }

  VerifiedEvidence with(Provenance read) {
    return new VerifiedEvidence(place, signer, identity, predicateType, predicate, read);
  }

  /**
   * Where it was found, for people.
   *
   * @return such as {@code referrer sha256:ba78…}
   */
  public String place() {
    return place;
  }

  /**
   * Who signed, in words; who differ in it are counted as different.
   *
   * @return the key's or the identity's description
   */
  public String signer() {
    return signer;
  }

  /**
   * Who signed, where it was signed by certificate.
   *
   * @return empty if it was signed by a pinned key
   */
  public Optional<SigningIdentity> identity() {
    return Optional.ofNullable(identity);
  }

  /**
   * The kind of statement; cosign's own for the signature of an image, in both forms.
   *
   * @return a URI
   */
  public String predicateType() {
    return predicateType;
  }

  /**
   * What is stated, in Java's own types: {@code Map}, {@code List}, {@code String}, {@code Long},
   * {@code BigDecimal}, {@code Boolean}, null.
   *
   * @return unmodifiable; empty for a signature
   */
  public Map<String, @Nullable Object> predicate() {
    return predicate;
  }

  /**
   * Where and of what the image was built, where the rule asks for provenance.
   *
   * @return empty for other rules
   */
  public Optional<Provenance> provenance() {
    return Optional.ofNullable(provenance);
  }

  @Override
  public String toString() {
    return signer + ", " + place + (provenance == null ? "" : ", " + provenance);
  }
}
