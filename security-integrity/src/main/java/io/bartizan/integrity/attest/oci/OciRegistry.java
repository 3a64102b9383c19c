package io.bartizan.integrity.attest.oci;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.http.Origins;
import io.bartizan.integrity.http.RetryRule;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One repository of a registry, read by the OCI distribution API 1.1 over the application's {@link
 * HttpClient}. Read are images, and what was signed about them, where they live.
 *
 * <p>Nothing that a registry answers is believed: manifests and blobs are compared with size and
 * digest as they come, and what can't be compared yet (which digest a tag names, what refers to an
 * image) decides nothing by itself. What was signed is found by the referrers API, by its fallback
 * tag {@code sha256-HEX} where a registry has no such API, and by cosign's tags {@code .sig},
 * {@code .att} and {@code .sbom}.
 *
 * <p>Where the registry asks for it, a token is fetched from the server that the registry names,
 * over https. Credentials go there, tokens to the registry's own origin, and neither follows a
 * redirect to another. Sizes, counts, redirects and times are bounded; statuses that mean "later"
 * (429, 503 and the like) and broken connections are tried again. {@code docker.io} is asked at
 * {@code registry-1.docker.io}. Every refusal is a {@link VerificationException} with an {@link
 * OciReason}; an interrupt is a {@link java.io.InterruptedIOException}. Thread-safe.
 *
 * <pre>{@code
 * ImageReference asked = ImageReference.parse("registry.example/team/app:1.2");
 * OciRegistry registry = OciRegistry.of(client, asked);
 * ImageReference image = registry.resolve(asked.tag().orElseThrow());
 * VerifiedImage signed = cosign.verifySignatureOnly(registry, image);
 * }</pre>
 */
public final class OciRegistry implements ImageSource {

  /** The most pages of referrers that are read. */
  public static final int MAX_PAGES = 16;

  /** The most referrers of an image. */
  public static final int MAX_REFERRERS = 1_000;

  private static final String REF_NAME = "org.opencontainers.image.ref.name";
  private static final int MAX_TAG_CHARS = 128;
  private static final int MAX_FALLBACK_HEX = 64;

  private final ImageReference repository;
  private final URI base;
  private final RegistryBlobs blobs;
  private final String settings;

  private OciRegistry(Builder builder) {
    repository = builder.repository;
    String host = repository.registry().orElseThrow().toLowerCase(Locale.ROOT);
    String name = repository.repository();
    if (host.equals("docker.io") || host.equals("index.docker.io")) {
      host = "registry-1.docker.io";
      name = name.indexOf('/') < 0 ? "library/" + name : name;
    }
    Predicate<URI> accepted = builder.accepted();
    boolean http = accepted.test(address("http://" + host + "/"));
    base = address((http ? "http://" : "https://") + host + "/v2/" + name + "/");
    RegistryLogin login = new RegistryLogin(base, name, builder.user, builder.password, accepted);
    RegistryClient client =
        new RegistryClient(
            builder.client, accepted, builder.attempts, builder.retry, builder.timeout, login);
    blobs =
        new RegistryBlobs(
            client,
            base,
            builder.timeout,
            builder.transferTimeout,
            builder.maxContentBytes,
            builder.privateDirectory);
    settings =
        (builder.password == null ? ", anonymous" : ", as " + builder.user)
            + ", time-out "
            + Span.exact(builder.timeout)
            + ", of a blob of an image "
            + Span.exact(builder.transferTimeout)
            + ", "
            + builder.attempts
            + " attempts, at most "
            + builder.maxContentBytes
            + " bytes of an image]";
  }

  private static URI address(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("repository is at " + text + ", which is no address", e);
    }
  }

  /**
   * The repository of an image, asked anonymously and over https, with all defaults.
   *
   * @param client the application's client, which follows no redirects
   * @param repository names registry and repository; a tag or digest in it is not looked at
   * @return the repository
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the reference names no registry, or the client follows
   *     redirects
   */
  public static OciRegistry of(HttpClient client, ImageReference repository) {
    return builder(client, repository).build();
  }

  /**
   * The repository of an image, with settings.
   *
   * @param client the application's client, which follows no redirects
   * @param repository names registry and repository; a tag or digest in it is not looked at
   * @return a builder
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the reference names no registry, or the client follows
   *     redirects
   */
  public static Builder builder(HttpClient client, ImageReference repository) {
    return new Builder(client, repository);
  }

  /**
   * Asks which image a tag names now. The registry's word, and tomorrow it may be another: verify
   * by the digest, and pull by the digest.
   *
   * @param tag the tag
   * @return the repository with the tag and the digest of what the registry answered
   * @throws NullPointerException if {@code tag} is null
   * @throws VerificationException {@link OciReason#REFERENCE_MALFORMED} if it is no tag, {@link
   *     OciReason#BLOB_MISSING} if there is none, {@link OciReason#BLOB_MISMATCH} if the registry
   *     names another digest than its answer has
   * @throws IOException if the thread is interrupted
   */
  public ImageReference resolve(String tag) throws IOException {
    String named = repository.registry().orElseThrow() + "/" + repository.repository() + ":" + tag;
    ImageReference unresolved = ImageReference.parse(named);
    if (!unresolved.tag().equals(Optional.of(tag))) {
      throw new VerificationException(
          OciReason.REFERENCE_MALFORMED, "tag \"" + tag + "\" has another form than tags have");
    }
    RegistryBlobs.Tagged tagged =
        blobs
            .tagged(tag)
            .orElseThrow(
                () ->
                    new VerificationException(
                        OciReason.BLOB_MISSING, "the registry has no image " + named));
    return ImageReference.parse(named + "@" + tagged.digest().oci());
  }

  @Override
  public List<Descriptor> listed(Digest image, Consumer<? super Refusal> passedOver)
      throws IOException {
    Objects.requireNonNull(passedOver, "passedOver");
    List<Descriptor> all = new ArrayList<>();
    String prefix = image.algorithm().label() + "-";
    for (String suffix : List.of(".sig", ".att", ".sbom")) {
      addTagged(prefix + image.hex() + suffix, all, passedOver);
    }
    if (!addReferrers(image, all, passedOver)) {
      String hex = image.hex();
      addTagged(
          prefix + hex.substring(0, Math.min(MAX_FALLBACK_HEX, hex.length())), all, passedOver);
    }
    return all;
  }

  private void addTagged(String tag, List<Descriptor> all, Consumer<? super Refusal> passedOver)
      throws IOException {
    if (tag.length() > MAX_TAG_CHARS) {
      return;
    }
    try {
      blobs
          .tagged(tag)
          .ifPresent(
              found ->
                  all.add(
                      new Descriptor(
                          found.mediaType(), found.digest(), found.size(), Map.of(REF_NAME, tag))));
    } catch (VerificationException e) {
      if (e.reason() == OciReason.REGISTRY_UNAVAILABLE
          || e.reason() == OciReason.AUTHENTICATION_REFUSED) {
        throw e; // what is the registry's own trouble is everyone's
      }
      passedOver.accept(e.refusal());
    }
  }

  /** Whether the registry has the API. */
  private boolean addReferrers(
      Digest image, List<Descriptor> all, Consumer<? super Refusal> passedOver) throws IOException {
    URI first = blobs.referrersOf(image);
    Set<URI> asked = new HashSet<>();
    try {
      for (URI page = first; page != null; ) {
        if (asked.size() == MAX_PAGES || all.size() >= MAX_REFERRERS) {
          throw tooMany();
        }
        if (!asked.add(page) || !isReferrers(page, first)) {
          throw new VerificationException(
              OciReason.ANSWER_UNEXPECTED, "the list of referrers goes on where it may not");
        }
        Optional<RegistryPage> answer = blobs.referrers(page, passedOver);
        if (answer.isEmpty()) {
          return asked.size() > 1;
        }
        List<Descriptor> more = answer.get().manifests();
        int room = MAX_REFERRERS - all.size();
        all.addAll(more.subList(0, Math.min(more.size(), room)));
        if (more.size() > room) {
          throw tooMany();
        }
        page = answer.get().next();
      }
      return true;
    } catch (VerificationException e) { // a good one may stand under a tag, else this is told
      passedOver.accept(e.refusal());
      return asked.size() > 1;
    }
  }

  private static VerificationException tooMany() {
    return new VerificationException(
        OciReason.TOO_LARGE,
        "more referrers than "
            + MAX_REFERRERS
            + ", or on more than "
            + MAX_PAGES
            + " pages; the rest is not read");
  }

  private static boolean isReferrers(URI page, URI first) {
    return Origins.isHttp(page)
        && page.getRawUserInfo() == null
        && Origins.isSame(page, first)
        && first.getRawPath().equals(page.getRawPath());
  }

  @Override
  public List<Descriptor> manifests(Descriptor index, Consumer<? super Refusal> passedOver)
      throws IOException {
    return ManifestJson.manifests(index, blob(index, ManifestJson.MAX_BYTES), passedOver);
  }

  @Override
  public ImageManifest manifest(Descriptor manifest, Consumer<? super Refusal> passedOver)
      throws IOException {
    return ManifestJson.manifest(manifest, blob(manifest, ManifestJson.MAX_BYTES), passedOver);
  }

  @Override
  public byte[] blob(Descriptor descriptor, int maxBytes) throws IOException {
    return blobs.blob(descriptor, maxBytes);
  }

  @Override
  public Descriptor describe(Digest image) throws IOException {
    Objects.requireNonNull(image, "image");
    return ManifestJson.describe(image, blobs.unknownSize(image));
  }

  /**
   * {@inheritDoc} Every blob is transferred once, with constant memory, and nothing is kept;
   * whoever pulls the image afterwards by its digest with something that compares it needs no more
   * than its signature verified.
   */
  @Override
  public Checked<ImageContent> checkContent(Digest image) throws IOException {
    Objects.requireNonNull(image, "image");
    return Checked.of(() -> new ImageClosure(blobs).read(image));
  }

  /** The address, who asks, and every limit; never the password. */
  @Override
  public String toString() {
    return "ImageSource[registry " + base + settings;
  }

  /** The settings of an {@link OciRegistry}. Not thread-safe. */
  public static final class Builder {

    private final HttpClient client;
    private final ImageReference repository;
    private String user = "";
    private @Nullable Supplier<String> password;
    private boolean plain;
    private boolean plainOnLoopback;
    private Duration timeout = Duration.ofSeconds(30);
    private Duration transferTimeout = Duration.ofHours(1);
    private int attempts = 3;
    private RetryRule retry = RetryRule.USUAL;
    private long maxContentBytes = 64L << 30;
    private @Nullable Path privateDirectory;

    private Builder(HttpClient client, ImageReference repository) {
      this.client = Objects.requireNonNull(client, "client");
      this.repository = repository;
      if (repository.registry().isEmpty()) {
        throw new IllegalArgumentException(
            "repository is "
                + repository
                + ", which names no registry; write docker.io/ before it for Docker's");
      }
      if (client.followRedirects() != HttpClient.Redirect.NEVER) {
        throw new IllegalArgumentException(
            "client follows redirects " + client.followRedirects() + ", NEVER is accepted");
      }
    }

    /** As it is now: a builder that goes on changes no registry that was built. */
    private Predicate<URI> accepted() {
      boolean any = plain;
      boolean onLoopback = plainOnLoopback;
      return address ->
          String.valueOf(address.getScheme()).equalsIgnoreCase("https")
              || any
              || (onLoopback && Origins.isLoopback(address.getHost()));
    }

    /**
     * Logs in where the registry asks for it; anonymous unless set. The password is sent to the
     * token server that the registry names, over https, or to the registry itself by HTTP's basic
     * scheme. A registry over plain http may name no token server of another host.
     *
     * @param user the user
     * @param password gives the password or access token, each time that it is sent
     * @return this builder
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if the user is empty or has a colon
     */
    public Builder withCredentials(String user, Supplier<String> password) {
      if (user.isEmpty() || user.indexOf(':') >= 0) {
        throw new IllegalArgumentException("user is empty or has a colon (RFC 7617)");
      }
      this.user = user;
      this.password = Objects.requireNonNull(password, "password");
      return this;
    }

    /**
     * Speaks plain {@code http} where the registry is this machine ({@code localhost}, {@code
     * 127.0.0.1}, {@code [::1]}), for development.
     *
     * @return this builder
     */
    public Builder plainHttpOnLoopback() {
      plainOnLoopback = true;
      return this;
    }

    /**
     * Speaks plain {@code http} to any registry: whoever is on the way sees the password and the
     * tokens, and answers which image a tag names. Digests and signatures are verified all the
     * same.
     *
     * @return this builder
     */
    public Builder plainHttp() {
      plain = true;
      return this;
    }

    /**
     * The longest time for an answer of at most a few mebibytes, and the longest silence within a
     * blob of an image.
     *
     * @param limit 10 milliseconds to 10 minutes; 30 seconds unless set
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withTimeout(Duration limit) {
      timeout = Require.within("timeout", limit, Duration.ofMillis(10), Duration.ofMinutes(10));
      return this;
    }

    /**
     * The longest time for one blob where an image is read whole.
     *
     * @param limit 1 second to 1 day; 1 hour unless set
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withTransferTimeout(Duration limit) {
      transferTimeout =
          Require.within("transferTimeout", limit, Duration.ofSeconds(1), Duration.ofDays(1));
      return this;
    }

    /**
     * How often something is asked for before it is refused.
     *
     * @param number 1 to 10; 3 unless set
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withAttempts(int number) {
      attempts = Require.within("number", number, 1, 10);
      return this;
    }

    /**
     * How long to wait between attempts: twice as long each time; as long as the registry's {@code
     * Retry-After} says, but one that says more than the longest is not asked again.
     *
     * @param shortest 1 millisecond to 1 minute; 1 second unless set
     * @param longest up to 1 hour; 1 minute unless set
     * @return this builder
     * @throws IllegalArgumentException if one is out of range or the longest is shorter
     */
    public Builder withRetryPauses(Duration shortest, Duration longest) {
      Duration from =
          Require.within("shortest", shortest, Duration.ofMillis(1), Duration.ofMinutes(1));
      Duration to = Require.within("longest", longest, from, Duration.ofHours(1));
      retry = new RetryRule(from, to, retry.clock(), retry.waiting());
      return this;
    }

    /**
     * The most bytes of an image that is read whole, over all its platforms.
     *
     * @param bytes 1 to 2^60; 64 GiB unless set
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withMaxContentBytes(long bytes) {
      maxContentBytes = Require.within("bytes", bytes, 1, 1L << 60);
      return this;
    }

    /**
     * Where {@link ImageContent#open} puts the blobs that it opens; each is deleted when it is
     * closed.
     *
     * @param directory one that others can neither read nor write
     * @return this builder
     * @throws NullPointerException if {@code directory} is null
     */
    public Builder withPrivateDirectory(Path directory) {
      privateDirectory = Objects.requireNonNull(directory, "directory");
      return this;
    }

    /**
     * Makes the source; nothing is asked yet.
     *
     * @return a source, immutable and thread-safe
     * @throws IllegalArgumentException if the registry's name can be no address, such as {@code
     *     [1:2]}
     */
    public OciRegistry build() {
      return new OciRegistry(this);
    }
  }
}
