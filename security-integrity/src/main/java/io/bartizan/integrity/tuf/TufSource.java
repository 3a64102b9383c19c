package io.bartizan.integrity.tuf;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A TUF repository as it is served: a folder of metadata and a folder of targets, by HTTP or on
 * disk. Nothing that it gives is trusted. Immutable, thread-safe.
 */
public abstract class TufSource {

  TufSource() {}

  /**
   * A repository at two addresses.
   *
   * @param client the application's client, which follows no redirects
   * @param metadata where {@code timestamp.json} is; an {@code https} URI
   * @param targets where the targets are; an {@code https} URI
   * @return the source; no request goes anywhere else
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the client follows redirects, or a URI is not absolute
   *     {@code https}, or has a user, a query or a fragment
   */
  public static TufSource of(HttpClient client, URI metadata, URI targets) {
    return new HttpTufSource(client, metadata, targets, false);
  }

  /**
   * A repository at two addresses that may be {@code http}: whoever is on the way there can hold
   * back what is new until the timestamp's time is over, but can't change anything.
   *
   * @param client the application's client, which follows no redirects
   * @param metadata where {@code timestamp.json} is
   * @param targets where the targets are
   * @return the source
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException as {@link #of(HttpClient, URI, URI)} does
   */
  public static TufSource plainHttp(HttpClient client, URI metadata, URI targets) {
    return new HttpTufSource(client, metadata, targets, true);
  }

  /**
   * A repository on disk, such as a mirror or a mounted image.
   *
   * @param metadata the folder of {@code timestamp.json}
   * @param targets the folder of the targets
   * @return the source
   * @throws NullPointerException if an argument is null
   */
  public static TufSource of(Path metadata, Path targets) {
    return new FolderTufSource(
        Objects.requireNonNull(metadata, "metadata"), Objects.requireNonNull(targets, "targets"));
  }

  /**
   * Reads a metadata file.
   *
   * @param name one segment, already encoded for a URI
   * @param maxBytes more are refused
   * @param limit of time for all of it
   * @return null if there is none
   * @throws io.bartizan.core.VerificationException if it is too large, too slow or can't be had
   */
  abstract byte @Nullable [] metadata(String name, int maxBytes, Duration limit) throws IOException;

  /** Reads a target, like {@link #metadata}; the path's segments are not encoded. */
  abstract byte @Nullable [] target(String path, int maxBytes, Duration limit) throws IOException;
}
