package io.bartizan.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A secret that is not there, or bad, when the service starts. */
class RotatingStartTest {

  @TempDir Path folder;

  private final List<String> heard = new ArrayList<>();
  private final RotationListener listener =
      new RotationListener() {
        @Override
        public void rotated(Health health) {
          heard.add("rotated " + health.status());
        }

        @Override
        public void failed(Health health, Exception cause) {
          heard.add("failed " + health.status());
        }

        @Override
        public void recovered(Health health) {
          heard.add("recovered");
        }
      };

  @Test
  void build_secretMissing_refusesUntilItIsThere() throws IOException {
    Path file = folder.resolve("key");
    try (Rotating<String> value = waiting(SecretSource.file(file), Duration.ofDays(1))) {
      assertRefused(value);
      assertThat(value.health().detail()).contains(file.toString()).contains("none was good yet");
      assertThat(value.refresh()).isFalse();
      Files.writeString(file, "one");
      assertThat(value.refresh()).isTrue();
      assertThat(value.get()).isEqualTo("one");
      assertThat(value.health()).isEqualTo(Health.up("as first read"));
      Files.delete(file);
      assertThat(value.refresh()).isFalse();
      assertThat(value.get()).isEqualTo("one");
      assertThat(value.health().status()).isEqualTo(Health.Status.DEGRADED);
    }
    assertThat(heard)
        .containsExactly("failed DOWN", "failed DOWN", "rotated UP", "failed DEGRADED");
  }

  @Test
  void build_secretBadThenDeletedThenGood_refusesUntilItIsGood() throws IOException {
    Path file = Files.writeString(folder.resolve("key"), "bad s3cret");
    try (Rotating<String> value = waiting(SecretSource.file(file), Duration.ofDays(1))) {
      assertRefused(value);
      assertThat(value.health().detail()).startsWith("a bad form").contains("is not acceptable");
      assertThat(value.health().detail() + value).doesNotContain("s3cret");
      Files.delete(file);
      assertThat(value.refresh()).isFalse();
      assertRefused(value);
      assertThat(value.health().detail()).contains("can't be read");
      Files.writeString(file, "good");
      assertThat(value.refresh()).isTrue();
      assertThat(value.get()).isEqualTo("good");
    }
  }

  @Test
  void build_secretThere_isUpAndToldOnce() throws IOException {
    Path file = Files.writeString(folder.resolve("key"), "one");
    try (Rotating<String> value = waiting(SecretSource.file(file), Duration.ofDays(1))) {
      assertThat(value.get()).isEqualTo("one");
      assertThat(value.health().status()).isEqualTo(Health.Status.UP);
    }
    assertThat(heard).containsExactly("rotated UP");
  }

  @Test
  void ownThread_afterErrorsBeforeTheFirstSecret_readsOn() throws Exception {
    CountDownLatch readings = new CountDownLatch(3);
    CountDownLatch rotated = new CountDownLatch(1);
    SecretSource source =
        () -> {
          readings.countDown();
          if (readings.getCount() > 0) {
            throw new NoClassDefFoundError("s3cret of a vault's client");
          }
          return SecretBytes.ofUtf8("one");
        };
    try (Rotating<String> value =
        Rotating.builder(source, RotatingStartTest::make, Duration.ofMillis(10))
            .withListener(
                new RotationListener() {
                  @Override
                  public void failed(Health health, Exception cause) {
                    heard.add(health.detail());
                    throw new AssertionError("listeners have bugs too");
                  }

                  @Override
                  public void rotated(Health health) {
                    rotated.countDown();
                  }
                })
            .withStartBeforeSecret()
            .build()) {
      assertThat(rotated.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(value.get()).isEqualTo("one");
      assertThat(heard)
          .isNotEmpty()
          .allSatisfy(
              detail -> assertThat(detail).startsWith("NoClassDefFoundError; the secret can't"));
    }
  }

  @Test
  void ownThread_isADaemon_whichKeepsNoJvm() throws Exception {
    CompletableFuture<Thread> reader = new CompletableFuture<>();
    SecretSource source =
        () -> {
          if (Thread.currentThread().getName().equals("bartizan-rotating")) {
            boolean unused = reader.complete(Thread.currentThread());
          }
          return SecretBytes.ofUtf8("one");
        };
    try (Rotating<String> value =
        Rotating.of(source, RotatingStartTest::make, Duration.ofMillis(10))) {
      assertThat(reader.get(30, TimeUnit.SECONDS).isDaemon()).isTrue();
      assertThat(value.toString()).startsWith("Rotating[").endsWith(", UP]");
    }
  }

  @Test
  void health_causeWithoutWords_saysItsKind() throws IOException {
    SecretSource gone =
        () -> {
          throw new NoSuchFileException("/run/key");
        };
    try (Rotating<String> value = waiting(gone, Duration.ofDays(1))) {
      assertThat(value.health().detail()).startsWith("NoSuchFileException: /run/key; ");
    }
    SecretSource silent =
        () -> {
          throw new IOException();
        };
    try (Rotating<String> value = waiting(silent, Duration.ofDays(1))) {
      assertThat(value.health().detail()).startsWith("IOException; ");
    }
  }

  @Test
  void close_beforeTheFirstSecret_endsReadingAndStaysDown() throws IOException {
    Path file = folder.resolve("key");
    Rotating<String> value = waiting(SecretSource.file(file), Duration.ofMillis(10));
    value.close();
    value.close();
    Files.writeString(file, "one");
    assertThat(value.refresh()).isFalse();
    assertRefused(value);
  }

  @Test
  void close_whileTheFirstSecretIsRead_leavesNoneOpen() throws IOException {
    List<SecretBytes> given = new ArrayList<>();
    List<Rotating<String>> closes = new ArrayList<>();
    SecretSource source =
        () -> {
          if (closes.isEmpty()) {
            throw new IOException("not yet");
          }
          closes.get(0).close();
          given.add(SecretBytes.ofUtf8("one"));
          return given.get(given.size() - 1);
        };
    Rotating<String> value = waiting(source, Duration.ofDays(1));
    closes.add(value);
    boolean unused = value.refresh();
    assertThat(given).isNotEmpty();
    assertThat(given).allSatisfy(secret -> assertThat(secret.toString()).contains("closed"));
  }

  @Test
  void build_executorThatRefuses_leavesNoSecretOpen() {
    List<SecretBytes> given = new ArrayList<>();
    SecretSource source =
        () -> {
          given.add(SecretBytes.ofUtf8("one"));
          return given.get(given.size() - 1);
        };
    ScheduledExecutorService ended = Executors.newSingleThreadScheduledExecutor();
    ended.shutdownNow();
    assertThatThrownBy(
            () ->
                Rotating.builder(source, RotatingStartTest::make, Duration.ofDays(1))
                    .withExecutor(ended)
                    .withStartBeforeSecret()
                    .build())
        .isInstanceOf(RejectedExecutionException.class);
    assertThat(given).allSatisfy(secret -> assertThat(secret.toString()).contains("closed"));
  }

  private Rotating<String> waiting(SecretSource source, Duration interval) throws IOException {
    return Rotating.builder(source, RotatingStartTest::make, interval)
        .withListener(listener)
        .withStartBeforeSecret()
        .build();
  }

  private static void assertRefused(Rotating<String> value) {
    VerificationException refused = catchThrowableOfType(VerificationException.class, value::get);
    assertThat(refused.reason()).isEqualTo(SecretReason.SECRET_UNAVAILABLE);
    assertThat(value.health().status()).isEqualTo(Health.Status.DOWN);
  }

  private static String make(SecretBytes secret) {
    String text = secret.lend(bytes -> new String(bytes, StandardCharsets.UTF_8));
    if (text.startsWith("bad")) {
      throw new IllegalArgumentException("a bad form");
    }
    return text;
  }
}
