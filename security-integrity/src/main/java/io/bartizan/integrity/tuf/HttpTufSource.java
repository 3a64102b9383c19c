package io.bartizan.integrity.tuf;

import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.http.BoundedBody;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A repository by HTTP: no redirects, no encoded content, a bound of bytes and of time. */
final class HttpTufSource extends TufSource {

  /** What servers and object stores say of a file that is not there. */
  private static final Set<Integer> MISSING = Set.of(403, 404, 410);

  private final HttpClient client;
  private final String metadata;
  private final String targets;

  HttpTufSource(HttpClient client, URI metadata, URI targets, boolean plain) {
    if (client.followRedirects() != HttpClient.Redirect.NEVER) {
      throw new IllegalArgumentException(
          "client follows redirects " + client.followRedirects() + ", NEVER is accepted");
    }
    this.client = client;
    this.metadata = base("metadata", metadata, plain);
    this.targets = base("targets", targets, plain);
  }

  private static String base(String name, URI uri, boolean plain) {
    Objects.requireNonNull(uri, name);
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!(scheme.equals("https") || (plain && scheme.equals("http")))
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          name
              + " is "
              + SafeText.of(uri.getRawUserInfo() == null ? uri.toString() : "a URI with a user")
              + ", an absolute https URI without user, query and fragment is accepted");
    }
    String text = uri.toString();
    return text.endsWith("/") ? text : text + "/";
  }

  @Override
  byte @Nullable [] metadata(String name, int maxBytes, Duration limit)
      throws InterruptedIOException {
    return get(URI.create(metadata + name), name, maxBytes, limit);
  }

  @Override
  byte @Nullable [] target(String path, int maxBytes, Duration limit)
      throws InterruptedIOException {
    return get(URI.create(targets + TargetPath.encoded(path)), path, maxBytes, limit);
  }

  private byte @Nullable [] get(URI uri, String name, int maxBytes, Duration limit)
      throws InterruptedIOException {
    HttpRequest request =
        HttpRequest.newBuilder(uri).header("Accept-Encoding", "identity").GET().build();
    CompletableFuture<HttpResponse<Optional<byte[]>>> answer =
        client.sendAsync(
            request,
            info -> {
              if (MISSING.contains(info.statusCode())) {
                return HttpResponse.BodySubscribers.replacing(Optional.empty());
              }
              String encoding = info.headers().firstValue("Content-Encoding").orElse("identity");
              String problem =
                  info.statusCode() != 200
                      ? "the answer's status is " + info.statusCode()
                      : encoding.equalsIgnoreCase("identity")
                          ? null
                          : "the answer's content is encoded: " + encoding;
              return HttpResponse.BodySubscribers.mapping(
                  problem == null
                      ? BoundedBody.of(maxBytes, TooLong::new)
                      : BoundedBody.refusing(new IOException(problem)),
                  Optional::of);
            });
    try {
      return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS).body().orElse(null);
    } catch (TimeoutException e) {
      throw new VerificationException(
          TufReason.FETCH_TIMED_OUT,
          "\"" + name + "\" has not arrived after " + limit.toMillis() + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while fetching " + SafeText.of(name));
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof TooLong) {
        throw FolderTufSource.tooLarge(name, maxBytes);
      }
      throw new VerificationException(
          TufReason.FETCH_FAILED, "\"" + name + "\" can't be fetched: " + cause);
    } finally {
      boolean unused = answer.cancel(true); // of no effect once it is there
    }
  }

  /** The body went on beyond its bound. */
  private static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public String toString() {
    return "TufSource[" + metadata + ", " + targets + "]";
  }
}
