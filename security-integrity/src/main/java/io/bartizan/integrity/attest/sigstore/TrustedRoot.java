package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.json.JsonLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The authorities and logs that are trusted, as {@code trusted_root.json} of a Sigstore instance
 * names them, each with the span in which it is valid.
 *
 * <p>Where the file comes from is the application's to secure: by TUF ({@code
 * io.bartizan.integrity.tuf}), or shipped with the application. Everything in it is judged here,
 * and one broken authority or log refuses the whole file; a log or timestamp authority whose kind
 * of key is not known is left out, and so is a member that is not known. The identifier of a log
 * must be derived from its key. Immutable, thread-safe.
 *
 * <pre>{@code
 * TrustedRoot root = TrustedRoot.read(Path.of("/etc/app/trusted_root.json"));
 * }</pre>
 */
public final class TrustedRoot {

  /** The largest file, in bytes. */
  public static final int MAX_BYTES = 1024 * 1024;

  private static final Set<String> MEDIA_TYPES =
      Set.of(
          "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
          "application/vnd.dev.sigstore.trustedroot.v0.1+json",
          "application/vnd.dev.sigstore.trustedroot.v0.2+json");

  private static final int MAX_EACH = 100;
  private static final Duration MAX_AHEAD = Duration.ofDays(1);

  private final Instant obtainedAt;
  private final List<TrustedLog> logs;
  private final List<TrustedLog> certificateLogs;
  private final List<TrustedAuthority> certificateAuthorities;
  private final List<TrustedAuthority> timestampAuthorities;

  private TrustedRoot(ProtoFields root, Instant obtainedAt) {
    this.obtainedAt = obtainedAt;
    this.logs = logs(root, "tlogs", false);
    this.certificateLogs = logs(root, "ctlogs", true);
    this.certificateAuthorities =
        root.objects("certificateAuthorities", MAX_EACH).stream()
            .map(TrustedAuthority::certificates)
            .toList();
    List<TrustedAuthority> timestamps = new ArrayList<>();
    for (ProtoFields each : root.objects("timestampAuthorities", MAX_EACH)) {
      TrustedAuthority authority = TrustedAuthority.timestamps(each);
      if (authority != null) {
        timestamps.add(authority);
      }
    }
    this.timestampAuthorities = List.copyOf(timestamps);
  }

  private static List<TrustedLog> logs(ProtoFields root, String name, boolean certificates) {
    List<TrustedLog> logs = new ArrayList<>();
    for (ProtoFields each : root.objects(name, MAX_EACH)) {
      TrustedLog log = TrustedLog.read(each, certificates);
      if (log != null) {
        logs.add(log);
      }
    }
    TrustedLog.requireDistinct(logs, name);
    return List.copyOf(logs);
  }

  /**
   * Reads the JSON of a trusted root.
   *
   * @param json the text, of at most {@value #MAX_BYTES} bytes in UTF-8
   * @param obtainedAt when it was last known to be current: when TUF confirmed it, or when it was
   *     downloaded; its age counts from then
   * @return the root
   * @throws NullPointerException if an argument is null
   * @throws VerificationException {@link SigstoreReason#ROOT_MALFORMED}, {@link
   *     SigstoreReason#ROOT_TOO_LARGE} or {@link SigstoreReason#ROOT_VERSION_UNSUPPORTED}
   */
  public static TrustedRoot parse(String json, Instant obtainedAt) {
    Objects.requireNonNull(obtainedAt, "obtainedAt");
    return parse(json.getBytes(StandardCharsets.UTF_8), obtainedAt);
  }

  private static TrustedRoot parse(byte[] json, Instant obtainedAt) {
    ProtoFields root = ProtoFields.parseRoot(json, JsonLimits.ofText(MAX_BYTES, json, 20_000));
    String mediaType = root.textOrEmpty("mediaType");
    if (!MEDIA_TYPES.contains(mediaType)) {
      throw new VerificationException(
          SigstoreReason.ROOT_VERSION_UNSUPPORTED,
          "the trusted root's mediaType is \""
              + mediaType
              + "\", versions 0.1 and 0.2 are accepted");
    }
    return new TrustedRoot(root, obtainedAt);
  }

  /**
   * Reads the file of a trusted root; it was obtained when the file was last modified.
   *
   * @param file the JSON, of at most {@value #MAX_BYTES} bytes
   * @return the root
   * @throws NullPointerException if {@code file} is null
   * @throws VerificationException as {@link #parse} does
   * @throws IOException if it can't be read
   */
  public static TrustedRoot read(Path file) throws IOException {
    Instant modified = Files.getLastModifiedTime(file).toInstant();
    try (InputStream in = Files.newInputStream(file)) {
      return parse(in.readNBytes(MAX_BYTES + 1), modified);
    }
  }

  /**
   * When it was last known to be current.
   *
   * @return the start of its age
   */
  public Instant obtainedAt() {
    return obtainedAt;
  }

  List<TrustedLog> certificateLogs() {
    return certificateLogs;
  }

  List<TrustedAuthority> certificateAuthorities() {
    return certificateAuthorities;
  }

  List<TrustedAuthority> timestampAuthorities() {
    return timestampAuthorities;
  }

  /** Null if it is none of the trusted. */
  @Nullable TrustedLog log(byte[] id) {
    return find(logs, id);
  }

  /** Null if it is none of the trusted. */
  @Nullable TrustedLog certificateLog(byte[] id) {
    return find(certificateLogs, id);
  }

  private static @Nullable TrustedLog find(List<TrustedLog> logs, byte[] id) {
    for (TrustedLog each : logs) {
      if (each.hasId(id)) {
        return each;
      }
    }
    return null;
  }

  /** Refuses a root that is older than a budget, or from the future. */
  void requireAge(Instant now, Duration budget) {
    if (obtainedAt.isAfter(now.plus(MAX_AHEAD)) || obtainedAt.plus(budget).isBefore(now)) {
      throw new VerificationException(
          SigstoreReason.ROOT_STALE,
          "the trusted root was obtained at "
              + obtainedAt
              + ", "
              + Span.rough(Duration.between(obtainedAt, now))
              + " ago; at most "
              + Span.exact(budget)
              + " are accepted, and no future");
    }
  }

  /** How many of each it holds, and when it was obtained. */
  @Override
  public String toString() {
    return "TrustedRoot["
        + certificateAuthorities.size()
        + " certificate authorities, "
        + certificateLogs.size()
        + " certificate logs, "
        + logs.size()
        + " logs, "
        + timestampAuthorities.size()
        + " timestamp authorities, obtained "
        + obtainedAt
        + "]";
  }
}
