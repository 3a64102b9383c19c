package io.bartizan.integrity.attest;

import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.attest.search.Candidate;
import io.bartizan.integrity.attest.search.ImageSearch;
import io.bartizan.integrity.json.StrictBase64;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;

/** What may be signatures of an image, or statements about it, and why none of them was good. */
final class ImageSignatures {

  /** What verifies them; throws a refusal for what does not count. */
  interface Judge {
    void payload(byte[] payload, byte[] signature);

    void bundle(byte[] bundle);
  }

  /** Judges one blob. */
  interface Blob {
    void judge(byte[] bytes);
  }

  private final ImageSearch search;

  private ImageSignatures(ImageSearch search) {
    this.search = search;
  }

  static ImageSignatures signatures(ImageSource source, Digest image) {
    return new ImageSignatures(
        new ImageSearch(
            source,
            image,
            EnumSet.of(Candidate.Kind.CLASSIC, Candidate.Kind.BUNDLE),
            SigstoreBundle.MAX_BYTES,
            AttestReason.TOO_LARGE));
  }

  /** Envelopes, and bundles that hold one. */
  static ImageSignatures envelopes(ImageSource source, Digest image, int maxBytes) {
    return new ImageSignatures(
        new ImageSearch(
            source,
            image,
            EnumSet.of(Candidate.Kind.ENVELOPE, Candidate.Kind.BUNDLE),
            maxBytes,
            AttestReason.TOO_LARGE));
  }

  List<Refusal> ignored() {
    return search.passedOver();
  }

  /** A registry that could not be read may have a good one: not "unsigned", but "later". */
  Refusal refusal(ImageReference reference) {
    Refusal unread = ImageSearch.unread(ignored());
    if (unread != null) {
      return unread;
    }
    return ignored().isEmpty()
        ? Refusal.of(
            AttestReason.UNSIGNED,
            "the source has no signature of image "
                + reference
                + "; `cosign save` leaves bundles of version 3 out where the registry has no"
                + " referrers API, `skopeo copy` of the tag sha256-HEX adds them")
        : Refusal.of(
            AttestReason.SIGNATURE_INVALID,
            "none of the signatures of image "
                + reference
                + " is good; the first: "
                + ignored().get(0));
  }

  /** Likewise where some keys have signed, and more are needed. */
  VerificationException tooFew(SignerKeys keys, int signers) {
    Refusal unread = ImageSearch.unread(ignored());
    return unread != null ? new VerificationException(unread) : keys.tooFew(signers);
  }

  void forEach(Judge judge) throws IOException {
    search.forEach(
        found -> {
          if (found.kind() == Candidate.Kind.BUNDLE) {
            judge.bundle(found.content());
            return;
          }
          byte[] decoded =
              StrictBase64.decodeStandard(found.layer().annotation(Candidate.SIGNATURE));
          judge.payload(found.content(), decoded == null ? new byte[0] : decoded);
        });
  }

  void forEachEnvelope(Blob envelope) throws IOException {
    search.forEach(found -> envelope.judge(found.content()));
  }
}
