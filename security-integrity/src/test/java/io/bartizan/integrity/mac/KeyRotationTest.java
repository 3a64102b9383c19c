package io.bartizan.integrity.mac;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Rotating;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.SecretSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys rotate in a file under eight threads of traffic. */
class KeyRotationTest {

  @TempDir Path folder;

  @Test
  void rotation_underTraffic_refusesNothingGood_andAcceptsNothingOfADroppedKey() throws Exception {
    rotateUnderTraffic(3);
  }

  @Test
  @Tag("deep")
  void manyRotations_underTraffic_refuseNothingGood() throws Exception {
    rotateUnderTraffic(20);
  }

  private void rotateUnderTraffic(int rotations) throws Exception {
    Path file = folder.resolve("ring");
    List<String> keys = new ArrayList<>(List.of(newKey(), newKey()));
    write(file, keys);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (Rotating<MacKeyRing> ring =
        Rotating.of(SecretSource.file(file), MacKeyRing::parse, Duration.ofDays(1))) {
      SignedValues values = SignedValues.of("session", ring, Duration.ofHours(1));
      AtomicBoolean stop = new AtomicBoolean();
      AtomicLongArray served = new AtomicLongArray(8);
      List<Future<?>> traffic = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int thread = i;
        String user = "user " + i;
        traffic.add(
            threads.submit(
                () -> {
                  while (!stop.get()) {
                    assertThat(values.verify(values.sign("payload", user), user).text())
                        .isEqualTo("payload");
                    served.incrementAndGet(thread);
                  }
                }));
      }
      for (int rotation = 0; rotation < rotations; rotation++) {
        String before = values.sign("payload", "x");
        keys.add(newKey()); // staged: every instance knows it before any signs with it
        rotate(ring, file, keys);
        assertThat(values.verify(before, "x").shouldReissue()).isFalse();
        keys.add(0, keys.remove(keys.size() - 1));
        rotate(ring, file, keys);
        assertThat(values.verify(before, "x").shouldReissue()).isTrue();
        // as in life, the old key goes only when nothing signed with it is on its way
        for (int thread = 0; thread < 8; thread++) {
          long until = served.get(thread) + 2;
          while (served.get(thread) < until) {
            assertThat(traffic).noneMatch(Future::isDone);
            LockSupport.parkNanos(50_000);
          }
        }
        keys.remove(1);
        rotate(ring, file, keys);
        assertThat(values.check(before, "x").<Object>fold(v -> v, refused -> refused.reason()))
            .isEqualTo(MacReason.KEY_UNKNOWN);
      }
      stop.set(true);
      for (Future<?> each : traffic) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static void rotate(Rotating<MacKeyRing> ring, Path file, List<String> keys)
      throws Exception {
    write(file, keys);
    assertThat(ring.refresh()).isTrue();
  }

  private static void write(Path file, List<String> keys) throws Exception {
    Path next = Files.write(file.resolveSibling("next"), keys);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String newKey() {
    return SecretBytes.random(32).lend(bytes -> Base64.getEncoder().encodeToString(bytes));
  }
}
