package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One mirror asked once, with its redirects and at most one restart from zero. */
final class DownloadAttempt {

  private static final int MAX_REDIRECTS = 5;
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

  private final DownloadSettings settings;
  private final String name;
  private final Expected expected;
  private final PartFile part;
  private final long start;
  private DigestPass pass;

  private @Nullable Exception fault;

  DownloadAttempt(DownloadSettings settings, String name, Expected expected, PartFile part) {
    this.settings = settings;
    this.name = name;
    this.expected = expected;
    this.part = part;
    this.start = settings.ticker().nanos();
    this.pass = new DigestPass(expected);
  }

  static boolean isHttp(URI uri) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    return uri.getHost() != null && (scheme.equals("https") || scheme.equals("http"));
  }

  /** Leaves the verified content in the part file, or throws why not. */
  void fetch(URI mirror) throws IOException, InterruptedException {
    String tag = part.tag();
    long have = tag.isEmpty() ? 0 : rehash();
    if (have > 0 && pass.isAtExpectedSize() && isComplete()) {
      return;
    }
    if (have > 0 && have < expected.maxSize()) {
      Outcome outcome = exchange(mirror, have, tag);
      if (outcome == Outcome.DONE) {
        return;
      }
    }
    pass = new DigestPass(expected);
    if (exchange(mirror, 0, "") == Outcome.RESTART) {
      throw refused(
          ArtifactReason.STATUS_UNEXPECTED, "part of the content, which was not asked for");
    }
  }

  private enum Outcome {
    DONE,
    RESTART
  }

  /** Everything may be here already, if a crash came between the last byte and the renaming. */
  private boolean isComplete() throws IOException {
    try {
      pass.finish("");
      return true;
    } catch (VerificationException e) {
      part.restart("");
      return false;
    }
  }

  private long rehash() throws IOException {
    byte[] buffer = new byte[DigestPass.BUFFER_BYTES];
    part.channel().position(0);
    if (part.channel().size() > expected.maxSize()) {
      part.restart("");
      return 0;
    }
    for (int n = read(buffer); n >= 0; n = read(buffer)) {
      FileContent.stopIfInterrupted();
      pass.update(buffer, 0, n);
    }
    settings.listener().advanced(name, pass.count());
    return pass.count();
  }

  private int read(byte[] buffer) throws IOException {
    return part.channel().read(ByteBuffer.wrap(buffer));
  }

  private Outcome exchange(URI mirror, long from, String tag)
      throws IOException, InterruptedException {
    HttpResponse<BodyQueue> response = send(mirror, from, tag);
    try (BodyQueue body = response.body()) {
      int status = response.statusCode();
      if (from > 0 && (status == 416 || (status == 206 && !continues(response, from, tag)))) {
        forget(from);
        return Outcome.RESTART;
      }
      if (status == 206 && from == 0) {
        return Outcome.RESTART;
      }
      if (status != 200 && status != 206) {
        throw refused(ArtifactReason.STATUS_UNEXPECTED, "status " + status);
      }
      requireIdentity(response);
      long start = status == 206 ? from : 0;
      requireSize(response, start);
      if (start == 0) {
        if (from > 0) {
          forget(from);
        }
        pass = new DigestPass(expected);
        part.restart(response.headers().firstValue("etag").orElse(""));
      }
      receive(body, response);
      return finish(start);
    }
  }

  private void forget(long bytes) throws IOException {
    settings.listener().advanced(name, -bytes);
    part.restart("");
  }

  private Outcome finish(long start) throws IOException {
    try {
      pass.finish("");
      return Outcome.DONE;
    } catch (VerificationException e) {
      part.discard();
      forget(pass.count());
      if (start > 0) {
        return Outcome.RESTART; // the prefix may be what was wrong
      }
      throw e;
    }
  }

  private HttpResponse<BodyQueue> send(URI mirror, long from, String tag)
      throws InterruptedException {
    URI at = mirror;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      HttpResponse<BodyQueue> response = sendOnce(at, from, tag);
      int status = response.statusCode();
      boolean redirect = status == 301 || status == 302 || status == 303;
      if (!redirect && status != 307 && status != 308) {
        return response;
      }
      response.body().close();
      at = redirected(at, response.headers().firstValue("location").orElse(""));
    }
    throw refused(ArtifactReason.REDIRECT_REFUSED, "more than " + MAX_REDIRECTS + " redirects");
  }

  static URI redirected(URI from, String location) {
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw refused(ArtifactReason.REDIRECT_REFUSED, "a redirect to no address");
    }
    if (location.isEmpty() || !isHttp(to)) {
      throw refused(ArtifactReason.REDIRECT_REFUSED, "a redirect to no http or https address");
    }
    if (from.getScheme().equalsIgnoreCase("https") && !to.getScheme().equalsIgnoreCase("https")) {
      throw refused(ArtifactReason.REDIRECT_REFUSED, "a redirect from https to http");
    }
    return to;
  }

  private HttpResponse<BodyQueue> sendOnce(URI at, long from, String tag)
      throws InterruptedException {
    Duration stall = settings.stallTimeout();
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(at).timeout(stall).header("Accept-Encoding", "identity");
      if (from > 0) {
        request.header("Range", "bytes=" + from + "-").header("If-Range", tag);
      }
      return settings.client().send(request.build(), info -> new BodyQueue());
    } catch (HttpTimeoutException e) {
      throw refused(ArtifactReason.STALLED, "no answer for " + stall.toMillis() + " ms");
    } catch (IOException | IllegalArgumentException e) {
      // The JDK's client throws the latter for a garbled content-length and for absurd ports.
      fault = e;
      String said = e.getMessage();
      throw refused(
          ArtifactReason.CONNECTION_FAILED, said == null ? e.getClass().getSimpleName() : said);
    }
  }

  /** RFC 9110 section 15.3.7: the rest must start where we stopped, of the same representation. */
  private boolean continues(HttpResponse<?> response, long from, String tag) {
    Matcher range =
        CONTENT_RANGE.matcher(response.headers().firstValue("content-range").orElse(""));
    if (!range.matches() || !response.headers().firstValue("etag").orElse(tag).equals(tag)) {
      return false;
    }
    long total = Long.parseLong(range.group(3));
    return Long.parseLong(range.group(1)) == from
        && Long.parseLong(range.group(2)) == total - 1
        && total <= expected.maxSize()
        && (expected.size().isEmpty() || total == expected.size().getAsLong());
  }

  private static void requireIdentity(HttpResponse<?> response) {
    for (String encoding : response.headers().allValues("content-encoding")) {
      if (!encoding.equalsIgnoreCase("identity")) {
        throw refused(ArtifactReason.CONTENT_ENCODED, "content encoding \"" + encoding + "\"");
      }
    }
  }

  private void requireSize(HttpResponse<?> response, long start) {
    long announced = announced(response);
    if (announced < 0) {
      return;
    }
    long total = announced > Long.MAX_VALUE - start ? Long.MAX_VALUE : start + announced;
    if (total > expected.maxSize()
        || (expected.size().isPresent() && total != expected.maxSize())) {
      throw refused(
          expected.size().isPresent() ? ArtifactReason.SIZE_MISMATCH : ArtifactReason.TOO_LARGE,
          "expected "
              + (expected.size().isPresent() ? "" : "at most ")
              + expected.maxSize()
              + " bytes, "
              + total
              + " are announced");
    }
  }

  private static long announced(HttpResponse<?> response) {
    String length = response.headers().firstValue("content-length").orElse("");
    return length.matches("\\d{1,18}") ? Long.parseLong(length) : -1;
  }

  private void receive(BodyQueue body, HttpResponse<?> response)
      throws IOException, InterruptedException {
    byte[] buffer = new byte[DigestPass.BUFFER_BYTES];
    long total =
        expected.size().orElse(announced(response) < 0 ? -1 : pass.count() + announced(response));
    part.keep();
    while (true) {
      List<ByteBuffer> pieces;
      try {
        pieces = body.next(patience());
      } catch (IOException e) {
        throw closed(total);
      }
      if (pieces.isEmpty()) {
        break;
      }
      for (ByteBuffer piece : pieces) {
        while (piece.hasRemaining()) {
          int n = Math.min(piece.remaining(), pass.atMost(buffer.length));
          piece.get(buffer, 0, n);
          pass.update(buffer, 0, n);
          part.write(buffer, n);
          settings.listener().advanced(name, n);
        }
      }
    }
    if (pass.count() < total) {
      throw closed(total);
    }
  }

  /** How long to wait for the next bytes; refuses where the attempt has lasted too long. */
  private Duration patience() {
    Duration left = settings.attemptTimeout().minusNanos(settings.ticker().nanos() - start);
    if (left.isNegative() || left.isZero()) {
      throw refused(
          ArtifactReason.STALLED,
          pass.count() + " bytes came in " + settings.attemptTimeout() + ", and not the end");
    }
    return left.compareTo(settings.stallTimeout()) < 0 ? left : settings.stallTimeout();
  }

  private VerificationException closed(long total) {
    return refused(
        ArtifactReason.CONNECTION_CLOSED,
        "connection closed at "
            + pass.count()
            + " of "
            + (total < 0 ? "an unknown number" : total));
  }

  /** What the HTTP client threw, if it did. */
  @Nullable Exception fault() {
    return fault;
  }

  private static VerificationException refused(ArtifactReason reason, String detail) {
    return new VerificationException(reason, detail);
  }
}
