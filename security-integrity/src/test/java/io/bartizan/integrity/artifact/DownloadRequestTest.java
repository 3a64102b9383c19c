package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.artifact.LyingServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.integrity.http.RedirectTarget;
import io.bartizan.tests.OptionalTool;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server is told and asked, hop by hop, and what encodings it may claim. */
class DownloadRequestTest extends DownloadCase {

  private static final String SECRET = "Bearer s3cr3t";

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "x-gzip", "br", "gzip, identity", "GZIP", "compress", "nonsense"})
  void AR08_rightBytes_areRightWhateverTheirEncodingIsCalled(String encoding) throws Exception {
    server.then(say(OK + "\ncontent-encoding: " + encoding, GOOD, 0, SIZE));
    fetchAndCompare();
    Files.delete(target);
    byte[] chunk = (Integer.toHexString(SIZE) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    server.then(
        (request, out) -> {
          String head = "HTTP/1.1 200 OK\ntransfer-encoding: chunked\ncontent-encoding: ";
          say(head + encoding, GOOD, 0, 0).answer(request, out);
          out.write(chunk);
          out.write(GOOD);
          out.write("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        });
    skipFirst();
    fetchAndCompare();
    assertThat(server.requests())
        .allMatch(request -> request.contains("Accept-Encoding: identity"));
  }

  @Test
  void AR08_contentThatWasCompressedOnTheWay_isRefusedByItsNameAndNeverDecoded() throws Exception {
    var zipped = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(zipped)) {
      gzip.write(GOOD);
    }
    byte[] wire = zipped.toByteArray();
    String head = "HTTP/1.1 200 OK\ncontent-encoding: gzip";
    for (String length : List.of("\ncontent-length: " + wire.length, "")) {
      server.then(say(head + length, wire, 0, wire.length));
      if (length.isEmpty()) {
        skipFirst();
      }
      assertThat(refused(ArtifactReason.CONTENT_ENCODED)).contains("\"gzip\"", "size-mismatch");
    }
    byte[] other = new byte[SIZE];
    server.then(say(OK + "\ncontent-encoding: x-gzip", other, 0, SIZE));
    skipFirst();
    assertThat(refused(ArtifactReason.CONTENT_ENCODED)).contains("\"x-gzip\"", "digest-mismatch");
    assertThat(names()).isEmpty();
  }

  @Test
  void AR09_headers_areSentToTheirOriginAlone() throws Exception {
    server.then(
        (request, out) -> {
          boolean known = request.contains("Authorization: " + SECRET);
          say(known ? OK : "HTTP/1.1 404 No\ncontent-length: 0", GOOD, 0, known ? SIZE : 0)
              .answer(request, out);
        });
    refused(ArtifactReason.STATUS_UNEXPECTED);
    authorized().fetch(server.uri("/private"), EXPECTED, target).close();
    assertThat(target).hasBinaryContent(GOOD);
    Files.delete(target);
    try (LyingServer other = LyingServer.start()) {
      other.then(say(OK, GOOD, 0, SIZE));
      authorized().fetch(other.uri("/"), EXPECTED, target).close();
      assertThat(secrets(other)).isZero();
    }
  }

  @Test
  void AR09_headers_stayWithinTheOriginAndAreDroppedForGoodOutsideIt() throws Exception {
    try (LyingServer other = LyingServer.start();
        LyingServer plain = LyingServer.startPlain()) {
      // within the origin, then elsewhere, and back
      server.then(redirect("/second")).then(redirect(other.uri("/third").toString()));
      server.then(say(OK, GOOD, 0, SIZE));
      other.then(redirect(server.uri("/back").toString()));
      authorized().fetch(server.uri("/first"), EXPECTED, target).close();
      assertThat(server.requests()).hasSize(3);
      assertThat(has(server.requests().get(0))).isTrue();
      assertThat(has(server.requests().get(1))).isTrue();
      assertThat(has(server.requests().get(2))).isFalse();
      assertThat(secrets(other)).isZero();
      // another host name for the same server, and another scheme
      Files.delete(target);
      plain.then(redirect(server.uri("/x").toString()));
      Downloads both =
          Downloads.builder(LyingServer.client())
              .withHeader(plain.uri("/"), "X-Token", "s3cr3t")
              .withHeader(server.uri("/"), "Authorization", SECRET)
              .build();
      both.fetch(plain.uri("/"), EXPECTED, target).close();
      assertThat(has(plain.requests().get(0))).isTrue();
      assertThat(has(server.requests().get(3))).isFalse();
    }
  }

  @Test
  void AR09_headers_areInNoMessage() throws Exception {
    server.then(say("HTTP/1.1 403 No\ncontent-length: 0", GOOD, 0, 0));
    Downloads downloads = authorized();
    assertThat(downloads.toString()).contains("Authorization").doesNotContain("s3cr3t");
    assertThatThrownBy(() -> downloads.fetch(server.uri("/"), EXPECTED, target))
        .satisfies(e -> assertThat(text(e)).doesNotContain("s3cr3t"));
    Downloads.Builder builder = Downloads.builder(LyingServer.client());
    for (String bad : List.of("s3cr3t\r\nx: y", "s3cr3t\u0000", "")) {
      assertThatThrownBy(() -> builder.withHeader(server.uri("/"), "Authorization", bad))
          .isInstanceOf(IllegalArgumentException.class)
          .satisfies(e -> assertThat(text(e)).doesNotContain("s3cr3t"));
    }
    for (String name : List.of("Range", "if-range", "ACCEPT-ENCODING", "Host", "a b", "", "x:y")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.withHeader(server.uri("/"), name, "x"));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.withHeader(URI.create("ftp://x/"), "X-Token", "x"));
  }

  @Test
  void AR09_userAgent_isToldToEveryServer() throws Exception {
    try (LyingServer other = LyingServer.start()) {
      server.then(redirect(other.uri("/").toString()));
      other.then(say(OK, GOOD, 0, SIZE));
      Downloads.builder(LyingServer.client())
          .withUserAgent("installer/1.2")
          .build()
          .fetch(server.uri("/"), EXPECTED, target)
          .close();
      assertThat(server.requests().get(0)).contains("User-Agent: installer/1.2");
      assertThat(other.requests().get(0)).contains("User-Agent: installer/1.2");
    }
  }

  /** What curl 8 asks for, and RFC 3986's own examples; of {@code /a/b/c?d}. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      quoteCharacter = '`',
      value = {
        "/a file/ok|/a%20file/ok",
        "/a%20file/ok|/a%20file/ok",
        "g|/a/b/g",
        "./g|/a/b/g",
        "g/|/a/b/g/",
        "/g|/g",
        "?y|/a/b/c?y",
        "g?y|/a/b/g?y",
        "g?y/./x|/a/b/g?y/./x",
        "#s|/a/b/c?d",
        "g#s|/a/b/g",
        ";x|/a/b/;x",
        "g;x?y#s|/a/b/g;x?y",
        ".|/a/b/",
        "./|/a/b/",
        "..|/a/",
        "../|/a/",
        "../g|/a/g",
        "../..|/",
        "../../g|/g",
        "../../../g|/g",
        "/./g|/g",
        "/../g|/g",
        "g.|/a/b/g.",
        "..g|/a/b/..g",
        "./../g|/a/g",
        "g/./h|/a/b/g/h",
        "g/../h|/a/b/h",
        "a b?c d|/a/b/a%20b?c%20d",
        "/[x]|/%5Bx%5D",
        "/x{1}|/x%7B1%7D",
        "/x^|/x%5E",
        "/\"q\"<>^`|/%22q%22%3C%3E%5E%60",
        "/100%|/100%25",
        "/%zz|/%25zz",
        "/a//b|/a//b",
        " /x |/x",
        "/\u00c3\u00a4|/%C3%A4",
        "/\u00e4|/%E4",
        "/a\\b|/a%5Cb",
        "/\\evil.example/x|/%5Cevil.example/x"
      })
  void AR16_location_isResolvedAndRepaired(String location, String asked) throws Exception {
    URI from = URI.create("http://h.example/a/b/c?d");
    assertThat(RedirectTarget.of(from, location, ArtifactReason.REDIRECT_REFUSED))
        .isEqualTo(URI.create("http://h.example" + asked));
    assertThat(
            RedirectTarget.of(
                    from,
                    "//other.example:81" + asked.substring(0, 1),
                    ArtifactReason.REDIRECT_REFUSED)
                .getHost())
        .isEqualTo("other.example");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "g:h",
        "file:///etc/passwd",
        "javascript:x",
        "data:,x",
        "http:g",
        "http:/x",
        "http://",
        "http:///x",
        "http://@/",
        "http://a b/",
        "http://[::1/",
        "http://h:port/",
        "https:x",
        "//",
        "///x",
        "http://exa\u00e4mple/",
        "ftp://h/"
      })
  void AR16_locationsThatAreNoAddress_areRefused(String location) {
    for (String from : List.of("https://h.example/a", "http://h.example/a")) {
      io.bartizan.integrity.Refusals.refused(
          ArtifactReason.REDIRECT_REFUSED,
          () -> RedirectTarget.of(URI.create(from), location, ArtifactReason.REDIRECT_REFUSED));
    }
    io.bartizan.integrity.Refusals.refused(
        ArtifactReason.REDIRECT_REFUSED,
        () ->
            RedirectTarget.of(
                URI.create("https://h.example/a"),
                "http://h.example/b",
                ArtifactReason.REDIRECT_REFUSED));
    io.bartizan.integrity.Refusals.refused(
        ArtifactReason.REDIRECT_REFUSED,
        () ->
            RedirectTarget.of(
                URI.create("https://h.example/a"),
                "/" + "x".repeat(8_192),
                ArtifactReason.REDIRECT_REFUSED));
  }

  /**
   * Without what curl sends as it is and Java's addresses can't hold: brackets, bars, a lone %;
   * blanks in a query are pluses there, and escaped here as in browsers.
   */
  @Test
  void AR16_locations_areAskedForAsCurlDoes() throws Exception {
    Path curl = OptionalTool.program("curl");
    for (int i = 0; i < 14; i++) {
      try (LyingServer plain = LyingServer.startPlain()) {
        String location =
            List.of(
                    "/a file/ok",
                    "b c",
                    "?y",
                    "../g",
                    "../../../g",
                    "./g/../h?i=/../j",
                    "/a.b,c!",
                    "/\u00c3\u00a4",
                    "/a//b",
                    "g#s",
                    ";x",
                    "/x?a b=c d",
                    "/%41%2f",
                    "//localhost:" + plain.uri("/").getPort() + "/p q")
                .get(i);
        plain.then(redirect(location)).then(say(OK, GOOD, 0, SIZE)).then(redirect(location));
        plain.then(say(OK, GOOD, 0, SIZE));
        Process process =
            new ProcessBuilder(
                    curl.toString(), "-sL", "-o", "/dev/null", plain.uri("/a/b/c?d").toString())
                .start();
        assertThat(process.waitFor()).as(location).isZero();
        downloads(1).fetch(plain.uri("/a/b/c?d"), EXPECTED, target).close();
        Files.delete(target);
        assertThat(plain.requests()).hasSize(4);
        assertThat(
                plain
                    .requests()
                    .get(3)
                    .get(0)
                    .toLowerCase(Locale.ROOT)
                    .replace("%20b", "+b")
                    .replace("%20d", "+d"))
            .as(location)
            .isEqualTo(plain.requests().get(1).get(0).toLowerCase(Locale.ROOT));
      }
    }
  }

  private static LyingServer.Script redirect(String location) {
    return say("HTTP/1.1 302 Found\ncontent-length: 0\nlocation: " + location, GOOD, 0, 0);
  }

  private Downloads authorized() {
    return Downloads.builder(LyingServer.client())
        .withAttempts(1)
        .withHeader(server.uri("/any/path"), "Authorization", SECRET)
        .build();
  }

  private static boolean has(List<String> request) {
    return request.stream().anyMatch(line -> line.contains("s3cr3t"));
  }

  private static long secrets(LyingServer server) {
    return server.requests().stream().filter(DownloadRequestTest::has).count();
  }

  private static String text(Throwable e) {
    var text = new java.io.StringWriter();
    e.printStackTrace(new java.io.PrintWriter(text));
    return text.toString();
  }
}
