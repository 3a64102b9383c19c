package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.artifact.LyingServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An https server that lies in every way it can about what it sends: each lie has its reason, what
 * was at the target stays, and an honest answer afterwards completes.
 */
class DownloadLiesTest extends DownloadCase {

  private static final String LENGTH = "\ncontent-length: " + SIZE;
  private static final String CHUNKED = "HTTP/1.1 200 OK\ntransfer-encoding: chunked";

  record Lie(String name, LyingServer.Script script, ArtifactReason reason, String said) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Lie> lies() {
    byte[] other = GOOD.clone();
    other[SIZE / 2] ^= 1;
    String found = Digest.sha256Of(other).oci();
    String claims =
        ("\ncontent-digest: " + DIGEST.contentDigest())
            + ("\nrepr-digest: " + DIGEST.contentDigest())
            + ("\ndigest: sha-256=" + DIGEST.base64())
            + ("\netag: \"" + DIGEST.hex() + "\"");
    String page = "<html>";
    return Stream.of(
        // length
        closed("short body", say(OK, GOOD, 0, SIZE - 1), "closed at 199999 of 200000"),
        closed("no body", say(OK, GOOD, 0, 0), "closed at 0 of 200000"),
        closed("no length, short", say("HTTP/1.0 200 OK", GOOD, 0, 5), "closed at 5 of 200000"),
        closed("no length, empty", say("HTTP/1.0 200 OK", GOOD, 0, 0), "closed at 0 of 200000"),
        closed("chunks cut", chunks(false, GOOD, 0, 70_000), "closed at "),
        closed("chunks that end early", chunks(true, GOOD, 0, 5), "closed at 5 of 200000"),
        closed("cut midway", cutAfter(OK, 70_000), "closed at 70000 of 200000"),
        closed("garbled chunk", then(CHUNKED, "zz\r\nabc"), "closed at 0 of 200000"),
        lie("long body", chunks(true, bytes(SIZE + 1), 0, SIZE + 1), SIZE_WRONG, "found more"),
        lie("endless body", DownloadLiesTest::endless, SIZE_WRONG, "found more"),
        lie("one byte less", announce(SIZE - 1L), SIZE_WRONG, "199999 are announced"),
        lie("one byte more", announce(SIZE + 1L), SIZE_WRONG, "200001 are announced"),
        lie("absurd length", announce(1L << 59), SIZE_WRONG, "are announced"),
        lie("empty", announce(0), SIZE_WRONG, "0 are announced"),
        // content
        lie("other content", say(OK, other, 0, SIZE), MISMATCH, found),
        lie("other content, claims", say(OK + claims, other, 0, SIZE), MISMATCH, DIGEST.oci()),
        lie("gzip", say(OK + "\ncontent-encoding: gzip", other, 0, SIZE), ENCODED, "gzip"),
        lie("br", say(OK + "\ncontent-encoding: identity, br", other, 0, SIZE), ENCODED, "br"),
        lie(
            "two encodings",
            say(OK + "\ncontent-encoding: identity\ncontent-encoding: x", other, 0, SIZE),
            ENCODED,
            "\"x\""),
        // status
        status(204, ""),
        status(304, ""),
        status(401, page),
        status(403, page),
        status(404, page),
        status(416, page),
        status(500, page),
        status(503, ""),
        lie("endless error", DownloadLiesTest::endlessError, STATUS, "status 500"),
        lie(
            "206 not asked for",
            say("HTTP/1.1 206 P\ncontent-range: bytes 0-199999/200000" + LENGTH, GOOD, 0, SIZE),
            STATUS,
            "not asked for"),
        // redirects
        redirect("http://localhost:1/x", "from https to http"),
        redirect("HTTP://localhost/", "from https to http"),
        redirect("/loop", "more than 5 redirects"),
        redirect("file:///etc/passwd", "no http or https"),
        redirect("data:,x", "no http or https"),
        redirect("https://", "no "),
        redirect("http://%", "no address"),
        redirect("", "no http or https"),
        redirect("https://@/", "no http or https"),
        // no HTTP at all
        failed("closed before the head", (request, out) -> {}),
        failed("cut before the head", cutAfter("", 0)),
        failed("no HTTP", then("220 ftp ready", "")),
        failed("endless head", DownloadLiesTest::endlessHead),
        failed("redirect to an absurd port", redirectTo("https://localhost:99999/")));
  }

  private static final ArtifactReason SIZE_WRONG = ArtifactReason.SIZE_MISMATCH;
  private static final ArtifactReason MISMATCH = ArtifactReason.DIGEST_MISMATCH;
  private static final ArtifactReason ENCODED = ArtifactReason.CONTENT_ENCODED;
  private static final ArtifactReason STATUS = ArtifactReason.STATUS_UNEXPECTED;

  @ParameterizedTest
  @MethodSource("lies")
  void lie_anyOfThem_isRefusedAsWhatItIsAndTheOldFileStays(Lie lie) throws Exception {
    try (LyingServer server = LyingServer.start()) {
      server.then(lie.script());
      refusedThenCompleted(server, downloads(1), lie.reason(), lie.said());
    }
  }

  @Test
  void otherContent_isARefusalWithBothDigests() throws Exception {
    byte[] other = bytes(SIZE);
    other[7]++;
    Path target = directory.resolve("target");
    try (LyingServer server = LyingServer.start()) {
      server.then(say(OK, other, 0, SIZE));
      assertThatThrownBy(() -> downloads(1).fetch(List.of(server.uri("/")), EXPECTED, target))
          .isInstanceOfSatisfying(
              DownloadException.class,
              refused -> {
                assertThat(refused.refusal()).isInstanceOf(DigestMismatch.class);
                DigestMismatch mismatch = (DigestMismatch) refused.refusal();
                assertThat(mismatch.expected()).isEqualTo(DIGEST);
                assertThat(mismatch.actual()).isEqualTo(Digest.sha256Of(other));
              });
    }
  }

  /** Each JDK has its own idea of these; none of them is a crash. */
  @ParameterizedTest
  @ValueSource(strings = {"12abc", "-5", "", "200000, 200000", "0x30d40", "99999999999999999999"})
  void garbledLength_isRefusedOrReadAsNone(String length) throws Exception {
    Path target = Files.write(directory.resolve("target"), OLD);
    try (LyingServer server = LyingServer.start()) {
      server.then(say("HTTP/1.1 200 OK\ncontent-length: " + length, GOOD, 0, SIZE - 1));
      assertThatThrownBy(() -> downloads(1).fetch(List.of(server.uri("/")), EXPECTED, target))
          .isInstanceOf(DownloadException.class);
    }
    assertThat(target).hasBinaryContent(OLD);
  }

  private static Lie lie(
      String name, LyingServer.Script script, ArtifactReason reason, String said) {
    return new Lie(name, script, reason, said);
  }

  private static Lie closed(String name, LyingServer.Script script, String said) {
    return lie(name, script, ArtifactReason.CONNECTION_CLOSED, said);
  }

  private static Lie failed(String name, LyingServer.Script script) {
    return lie(name, script, ArtifactReason.CONNECTION_FAILED, "connection-failed: ");
  }

  private static Lie status(int status, String body) {
    byte[] page = body.getBytes(StandardCharsets.US_ASCII);
    String length = status == 204 || status == 304 ? "" : "\ncontent-length: " + page.length;
    return lie(
        "status " + status,
        say("HTTP/1.1 " + status + " X" + length, page, 0, page.length),
        STATUS,
        "status " + status);
  }

  private static Lie redirect(String to, String said) {
    return lie("redirect to \"" + to + "\"", redirectTo(to), ArtifactReason.REDIRECT_REFUSED, said);
  }

  private static LyingServer.Script redirectTo(String to) {
    return say("HTTP/1.1 307 Moved\ncontent-length: 0\nlocation: " + to, GOOD, 0, 0);
  }

  private static LyingServer.Script announce(long length) {
    return say("HTTP/1.1 200 OK\ncontent-length: " + length, GOOD, 0, 0);
  }

  private static LyingServer.Script then(String head, String rest) {
    byte[] body = rest.getBytes(StandardCharsets.US_ASCII);
    return say(head, body, 0, body.length);
  }

  private static LyingServer.Script cutAfter(String head, int length) {
    return (request, out) -> {
      if (!head.isEmpty()) {
        say(head, GOOD, 0, length).answer(request, out);
        out.flush();
      }
      throw new LyingServer.Cut(false);
    };
  }

  private static LyingServer.Script chunks(boolean ended, byte[] body, int from, int to) {
    return (request, out) -> {
      say(CHUNKED, body, 0, 0).answer(request, out);
      for (int at = from; at < to; at += 10_000) {
        int n = Math.min(10_000, to - at);
        out.write((Integer.toHexString(n) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(body, at, n);
        out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      out.write((ended ? "0\r\n\r\n" : "3e8\r\nabc").getBytes(StandardCharsets.US_ASCII));
    };
  }

  /** Would go on for ever; must notice that nobody reads. */
  private static void endless(List<String> request, OutputStream out) throws Exception {
    say(CHUNKED, GOOD, 0, 0).answer(request, out);
    String chunk = "\r\n" + Integer.toHexString(SIZE) + "\r\n";
    for (int i = 0; i < 500; i++) {
      out.write(chunk.substring(i == 0 ? 2 : 0).getBytes(StandardCharsets.US_ASCII));
      out.write(GOOD);
    }
  }

  private static void endlessError(List<String> request, OutputStream out) throws Exception {
    say("HTTP/1.1 500 Oh", GOOD, 0, 0).answer(request, out);
    pour(out, 50_000_000);
  }

  private static void endlessHead(List<String> request, OutputStream out) throws Exception {
    out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
    byte[] line = "x-more: of this and that\r\n".getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < 100_000; i++) {
      out.write(line);
    }
  }
}
