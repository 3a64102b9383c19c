package io.bartizan.core.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class FollowingTest {
  private final CompletableFuture<String> source = new CompletableFuture<>();
  private final CompletionStage<Integer> length = Following.of(source, String::length);

  @Test
  void sourceThatCompletes_completesWhatIsMadeOfIt() {
    assertThat(length.toCompletableFuture()).isNotDone();
    boolean unused = source.complete("abc");
    assertThat(length.toCompletableFuture()).isCompletedWithValue(3);
    assertThat(source).isNotCancelled();
  }

  @Test
  void whoeverLeaves_leavesTheSource() {
    boolean unused = length.toCompletableFuture().cancel(false);
    assertThat(source).isCancelled();
  }

  @Test
  void resultOfAnotherHand_leavesTheSourceToo() {
    boolean unused = length.toCompletableFuture().complete(7);
    assertThat(source).isCancelled();
  }

  @Test
  void sourceThatFails_failsWhatIsMadeOfIt() {
    RuntimeException problem = new IllegalStateException("gone");
    boolean unused = source.completeExceptionally(problem);
    assertThat(length.toCompletableFuture()).isCompletedExceptionally();
    assertThat(source).isNotCancelled();
    assertThat(length.toCompletableFuture().handle((value, failure) -> failure.getCause()).join())
        .isSameAs(problem);
  }

  @Test
  void functionThatFails_leavesTheSourceAsItEnded() {
    CompletionStage<Integer> broken =
        Following.of(
            source,
            text -> {
              throw new IllegalStateException(text);
            });
    boolean unused = source.complete("abc");
    assertThat(broken.toCompletableFuture()).isCompletedExceptionally();
    assertThat(source).isCompletedWithValue("abc");
  }
}
