package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The texts are what HotSpot 17 printed. */
class CompilerQueueTest {

  private static final String HEAD = "Current compiles: \n";
  private static final String C1_QUEUE = "\nC1 compile queue:\n";
  private static final String C2_QUEUE = "\nC2 compile queue:\n";

  @Test
  void isEmpty_withNothingOrC1Alone_isTrue() {
    assertThat(CompilerQueue.isEmpty(HEAD + C1_QUEUE + "Empty\n" + C2_QUEUE + "Empty\n\n"))
        .isTrue();
    String c1 = "C1 CompilerThread0  2030       3       java.lang.String::hashCode (60 bytes)\n";
    String waiting = "2339       3       org.openjdk.jmh.results.Result::<init> (50 bytes)\n";
    assertThat(CompilerQueue.isEmpty(HEAD + c1 + C1_QUEUE + waiting + C2_QUEUE + "Empty\n\n"))
        .isTrue();
  }

  @Test
  void isEmpty_withAMethodInC2OrInItsQueue_isFalse() {
    String c2 = "C2 CompilerThread0  1552       4       java.lang.String::equals (56 bytes)\n";
    assertThat(CompilerQueue.isEmpty(HEAD + c2 + C1_QUEUE + "Empty\n" + C2_QUEUE + "Empty\n\n"))
        .isFalse();
    String waiting = "1346       4       sun.security.ec.ECOperations::setSum (681 bytes)\n";
    assertThat(CompilerQueue.isEmpty(HEAD + C1_QUEUE + "Empty\n" + C2_QUEUE + waiting + "\n"))
        .isFalse();
  }

  @Test
  void shown_byThisJvm_namesTheQueue() {
    assertThat(CompilerQueue.shown()).contains("C2 compile queue:\n");
    CompilerQueue.awaitEmpty(Duration.ofSeconds(1));
  }

  @Test
  void isEmpty_withoutAText_isTrue() {
    assertThat(CompilerQueue.isEmpty("")).isTrue();
  }
}
