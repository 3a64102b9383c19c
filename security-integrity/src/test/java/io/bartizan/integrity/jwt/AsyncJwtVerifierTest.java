package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.ISSUER;
import static io.bartizan.integrity.jwt.Forge.strict;
import static io.bartizan.integrity.jwt.Forge.token;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.integrity.replay.ReplayGuard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** TK-15: a check that is done at once where the keys are at hand, and later otherwise. */
class AsyncJwtVerifierTest {

  private static final String SET = "{\"keys\":[" + EcJwk.of(Keys.publicKey(ES256), "k1") + "]}";
  private static final String TOKEN = token("{\"alg\":\"ES256\",\"kid\":\"k1\"}", GOOD, ES256);
  private static final String OTHER = token("{\"alg\":\"ES256\",\"kid\":\"k2\"}", GOOD, ES256);

  private final CompletableFuture<String> answer = new CompletableFuture<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final RemoteJwks keys = keys(Duration.ofMinutes(1));

  private RemoteJwks keys(Duration timeout) {
    return RemoteJwks.builder(
            "test",
            () -> {
              asked.incrementAndGet();
              return answer;
            })
        .withTimeout(timeout)
        .build();
  }

  @AfterEach
  void close() {
    keys.close();
  }

  private static JwtVerifier.Builder verifier(JwtKeys keys) {
    return Forge.verifier(TrustedIssuer.of(ISSUER, keys, ES256));
  }

  private static Checked<VerifiedJwt> result(CompletionStage<Checked<VerifiedJwt>> stage)
      throws Exception {
    return stage.toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  private static @Nullable Reason reason(CompletionStage<Checked<VerifiedJwt>> stage)
      throws Exception {
    return result(stage).fold(jwt -> null, Refusal::reason);
  }

  private static boolean isDone(CompletionStage<?> stage) {
    return stage.toCompletableFuture().isDone();
  }

  @Test
  void keysAtHand_checkIsCompleteWhenItIsReturned() throws Exception {
    AsyncJwtVerifier async =
        AsyncJwtVerifier.builder(strict(ES256).build())
            .withExecutor(
                task -> {
                  throw new AssertionError("nothing is left to do");
                })
            .build();
    CompletionStage<Checked<VerifiedJwt>> good = async.check(token(ES256, GOOD));
    assertThat(isDone(good)).isTrue();
    assertThat(result(good).orThrow().subject()).contains("alice");
    for (String bad : new String[] {null, "", "a.b.c", token(ES256, GOOD) + "A"}) {
      CompletionStage<Checked<VerifiedJwt>> refused = async.check(bad);
      assertThat(isDone(refused)).isTrue();
      assertThat(result(refused).isAccepted()).as(bad).isFalse();
    }
  }

  @Test
  void listThatThrows_isAStageThatFails_alsoWhereKeysAreAtHand() {
    IllegalStateException broken = new IllegalStateException("the list");
    JwtVerifier verifier =
        strict(ES256)
            .withRevocation(
                (issuer, id) -> {
                  throw broken;
                })
            .build();
    AsyncJwtVerifier async = AsyncJwtVerifier.of(verifier);
    String token = token(ES256, Forge.payload("jti", "\"7\""));
    assertThat(async.check(token)).failsWithin(Duration.ZERO).withThrowableThat().withCause(broken);
    AsyncSingleUseJwts once =
        AsyncSingleUseJwts.of(async, InMemoryReplayGuard.of(10), Duration.ofMinutes(1));
    assertThat(once.handle(token, jwt -> CompletableFuture.completedStage("done")))
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCause(broken);
  }

  @Test
  void keysOnTheirWay_manyWaitWithoutThreads_forOneFetch() throws Exception {
    AsyncJwtVerifier async = AsyncJwtVerifier.of(verifier(keys).build());
    List<CompletionStage<Checked<VerifiedJwt>>> waiting = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      waiting.add(async.check(i % 2 == 0 ? TOKEN : OTHER));
    }
    assertThat(waiting).noneMatch(AsyncJwtVerifierTest::isDone);
    assertThat(asked).hasValue(1);
    assertThat(waiting.get(0).toCompletableFuture().cancel(true)).isTrue();
    answer.complete(SET);
    for (int i = 1; i < 1000; i++) {
      assertThat(reason(waiting.get(i))).isEqualTo(i % 2 == 0 ? null : JwtReason.KEY_UNKNOWN);
    }
    assertThat(asked).hasValue(1);
    assertThat(isDone(async.check(TOKEN))).isTrue();
    assertThat(reason(async.check(TOKEN))).isNull();
  }

  @Test
  void blockingCheck_sharesTheFetch() throws Exception {
    JwtVerifier blocking = verifier(keys).build();
    CompletionStage<Checked<VerifiedJwt>> waiting = AsyncJwtVerifier.of(blocking).check(TOKEN);
    CompletableFuture<Checked<VerifiedJwt>> beside =
        CompletableFuture.supplyAsync(() -> blocking.check(TOKEN));
    answer.complete(SET);
    assertThat(reason(waiting)).isNull();
    assertThat(reason(beside)).isNull();
    assertThat(asked).hasValue(1);
  }

  @Test
  void fetchThatFailsOrHangs_isAnOutage() throws Exception {
    CompletionStage<Checked<VerifiedJwt>> failed =
        AsyncJwtVerifier.of(verifier(keys).build()).check(TOKEN);
    answer.completeExceptionally(new IllegalStateException("sealed"));
    assertThat(reason(failed)).isEqualTo(JwtReason.KEYS_UNAVAILABLE);

    try (RemoteJwks silent =
        RemoteJwks.builder("silent", CompletableFuture::new)
            .withTimeout(Duration.ofMillis(20))
            .build()) {
      CompletionStage<Checked<VerifiedJwt>> late =
          AsyncJwtVerifier.of(verifier(silent).build()).check(TOKEN);
      assertThat(reason(late)).isEqualTo(JwtReason.KEYS_UNAVAILABLE);
    }
  }

  @Test
  void moreThanMayWait_areRefusedAtOnce_andTheOthersAnswered() throws Exception {
    AsyncJwtVerifier async = AsyncJwtVerifier.of(verifier(keys).build());
    List<CompletionStage<Checked<VerifiedJwt>>> waiting = new ArrayList<>();
    for (int i = 0; i < JwksFetcher.MAX_PENDING; i++) {
      waiting.add(async.check(OTHER));
    }
    assertThat(waiting).noneMatch(AsyncJwtVerifierTest::isDone);
    CompletionStage<Checked<VerifiedJwt>> tooMany = async.check(TOKEN);
    assertThat(isDone(tooMany)).isTrue();
    assertThat(reason(tooMany)).isEqualTo(JwtReason.KEYS_UNAVAILABLE);
    answer.complete(SET);
    for (CompletionStage<Checked<VerifiedJwt>> each : waiting) {
      assertThat(reason(each)).isEqualTo(JwtReason.KEY_UNKNOWN);
    }
    assertThat(reason(async.check(TOKEN))).isNull();
  }

  @Test
  void lateCheck_usesATokenUpOnce_andIsToldOnce() throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    AsyncJwtVerifier async =
        AsyncJwtVerifier.of(
            verifier(keys)
                .withSingleUse(InMemoryReplayGuard.builder(100).withClock(Forge.clock()).build())
                .withListener(
                    new IntegrityListener() {
                      @Override
                      public void verified(Kind kind, String name, @Nullable Refusal refusal) {
                        heard.add(refusal == null ? "accepted" : refusal.reason().toString());
                      }
                    })
                .build());
    CompletionStage<Checked<VerifiedJwt>> first = async.check(TOKEN);
    assertThat(heard).isEmpty();
    answer.complete(SET);
    assertThat(reason(first)).isNull();
    assertThat(heard).containsExactly("accepted");
    assertThat(reason(async.check(TOKEN))).isEqualTo(JwtReason.REPLAYED);
    assertThat(heard).containsExactly("accepted", "REPLAYED");
  }

  @Test
  void executor_doesWhatComesLater_andItsRefusalIsOne() throws Exception {
    ExecutorService worker = Executors.newSingleThreadExecutor(task -> new Thread(task, "worker"));
    try {
      List<String> threads = new CopyOnWriteArrayList<>();
      AsyncJwtVerifier async =
          AsyncJwtVerifier.builder(
                  verifier(keys)
                      .withRevocation(
                          (issuer, id) -> {
                            threads.add(Thread.currentThread().getName());
                            return false;
                          })
                      .build())
              .withExecutor(worker)
              .build();
      CompletionStage<Checked<VerifiedJwt>> late = async.check(TOKEN);
      AsyncJwtVerifier full =
          AsyncJwtVerifier.builder(verifier(keys).build())
              .withExecutor(
                  task -> {
                    throw new RejectedExecutionException("full");
                  })
              .build();
      CompletionStage<Checked<VerifiedJwt>> rejected = full.check(TOKEN);
      answer.complete(SET);
      assertThat(reason(late)).isNull();
      assertThat(threads).containsExactly("worker");
      assertThat(reason(rejected)).isEqualTo(JwtReason.KEYS_UNAVAILABLE);
      assertThat(reason(full.check(TOKEN))).isNull();
    } finally {
      worker.shutdown();
    }
  }

  @Test
  void guardThatIsNotInMemory_isAskedByTheExecutor() throws Exception {
    ExecutorService worker = Executors.newSingleThreadExecutor(task -> new Thread(task, "worker"));
    try {
      List<String> threads = new CopyOnWriteArrayList<>();
      ReplayGuard far =
          (scope, id, until) -> {
            threads.add(Thread.currentThread().getName());
            return ReplayGuard.Use.FIRST;
          };
      AsyncJwtVerifier.Builder async =
          AsyncJwtVerifier.builder(strict(ES256).withSingleUse(far).build());
      assertThat(reason(async.withExecutor(worker).build().check(token(ES256, GOOD)))).isNull();
      assertThat(threads).containsExactly("worker");
      AsyncJwtVerifier.Builder full =
          async.withExecutor(
              task -> {
                throw new RejectedExecutionException("full");
              });
      assertThat(reason(full.build().check(token(ES256, GOOD))))
          .isEqualTo(JwtReason.KEYS_UNAVAILABLE);
    } finally {
      worker.shutdown();
    }
  }
}
