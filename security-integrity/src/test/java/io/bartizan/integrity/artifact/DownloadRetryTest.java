package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.artifact.LyingServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers and breaks that pass by themselves, and those that do not. */
class DownloadRetryTest extends DownloadCase {

  private static final Instant NOW = Instant.parse("2026-11-28T10:00:00Z");

  private final List<Duration> pauses = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
  void AR07_statusThatMeansLater_isTriedAgain(int status) throws Exception {
    server.then(answer(status, "")).then(answer(status, "")).then(say(OK, GOOD, 0, SIZE));
    downloads(3, 60).fetch(server.uri("/"), EXPECTED, target).close();
    assertThat(target).hasBinaryContent(GOOD);
    assertThat(server.requests()).hasSize(3);
    assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\netag: \"v1\"", "\netag: \"v2\""})
  void AR07_bytesOfABrokenAttempt_areTakenBackFromProgress(String tag) throws Exception {
    String rest =
        "HTTP/1.1 206 Partial Content\ncontent-range: bytes 50000-199999/200000"
            + "\ncontent-length: 150000\netag: \"v1\"";
    server.then(say(OK + tag, GOOD, 0, 50_000));
    if (tag.isEmpty()) {
      server.then(say(OK, GOOD, 0, SIZE));
    } else {
      server.then(say(rest, GOOD, 50_000, 150_000)).then(say(OK, GOOD, 0, SIZE));
    }
    List<Long> shown = new ArrayList<>();
    ProgressListener listener =
        new ProgressListener() {
          @Override
          public void advanced(String name, long bytes) {
            shown.add(bytes + (shown.isEmpty() ? 0 : shown.get(shown.size() - 1)));
          }
        };
    Downloads.builder(LyingServer.client())
        .withAttempts(2)
        .withRetryPauses(Duration.ofMillis(1), Duration.ofMillis(10))
        .withListener(listener)
        .build()
        .fetch(server.uri("/"), EXPECTED, target)
        .close();
    assertThat(target).hasBinaryContent(GOOD);
    assertThat(shown).contains(50_000L).allMatch(sum -> sum >= 0 && sum <= SIZE);
    assertThat(shown.get(shown.size() - 1)).isEqualTo(SIZE);
  }

  @Test
  void AR07_whatAnEarlierRunLeft_staysWhileNoServerAnswers() throws Exception {
    breakAt(100_000, TAG);
    assertThat(names()).hasSize(2);
    server.then(answer(503, ""));
    assertThatThrownBy(() -> downloads(2, 1).fetch(server.uri("/"), EXPECTED, target))
        .hasMessageContaining("status 503");
    assertThat(names()).hasSize(2);
    server.then(
        say(
            "HTTP/1.1 206 Partial Content\ncontent-range: bytes 100000-199999/200000"
                + "\ncontent-length: 100000"
                + TAG,
            GOOD,
            100_000,
            100_000));
    skipFirst();
    fetchAndCompare();
    assertThat(server.requests().get(server.requests().size() - 1))
        .anyMatch(line -> line.equalsIgnoreCase("range: bytes=100000-"));
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 304, 400, 401, 403, 404, 410, 418, 451, 501, 505, 511})
  void AR07_otherStatus_isNotTriedAgainAndTold(int status) throws Exception {
    server.then(answer(status, "\nretry-after: 0"));
    assertThatThrownBy(() -> downloads(3, 60).fetch(server.uri("/"), EXPECTED, target))
        .isInstanceOfSatisfying(
            DownloadException.class,
            e -> {
              assertThat(e.status()).hasValue(status);
              assertThat(e.attempts()).hasSize(1);
            });
    assertThat(server.requests()).hasSize(1);
    assertThat(pauses).isEmpty();
  }

  @Test
  void AR07_statusThatStays_endsAfterTheAttemptsAndIsTold() throws Exception {
    server.then(answer(503, ""));
    assertThatThrownBy(() -> downloads(8, 10).fetch(server.uri("/"), EXPECTED, target))
        .isInstanceOfSatisfying(
            DownloadException.class,
            e -> {
              assertThat(e.status()).hasValue(503);
              assertThat(e.reason()).isEqualTo(ArtifactReason.STATUS_UNEXPECTED);
              assertThat(e.attempts()).hasSize(8).allMatch(each -> each.endsWith("status 503"));
            });
    assertThat(pauses)
        .extracting(Duration::toSeconds)
        .containsExactly(1L, 2L, 4L, 8L, 10L, 10L, 10L);
    assertThat(names()).isEmpty();
    server.then(say(OK, GOOD, 0, 10));
    skipFirst();
    assertThatThrownBy(() -> downloads(1, 10).fetch(server.uri("/"), EXPECTED, target))
        .isInstanceOfSatisfying(DownloadException.class, e -> assertThat(e.status()).isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "7 | 7",
        " 30  | 30",
        "0 | 1", // never less than the growing pause
        "Sat, 28 Nov 2026 10:00:09 GMT | 9",
        "Sat, 28 Nov 2026 09:00:00 GMT | 1",
        "soon | 1",
        "-5 | 1",
        "7.5 | 1"
      })
  void AR07_retryAfter_isWaitedFor(String field, int seconds) throws Exception {
    server.then(answer(429, "\nretry-after: " + field)).then(say(OK, GOOD, 0, SIZE));
    downloads(2, 60).fetch(server.uri("/"), EXPECTED, target).close();
    assertThat(pauses).containsExactly(Duration.ofSeconds(seconds));
  }

  @Test
  void AR07_retryAfterADate_isCountedFromTheServersOwnClock() throws Exception {
    String fields =
        "\ndate: Sat, 28 Nov 2020 10:00:00 GMT\nretry-after: Sat, 28 Nov 2020 10:00:20 GMT";
    server.then(answer(503, fields)).then(say(OK, GOOD, 0, SIZE));
    downloads(2, 60).fetch(server.uri("/"), EXPECTED, target).close();
    assertThat(pauses).containsExactly(Duration.ofSeconds(20));
  }

  @ParameterizedTest
  @ValueSource(strings = {"61", "999999999", "Sat, 28 Nov 2026 10:01:01 GMT"})
  void AR07_retryAfterTheLongestPause_isNotWaitedForNorDisobeyed(String field) throws Exception {
    server.then(answer(503, "\nretry-after: " + field));
    assertThatThrownBy(() -> downloads(5, 60).fetch(server.uri("/"), EXPECTED, target))
        .isInstanceOf(DownloadException.class);
    assertThat(server.requests()).hasSize(1);
    assertThat(pauses).isEmpty();
  }

  @Test
  void AR07_otherMirrors_areAskedBeforeAnyPause() throws Exception {
    try (LyingServer second = LyingServer.start();
        LyingServer third = LyingServer.start()) {
      server.then(answer(503, "")).then(answer(503, "")).then(say(OK, GOOD, 0, SIZE));
      second.then(answer(404, ""));
      third.then(say(OK, GOOD, 0, SIZE));
      List<URI> all = List.of(server.uri("/"), second.uri("/"), third.uri("/"));
      downloads(3, 60).fetch(all, EXPECTED, target).close();
      assertThat(pauses).isEmpty();
      java.nio.file.Files.delete(target);
      downloads(3, 60).fetch(all.subList(0, 2), EXPECTED, target).close();
      assertThat(pauses).containsExactly(Duration.ofSeconds(1));
      assertThat(second.requests()).hasSize(2); // 404 is not asked again after the pause
    }
  }

  @Test
  void AR07_brokenConnections_arePausedForUnlessBytesCame() throws Exception {
    URI dead;
    try (LyingServer gone = LyingServer.start()) {
      dead = gone.uri("/");
    }
    assertThatThrownBy(() -> downloads(3, 60).fetch(dead, EXPECTED, target))
        .isInstanceOf(DownloadException.class);
    assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
    pauses.clear();
    String rest =
        "HTTP/1.1 206 P\ncontent-length: 100000\ncontent-range: bytes 100000-199999/200000";
    server.then(say(OK + TAG, GOOD, 0, 100_000));
    server.then(say(rest + TAG, GOOD, 100_000, 100_000));
    downloads(2, 60).fetch(server.uri("/"), EXPECTED, target).close();
    assertThat(pauses).isEmpty();
  }

  @Test
  void AR07_certificatesAndImpossibleAddresses_areNotTriedAgain() throws Exception {
    try (LyingServer stranger = LyingServer.start(LyingServer.contextOfAnotherCa())) {
      stranger.then(say(OK, GOOD, 0, SIZE));
      for (URI at : List.of(stranger.uri("/"), URI.create("https://localhost:99999/"))) {
        assertThatThrownBy(() -> downloads(3, 60).fetch(at, EXPECTED, target))
            .isInstanceOfSatisfying(
                DownloadException.class, e -> assertThat(e.attempts()).hasSize(1));
      }
    }
    assertThat(pauses).isEmpty();
  }

  @Test
  void AR07_cancelledThread_waitsForNothing() throws Exception {
    server.then(answer(503, ""));
    Downloads patient =
        Downloads.builder(LyingServer.client())
            .withRetryPauses(Duration.ofMinutes(50), Duration.ofHours(2))
            .build();
    Thread waiting =
        new Thread(
            () -> {
              try {
                patient.fetch(server.uri("/"), EXPECTED, target).close();
              } catch (InterruptedIOException e) {
                if (Thread.currentThread().isInterrupted()) {
                  pauses.add(Duration.ZERO); // what is asserted below
                }
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    waiting.start();
    io.bartizan.tests.Eventually.within(
        Duration.ofSeconds(30),
        "the thread pauses",
        () -> waiting.getState() == Thread.State.TIMED_WAITING && !server.requests().isEmpty());
    waiting.interrupt();
    waiting.join();
    assertThat(pauses).containsExactly(Duration.ZERO);
    assertThat(names()).isEmpty();
  }

  @Test
  void AR07_pausesOutOfRange_areRefused() {
    Downloads.Builder builder = Downloads.builder(LyingServer.client());
    Duration second = Duration.ofSeconds(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.withRetryPauses(Duration.ZERO, second));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.withRetryPauses(second, Duration.ofMillis(999)));
    assertThat(builder.build().toString()).contains("1 second to 1 minute");
  }

  private static LyingServer.Script answer(int status, String fields) {
    String length = status == 204 || status == 304 ? "" : "\ncontent-length: 0";
    return say("HTTP/1.1 " + status + " X" + length + fields, GOOD, 0, 0);
  }

  private Downloads downloads(int attempts, int longest) {
    return Downloads.builder(LyingServer.client())
        .withAttempts(attempts)
        .withRetryPauses(Duration.ofSeconds(1), Duration.ofSeconds(longest))
        .withWaiting(() -> NOW, pauses::add)
        .build();
  }
}
