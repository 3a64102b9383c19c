package io.bartizan.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HealthOfAllTest {

  private final Map<String, HealthSource> parts = new LinkedHashMap<>();

  @Test
  void health_everyPartUp_isUpAndRepeatsNoDetail() {
    parts.put("tls", () -> Health.up("rotated"));
    assertThat(health()).isEqualTo(Health.up("1 part is up"));
    parts.put("redis", () -> Health.up("fast"));
    assertThat(health()).isEqualTo(Health.up("all 2 parts are up"));
  }

  @Test
  void health_someParts_isTheWorstAndNamesThoseInOrderOfNeed() {
    parts.put("keys", () -> Health.up("rotated"));
    parts.put("tls", () -> Health.degraded("the last good one stays"));
    assertThat(health()).isEqualTo(Health.degraded("tls: the last good one stays"));
    parts.put("redis", () -> Health.down("can't be reached"));
    parts.put("jwks", () -> Health.degraded("old"));
    assertThat(health())
        .isEqualTo(Health.down("redis: can't be reached; tls: the last good one stays; jwks: old"));
  }

  @Test
  void health_partThatThrows_isDownWithItsClassAndNotItsMessage() {
    parts.put("good", () -> Health.degraded("old"));
    parts.put(
        "broken",
        () -> {
          throw new IllegalStateException("password is tiger");
        });
    parts.put(
        "unlinked",
        () -> {
          throw new NoClassDefFoundError("x");
        });
    parts.put("kotlin", HealthOfAllTest::undeclared);
    parts.put("empty", HealthOfAllTest::nothing);
    assertThat(health().status()).isEqualTo(Health.Status.DOWN);
    assertThat(health().detail())
        .isEqualTo(
            "broken: its health can't be asked: IllegalStateException; unlinked: its health can't"
                + " be asked: NoClassDefFoundError; kotlin: its health can't be asked: IOException; empty: its"
                + " health can't be asked: NullPointerException; good: old");
  }

  /** As Kotlin and other languages do, which know no checked exceptions. */
  @SuppressWarnings("unchecked")
  private static <X extends Throwable> Health undeclared() throws X {
    throw (X) new IOException("x");
  }

  @Test
  void health_longDetails_leaveRoomForEachAndEndAtTheBound() {
    parts.put("one", () -> Health.degraded("a".repeat(900)));
    assertThat(health().detail()).as("alone").isEqualTo("one: " + "a".repeat(900));
    parts.put("two", () -> Health.down("b".repeat(5000)));
    assertThat(health().detail())
        .startsWith("two: bbb")
        .contains("; one: aaa")
        .hasSizeBetween(950, 1050);
    for (int i = 0; i < 100; i++) {
      parts.put("part" + i, () -> Health.down("\n".repeat(5000)));
    }
    assertThat(health().detail()).startsWith("two: bbb").hasSizeBetween(1000, 1050);
    assertThat(health().detail()).doesNotContain("\n").contains("part2: \\u000a");
  }

  @Test
  void all_changedMap_staysAsItWas() {
    parts.put("tls", () -> Health.up("fine"));
    HealthSource all = HealthSource.all(parts);
    parts.put("redis", () -> Health.down("gone"));
    assertThat(all.health().status()).isEqualTo(Health.Status.UP);
    assertThat(all).hasToString("HealthSource[tls]");
  }

  @Test
  void all_noPartOrNoName_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HealthSource.all(Map.of()))
        .withMessageContaining("no part");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HealthSource.all(Map.of(" ", () -> Health.up("x"))))
        .withMessageContaining("blank");
    parts.put("absent", missing());
    assertThatNullPointerException()
        .isThrownBy(() -> HealthSource.all(parts))
        .withMessageContaining("absent");
  }

  private Health health() {
    return HealthSource.all(parts).health();
  }

  @SuppressWarnings("NullAway")
  private static HealthSource missing() {
    return null;
  }

  @SuppressWarnings("NullAway")
  private static Health nothing() {
    return null;
  }
}
