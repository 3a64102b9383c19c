package io.bartizan.integrity.artifact;

import io.bartizan.core.Ticker;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.http.Origins;
import io.bartizan.integrity.http.RetryRule;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verified downloads over the application's own HTTP client: nothing unverified is ever put at the
 * final name.
 *
 * <p>Content is hashed on its way into a file beside the target, forced to the disk and renamed in
 * one step; until then what was at the target stays. An already right target is not fetched again.
 * A broken download is resumed, by this run or the next, only under the same strong entity tag, and
 * what is there is hashed again. Mirrors are tried in order, and again after a pause where the
 * failure may pass by itself. Redirects are followed here, never from https to http. Compression is
 * not asked for and never undone: the digest is that of the bytes as they come. Several threads and
 * processes may fetch one target at once. An interrupt cancels.
 *
 * <p>Thread-safe; owns neither the client nor a thread.
 *
 * <pre>{@code
 * Downloads downloads = Downloads.of(httpClient);
 * try (VerifiedFile file =
 *     downloads.fetch(List.of(mirror1, mirror2), Expected.of(digest).withSize(size), target)) {
 *   use(file.newInputStream());
 * }
 * }</pre>
 */
public final class Downloads {

  private final DownloadSettings settings;

  private Downloads(DownloadSettings settings) {
    this.settings = settings;
  }

  /**
   * Downloads with all defaults.
   *
   * @param client a client that follows no redirects, the JDK's default
   * @return an object to be used as often as needed
   * @throws NullPointerException if {@code client} is null
   * @throws IllegalArgumentException if it follows redirects by itself
   */
  public static Downloads of(HttpClient client) {
    return builder(client).build();
  }

  /**
   * Starts with the application's client.
   *
   * @param client a client that follows no redirects, the JDK's default
   * @return a builder
   * @throws NullPointerException if {@code client} is null
   * @throws IllegalArgumentException if it follows redirects by itself
   */
  public static Builder builder(HttpClient client) {
    return new Builder(client);
  }

  /**
   * Fetches content from the first mirror that has it.
   *
   * @param mirrors where it may be; {@code https} or {@code http}: the digest decides, not the way
   * @param expected what it must be, with its size or a largest size
   * @param target the final name; its directory exists, what is there is replaced in one step. If
   *     it is a symbolic link, the link is replaced
   * @return the file at {@code target}, open
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if there is no mirror, a mirror is no http(s) address, {@code
   *     expected} has no bound, or {@code target} is no file name or a directory
   * @throws DownloadException if no mirror gave it within the attempts; what was at {@code target}
   *     is still there
   * @throws InterruptedIOException if the thread is interrupted; the next call resumes
   * @throws IOException if the disk fails, a full one for example; what was at {@code target} is
   *     still there
   */
  public VerifiedFile fetch(List<URI> mirrors, Expected expected, Path target) throws IOException {
    requireUsable(mirrors, expected);
    Path directory = PartFile.directoryOf(target);
    VerifiedFile present = alreadyRight(expected, target);
    if (present != null) {
      return present;
    }
    if (!Files.isDirectory(directory)) {
      throw new IllegalArgumentException(
          "target is in \"" + directory + "\", which is no directory");
    }
    if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) { // told before the transfer
      throw new IllegalArgumentException(
          "target is \"" + target + "\", a directory; the name of a file in it is accepted");
    }
    settings.listener().started(target.toString(), expected.size().orElse(-1));
    boolean done = false;
    try (PartFile part = PartFile.open(target, expected)) {
      VerifiedFile file = fetchInto(part, mirrors, expected, target);
      done = true;
      return file;
    } catch (ClosedByInterruptException e) {
      throw new InterruptedIOException("interrupted while downloading");
    } finally {
      settings.listener().finished(target.toString(), done);
    }
  }

  /**
   * Fetches content that one server has; see {@link #fetch(List, Expected, Path)}.
   *
   * @param source where it is, {@code https} or {@code http}
   * @param expected what it must be, with its size or a largest size
   * @param target the final name; its directory exists, what is there is replaced in one step
   * @return the file at {@code target}, open
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code source} is no http(s) address, {@code expected} has
   *     no bound, or {@code target} is no file name
   * @throws DownloadException if it is not there; what was at {@code target} is still there
   * @throws InterruptedIOException if the thread is interrupted; the next call resumes
   * @throws IOException if the disk fails; what was at {@code target} is still there
   */
  public VerifiedFile fetch(URI source, Expected expected, Path target) throws IOException {
    return fetch(List.of(source), expected, target);
  }

  private VerifiedFile fetchInto(PartFile part, List<URI> mirrors, Expected expected, Path target)
      throws IOException {
    try {
      new DownloadRounds(settings, expected, target.toString(), part).fetch(mirrors);
    } catch (DownloadException | InterruptedIOException | ClosedByInterruptException e) {
      throw e; // what came so far may be resumed
    } catch (IOException | RuntimeException e) {
      part.discard();
      throw e;
    }
    try {
      OpenFile file = part.publish(target, settings.permissions());
      return new VerifiedFile(target, file, null, Artifacts.proven(expected, file.size()), false);
    } catch (FileSystemException e) {
      part.discard();
      VerifiedFile winner = alreadyRight(expected, target);
      if (winner == null) {
        throw e;
      }
      return winner; // Windows refuses to replace what another process has just put there
    } catch (IOException | RuntimeException e) {
      part.discard();
      throw e;
    }
  }

  private static @Nullable VerifiedFile alreadyRight(Expected expected, Path target)
      throws IOException {
    if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    try {
      return Artifacts.verify(target, expected);
    } catch (VerificationException e) {
      return null;
    }
  }

  private static void requireUsable(List<URI> mirrors, Expected expected) {
    if (mirrors.isEmpty()) {
      throw new IllegalArgumentException("mirrors is empty, at least one is needed");
    }
    for (URI mirror : mirrors) {
      if (!Origins.isHttp(mirror)) {
        throw new IllegalArgumentException("mirrors has an address that is not http or https");
      }
    }
    if (expected.maxSize() == Long.MAX_VALUE) {
      throw new IllegalArgumentException(
          "expected has no size, withSize or withMaxSize is needed for a download");
    }
  }

  @Override
  public String toString() {
    return "Downloads[stall time-out "
        + Span.exact(settings.stallTimeout())
        + ", "
        + settings.attempts()
        + " attempts a mirror of at most "
        + Span.exact(settings.attemptTimeout())
        + ", pauses of "
        + Span.exact(settings.retry().first())
        + " to "
        + Span.exact(settings.retry().longest())
        + ", headers "
        + settings.headers().fields()
        + "]";
  }

  /** Options of {@link Downloads}; not thread-safe. */
  public static final class Builder {
    private final HttpClient client;
    private Duration stallTimeout = Duration.ofSeconds(30);
    private Duration attemptTimeout = Duration.ofHours(6);
    private int attempts = 3;
    private RetryRule retry = RetryRule.USUAL;
    private OriginHeaders headers = OriginHeaders.NONE;
    private Ticker ticker = Ticker.system();
    private @Nullable Set<PosixFilePermission> permissions;
    private ContainedProgress listener = ContainedProgress.NOBODY;

    private Builder(HttpClient client) {
      if (client.followRedirects() != HttpClient.Redirect.NEVER) {
        throw new IllegalArgumentException(
            "client follows redirects "
                + client.followRedirects()
                + ", NEVER is accepted: each hop is checked here");
      }
      this.client = client;
    }

    /**
     * How long a server may give no byte; 30 seconds unless said.
     *
     * @param duration one millisecond to one hour
     * @return this builder
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder withStallTimeout(Duration duration) {
      stallTimeout =
          Require.within("duration", duration, Duration.ofMillis(1), Duration.ofHours(1));
      return this;
    }

    /**
     * How long one attempt at a mirror may take in all, so that a server which gives a byte now and
     * then is left for the next; 6 hours unless said. The next attempt resumes where it can.
     *
     * @param duration one millisecond to seven days
     * @return this builder
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder withAttemptTimeout(Duration duration) {
      attemptTimeout =
          Require.within("duration", duration, Duration.ofMillis(1), Duration.ofDays(7));
      return this;
    }

    /**
     * What the time of an attempt is measured by; the JVM's own unless said.
     *
     * @param monotonic nanoseconds that never go back
     * @return this builder
     * @throws NullPointerException if it is null
     */
    public Builder withTicker(Ticker monotonic) {
      ticker = Objects.requireNonNull(monotonic, "monotonic");
      return this;
    }

    /**
     * How often each mirror is asked when connections break or its status means "later" (408, 425,
     * 429, 500, 502, 503, 504); 3 unless said.
     *
     * @param number 1 to 100
     * @return this builder
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder withAttempts(int number) {
      attempts = Require.within("number", number, 1, 100);
      return this;
    }

    /**
     * How long to wait before the mirrors are asked again, once all of them have failed: first this
     * long, then twice as long each time, up to the longest; 1 second to 1 minute unless said. What
     * a server asks for ({@code Retry-After}) is waited for if it is no longer than the longest; if
     * it is, that server is not asked again. After an attempt that brought bytes there is no pause.
     *
     * @param first one millisecond to one hour
     * @param longest no shorter, at most one day
     * @return this builder
     * @throws IllegalArgumentException if one is out of its range
     */
    public Builder withRetryPauses(Duration first, Duration longest) {
      Duration from = Require.within("first", first, Duration.ofMillis(1), Duration.ofHours(1));
      Duration to = Require.within("longest", longest, from, Duration.ofDays(1));
      retry = new RetryRule(from, to, retry.clock(), retry.waiting());
      return this;
    }

    /** For tests, which do not sleep. */
    Builder withWaiting(InstantSource clock, RetryRule.Waiting waiting) {
      retry = new RetryRule(retry.first(), retry.longest(), clock, waiting);
      return this;
    }

    /**
     * Adds a header to requests to one origin, {@code Authorization} for one. It is sent to a
     * mirror of that origin and to redirects within it, and to nobody from the first redirect
     * elsewhere on, though a later one may come back. Neither messages nor {@link
     * Downloads#toString()} have the value.
     *
     * @param origin scheme, host and port; its path counts for nothing
     * @param name the header
     * @param value its value
     * @return this builder
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if {@code origin} is no http(s) address, the header can't be
     *     sent, or it is one that a download sets itself
     */
    public Builder withHeader(URI origin, String name, String value) {
      headers = headers.and(origin, name, value);
      return this;
    }

    /**
     * What every server is told of who asks; the HTTP client's own word unless said.
     *
     * @param product such as {@code our-installer/1.2}
     * @return this builder
     * @throws NullPointerException if it is null
     * @throws IllegalArgumentException if it can't be sent
     */
    public Builder withUserAgent(String product) {
      headers = headers.withUserAgent(product);
      return this;
    }

    /**
     * The mode of the file at the final name; unless said that of the file which is replaced, else
     * the one that new files get there (by the process's umask). Until the content is verified it
     * is readable by its owner alone.
     *
     * @param mode such as {@code PosixFilePermissions.fromString("rwxr-xr-x")}
     * @return this builder
     * @throws NullPointerException if it is or holds null
     */
    public Builder withPermissions(Set<PosixFilePermission> mode) {
      permissions = Set.copyOf(mode);
      return this;
    }

    /**
     * Adds one who hears of progress; nobody unless said.
     *
     * @param heard the listener, called on the downloading thread
     * @return this builder
     * @throws NullPointerException if it is null
     */
    public Builder withListener(ProgressListener heard) {
      listener = listener.and(heard);
      return this;
    }

    /**
     * Makes the downloads.
     *
     * @return an object to be used as often as needed
     */
    public Downloads build() {
      return new Downloads(
          new DownloadSettings(
              client,
              stallTimeout,
              attemptTimeout,
              attempts,
              retry,
              headers,
              ticker,
              permissions,
              listener));
    }
  }
}
