package io.bartizan.integrity.attest.policy;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.attest.CosignVerifier;
import io.bartizan.integrity.attest.SignerKeys;
import io.bartizan.integrity.attest.StatementVerifier;
import io.bartizan.integrity.attest.VerifiedImage;
import io.bartizan.integrity.attest.VerifiedStatement;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.search.Candidate;
import io.bartizan.integrity.attest.search.SimpleSigning;
import io.bartizan.integrity.attest.sigstore.SignedStatement;
import io.bartizan.integrity.attest.sigstore.SigningIdentity;
import io.bartizan.integrity.attest.sigstore.SigstoreVerifier;
import io.bartizan.integrity.attest.sigstore.VerifiedBundle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Someone whose word counts in a policy: keys that are pinned, or an identity that Sigstore
 * certifies. Immutable, thread-safe.
 *
 * <pre>{@code
 * TrustedSigner release = TrustedSigner.of("release", SignerKeys.anyOf(PinnedKey.parse(cosignPub)));
 * TrustedSigner builder = TrustedSigner.of("builder", SigstoreVerifier.of(root, workflow));
 * }</pre>
 */
public final class TrustedSigner {

  static final String IMAGE_SIGNATURE = "https://sigstore.dev/cosign/sign/v1";

  private final String name;
  private final @Nullable SignerKeys keys;
  private final @Nullable SigstoreVerifier sigstore;

  private TrustedSigner(
      String name, @Nullable SignerKeys keys, @Nullable SigstoreVerifier sigstore) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name is empty");
    }
    this.name = SafeText.of(name);
    this.keys = keys;
    this.sigstore = sigstore;
  }

  /**
   * Whoever holds the keys; as many of them must have signed as the threshold says, each a
   * statement that holds all that is required.
   *
   * @param name what to call them in explanations
   * @param keys the keys
   * @return the signer
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the name is empty
   */
  public static TrustedSigner of(String name, SignerKeys keys) {
    return new TrustedSigner(name, Objects.requireNonNull(keys, "keys"), null);
  }

  /**
   * Whoever the verifier's identity policy names.
   *
   * @param name what to call them in explanations
   * @param sigstore with the trusted root and the identity
   * @return the signer
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the name is empty
   */
  public static TrustedSigner of(String name, SigstoreVerifier sigstore) {
    return new TrustedSigner(name, null, Objects.requireNonNull(sigstore, "sigstore"));
  }

  int threshold() {
    return keys == null ? 1 : keys.threshold();
  }

  /** Who of the signer signed the candidate as a statement of that type; refuses if nobody. */
  List<VerifiedEvidence> statement(Candidate found, Digest image, String type, int maxBytes) {
    if (keys == null) {
      byte[] bundle =
          found.kind() == Candidate.Kind.ENVELOPE ? CosignLayer.ofEnvelope(found) : found.content();
      SignedStatement signed = verifier().verifyStatement(bundle, image, type);
      return List.of(evidence(found, signed.bundle(), type, signed.predicate()));
    }
    return each(
        keys,
        key -> {
          StatementVerifier statements =
              StatementVerifier.builder(key, type).withMaxBytes(maxBytes).build();
          return statements
              .check(found.content(), image)
              .fold(signed -> Checked.accepted(evidence(found, signed, type)), Checked::rejected);
        });
  }

  /** Who of the signer signed the image itself in the classic form; refuses if nobody. */
  List<VerifiedEvidence> classic(Candidate found, ImageReference image) {
    if (keys == null) {
      VerifiedBundle signed = verifier().verify(CosignLayer.ofSignature(found), found.content());
      Digest said =
          SimpleSigning.parse(
                  found.content(), PolicyReason.CANDIDATE_MALFORMED, PolicyReason.TOO_LARGE)
              .image();
      if (!said.equals(image.requireDigest())) {
        throw new VerificationException(
            PolicyReason.SUBJECT_MISMATCH, "signed is image " + said + ", not " + image);
      }
      return List.of(evidence(found, signed, IMAGE_SIGNATURE, Map.of()));
    }
    byte[] signature = CosignLayer.signature(found);
    return each(
        keys,
        key ->
            CosignVerifier.of(key)
                .check(found.content(), signature, image)
                .fold(signed -> Checked.accepted(evidence(found, signed)), Checked::rejected));
  }

  /** One of many is told by one look; where several must sign, each key is asked. */
  private static List<VerifiedEvidence> each(
      SignerKeys keys, Function<SignerKeys, Checked<VerifiedEvidence>> check) {
    if (keys.threshold() == 1) {
      return List.of(check.apply(keys).orThrow());
    }
    List<VerifiedEvidence> all = new ArrayList<>();
    Refusal refusal = null;
    for (PinnedKey key : keys.keys()) {
      Checked<VerifiedEvidence> checked = check.apply(SignerKeys.anyOf(key));
      if (checked instanceof Checked.Accepted<VerifiedEvidence> accepted) {
        all.add(accepted.value());
      } else if (checked instanceof Checked.Rejected<VerifiedEvidence> rejected) {
        refusal = rejected.refusal();
      }
    }
    if (all.isEmpty() && refusal != null) {
      throw new VerificationException(refusal);
    }
    return all;
  }

  private SigstoreVerifier verifier() {
    return Objects.requireNonNull(sigstore, "sigstore");
  }

  private static VerifiedEvidence evidence(Candidate found, VerifiedStatement signed, String type) {
    String signer = "key " + signed.signers().get(0).fingerprint();
    return new VerifiedEvidence(found.place(), signer, null, type, signed.predicate(), null);
  }

  private static VerifiedEvidence evidence(Candidate found, VerifiedImage signed) {
    String signer = "key " + signed.signers().iterator().next().fingerprint();
    return new VerifiedEvidence(found.place(), signer, null, IMAGE_SIGNATURE, Map.of(), null);
  }

  private static VerifiedEvidence evidence(
      Candidate found,
      VerifiedBundle signed,
      String type,
      Map<String, @Nullable Object> predicate) {
    SigningIdentity identity = signed.identity().orElse(null);
    String signer = identity == null ? "key " + signed.key() : identity.toString();
    return new VerifiedEvidence(found.place(), signer, identity, type, predicate, null);
  }

  /** The name and whose word counts. */
  @Override
  public String toString() {
    return "\"" + name + "\" (" + (keys == null ? verifier() : keys) + ")";
  }

  String name() {
    return name;
  }
}
