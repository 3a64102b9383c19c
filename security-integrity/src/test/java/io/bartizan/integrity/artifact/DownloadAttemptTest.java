package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.artifact.LyingServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.bartizan.integrity.Refusals;
import io.bartizan.integrity.http.BodyQueue;
import io.bartizan.testkit.ManualTicker;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one or several attempts do: wait, give up, follow, resume, and tell of it. */
class DownloadAttemptTest extends DownloadCase {

  @Test
  void emptyPieces_buyNoTimeAndNoStack() {
    BodyQueue body = new BodyQueue(ArtifactReason.STALLED);
    for (int i = 0; i < 100_000; i++) {
      body.onNext(List.of(ByteBuffer.allocate(0)));
    }
    Refusals.refused(ArtifactReason.STALLED, () -> body.next(Duration.ofMillis(300)));
  }

  @Test
  void stall_beforeAndWithinTheBody_isGivenUp() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Downloads hasty =
        Downloads.builder(LyingServer.client())
            .withAttempts(1)
            .withStallTimeout(Duration.ofSeconds(1))
            .build();
    for (int length : new int[] {-1, 0, 1_000}) {
      try (LyingServer server = LyingServer.start()) {
        server.then(
            (request, out) -> {
              if (length >= 0) {
                say(OK, GOOD, 0, length).answer(request, out);
                out.flush();
              }
              never.await();
            });
        refusedThenCompleted(server, hasty, ArtifactReason.STALLED, length < 0 ? "answer" : "byte");
      }
    }
    never.countDown();
  }

  @Test
  void trickle_thatNeverStalls_isGivenUpWhenTheAttemptHasLastedTooLong() throws Exception {
    ManualTicker ticker = new ManualTicker();
    Downloads patient =
        Downloads.builder(LyingServer.client())
            .withAttempts(1)
            .withTicker(ticker)
            .withAttemptTimeout(Duration.ofMinutes(10))
            .build();
    try (LyingServer server = LyingServer.start()) {
      server.then(
          (request, out) -> {
            say(OK, GOOD, 0, 0).answer(request, out);
            for (int at = 0; at < SIZE; at++) {
              out.write(GOOD, at, 1);
              out.flush();
              ticker.advance(Duration.ofSeconds(1));
            }
          });
      refusedThenCompleted(server, patient, ArtifactReason.STALLED, "came in 10 minutes");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"another CA", "another name"})
  void stranger_asServer_getsNoRequest(String kind) throws Exception {
    SSLContext context =
        kind.equals("another CA")
            ? LyingServer.contextOfAnotherCa()
            : LyingServer.contextOfAnotherName();
    try (LyingServer server = LyingServer.start(context)) {
      server.then(say(OK, GOOD, 0, SIZE));
      Path target = Files.write(directory.resolve("target"), OLD);
      assertThatThrownBy(() -> downloads(1).fetch(List.of(server.uri("/")), EXPECTED, target))
          .isInstanceOfSatisfying(
              DownloadException.class,
              e -> assertThat(e.reason()).isEqualTo(ArtifactReason.CONNECTION_FAILED));
      assertThat(target).hasBinaryContent(OLD);
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void truth_withWrongClaims_isAccepted() throws Exception {
    Digest wrong = Digest.sha256Of(OLD);
    String claims =
        "\ncontent-digest: " + wrong.contentDigest() + "\nrepr-digest: x\netag: garbled\ndigest: ,";
    try (LyingServer server = LyingServer.start()) {
      server.then(say(OK + claims, GOOD, 0, SIZE));
      complete(server);
    }
  }

  @Test
  void redirect_toAnotherOrigin_isFollowedAndNothingOfTheFirstIsTold() throws Exception {
    try (LyingServer server = LyingServer.start();
        LyingServer elsewhere = LyingServer.start()) {
      elsewhere.then(say(OK, GOOD, 0, SIZE));
      server.then(
          (request, out) -> {
            String head = "HTTP/1.1 302 Found\nset-cookie: a=b\nlocation: " + elsewhere.uri("/x");
            say(head, GOOD, 0, 0).answer(request, out);
            pour(out, 10_000_000); // the answer's own body, which nobody reads
          });
      complete(server);
      assertThat(elsewhere.requests()).hasSize(1);
      assertThat(elsewhere.requests().get(0))
          .noneMatch(line -> line.matches("(?i)(authorization|cookie|referer|origin):.*"));
    }
  }

  @Test
  void connection_cutAnywhereAgainAndAgain_isResumedToTheEnd() throws Exception {
    SplittableRandom random = new SplittableRandom(20261121);
    for (int run = 0; run < 3; run++) {
      try (LyingServer server = LyingServer.start()) {
        server.then(
            (request, out) -> {
              int from = DownloadCrashTest.rangeOf(request);
              String range = "\ncontent-range: bytes " + from + "-" + (SIZE - 1) + "/" + SIZE;
              String status = from == 0 ? "HTTP/1.1 200 OK" : "HTTP/1.1 206 Partial" + range;
              int length = random.nextInt(SIZE - from + 1);
              say(
                      status + "\ncontent-length: " + (SIZE - from) + "\netag: \"v\"",
                      GOOD,
                      from,
                      length)
                  .answer(request, out);
              out.flush();
              if (random.nextBoolean() && length < SIZE - from) {
                throw new LyingServer.Cut(random.nextBoolean());
              }
            });
        Path target = directory.resolve("run" + run);
        try (VerifiedFile file = downloads(100).fetch(List.of(server.uri("/")), EXPECTED, target)) {
          assertThat(file.readAllBytes()).isEqualTo(GOOD);
        }
        assertThat(server.requests().size()).isGreaterThan(1);
      }
    }
    assertThat(names()).containsExactly("run0", "run1", "run2");
  }

  @Test
  void failure_ofManyAttempts_tellsEachInOneSentence() throws Exception {
    try (LyingServer server = LyingServer.start()) {
      server.then(say(OK, GOOD, 0, 7)).then(say(OK, GOOD, 0, 9));
      Path target = directory.resolve("target");
      assertThatThrownBy(() -> downloads(2).fetch(List.of(server.uri("/")), EXPECTED, target))
          .isInstanceOfSatisfying(
              DownloadException.class,
              e ->
                  assertThat(e.attempts())
                      .containsExactly(
                          server.uri("/") + ": connection-closed: connection closed at 7 of 200000",
                          server.uri("/")
                              + ": connection-closed: connection closed at 9 of 200000"));
    }
  }

  @Test
  void failure_withoutAWord_namesExceptionAndAddress_andNeitherQueryNorUser() throws Exception {
    java.net.URI dead;
    try (LyingServer server = LyingServer.start()) {
      dead = server.uri("/f");
    }
    java.net.URI secret =
        java.net.URI.create(dead.toString().replace("://", "://alice:hunter2@") + "?sig=hunter3");
    Path target = directory.resolve("target");
    assertThatThrownBy(() -> downloads(1).fetch(secret, EXPECTED, target))
        .isInstanceOfSatisfying(
            DownloadException.class,
            e -> {
              assertThat(e.attempts())
                  .singleElement(STRING) // JDK 26 says a word more
                  .isIn(
                      dead + ": connection-failed: ConnectException",
                      dead + ": connection-failed: Connection refused");
              assertThat(e.getMessage())
                  .doesNotContain("hunter", "null")
                  .startsWith("connection-failed: " + dead + ": Connect") // the reason once
                  .containsOnlyOnce("connection-failed");
              assertThat(e).hasCauseInstanceOf(java.net.ConnectException.class);
            });
  }
}
