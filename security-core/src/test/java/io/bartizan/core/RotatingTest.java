package io.bartizan.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.tests.Eventually;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotatingTest {

  @TempDir Path folder;

  /** As kubelet does: the file is a link into ..data, which is itself swapped by a rename. */
  @Test
  void refresh_swappedKubernetesSecret_givesTheNewValue() throws IOException {
    Path data = folder.resolve("..data");
    Files.writeString(Files.createDirectory(folder.resolve("..1")).resolve("key"), "one");
    Files.writeString(Files.createDirectory(folder.resolve("..2")).resolve("key"), "two");
    Files.createSymbolicLink(data, Path.of("..1"));
    Path file = Files.createSymbolicLink(folder.resolve("key"), Path.of("..data/key"));
    try (Rotating<String> value = rotating(file, new RotationListener() {})) {
      assertThat(value.get()).isEqualTo("one");
      assertThat(value.refresh()).isFalse();
      Path next = Files.createSymbolicLink(folder.resolve("..next"), Path.of("..2"));
      Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
      assertThat(value.refresh()).isTrue();
      assertThat(value.get()).isEqualTo("two");
    }
  }

  @Test
  void refresh_goneOrRefusedSecret_keepsTheLastGoodOneAndSaysSo() throws IOException {
    List<String> heard = new ArrayList<>();
    RotationListener listener =
        new RotationListener() {
          @Override
          public void rotated(Health health) {
            heard.add("rotated");
          }

          @Override
          public void failed(Health health, Exception cause) {
            heard.add("failed");
            throw new IllegalStateException("listeners may fail");
          }

          @Override
          public void recovered(Health health) {
            heard.add("recovered");
          }
        };
    Path file = Files.writeString(folder.resolve("key"), "one");
    try (Rotating<String> value = rotating(file, listener)) {
      Files.delete(file);
      assertThat(value.refresh()).isFalse();
      assertThat(value.health().status()).isEqualTo(Health.Status.DEGRADED);
      Files.writeString(file, "bad");
      assertThat(value.refresh()).isFalse();
      assertThat(value.get()).isEqualTo("one");
      assertThat(value.health().detail()).contains("not acceptable").contains("last good");
      Files.writeString(file, "one");
      assertThat(value.refresh()).isFalse();
      assertThat(value.health().status()).isEqualTo(Health.Status.UP);
      Files.writeString(file, "two");
      assertThat(value.refresh()).isTrue();
    }
    assertThat(heard).containsExactly("failed", "failed", "recovered", "rotated");
  }

  @Test
  void refresh_secretThatIsBeingWritten_givesOnlyTheWhole() throws IOException {
    List<String> made = new ArrayList<>();
    Iterator<String> readings = List.of("one", "tw", "two", "two").iterator();
    try (Rotating<String> value = rotating(readings, made)) {
      assertThat(value.refresh()).isTrue();
      assertThat(value.get()).isEqualTo("two");
    }
    assertThat(made).containsExactly("one", "two");
    assertThat(readings).isExhausted();
  }

  @Test
  void refresh_secretThatAlwaysDiffers_givesTheFourthReading() throws IOException {
    List<String> made = new ArrayList<>();
    Iterator<String> readings = List.of("1", "2", "3", "4", "5").iterator();
    try (Rotating<String> value = rotating(readings, made)) {
      assertThat(value.refresh()).isTrue();
    }
    assertThat(made).containsExactly("1", "5");
    assertThat(readings).isExhausted();
  }

  @Test
  void refresh_sourceThatFailsAtTheSecondReading_keepsTheLastGoodOne() throws IOException {
    Iterator<String> readings = List.of("one", "tw").iterator();
    try (Rotating<String> value = rotating(readings, new ArrayList<>())) {
      assertThat(value.refresh()).isFalse();
      assertThat(value.get()).isEqualTo("one");
      assertThat(value.health().status()).isEqualTo(Health.Status.DEGRADED);
    }
  }

  private static Rotating<String> rotating(Iterator<String> readings, List<String> made)
      throws IOException {
    SecretSource source = () -> SecretBytes.ofUtf8(readings.next());
    Function<SecretBytes, String> maker =
        secret -> {
          String text = make(secret);
          made.add(text);
          return text;
        };
    return Rotating.builder(source, maker, Duration.ofDays(1)).build();
  }

  @Test
  void build_unreadableOrRefusedSecret_fails() throws IOException {
    assertThatIOException()
        .isThrownBy(() -> rotating(folder.resolve("absent"), new RotationListener() {}));
    Path bad = Files.writeString(folder.resolve("key"), "bad");
    assertThatIllegalArgumentException().isThrownBy(() -> rotating(bad, new RotationListener() {}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rotating.of(SecretSource.file(bad), RotatingTest::make, Duration.ZERO))
        .withMessageContaining("interval is 0,");
  }

  @Test
  void ownThread_readsByItself_andEndsAtClose() throws Exception {
    Path file = Files.writeString(folder.resolve("key"), "one");
    CountDownLatch rotated = new CountDownLatch(1);
    RotationListener listener =
        new RotationListener() {
          @Override
          public void rotated(Health health) {
            rotated.countDown();
          }
        };
    Rotating<String> value =
        Rotating.builder(SecretSource.file(file), RotatingTest::make, Duration.ofMillis(10))
            .withListener(listener)
            .build();
    Files.move(
        Files.writeString(folder.resolve("next"), "two"), file, StandardCopyOption.ATOMIC_MOVE);
    assertThat(rotated.await(30, TimeUnit.SECONDS)).isTrue();
    value.close();
    Files.writeString(file, "three");
    assertThat(value.refresh()).isFalse();
    assertThat(value.get()).isEqualTo("two");
  }

  @Test
  void ownThread_afterErrorsOfMakerAndListener_readsOn() throws Exception {
    Path file = Files.writeString(folder.resolve("key"), "one");
    CountDownLatch failed = new CountDownLatch(1);
    CountDownLatch rotated = new CountDownLatch(1);
    RotationListener listener =
        new RotationListener() {
          @Override
          public void failed(Health health, Exception cause) {
            failed.countDown();
            throw new AssertionError("listeners have bugs too");
          }

          @Override
          public void rotated(Health health) {
            rotated.countDown();
          }
        };
    try (Rotating<String> value =
        Rotating.builder(SecretSource.file(file), RotatingTest::make, Duration.ofMillis(10))
            .withListener(listener)
            .build()) {
      replace(file, "error");
      assertThat(failed.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(value.health().status()).isEqualTo(Health.Status.DEGRADED);
      assertThat(value.health().detail()).contains("NoClassDefFoundError");
      replace(file, "two");
      assertThat(rotated.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(value.get()).isEqualTo("two");
    }
  }

  /** As Kotlin and other languages do, which know no checked exceptions. */
  @SuppressWarnings("unchecked")
  private static <X extends Throwable> RuntimeException undeclared(Exception thrown) throws X {
    throw (X) thrown;
  }

  @Test
  void checkedExceptionOfAMaker_isAFaultAndReadingGoesOn() throws Exception {
    Path file = Files.writeString(folder.resolve("key"), "one");
    try (Rotating<String> value =
        Rotating.of(
            SecretSource.file(file),
            secret -> {
              String made = secret.lend(String::new);
              if (made.equals("bad")) {
                throw RotatingTest.<RuntimeException>undeclared(
                    new GeneralSecurityException("no key"));
              }
              return made;
            },
            Duration.ofMillis(10))) {
      replace(file, "bad");
      Eventually.within(
          Duration.ofSeconds(30),
          "health says why",
          () -> value.health().detail().contains("no key"));
      replace(file, "two");
      Eventually.within(Duration.ofSeconds(30), "it is read on", () -> value.get().equals("two"));
    }
  }

  private void replace(Path file, String text) throws IOException {
    Files.move(
        Files.writeString(folder.resolve("next"), text), file, StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void close_leavesTheApplicationsExecutorOpen() throws IOException {
    ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
    executor.setRemoveOnCancelPolicy(true);
    try {
      Path file = Files.writeString(folder.resolve("key"), "one");
      Rotating<String> value =
          Rotating.builder(SecretSource.file(file), RotatingTest::make, Duration.ofDays(1))
              .withExecutor(executor)
              .build();
      assertThat(executor.getQueue()).hasSize(1);
      value.close();
      assertThat(executor.getQueue()).isEmpty();
      assertThat(executor.isShutdown()).isFalse();
    } finally {
      executor.shutdownNow();
    }
  }

  private static Rotating<String> rotating(Path file, RotationListener listener)
      throws IOException {
    return Rotating.builder(SecretSource.file(file), RotatingTest::make, Duration.ofDays(1))
        .withListener(listener)
        .build();
  }

  private static String make(SecretBytes secret) {
    String text = secret.lend(bytes -> new String(bytes, StandardCharsets.UTF_8));
    if (text.equals("bad")) {
      throw new IllegalArgumentException("this secret has a bad form");
    }
    if (text.equals("error")) {
      throw new NoClassDefFoundError("a parser of another version");
    }
    return text;
  }
}
