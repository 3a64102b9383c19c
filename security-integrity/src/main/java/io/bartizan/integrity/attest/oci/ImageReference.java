package io.bartizan.integrity.attest.oci;

import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A container image's name, such as {@code registry.example/team/app:1.2@sha256:ba78…}, by the
 * grammar of the OCI distribution specification and of Docker.
 *
 * <p>The part before the first slash is a registry if it has a dot, a colon or a capital, or is
 * {@code localhost}. Nothing is guessed: {@code alpine} names no registry here, though Docker would
 * take it from docker.io. Where there is a digest it alone says which image it is; the tag beside
 * it is a remark. Immutable, compared by value.
 *
 * <pre>{@code
 * ImageReference image = ImageReference.parse(text);
 * Digest pin = image.requireDigest();
 * }</pre>
 */
public final class ImageReference {

  private static final String DOCKER_HUB = "docker.io";
  private static final int MAX_NAME_CHARS = 255;
  private static final int MAX_CHARS = 512;

  private static final Pattern REGISTRY =
      Pattern.compile(
          "(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
              + "|\\[[0-9A-Fa-f:.]{2,45}])(?::[0-9]{1,5})?");
  private static final Pattern REPOSITORY =
      Pattern.compile(
          "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*");
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
  private static final Pattern PARTS = Pattern.compile("([^@]+?)(?::([^:/@]*))?(?:@(.*))?");

  private final String registry;
  private final String repository;
  private final String tag;
  private final @Nullable Digest digest;

  private ImageReference(String registry, String repository, String tag, @Nullable Digest digest) {
    this.registry = registry;
    this.repository = repository;
    this.tag = tag;
    this.digest = digest;
  }

  /**
   * Reads a reference.
   *
   * @param text registry and repository, at most 255 characters, with a tag, a digest or both
   * @return the reference
   * @throws NullPointerException if {@code text} is null
   * @throws VerificationException {@link OciReason#REFERENCE_MALFORMED} if it has another form; as
   *     {@link Digest#parseOci} if the digest has
   */
  public static ImageReference parse(String text) {
    Matcher parts = PARTS.matcher(text);
    if (text.length() > MAX_CHARS || !parts.matches()) {
      throw malformed(text, "not of the form registry/repository:tag@digest");
    }
    String name = parts.group(1);
    int slash = name.indexOf('/');
    String first = slash < 0 ? "" : name.substring(0, slash);
    String registry = isRegistry(first) ? first : "";
    String repository = registry.isEmpty() ? name : name.substring(slash + 1);
    String tag = parts.group(2);
    if (name.length() > MAX_NAME_CHARS) {
      throw malformed(text, "the name has more than 255 characters");
    }
    if (!registry.isEmpty() && !REGISTRY.matcher(registry).matches()) {
      throw malformed(text, "the registry is no host with an optional port");
    }
    if (!REPOSITORY.matcher(repository).matches()) {
      throw malformed(text, "the repository is not lower-case parts between slashes");
    }
    if (tag != null && !TAG.matcher(tag).matches()) {
      throw malformed(text, "the tag is not 1 to 128 of A-Za-z0-9_.-");
    }
    String digest = parts.group(3);
    return new ImageReference(
        registry,
        repository,
        tag == null ? "" : tag,
        digest == null ? null : Digest.parseOci(digest));
  }

  /**
   * Reads what {@link #toString} wrote, for binders of configuration.
   *
   * @param text as {@link #parse} reads it
   * @return the reference
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException where {@link #parse} refuses; its message is the refusal's
   */
  public static ImageReference valueOf(String text) {
    try {
      return parse(text);
    } catch (VerificationException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static boolean isRegistry(String first) {
    return first.equals("localhost")
        || first.chars().anyMatch(c -> c == '.' || c == ':' || (c >= 'A' && c <= 'Z'));
  }

  private static VerificationException malformed(String text, String why) {
    return new VerificationException(
        OciReason.REFERENCE_MALFORMED, "image \"" + SafeText.of(text) + "\": " + why);
  }

  /**
   * The registry's host, with its port if one was given.
   *
   * @return empty if none was named
   */
  public Optional<String> registry() {
    return optional(registry);
  }

  /**
   * The repository, without registry, tag and digest.
   *
   * @return such as {@code team/app}
   */
  public String repository() {
    return repository;
  }

  /**
   * The tag; beside a digest a remark, which decides nothing.
   *
   * @return empty if there is none
   */
  public Optional<String> tag() {
    return optional(tag);
  }

  /**
   * The digest of the image's manifest or index.
   *
   * @return empty if there is none
   */
  public Optional<Digest> digest() {
    return Optional.ofNullable(digest);
  }

  /**
   * The digest, where a tag is not enough.
   *
   * @return which image it is, for ever
   * @throws VerificationException {@link OciReason#DIGEST_REQUIRED} if there is none
   */
  public Digest requireDigest() {
    if (digest == null) {
      throw new VerificationException(
          OciReason.DIGEST_REQUIRED, "image " + this + " has no digest, a tag can be moved");
    }
    return digest;
  }

  /**
   * Whether both name the same registry and repository, as Docker reads names: without a registry
   * it is {@code docker.io}, which is also called {@code index.docker.io}, and a single part is one
   * of its {@code library/}.
   *
   * @param other another reference
   * @return whether {@code alpine} and {@code index.docker.io/library/alpine}, for one
   */
  public boolean hasSameRepositoryAs(ImageReference other) {
    return canonical().equals(other.canonical());
  }

  /** Host names have no case; Docker's defaults for the rest. */
  private String canonical() {
    String host = registry.isEmpty() ? DOCKER_HUB : registry.toLowerCase(Locale.ROOT);
    boolean hub = host.equals(DOCKER_HUB) || host.equals("index." + DOCKER_HUB);
    boolean official = hub && repository.indexOf('/') < 0;
    return (hub ? DOCKER_HUB : host) + "/" + (official ? "library/" : "") + repository;
  }

  private static Optional<String> optional(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ImageReference that && toString().equals(that.toString());
  }

  @Override
  public int hashCode() {
    return Objects.hash(registry, repository, tag, digest);
  }

  /** The reference as {@link #parse} reads it. */
  @Override
  public String toString() {
    return (registry.isEmpty() ? "" : registry + "/")
        + repository
        + (tag.isEmpty() ? "" : ":" + tag)
        + (digest == null ? "" : "@" + digest.oci());
  }
}
