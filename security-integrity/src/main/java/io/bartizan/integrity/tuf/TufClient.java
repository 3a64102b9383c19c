package io.bartizan.integrity.tuf;

import io.bartizan.core.Checked;
import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A client of a TUF repository (The Update Framework, specification 1.0). It reads files that the
 * repository's keys vouch for, and never takes older ones than it took before.
 *
 * <p>It begins with a root that came with the application and follows the repository's own changes
 * of keys from there. The folder keeps what was trusted, so that a restart, a crash or another
 * process that uses the same folder can't be led back to something older; everything in it is
 * verified again when it is read. Metadata and targets are bounded in bytes, number and time. There
 * is no thread and no schedule here: call {@link #refresh} at intervals, or let {@link FreshTarget}
 * do it. Thread-safe.
 *
 * <pre>{@code
 * TufClient tuf = TufClient.of(root, TufSource.of(client, metadata, targets), folder);
 * tuf.refresh();
 * byte[] policy = tuf.verifyTarget("policy/admission.json").bytes();
 * }</pre>
 */
public final class TufClient implements HealthSource {

  private final TufSource source;
  private final TrustFolder folder;
  private final InstantSource clock;
  private final Duration fetchTimeout;
  private final Duration lockTimeout;
  private final int maxTargetBytes;
  private volatile RootMetadata root;
  private volatile @Nullable Trusted trusted;
  private volatile @Nullable String failure;

  private TufClient(Builder builder) {
    source = builder.source;
    folder = new TrustFolder(builder.folder);
    clock = builder.clock;
    fetchTimeout = builder.fetchTimeout;
    lockTimeout = builder.lockTimeout;
    maxTargetBytes = builder.maxTargetBytes;
    root = RootMetadata.parse("the given root", builder.root).requireAfter(null, new KeyTrials());
  }

  /**
   * A client with all defaults.
   *
   * @param root the bytes of a {@code root.json} that came with the application; of any age
   * @param source the repository
   * @param folder what was trusted is kept here; made when it is needed, writable to nobody else,
   *     one for each repository
   * @return the client; nothing is fetched yet
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with a {@link TufReason} if the root is malformed or not signed
   *     by its own keys
   */
  public static TufClient of(byte[] root, TufSource source, Path folder) {
    return builder(root, source, folder).build();
  }

  /**
   * Starts a client with settings.
   *
   * @param root the bytes of a {@code root.json} that came with the application; of any age
   * @param source the repository
   * @param folder what was trusted is kept here; made when it is needed, writable to nobody else,
   *     one for each repository
   * @return a builder
   * @throws NullPointerException if an argument is null
   */
  public static Builder builder(byte[] root, TufSource source, Path folder) {
    return new Builder(root, source, folder);
  }

  /**
   * Asks the repository for what is new. If it fails, what was trusted serves on until its time is
   * over.
   *
   * @throws VerificationException with a {@link TufReason} if what the source gives is refused, or
   *     it gives nothing
   * @throws IOException if the folder can't be read or written, or the thread is interrupted
   */
  public void refresh() throws IOException {
    TrustFolder.Held held = folder.lock(lockTimeout);
    try {
      refreshHeld();
    } finally {
      held.close();
    }
  }

  private void refreshHeld() throws IOException {
    Refresh pass = new Refresh(root, source, folder, fetchTimeout, clock.instant());
    boolean done = false;
    try {
      trusted = pass.run();
      failure = null;
      done = true;
    } catch (VerificationException e) {
      failure = e.getMessage();
      throw e;
    } catch (IOException e) {
      failure = "the folder: " + e.getMessage();
      throw e;
    } finally {
      if (!done && pass.root().version() > root.version()) {
        trusted = null; // by keys that may have been withdrawn
      }
      root = pass.root();
    }
  }

  /**
   * Reads a target, from the folder if it is there and from the source else, by the metadata of the
   * last refresh. Only if there are none whose time is not over, in the folder neither, it
   * refreshes first.
   *
   * @param path as the repository lists it: relative, with slashes
   * @return the target, whose content is verified at each call
   * @throws NullPointerException if {@code path} is null
   * @throws VerificationException with a {@link TufReason} if it is refused, not listed or can't be
   *     had
   * @throws IOException if the folder can't be read or written, or the thread is interrupted
   */
  public VerifiedTarget verifyTarget(String path) throws IOException {
    return checkTarget(path).orThrow();
  }

  /**
   * Like {@link #verifyTarget}, with the refusal as a value.
   *
   * @param path as the repository lists it: relative, with slashes
   * @return the target, or the refusal
   * @throws NullPointerException if {@code path} is null
   * @throws IOException if the folder can't be read or written, or the thread is interrupted
   */
  public Checked<VerifiedTarget> checkTarget(String path) throws IOException {
    Objects.requireNonNull(path, "path");
    return Checked.of(() -> target(path));
  }

  private VerifiedTarget target(String path) throws IOException {
    TargetPath.requireSafe(path);
    Trusted now = current();
    Refresh files = new Refresh(now.root(), source, folder, fetchTimeout, clock.instant());
    TargetSearch.Found found = new TargetSearch(now, files, path).find();
    FileHashes content = found.content();
    if (content.length() > maxTargetBytes) {
      throw new VerificationException(
          TufReason.TOO_LARGE,
          "\""
              + path
              + "\" has "
              + content.length()
              + " bytes, at most "
              + maxTargetBytes
              + " are read");
    }
    byte[] bytes = folder.target(path, (int) content.length());
    if (bytes == null || !content.matches(bytes)) {
      bytes = fetched(path, now.root().consistentSnapshot(), content);
      folder.saveTarget(path, bytes);
    }
    return new VerifiedTarget(path, bytes, found.role(), now.refreshedAt(), found.expires());
  }

  private byte[] fetched(String path, boolean consistent, FileHashes content) throws IOException {
    byte[] bytes = null;
    for (int i = 0; bytes == null && i < (consistent ? content.hashes().size() : 1); i++) {
      String name = consistent ? TargetPath.prefixed(path, content.hashes().get(i).hex()) : path;
      bytes = source.target(name, (int) content.length(), fetchTimeout);
    }
    if (bytes == null) {
      throw Refresh.missing(path);
    }
    if (!content.matches(bytes)) {
      throw new VerificationException(
          TufReason.TARGET_MISMATCH,
          "\"" + path + "\" is not the file that is listed: " + content + " are accepted");
    }
    return bytes;
  }

  /** Trusted metadata whose time is not over: known, stored or fetched. */
  private Trusted current() throws IOException {
    Trusted known = trusted;
    if (known != null && known.isFresh(clock.instant())) {
      return known;
    }
    TrustFolder.Held held = folder.lock(lockTimeout);
    try {
      known = trusted;
      if (known == null || !known.isFresh(clock.instant())) {
        known = stored();
        trusted = known;
        if (known == null) {
          refreshHeld();
          known = Objects.requireNonNull(trusted);
        }
      }
      return known;
    } finally {
      held.close();
    }
  }

  /** What the folder alone gives; null if that is not enough. */
  private @Nullable Trusted stored() throws IOException {
    Refresh pass = new Refresh(root, null, folder, fetchTimeout, clock.instant());
    try {
      return pass.run();
    } catch (VerificationException e) {
      return null;
    } finally {
      root = pass.root();
    }
  }

  /**
   * Whether targets can be verified now, how old the metadata are, and when their time is over.
   *
   * @return up after a refresh; degraded while the last one failed and what was trusted serves on;
   *     down if nothing is trusted, or its time is over
   */
  @Override
  public Health health() {
    Trusted known = trusted;
    String failed = failure;
    String why = failed == null ? "" : "; the last refresh failed: " + failed;
    if (known == null) {
      return Health.down("nothing is trusted yet" + why);
    }
    Instant now = clock.instant();
    String age = "refreshed " + Span.ago(known.refreshedAt(), now);
    if (!known.isFresh(now)) {
      return Health.down(age + ", expired at " + known.expires() + why);
    }
    String detail = age + ", expires " + Span.until(known.expires(), now) + why;
    return failed == null ? Health.up(detail) : Health.degraded(detail);
  }

  /** Source, folder, root version and every limit. */
  @Override
  public String toString() {
    return "TufClient["
        + source
        + ", "
        + folder
        + ", root "
        + root.version()
        + ", "
        + Span.exact(fetchTimeout)
        + " a file, targets of at most "
        + maxTargetBytes
        + " bytes]";
  }

  /** The optional settings of a {@link TufClient}. Not thread-safe. */
  public static final class Builder {

    private final byte[] root;
    private final TufSource source;
    private final Path folder;
    private InstantSource clock = InstantSource.system();
    private Duration fetchTimeout = Duration.ofSeconds(30);
    private Duration lockTimeout = Duration.ofMinutes(1);
    private int maxTargetBytes = 16 * 1024 * 1024;

    private Builder(byte[] root, TufSource source, Path folder) {
      this.root = root.clone();
      this.source = Objects.requireNonNull(source, "source");
      this.folder = Objects.requireNonNull(folder, "folder");
    }

    /**
     * What tells whether metadata expired; the system's clock unless set.
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
     * The most time for one file, from the request to the last byte; 30 seconds unless set.
     *
     * @param limit 10 milliseconds to 1 hour
     * @return this builder
     * @throws NullPointerException if {@code limit} is null
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withFetchTimeout(Duration limit) {
      fetchTimeout =
          Require.within("fetchTimeout", limit, Duration.ofMillis(10), Duration.ofHours(1));
      return this;
    }

    /**
     * The longest wait for another thread or process that refreshes in the same folder; 1 minute
     * unless set.
     *
     * @param limit 0 to 1 hour
     * @return this builder
     * @throws NullPointerException if {@code limit} is null
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withLockTimeout(Duration limit) {
      lockTimeout = Require.within("lockTimeout", limit, Duration.ZERO, Duration.ofHours(1));
      return this;
    }

    /**
     * The largest target that is read, into memory; 16 MiB unless set.
     *
     * @param bytes 1 to 1073741824
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withMaxTargetBytes(int bytes) {
      maxTargetBytes = Require.within("maxTargetBytes", bytes, 1, 1 << 30);
      return this;
    }

    /**
     * Makes the client.
     *
     * @return a client, thread-safe
     * @throws VerificationException with a {@link TufReason} if the root is malformed or not signed
     *     by its own keys
     */
    public TufClient build() {
      return new TufClient(this);
    }
  }
}
