package io.bartizan.integrity.attest;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.attest.oci.ImageContent;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.attest.search.SimpleSigning;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Verifies container images that {@code cosign sign --key} signed. Read are the classic form and
 * the bundle of version 3, offline, from bytes or from a folder in the OCI image layout.
 *
 * <p>The image is pinned by digest, and the signature must be over that digest and say that it is
 * an image signature: an attestation by the same key (a bill of materials, say) does not count,
 * though it does for cosign. Transparency log entries are not looked at, since the keys are pinned;
 * signatures by certificate (keyless) are refused. Immutable, thread-safe.
 *
 * <pre>{@code
 * CosignVerifier cosign = CosignVerifier.of(SignerKeys.anyOf(PinnedKey.parse(cosignPub)));
 * VerifiedImage image =
 *     cosign.verify(ImageSource.layout(folder), ImageReference.parse("app@sha256:ba78…"));
 * }</pre>
 */
public final class CosignVerifier {

  private static final String PREDICATE_TYPE = "https://sigstore.dev/cosign/sign/v1";

  private final SignerKeys keys;
  private final StatementVerifier statements;
  private final BlobSignatures blobs;
  private final boolean sameRepository;
  private final Map<String, String> required;

  private CosignVerifier(Builder builder) {
    this.keys = builder.keys;
    this.statements = StatementVerifier.of(keys, PREDICATE_TYPE);
    this.blobs = new BlobSignatures(keys);
    this.sameRepository = builder.sameRepository;
    this.required = Map.copyOf(builder.required);
  }

  /**
   * A verifier that requires neither repository nor annotations.
   *
   * @param keys whose signatures count
   * @return the verifier
   * @throws NullPointerException if {@code keys} is null
   */
  public static CosignVerifier of(SignerKeys keys) {
    return builder(keys).build();
  }

  /**
   * Starts a verifier.
   *
   * @param keys whose signatures count
   * @return a builder
   * @throws NullPointerException if {@code keys} is null
   */
  public static Builder builder(SignerKeys keys) {
    return new Builder(keys);
  }

  /**
   * Verifies an image and its signatures at a source: a good signature over its digest, and
   * everything that the digest stands for, read and compared. Signatures at a source, such as an
   * OCI image layout, are read as {@code cosign save}, {@code oras copy -r --to-oci-layout} and
   * {@code skopeo copy} write it: manifests that are tagged {@code sha256-HEX.sig} or marked as
   * cosign's, and referrers that hold bundles. One good signature (or as many as the threshold
   * says) is enough; others can't spoil it.
   *
   * @param source where the image and its signatures are
   * @param image the image, by digest
   * @return the image, verified, with its {@link VerifiedImage#content()}
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with an {@link AttestReason} or a reason of the source if it is
   *     refused; {@link AttestReason#UNSIGNED} if there is no signature to look at; as {@link
   *     ImageSource#verifyContent} if the image itself is not there or spoiled
   * @throws IOException if the source can't be read
   */
  public VerifiedImage verify(ImageSource source, ImageReference image) throws IOException {
    return check(source, image).orThrow();
  }

  /**
   * Like {@link #verify(ImageSource, ImageReference)}, with the refusal as a value.
   *
   * @param source where the image and its signatures are
   * @param image the image, by digest
   * @return the image, or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IOException if the source can't be read
   */
  public Checked<VerifiedImage> check(ImageSource source, ImageReference image) throws IOException {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(image, "image");
    return Checked.of(
        () -> {
          VerifiedImage signed = signed(source, image);
          ImageContent content = source.verifyContent(image.requireDigest());
          return signed.with(content);
        });
  }

  /**
   * Verifies the signatures at a source and nothing of the image: for an image that is not there,
   * to be pulled by its digest afterwards by something that compares it.
   *
   * @param source where its signatures are
   * @param image the image, by digest
   * @return the image, whose signature was verified; without {@link VerifiedImage#content()}
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with an {@link AttestReason} or a reason of the source if it is
   *     refused
   * @throws IOException if the source can't be read
   */
  public VerifiedImage verifySignatureOnly(ImageSource source, ImageReference image)
      throws IOException {
    return checkSignatureOnly(source, image).orThrow();
  }

  /**
   * Like {@link #verifySignatureOnly}, with the refusal as a value.
   *
   * @param source where its signatures are
   * @param image the image, by digest
   * @return the image, or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IOException if the source can't be read
   */
  public Checked<VerifiedImage> checkSignatureOnly(ImageSource source, ImageReference image)
      throws IOException {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(image, "image");
    return Checked.of(() -> signed(source, image));
  }

  private VerifiedImage signed(ImageSource source, ImageReference image) throws IOException {
    ImageSignatures found = ImageSignatures.signatures(source, image.requireDigest());
    Gathered gathered = new Gathered();
    found.forEach(
        new ImageSignatures.Judge() {
          @Override
          public void payload(byte[] payload, byte[] signature) {
            gathered.add(CosignVerifier.this.payload(payload, signature, image));
          }

          @Override
          public void bundle(byte[] bundle) {
            gathered.add(CosignVerifier.this.bundle(bundle, image));
          }
        });
    if (gathered.signers.isEmpty()) {
      throw new VerificationException(found.refusal(image));
    }
    if (gathered.signers.size() < keys.threshold()) {
      throw found.tooFew(keys, gathered.signers.size());
    }
    return gathered.enough(image, found.ignored());
  }

  /**
   * Verifies a signature of the classic form over an image; of the image itself nothing is read.
   *
   * @param payload the simple-signing payload, the very bytes that were signed
   * @param signature raw bytes, not base64
   * @param image the image, by digest
   * @return the image, verified
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with an {@link AttestReason} if it is refused
   */
  public VerifiedImage verify(byte[] payload, byte[] signature, ImageReference image) {
    return check(payload, signature, image).orThrow();
  }

  /**
   * Like {@link #verify(byte[], byte[], ImageReference)}, with the refusal as a value.
   *
   * @param payload the simple-signing payload, the very bytes that were signed
   * @param signature raw bytes, not base64
   * @param image the image, by digest
   * @return the image, or the refusal
   * @throws NullPointerException if an argument is null
   */
  public Checked<VerifiedImage> check(byte[] payload, byte[] signature, ImageReference image) {
    Objects.requireNonNull(payload, "payload");
    Objects.requireNonNull(signature, "signature");
    Objects.requireNonNull(image, "image");
    return Checked.of(() -> alone(payload(payload, signature, image), image));
  }

  /**
   * Verifies a bundle that {@code cosign sign} of version 3 made with a key; of the image itself
   * nothing is read.
   *
   * @param bundle the bundle's JSON
   * @param image the image, by digest
   * @return the image, verified
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with an {@link AttestReason} if it is refused
   */
  public VerifiedImage verify(byte[] bundle, ImageReference image) {
    return check(bundle, image).orThrow();
  }

  /**
   * Like {@link #verify(byte[], ImageReference)}, with the refusal as a value.
   *
   * @param bundle the bundle's JSON
   * @param image the image, by digest
   * @return the image, or the refusal
   * @throws NullPointerException if an argument is null
   */
  public Checked<VerifiedImage> check(byte[] bundle, ImageReference image) {
    Objects.requireNonNull(bundle, "bundle");
    Objects.requireNonNull(image, "image");
    return Checked.of(() -> alone(bundle(bundle, image), image));
  }

  /**
   * Verifies a file by what {@code cosign sign-blob} made with a key: {@code --bundle} (a Sigstore
   * bundle, or cosign's older one), or the base64 text of {@code --output-signature}. All say no
   * more than the signature, which is over the content in a form of the key that counts ({@link
   * SignerKeys}).
   *
   * @param bundle what cosign wrote beside the file: the JSON of a bundle of either kind, or the
   *     signature in base64
   * @param content the file's content
   * @return the digest of the content that was signed
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with an {@link AttestReason} if it is refused
   */
  public Digest verifyBlob(byte[] bundle, byte[] content) {
    return checkBlob(bundle, content).orThrow();
  }

  /**
   * Like {@link #verifyBlob(byte[], byte[])}, with the refusal as a value.
   *
   * @param bundle what cosign wrote beside the file: the JSON of a bundle of either kind, or the
   *     signature in base64
   * @param content the file's content
   * @return the digest of the content that was signed, or the refusal
   * @throws NullPointerException if an argument is null
   */
  public Checked<Digest> checkBlob(byte[] bundle, byte[] content) {
    Objects.requireNonNull(bundle, "bundle");
    Objects.requireNonNull(content, "content");
    return Checked.of(() -> blobs.verify(SigstoreBundle.ofBlob(bundle), content));
  }

  /**
   * Like {@link #verifyBlob(byte[], byte[])} of a regular file, which is read once for each form of
   * each key, with constant memory (Ed25519 without a prehash: up to 64 MiB).
   *
   * @param bundle what cosign wrote beside the file: the JSON of a bundle of either kind, or the
   *     signature in base64
   * @param file a regular file, or a link to one
   * @return the file's SHA-256
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with an {@link AttestReason} if it is refused
   * @throws IOException if it can't be read
   */
  public Digest verifyBlob(byte[] bundle, Path file) throws IOException {
    return checkBlob(bundle, file).orThrow();
  }

  /**
   * Like {@link #verifyBlob(byte[], Path)}, with the refusal as a value.
   *
   * @param bundle what cosign wrote beside the file: the JSON of a bundle of either kind, or the
   *     signature in base64
   * @param file a regular file, or a link to one
   * @return the file's SHA-256, or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IOException if it can't be read
   */
  public Checked<Digest> checkBlob(byte[] bundle, Path file) throws IOException {
    Objects.requireNonNull(bundle, "bundle");
    Objects.requireNonNull(file, "file");
    return Checked.of(() -> blobs.verify(SigstoreBundle.ofBlob(bundle), file));
  }

  /**
   * Like {@link #verifyBlob(byte[], byte[])} of a stream. It is read once for all keys, to its end,
   * and not closed, unless the bundle is refused before; with constant memory, except that for
   * Ed25519 keys without a prehash up to 64 MiB of it are kept.
   *
   * @param bundle what cosign wrote beside the file: the JSON of a bundle of either kind, or the
   *     signature in base64
   * @param content the content; what was read must not be used before this returns
   * @return the content's SHA-256
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with an {@link AttestReason} if it is refused; {@link
   *     io.bartizan.integrity.artifact.ArtifactReason#TOO_LARGE} if more than 64 MiB are read and
   *     only an Ed25519 key without a prehash could still have signed them
   * @throws IOException if reading fails
   */
  public Digest verifyBlob(byte[] bundle, InputStream content) throws IOException {
    return checkBlob(bundle, content).orThrow();
  }

  /**
   * Like {@link #verifyBlob(byte[], InputStream)}, with the refusal as a value.
   *
   * @param bundle what cosign wrote beside the file: the JSON of a bundle of either kind, or the
   *     signature in base64
   * @param content the content; what was read must not be used before this returns
   * @return the content's SHA-256, or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IOException if reading fails
   */
  public Checked<Digest> checkBlob(byte[] bundle, InputStream content) throws IOException {
    Objects.requireNonNull(bundle, "bundle");
    Objects.requireNonNull(content, "content");
    return Checked.of(() -> blobs.verify(SigstoreBundle.ofBlob(bundle), content));
  }

  /**
   * Like {@link #verifyBlob(byte[], byte[])} of content whose digest is known: by ECDSA and by RSA
   * with PKCS #1, whose hash the digest is of.
   *
   * @param bundle what cosign wrote beside the file: the JSON of a bundle of either kind, or the
   *     signature in base64
   * @param content the digest of the content
   * @return the same digest, of which the signature was verified
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with an {@link AttestReason}, or {@link
   *     io.bartizan.integrity.artifact.ArtifactReason#SIGNATURE_FORM_OTHER} if no key can be
   *     verified by this digest
   */
  public Digest verifyBlob(byte[] bundle, Digest content) {
    return checkBlob(bundle, content).orThrow();
  }

  /**
   * Like {@link #verifyBlob(byte[], Digest)}, with the refusal as a value.
   *
   * @param bundle what cosign wrote beside the file: the JSON of a bundle of either kind, or the
   *     signature in base64
   * @param content the digest of the content
   * @return the same digest, or the refusal
   * @throws NullPointerException if an argument is null
   */
  public Checked<Digest> checkBlob(byte[] bundle, Digest content) {
    Objects.requireNonNull(bundle, "bundle");
    Objects.requireNonNull(content, "content");
    return Checked.of(() -> blobs.verify(SigstoreBundle.ofBlob(bundle), content));
  }

  private VerifiedImage alone(One one, ImageReference image) {
    Gathered gathered = new Gathered();
    gathered.add(one);
    return gathered.enough(image, List.of());
  }

  private One payload(byte[] payload, byte[] signature, ImageReference image) {
    Digest digest = image.requireDigest();
    if (payload.length > SimpleSigning.MAX_BYTES) {
      throw new VerificationException(
          AttestReason.TOO_LARGE,
          "the payload has more than " + SimpleSigning.MAX_BYTES + " bytes");
    }
    Set<PinnedKey> signers = keys.signersOf(payload, List.of(signature));
    if (signers.isEmpty()) {
      throw keys.refusal(payload, List.of(signature));
    }
    SimpleSigning signed =
        SimpleSigning.parse(payload, AttestReason.MALFORMED, AttestReason.TOO_LARGE);
    if (!signed.image().equals(digest)) {
      throw new VerificationException(
          AttestReason.SUBJECT_MISMATCH, "signed is image " + signed.image() + ", not " + digest);
    }
    requireRepository(signed.dockerReference(), image);
    requireAnnotations(signed.annotations());
    return new One(signers, signed.annotations());
  }

  private One bundle(byte[] bundle, ImageReference image) {
    Digest digest = image.requireDigest();
    DsseEnvelope envelope = SigstoreBundle.parse(bundle).requireEnvelope();
    VerifiedStatement statement = statements.anySigner(envelope, digest);
    requireRepository("", image);
    requireAnnotations(statement.annotations());
    return new One(Set.copyOf(statement.signers()), statement.annotations());
  }

  private void requireRepository(String signed, ImageReference image) {
    boolean same =
        !signed.isEmpty()
            && Checked.of(() -> ImageReference.parse(signed))
                .fold(image::hasSameRepositoryAs, refused -> false);
    if (sameRepository && !same) {
      throw new VerificationException(
          AttestReason.REPOSITORY_MISMATCH,
          signed.isEmpty()
              ? "the signature names no repository"
              : "signed for repository \"" + signed + "\", not for " + image);
    }
  }

  private void requireAnnotations(Map<String, String> signed) {
    required.forEach(
        (name, value) -> {
          if (!value.equals(signed.get(name))) {
            throw new VerificationException(
                AttestReason.ANNOTATION_MISMATCH,
                "annotation " + name + " is " + signed.get(name) + ", " + value + " is required");
          }
        });
  }

  /** What one good signature says. */
  private record One(Set<PinnedKey> signers, Map<String, String> annotations) {}

  /** What all good signatures say. */
  private final class Gathered {
    private final Set<PinnedKey> signers = new LinkedHashSet<>();
    private final Map<String, String> annotations = new LinkedHashMap<>();

    void add(One one) {
      signers.addAll(one.signers);
      one.annotations.forEach(annotations::putIfAbsent);
    }

    VerifiedImage enough(ImageReference image, List<Refusal> ignored) {
      keys.requireEnough(signers);
      return new VerifiedImage(image, signers, annotations, ignored, null);
    }
  }

  @Override
  public String toString() {
    return "CosignVerifier["
        + keys
        + (sameRepository ? ", same repository" : ", any repository")
        + ", annotations "
        + required
        + "]";
  }

  /** The optional settings of a {@link CosignVerifier}. Not thread-safe. */
  public static final class Builder {

    private final SignerKeys keys;
    private final Map<String, String> required = new LinkedHashMap<>();
    private boolean sameRepository;

    private Builder(SignerKeys keys) {
      this.keys = Objects.requireNonNull(keys, "keys");
    }

    /**
     * Requires that the signed {@code docker-reference} names the image's own registry and
     * repository, which cosign itself ignores. Only the classic form has it, so bundles are refused
     * then; images that are mirrored under other names are too.
     *
     * @return this builder
     */
    public Builder withSameRepository() {
      sameRepository = true;
      return this;
    }

    /**
     * Requires a signed annotation, as {@code cosign verify -a name=value} does.
     *
     * @param name the annotation
     * @param value what it must say
     * @return this builder
     * @throws NullPointerException if an argument is null
     */
    public Builder withAnnotation(String name, String value) {
      required.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Makes the verifier.
     *
     * @return a verifier, immutable and thread-safe
     */
    public CosignVerifier build() {
      return new CosignVerifier(this);
    }
  }
}
