package io.bartizan.integrity.attest.oci;

import io.bartizan.core.Refusal;
import io.bartizan.core.Refused;
import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.ArtifactReason;
import io.bartizan.integrity.artifact.Artifacts;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.Expected;
import io.bartizan.integrity.artifact.StreamVerificationException;
import io.bartizan.integrity.artifact.VerifiedFile;
import io.bartizan.integrity.artifact.VerifyingInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The manifests and blobs of one repository; a broken transfer is begun anew. */
final class RegistryBlobs implements BlobStore {

  /** What a manifest may be. */
  private static final String ANY_MANIFEST =
      String.join(", ", new TreeSet<>(ManifestJson.MANIFESTS))
          + ", "
          + String.join(", ", new TreeSet<>(ManifestJson.INDEXES));

  private final RegistryClient client;
  private final URI base;
  private final Duration timeout;
  private final Duration transferTimeout;
  private final long maxContentBytes;
  private final @Nullable Path privateDirectory;

  RegistryBlobs(
      RegistryClient client,
      URI base,
      Duration timeout,
      Duration transferTimeout,
      long maxContentBytes,
      @Nullable Path privateDirectory) {
    this.client = client;
    this.base = base;
    this.timeout = timeout;
    this.transferTimeout = transferTimeout;
    this.maxContentBytes = maxContentBytes;
    this.privateDirectory = privateDirectory;
  }

  /** A manifest or index as a tag names it now. */
  record Tagged(String mediaType, Digest digest, int size) {}

  /** What a tag names; empty if there is none. */
  Optional<Tagged> tagged(String tag) throws IOException {
    return client.get(
        base.resolve("manifests/" + tag),
        ANY_MANIFEST,
        timeout,
        answer -> {
          if (answer.status() == 404) {
            return Optional.empty();
          }
          requireSuccess(answer);
          if (!answer.encoding().isEmpty()) {
            throw new VerificationException(
                OciReason.ANSWER_UNEXPECTED,
                "tag "
                    + tag
                    + " is sent with content encoding \""
                    + SafeText.of(answer.encoding())
                    + "\", which was not asked for");
          }
          byte[] json =
              answer.bytes(
                  ManifestJson.MAX_BYTES, OciReason.TOO_LARGE, "the manifest of tag " + tag);
          return Optional.of(
              new Tagged(answer.mediaType(), digest(answer, tag, json), json.length));
        });
  }

  /** By the algorithm that the registry names, of the bytes that came. */
  private static Digest digest(RegistryAnswer answer, String tag, byte[] json) {
    String said = answer.field("docker-content-digest");
    if (said.isEmpty()) {
      return Digest.sha256Of(json);
    }
    Digest named;
    try {
      named = Digest.parseOci(said);
    } catch (VerificationException e) {
      throw new VerificationException(
          OciReason.ANSWER_UNEXPECTED,
          "the registry names a digest of tag " + tag + " that can't be used: " + e.getMessage());
    }
    Digest actual = Digest.compute(named.algorithm(), json);
    if (!actual.equals(named)) {
      throw ManifestJson.mismatch(
          named, "the registry says so of tag " + tag + ", whose bytes have " + actual);
    }
    return actual;
  }

  /** One page of the referrers of an image; empty where the registry has no such API. */
  Optional<RegistryPage> referrers(URI page, Consumer<? super Refusal> passedOver)
      throws IOException {
    return client.get(
        page,
        Descriptor.INDEX,
        timeout,
        answer -> {
          int status = answer.status();
          if (status == 401 || status == 403) {
            requireSuccess(answer);
          }
          if (status != 200 || !answer.mediaType().equals(Descriptor.INDEX)) {
            return Optional.empty();
          }
          byte[] json =
              answer.bytes(ManifestJson.MAX_BYTES, OciReason.TOO_LARGE, "the list of referrers");
          return Optional.of(
              new RegistryPage(ManifestJson.page(json, passedOver), RegistryPage.next(answer)));
        });
  }

  URI referrersOf(Digest image) {
    return base.resolve("referrers/" + image.oci());
  }

  @Override
  public byte[] blob(Descriptor descriptor, int maxBytes) throws IOException {
    ManifestJson.requireWithin(descriptor, maxBytes);
    return read(descriptor, descriptor.expected(), timeout, InputStream::readAllBytes);
  }

  @Override
  public byte[] unknownSize(Digest digest) throws IOException {
    return read(
        new Descriptor("", digest, 0, Map.of()),
        Expected.of(digest).withMaxSize(ManifestJson.MAX_BYTES),
        timeout,
        InputStream::readAllBytes);
  }

  @Override
  public void compare(Collection<Descriptor> blobs) throws IOException {
    long left = maxContentBytes;
    for (Descriptor blob : blobs) {
      if (blob.size() > left) {
        throw new VerificationException(
            OciReason.TOO_LARGE,
            "the image has more than the " + maxContentBytes + " bytes that are read");
      }
      left -= blob.size();
    }
    for (Descriptor blob : blobs) {
      long unused =
          read(
              blob,
              blob.expected(),
              transferTimeout,
              in -> in.transferTo(OutputStream.nullOutputStream()));
    }
  }

  @Override
  public VerifiedFile open(Descriptor blob) throws IOException {
    Path directory = privateDirectory;
    if (directory == null) {
      throw new IllegalStateException(
          "the registry has no directory to open blobs in, see"
              + " OciRegistry.Builder.withPrivateDirectory");
    }
    return client.get(
        address(blob),
        "*/*",
        transferTimeout,
        answer -> {
          requireThere(answer, blob.digest());
          try {
            return Artifacts.verifyCopy(answer.body(), blob.expected(), directory);
          } catch (VerificationException e) {
            throw explained(e, blob.digest(), answer);
          }
        });
  }

  /** Reads what is verified at its end. */
  @FunctionalInterface
  private interface Use<T> {
    T of(InputStream verifying) throws IOException;
  }

  private <T> T read(Descriptor blob, Expected expected, Duration limit, Use<T> use)
      throws IOException {
    return client.get(
        address(blob),
        isManifest(blob) ? ANY_MANIFEST : "*/*",
        limit,
        answer -> {
          requireThere(answer, blob.digest());
          try (InputStream in = VerifyingInputStream.of(answer.body(), expected)) {
            return use.of(in);
          } catch (StreamVerificationException e) {
            throw explained(e, blob.digest(), answer);
          }
        });
  }

  private URI address(Descriptor blob) {
    return base.resolve((isManifest(blob) ? "manifests/" : "blobs/") + blob.digest().oci());
  }

  /** The image's own manifest has no descriptor that names its type. */
  private static boolean isManifest(Descriptor blob) {
    return blob.mediaType().isEmpty()
        || ManifestJson.MANIFESTS.contains(blob.mediaType())
        || ManifestJson.INDEXES.contains(blob.mediaType());
  }

  private static void requireThere(RegistryAnswer answer, Digest digest) {
    if (answer.status() == 404) {
      throw new VerificationException(OciReason.BLOB_MISSING, "the registry has no " + digest);
    }
    requireSuccess(answer);
  }

  private static void requireSuccess(RegistryAnswer answer) {
    int status = answer.status();
    if (status == 401 || status == 403) {
      throw new VerificationException(
          OciReason.AUTHENTICATION_REFUSED,
          RegistryClient.shown(answer.at()) + " says status " + status);
    }
    if (status != 200) {
      throw new VerificationException(
          OciReason.ANSWER_UNEXPECTED,
          RegistryClient.shown(answer.at()) + " says status " + status);
    }
  }

  /** A stall stays what it is, since it may pass; other content is named with its encoding. */
  private static VerificationException explained(
      Refused refused, Digest digest, RegistryAnswer answer) {
    if (refused.reason() == ArtifactReason.DIGEST_MISMATCH
        || refused.reason() == ArtifactReason.SIZE_MISMATCH
        || refused.reason() == ArtifactReason.TOO_LARGE) {
      String encoding = answer.encoding();
      return ManifestJson.mismatch(
          digest,
          refused.refusal().detail()
              + (encoding.isEmpty()
                  ? ""
                  : "; it is sent with content encoding \"" + SafeText.of(encoding) + "\""));
    }
    return new VerificationException(refused.refusal());
  }
}
