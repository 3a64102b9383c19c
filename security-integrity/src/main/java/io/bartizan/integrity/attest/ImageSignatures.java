package io.bartizan.integrity.attest;

import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.ImageManifest;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.attest.oci.OciReason;
import io.bartizan.integrity.json.StrictBase64;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds what may be signatures of an image in its source. Anyone can add to a registry what looks
 * like one, so whatever is broken is noted and passed over, and never hides a good one.
 */
final class ImageSignatures {

  private static final String REF_NAME = "org.opencontainers.image.ref.name";
  private static final String SIGNATURE = "dev.cosignproject.cosign/signature";
  private static final String DSSE = "application/vnd.dsse.envelope.v1+json";
  private static final int MAX_CANDIDATES = 1000;
  private static final int MAX_FALLBACK_HEX = 64;

  /** What one look at a source may read of what others put there, and how long. */
  private static final long MAX_TOTAL_BYTES = 256L << 20;

  private static final long MAX_NANOS = 300_000_000_000L;
  private static final int MAX_IGNORED = 100;

  /** What verifies them; throws a refusal for what does not count. */
  interface Judge {
    void payload(byte[] payload, byte[] signature);

    void bundle(byte[] bundle);
  }

  /** Judges one blob. */
  interface Blob {
    void judge(byte[] bytes);
  }

  private final ImageSource source;
  private final Digest image;
  private final Set<Object> looked = new HashSet<>();
  private int candidates;
  private long bytes;
  private final long start = System.nanoTime();
  private boolean attestations;
  private int maxBundleBytes = SigstoreBundle.MAX_BYTES;
  private final List<Refusal> ignored = new ArrayList<>();

  ImageSignatures(ImageSource source, Digest image) {
    this.source = source;
    this.image = image;
  }

  List<Refusal> ignored() {
    return ignored;
  }

  private void ignore(Refusal refusal) {
    if (ignored.size() < MAX_IGNORED) {
      ignored.add(refusal);
    }
  }

  /** A registry that could not be read may have a good one: not "unsigned", but "later". */
  Refusal refusal(ImageReference reference) {
    for (Refusal each : ignored) {
      if (each.reason() == OciReason.REGISTRY_UNAVAILABLE) {
        return each;
      }
    }
    return ignored.isEmpty()
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
                + ignored.get(0));
  }

  /**
   * Hands over each as it is found, so that one at a time is in memory; what is refused is noted.
   */
  void forEach(Judge judge) throws IOException {
    search(".sig", "dev.cosignproject.cosign/sigs", judge);
  }

  /** The same of attestations: envelopes, and bundles that hold one. */
  void forEachEnvelope(int maxBytes, Blob envelope) throws IOException {
    maxBundleBytes = maxBytes;
    attestations = true;
    search(
        ".att",
        "dev.cosignproject.cosign/atts",
        new Judge() {
          @Override
          public void payload(byte[] payload, byte[] signature) {
            envelope.judge(payload);
          }

          @Override
          public void bundle(byte[] bundle) {
            envelope.judge(bundle);
          }
        });
  }

  private void search(String suffix, String kind, Judge judge) throws IOException {
    String tag = image.algorithm().label() + "-" + image.hex();
    String fallback =
        tag.substring(0, Math.min(tag.length(), tag.indexOf('-') + 1 + MAX_FALLBACK_HEX));
    for (Descriptor each : source.listed(image, this::ignore)) {
      String name = each.annotation(REF_NAME);
      String lastPart = name.substring(name.lastIndexOf(':') + 1);
      if (each.digest().equals(image)) {
        continue;
      }
      if (each.mediaType().equals(Descriptor.INDEX)) {
        if (lastPart.equals(fallback)) {
          referrers(each, judge);
        }
      } else if (lastPart.equals(tag + suffix) || each.annotation("kind").equals(kind)) {
        classic(each, judge);
      } else {
        referrer(each, judge);
      }
    }
  }

  /** Each is read once, however often it is listed: a short list must not make long work. */
  private boolean isNew(Object blob) {
    return looked.add(blob);
  }

  private void referrers(Descriptor index, Judge judge) throws IOException {
    if (!isNew(index.digest())) {
      return;
    }
    try {
      for (Descriptor each : source.manifests(index, this::ignore)) {
        referrer(each, judge);
      }
    } catch (VerificationException refused) {
      ignore(refused.refusal());
    }
  }

  private void referrer(Descriptor descriptor, Judge judge) throws IOException {
    if (!descriptor.mediaType().equals(Descriptor.MANIFEST) || !isNew(descriptor.digest())) {
      return;
    }
    try {
      ImageManifest manifest = source.manifest(descriptor, this::ignore);
      Descriptor subject = manifest.subject().orElse(null);
      if (subject == null || !subject.digest().equals(image)) {
        return;
      }
      for (Descriptor layer : manifest.layers()) {
        if (layer.mediaType().equals(SigstoreBundle.MEDIA_TYPE)) {
          offer(layer, maxBundleBytes, judge::bundle);
        }
      }
    } catch (VerificationException refused) {
      ignore(refused.refusal());
    }
  }

  private void classic(Descriptor descriptor, Judge judge) throws IOException {
    if (!isNew(List.of(descriptor.digest(), SIGNATURE))) {
      return;
    }
    try {
      for (Descriptor layer : source.manifest(descriptor, this::ignore).layers()) {
        if (attestations && layer.mediaType().equals(DSSE)) {
          offer(layer, maxBundleBytes, envelope -> judge.payload(envelope, new byte[0]));
        } else if (!attestations && layer.mediaType().equals(SimpleSigning.MEDIA_TYPE)) {
          byte[] decoded = StrictBase64.decodeStandard(layer.annotation(SIGNATURE));
          byte[] signature = decoded == null ? new byte[0] : decoded;
          offer(layer, SimpleSigning.MAX_BYTES, payload -> judge.payload(payload, signature));
        }
      }
    } catch (VerificationException refused) {
      ignore(refused.refusal());
    }
  }

  private void offer(Descriptor layer, int maxBytes, Blob blob) throws IOException {
    if (!isNew(List.of(layer.digest(), layer.mediaType(), layer.annotation(SIGNATURE)))) {
      return;
    }
    try {
      if (candidates++ >= MAX_CANDIDATES) {
        throw new VerificationException(
            AttestReason.TOO_LARGE, "more than " + MAX_CANDIDATES + " signatures");
      }
      requireRoom(layer.size());
      blob.judge(source.blob(layer, maxBytes));
    } catch (VerificationException refused) {
      ignore(refused.refusal());
    }
  }

  private void requireRoom(long more) {
    long most = Math.max(MAX_TOTAL_BYTES, 2L * maxBundleBytes);
    if (more > most - bytes || System.nanoTime() - start > MAX_NANOS) {
      throw new VerificationException(
          AttestReason.TOO_LARGE,
          "what may be signatures has more than "
              + (most >> 20)
              + " MiB, or takes longer than 5 minutes; the rest is not read");
    }
    bytes += more;
  }
}
