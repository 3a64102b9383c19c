package io.bartizan.integrity.attest.search;

import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.ImageManifest;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.attest.oci.OciReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds what may be signatures of an image in its source. Anyone can add to a registry what looks
 * like one, so whatever is broken is noted and passed over, and never hides a good one; and so what
 * is read is bounded in number, bytes and time. For one thread and one search.
 */
public final class ImageSearch {

  /** The media type of Sigstore bundles. */
  public static final String BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

  /** The most candidates that are looked at. */
  public static final int MAX_CANDIDATES = 1000;

  private static final String REF_NAME = "org.opencontainers.image.ref.name";
  private static final String DSSE = "application/vnd.dsse.envelope.v1+json";
  private static final int MAX_FALLBACK_HEX = 64;
  private static final int MAX_PASSED_OVER = 100;
  private static final int MAX_MANIFEST_BYTES = 4 << 20; // sources read no more of one
  private static final long MAX_TOTAL_BYTES = 256L << 20;
  private static final long MAX_NANOS = 300_000_000_000L;

  private static final Set<Reason> UNREAD =
      Set.of(OciReason.REGISTRY_UNAVAILABLE, OciReason.AUTHENTICATION_REFUSED);

  /** What is done with a candidate. */
  public interface Visitor {

    /**
     * Judges one candidate.
     *
     * @param candidate what was found
     * @throws VerificationException if it does not count; noted
     */
    void visit(Candidate candidate);

    /**
     * Whether nothing more is needed.
     *
     * @return true to end the search
     */
    default boolean isDone() {
      return false;
    }
  }

  private final ImageSource source;
  private final Digest image;
  private final Reason tooLarge;
  private final int maxBytes;
  private final Set<Candidate.Kind> kinds;
  private final Set<Object> looked = new HashSet<>();
  private final List<Refusal> passedOver = new ArrayList<>();
  private final long start = System.nanoTime();
  private int candidates;
  private long bytes;

  /**
   * A search.
   *
   * @param source where to look
   * @param image what it must be about
   * @param kinds which containers to look for
   * @param maxBytes the largest envelope or bundle
   * @param tooLarge the reason where a bound is exceeded
   */
  public ImageSearch(
      ImageSource source, Digest image, Set<Candidate.Kind> kinds, int maxBytes, Reason tooLarge) {
    this.source = source;
    this.image = image;
    this.kinds = kinds;
    this.maxBytes = maxBytes;
    this.tooLarge = tooLarge;
  }

  /**
   * Why what was found did not count, or could not be read.
   *
   * @return one refusal each, at most 100
   */
  public List<Refusal> passedOver() {
    return passedOver;
  }

  /**
   * The first that says of the source itself that it can't be read: what is missing may be there.
   *
   * @param passedOver what was passed over
   * @return null if the source could be read
   */
  public static @Nullable Refusal unread(Collection<Refusal> passedOver) {
    for (Refusal each : passedOver) {
      if (UNREAD.contains(each.reason())) {
        return each;
      }
    }
    return null;
  }

  /**
   * Notes one more.
   *
   * @param refusal why
   */
  public void passOver(Refusal refusal) {
    if (passedOver.size() < MAX_PASSED_OVER) {
      passedOver.add(refusal);
    }
  }

  /**
   * Hands over each as it is found, so that one at a time is in memory; what is refused is noted.
   *
   * @param visitor judges them
   * @throws VerificationException if the source itself can't be read
   * @throws IOException if reading fails
   */
  public void forEach(Visitor visitor) throws IOException {
    String tag = image.algorithm().label() + "-" + image.hex();
    String fallback =
        tag.substring(0, Math.min(tag.length(), tag.indexOf('-') + 1 + MAX_FALLBACK_HEX));
    for (Descriptor each : source.listed(image, this::passOver)) {
      if (visitor.isDone()) {
        return;
      }
      String name = each.annotation(REF_NAME);
      String lastPart = name.substring(name.lastIndexOf(':') + 1);
      if (each.digest().equals(image)) {
        continue;
      }
      if (each.mediaType().equals(Descriptor.INDEX)) {
        if (lastPart.equals(fallback)) {
          referrers(each, visitor);
        }
      } else if (lastPart.equals(tag + ".sig") || isKind(each, "sigs")) {
        attached(each, Candidate.Kind.CLASSIC, SimpleSigning.MEDIA_TYPE, visitor);
      } else if (lastPart.equals(tag + ".att") || isKind(each, "atts")) {
        attached(each, Candidate.Kind.ENVELOPE, DSSE, visitor);
      } else {
        referrer(each, visitor);
      }
    }
  }

  private static boolean isKind(Descriptor each, String kind) {
    return each.annotation("kind").equals("dev.cosignproject.cosign/" + kind);
  }

  /**
   * Each is read once, however often it is listed: a short list must not make long work. What is
   * said to have another size is another, for it can't be read, and must not stand for the good
   * one.
   */
  private boolean isNew(Object blob) {
    return looked.add(blob);
  }

  private void referrers(Descriptor index, Visitor visitor) throws IOException {
    if (!isNew(List.of(index.digest(), index.size()))) {
      return;
    }
    try {
      for (Descriptor each : source.manifests(index, this::passOver)) {
        if (!visitor.isDone()) {
          referrer(each, visitor);
        }
      }
    } catch (VerificationException refused) {
      passOver(refused.refusal());
    }
  }

  private void referrer(Descriptor descriptor, Visitor visitor) throws IOException {
    if (!kinds.contains(Candidate.Kind.BUNDLE)
        || !descriptor.mediaType().equals(Descriptor.MANIFEST)
        || !isNew(List.of(descriptor.digest(), descriptor.size()))) {
      return;
    }
    try {
      requireRoom(Math.min(descriptor.size(), MAX_MANIFEST_BYTES));
      ImageManifest manifest = source.manifest(descriptor, this::passOver);
      Descriptor subject = manifest.subject().orElse(null);
      if (subject == null || !subject.digest().equals(image)) {
        return;
      }
      for (Descriptor layer : manifest.layers()) {
        if (layer.mediaType().equals(BUNDLE)) {
          offer(Candidate.Kind.BUNDLE, "referrer " + descriptor.digest(), layer, maxBytes, visitor);
        }
      }
    } catch (VerificationException refused) {
      passOver(refused.refusal());
    }
  }

  private void attached(
      Descriptor descriptor, Candidate.Kind kind, String mediaType, Visitor visitor)
      throws IOException {
    if (!kinds.contains(kind) || !isNew(List.of(descriptor.digest(), descriptor.size(), kind))) {
      return;
    }
    try {
      requireRoom(Math.min(descriptor.size(), MAX_MANIFEST_BYTES));
      for (Descriptor layer : source.manifest(descriptor, this::passOver).layers()) {
        if (layer.mediaType().equals(mediaType)) {
          int most = kind == Candidate.Kind.CLASSIC ? SimpleSigning.MAX_BYTES : maxBytes;
          offer(kind, "attached " + layer.digest(), layer, most, visitor);
        }
      }
    } catch (VerificationException refused) {
      passOver(refused.refusal());
    }
  }

  private void offer(Candidate.Kind kind, String place, Descriptor layer, int most, Visitor visitor)
      throws IOException {
    if (visitor.isDone()
        || !isNew(
            List.of(
                layer.digest(),
                layer.size(),
                layer.mediaType(),
                layer.annotation(Candidate.SIGNATURE)))) {
      return;
    }
    try {
      if (candidates++ >= MAX_CANDIDATES) {
        throw new VerificationException(
            tooLarge, "more than " + MAX_CANDIDATES + " signatures; the rest is not read");
      }
      if (layer.size() <= most) {
        requireRoom(layer.size());
      }
      visitor.visit(new Candidate(kind, place, layer, read(layer, most)));
    } catch (VerificationException refused) {
      passOver(refused.refusal());
    }
  }

  /** What is not there takes no room, whatever size it is said to have. */
  private byte[] read(Descriptor layer, int most) throws IOException {
    try {
      return source.blob(layer, most);
    } catch (VerificationException refused) {
      if (refused.reason() == OciReason.BLOB_MISSING) {
        bytes -= layer.size();
      }
      throw refused;
    }
  }

  private void requireRoom(long more) {
    long most = Math.max(MAX_TOTAL_BYTES, 2L * maxBytes);
    if (more > most - bytes || System.nanoTime() - start > MAX_NANOS) {
      throw new VerificationException(
          tooLarge,
          "what may be signatures has more than "
              + (most >> 20)
              + " MiB, or takes longer than 5 minutes; the rest is not read");
    }
    bytes += more;
  }
}
