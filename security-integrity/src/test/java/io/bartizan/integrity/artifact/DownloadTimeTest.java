package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.artifact.LyingServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stall time-out is one on silence, on every JDK: never on the length of a transfer. */
class DownloadTimeTest extends DownloadCase {

  private static final Duration STALL = Duration.ofMillis(1_500);

  @Test
  void AR01_transferThatNeverPausesForTheStallTimeout_succeeds() throws Exception {
    server.then(
        (request, out) -> {
          say(OK, GOOD, 0, 0).answer(request, out);
          for (int at = 0; at < SIZE; at += SIZE / 20) {
            out.write(GOOD, at, SIZE / 20);
            out.flush();
            Thread.sleep(100); // what is tried is time itself: in all more than the time-out
          }
        });
    try (VerifiedFile file = hasty().fetch(server.uri("/"), EXPECTED, target)) {
      assertThat(file.readAllBytes()).isEqualTo(GOOD);
    }
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, SIZE / 2, SIZE - 1})
  void AR01_pauseOfTheStallTimeout_isStalled(int length) throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    server.then(
        (request, out) -> {
          if (length >= 0) {
            say(OK, GOOD, 0, length).answer(request, out);
            out.flush();
          }
          never.await();
        });
    assertThatThrownBy(() -> hasty().fetch(List.of(server.uri("/")), EXPECTED, target))
        .isInstanceOfSatisfying(
            DownloadException.class, e -> assertThat(e.reason()).isEqualTo(ArtifactReason.STALLED));
    never.countDown();
  }

  private static Downloads hasty() {
    return Downloads.builder(LyingServer.client()).withAttempts(1).withStallTimeout(STALL).build();
  }
}
