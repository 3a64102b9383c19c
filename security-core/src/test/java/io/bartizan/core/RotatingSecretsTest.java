package io.bartizan.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What becomes of the secrets that a source gave out. */
class RotatingSecretsTest {

  private static final Duration SELDOM = Duration.ofDays(1);

  private final List<SecretBytes> given = new ArrayList<>();
  private String text = "one";
  private boolean broken;

  private final SecretSource source =
      () -> {
        if (broken) {
          throw new IOException("gone");
        }
        SecretBytes secret = SecretBytes.ofUtf8(text);
        given.add(secret);
        return secret;
      };

  @Test
  void ML22_readings_afterARotation_sayNothingNew() throws IOException {
    try (Rotating<String> value = Rotating.of(source, RotatingSecretsTest::make, SELDOM)) {
      for (String next : List.of("two", "three")) {
        text = next;
        assertThat(value.refresh()).isTrue();
        for (int i = 0; i < 10; i++) {
          assertThat(value.refresh()).isFalse();
        }
        assertThat(value.get()).isEqualTo(next);
      }
    }
  }

  @Test
  void ML22_onlyTheCurrentSecret_isOpen_andNoneAfterClose() throws IOException {
    Rotating<String> value = Rotating.of(source, RotatingSecretsTest::make, SELDOM);
    for (String next : List.of("two", "bad", "bad", "two", "three")) {
      text = next;
      boolean unused = value.refresh();
      assertThat(open()).hasSize(1);
      assertThat(open().get(0)).isEqualTo(SecretBytes.ofUtf8(value.get()));
    }
    broken = true;
    assertThat(value.refresh()).isFalse();
    assertThat(open()).hasSize(1);
    value.close();
    assertThat(open()).isEmpty();
    broken = false;
    assertThat(value.refresh()).isFalse();
    assertThat(open()).isEmpty();
  }

  @Test
  void ML22_buildThatFails_leavesNoSecretOpen() {
    Function<SecretBytes, String> none = secret -> null;
    assertThatNullPointerException().isThrownBy(() -> Rotating.of(source, none, SELDOM));
    text = "bad";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rotating.of(source, RotatingSecretsTest::make, SELDOM));
    text = "one";
    ScheduledExecutorService ended = Executors.newSingleThreadScheduledExecutor();
    ended.shutdownNow();
    assertThatThrownBy(
            () ->
                Rotating.builder(source, RotatingSecretsTest::make, SELDOM)
                    .withExecutor(ended)
                    .build())
        .isInstanceOf(RejectedExecutionException.class);
    assertThat(given).hasSize(3);
    assertThat(open()).isEmpty();
    broken = true;
    assertThatIOException()
        .isThrownBy(() -> Rotating.of(source, RotatingSecretsTest::make, SELDOM));
  }

  private List<SecretBytes> open() {
    return given.stream().filter(secret -> !secret.toString().contains("closed")).toList();
  }

  private static String make(SecretBytes secret) {
    String text = secret.lend(bytes -> new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
    if (text.equals("bad")) {
      throw new IllegalArgumentException("bad");
    }
    return text;
  }
}
