package io.bartizan.integrity.attest.notation;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.ImageManifest;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.attest.oci.OciReason;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Verifies signatures of the Notary Project ({@code notation sign}) offline, against a trust policy
 * and its trust stores. Immutable, thread-safe.
 *
 * <p>Compared are the digest, the size and the media type of the artifact. Nothing is fetched but
 * from the source that is given: revocation is judged by the lists of {@link
 * Builder#withRevocationLists} alone, never by OCSP, and a timestamp authority's own revocation is
 * not judged. Old signatures stay valid until they expire; {@link NotationSignature#signedAt()} is
 * for rules of age.
 *
 * <pre>{@code
 * NotationPolicy policy = NotationPolicy.parse(Files.readString(Path.of("trustpolicy.json")));
 * TrustStores stores = TrustStores.read(Path.of("truststore"), policy.trustStores());
 * NotationSignature signed = NotationVerifier.of(policy, stores).verify(registry, image);
 * }</pre>
 */
public final class NotationVerifier {

  /** The most signatures of an image that are looked at. */
  public static final int MAX_SIGNATURES = 50;

  private static final int MAX_MANIFESTS = 200;

  /** Of manifests that may be about other images, of which a layout can hold many. */
  private static final long MAX_BYTES = 256L << 20;

  private static final long MAX_MANIFEST_BYTES = 4L << 20;
  private static final long MAX_NANOS = 300_000_000_000L;

  /** A digest's digits in the tag of its referrers, so that it is no longer than tags may be. */
  private static final int MAX_TAG_HEX = 64;

  private static final Set<String> ENVELOPES = Set.of(Envelope.JWS, Envelope.COSE);

  private final NotationPolicy policy;
  private final TrustStores stores;
  private final RevocationLists revocation;
  private final InstantSource clock;

  private NotationVerifier(Builder builder) {
    policy = builder.policy;
    stores = builder.stores;
    revocation = builder.revocation;
    clock = builder.clock;
    stores.requireAll(policy.trustStores());
  }

  /**
   * A verifier with the system's clock and no revocation lists.
   *
   * @param policy what must hold
   * @param stores has every store that the policy names
   * @return the verifier
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a store is missing
   */
  public static NotationVerifier of(NotationPolicy policy, TrustStores stores) {
    return builder(policy, stores).build();
  }

  /**
   * Starts a verifier.
   *
   * @param policy what must hold
   * @param stores has every store that the policy names
   * @return a builder
   * @throws NullPointerException if an argument is null
   */
  public static Builder builder(NotationPolicy policy, TrustStores stores) {
    return new Builder(policy, stores);
  }

  /**
   * Verifies that an image has a signature that its policy accepts; others hide none.
   *
   * @param source where the image and its signatures are
   * @param image names repository and digest; a tag in it is not looked at
   * @return the first signature that holds
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with a {@link NotationReason} if none holds, with the reason of
   *     the last one that was looked at; or with the source's own reason, also where one signature
   *     could not be read and none holds
   * @throws IOException if the source can't be read
   */
  public NotationSignature verify(ImageSource source, ImageReference image) throws IOException {
    return check(source, image).orThrow();
  }

  /**
   * Like {@link #verify(ImageSource, ImageReference)}, with the refusal as a value.
   *
   * @param source where the image and its signatures are
   * @param image names repository and digest
   * @return the first signature that holds, or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IOException if the source can't be read
   */
  public Checked<NotationSignature> check(ImageSource source, ImageReference image)
      throws IOException {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(image, "image");
    return Checked.of(() -> search(source, image));
  }

  /**
   * Verifies one envelope.
   *
   * @param envelope its bytes
   * @param mediaType {@code application/jose+json} or {@code application/cose}
   * @param image chooses the policy's statement; tag and digest in it are not looked at
   * @param artifact what must have been signed
   * @return who signed it
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with a {@link NotationReason} if it is refused
   */
  public NotationSignature verify(
      byte[] envelope, String mediaType, ImageReference image, Descriptor artifact) {
    return check(envelope, mediaType, image, artifact).orThrow();
  }

  /**
   * Like {@link #verify(byte[], String, ImageReference, Descriptor)}, with the refusal as a value.
   *
   * @param envelope its bytes
   * @param mediaType {@code application/jose+json} or {@code application/cose}
   * @param image chooses the policy's statement
   * @param artifact what must have been signed
   * @return who signed it, or the refusal
   * @throws NullPointerException if an argument is null
   */
  public Checked<NotationSignature> check(
      byte[] envelope, String mediaType, ImageReference image, Descriptor artifact) {
    Objects.requireNonNull(envelope, "envelope");
    Objects.requireNonNull(mediaType, "mediaType");
    Objects.requireNonNull(artifact, "artifact");
    return Checked.of(() -> judge(envelope, mediaType, policy.require(image), artifact));
  }

  private NotationSignature judge(
      byte[] envelope, String mediaType, PolicyStatement statement, Descriptor artifact) {
    return new EnvelopeCheck(
            Envelope.parse(envelope, mediaType), statement, stores, revocation, clock.instant())
        .verify(artifact);
  }

  private NotationSignature search(ImageSource source, ImageReference image) throws IOException {
    PolicyStatement statement = policy.require(image);
    Digest digest = image.requireDigest();
    Descriptor artifact = source.describe(digest);
    PassedOver passedOver = new PassedOver();
    Set<Object> looked = new HashSet<>();
    long start = System.nanoTime();
    long bytes = 0;
    int about = 0;
    int signatures = 0;
    for (Descriptor each : manifests(source, digest, passedOver)) {
      if (!looked.add(List.of(each.digest(), each.size()))) { // one may be said wrongly
        continue;
      }
      bytes += Math.min(each.size(), MAX_MANIFEST_BYTES); // sources read no more of one
      if (bytes > MAX_BYTES || System.nanoTime() - start > MAX_NANOS) {
        throw tooMany();
      }
      try {
        ImageManifest manifest = source.manifest(each, passedOver);
        if (manifest.subject().filter(of -> of.digest().equals(digest)).isEmpty()) {
          continue;
        }
        if (++about > MAX_MANIFESTS) {
          throw tooMany();
        }
        for (Descriptor layer : manifest.layers()) {
          if (ENVELOPES.contains(layer.mediaType())) {
            if (++signatures > MAX_SIGNATURES) {
              throw tooMany();
            }
            byte[] envelope = source.blob(layer, Envelope.MAX_BYTES);
            return judge(envelope, layer.mediaType(), statement, artifact);
          }
        }
      } catch (VerificationException e) {
        if (e.reason() == NotationReason.TOO_LARGE
            && (signatures > MAX_SIGNATURES || about > MAX_MANIFESTS)) {
          throw e;
        }
        passedOver.accept(e.refusal());
      }
    }
    if (passedOver.unread != null) {
      throw new VerificationException(passedOver.unread); // what could not be read may be good
    }
    throw new VerificationException(
        signatures == 0 || passedOver.last == null
            ? Refusal.of(
                NotationReason.SIGNATURE_MISSING,
                "image " + image + " has no Notation signature that can be read")
            : passedOver.last);
  }

  /** No more than is told: anybody can add what is passed over. */
  private static final class PassedOver implements Consumer<Refusal> {
    private @Nullable Refusal unread;
    private @Nullable Refusal last;

    @Override
    public void accept(Refusal refusal) {
      boolean isUnread =
          refusal.reason() == OciReason.REGISTRY_UNAVAILABLE
              || refusal.reason() == OciReason.AUTHENTICATION_REFUSED;
      unread = unread == null && isUnread ? refusal : unread;
      last = refusal;
    }
  }

  private static List<Descriptor> manifests(ImageSource source, Digest image, PassedOver passedOver)
      throws IOException {
    List<Descriptor> all = new ArrayList<>();
    String hex = image.hex().substring(0, Math.min(MAX_TAG_HEX, image.hex().length()));
    String tag = image.algorithm().label() + "-" + hex;
    for (Descriptor each : source.listed(image, passedOver)) {
      if (each.mediaType().equals(Descriptor.MANIFEST) && !each.digest().equals(image)) {
        all.add(each);
      } else if (each.mediaType().equals(Descriptor.INDEX)
          && each.annotation("org.opencontainers.image.ref.name").endsWith(tag)) {
        try {
          all.addAll(source.manifests(each, passedOver));
        } catch (VerificationException e) {
          passedOver.accept(e.refusal());
        }
      }
    }
    return all;
  }

  private static VerificationException tooMany() {
    return new VerificationException(
        NotationReason.TOO_LARGE,
        "more than "
            + MAX_SIGNATURES
            + " signatures, or "
            + MAX_MANIFESTS
            + " manifests about the image, or 256 MiB of others, or 5 minutes; the rest is not"
            + " read");
  }

  /** The policy, the stores and the lists. */
  @Override
  public String toString() {
    return "NotationVerifier[" + policy + ", " + stores + ", " + revocation + "]";
  }

  /** The optional settings of a {@link NotationVerifier}. Not thread-safe. */
  public static final class Builder {

    private final NotationPolicy policy;
    private final TrustStores stores;
    private RevocationLists revocation = RevocationLists.of(List.of());
    private InstantSource clock = InstantSource.system();

    private Builder(NotationPolicy policy, TrustStores stores) {
      this.policy = Objects.requireNonNull(policy, "policy");
      this.stores = Objects.requireNonNull(stores, "stores");
    }

    /**
     * What is known of revoked certificates; nothing unless set. Where the policy enforces
     * revocation, a certificate that says where its revocation is told is refused without a current
     * list.
     *
     * @param lists the lists
     * @return this builder
     * @throws NullPointerException if {@code lists} is null
     */
    public Builder withRevocationLists(RevocationLists lists) {
      revocation = Objects.requireNonNull(lists, "lists");
      return this;
    }

    /**
     * What tells the time of verification; the system's clock unless set.
     *
     * @param source the time of day
     * @return this builder
     * @throws NullPointerException if {@code source} is null
     */
    public Builder withClock(InstantSource source) {
      clock = Objects.requireNonNull(source, "clock");
      return this;
    }

    /**
     * Makes the verifier.
     *
     * @return a verifier, immutable and thread-safe
     * @throws IllegalArgumentException if a store that the policy names is missing
     */
    public NotationVerifier build() {
      return new NotationVerifier(this);
    }
  }
}
