package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Health;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.http.FreshFor;
import io.bartizan.testkit.ManualTicker;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a set is fetched anew, by its answer's own word and within our bounds; and who hears. */
class JwksFreshnessIT {

  private final ManualTicker ticker = new ManualTicker();
  private JwksServer server;

  @BeforeEach
  void start() throws Exception {
    server = new JwksServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max-age=60|60",
        "public, MAX-AGE=60, must-revalidate|60",
        "max-age=10|30", // not within the least interval
        "max-age=0|30",
        "no-store|30",
        "no-cache|30",
        "max-age=86400|300", // not later than we would anyway
        "max-age=99999999999999999999999|300",
        "max-age=-1|300",
        "max-age=1e1|300",
        "max-age=|300",
        "max-age|300",
        "xmax-age=60|300",
        ",,,;|300"
      })
  void snapshot_answerWithCacheControl_isFetchedAnewThen(String field, int seconds)
      throws Exception {
    answer(field);
    try (RemoteJwks keys = server.keys(ticker).build()) {
      assertThat(keys.load()).isTrue();
      ticker.advance(Duration.ofSeconds(seconds - 1));
      assertThat(keys.snapshot().keys).hasSize(1);
      JwksServer.awaitIdle(keys);
      assertThat(server.requests()).as("not before").isEqualTo(1);
      ticker.advance(Duration.ofSeconds(1));
      assertThat(keys.snapshot().keys).hasSize(1);
      server.awaitRequests(2);
      JwksServer.awaitIdle(keys);
    }
  }

  @Test
  void nanos_ageInACache_isSubtracted() {
    HttpHeaders headers =
        HttpHeaders.of(
            Map.of("cache-control", List.of("max-age=100"), "age", List.of("40")), (n, v) -> true);
    assertThat(FreshFor.nanos(headers, Long.MAX_VALUE)).isEqualTo(60_000_000_000L);
    HttpHeaders older =
        HttpHeaders.of(
            Map.of("cache-control", List.of("max-age=100"), "age", List.of("400")), (n, v) -> true);
    assertThat(FreshFor.nanos(older, Long.MAX_VALUE)).isZero();
  }

  @Test
  void listener_hearsOfChangesAndFailures_andMayThrow() throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    IntegrityListener listener =
        new IntegrityListener() {
          @Override
          public void keysChanged(String source, int usable, List<String> leftOut) {
            heard.add("changed " + source + " " + usable + " " + leftOut.size());
            throw new IllegalStateException("the listener's own trouble");
          }

          @Override
          public void keysFailed(String source, Health health) {
            heard.add("failed " + source + " " + health.status());
            throw new IllegalStateException("the listener's own trouble");
          }
        };
    server.fail(500);
    try (RemoteJwks keys = server.keys(ticker).withListener(listener).build()) {
      assertThat(keys.load()).isFalse();
      answer("");
      ticker.advance(Duration.ofSeconds(30));
      assertThat(keys.load()).isTrue();
      ticker.advance(Duration.ofMinutes(5));
      assertThat(keys.snapshot().keys).hasSize(1);
      server.awaitRequests(3);
      JwksServer.awaitIdle(keys);
      server.fail(500);
      ticker.advance(Duration.ofMinutes(5));
      assertThat(keys.snapshot().keys).hasSize(1);
      server.awaitRequests(4);
      JwksServer.awaitIdle(keys);
      assertThat(heard)
          .containsExactly(
              "failed " + server.uri() + " DOWN",
              "changed " + server.uri() + " 1 0",
              "failed " + server.uri() + " DEGRADED");
    }
  }

  @Test
  void load_keysThatAreTooOld_areWaitedForByAllAsAtTheStart() throws Exception {
    answer("");
    ExecutorService threads = Executors.newFixedThreadPool(40);
    try (RemoteJwks keys = server.keys(ticker).build()) {
      assertThat(keys.load()).isTrue();
      ticker.advance(Duration.ofHours(2)); // a night without tokens
      server.stall();
      CountDownLatch begun = new CountDownLatch(40);
      List<Future<Boolean>> loads = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        loads.add(
            threads.submit(
                () -> {
                  begun.countDown();
                  return keys.load();
                }));
      }
      begun.await();
      server.awaitRequests(2);
      server.goOn();
      for (Future<Boolean> load : loads) {
        assertThat(load.get(20, TimeUnit.SECONDS)).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void snapshot_sameKeysInAnotherOrder_areNoChange() throws Exception {
    String one = EcJwk.of(Keys.pair(ES256, 0).getPublic(), "a");
    String other = EcJwk.of(Keys.pair(ES256, 1).getPublic(), "b");
    server.publish(one, other);
    try (RemoteJwks keys = server.keys(ticker).build()) {
      assertThat(keys.load()).isTrue();
      KeySnapshot before = keys.snapshot();
      server.publish(other, one);
      ticker.advance(Duration.ofMinutes(5));
      assertThat(keys.snapshot().keys).hasSize(2);
      server.awaitRequests(2);
      JwksServer.awaitIdle(keys);
      assertThat(keys.snapshot()).isSameAs(before);
      server.publish(other, EcJwk.of(Keys.pair(ES256, 0).getPublic(), "c"));
      ticker.advance(Duration.ofMinutes(5));
      assertThat(keys.snapshot()).isSameAs(before);
      server.awaitRequests(3);
      JwksServer.awaitIdle(keys);
      assertThat(keys.snapshot()).isNotSameAs(before);
    }
  }

  @Test
  void build_settingsThatContradictEachOther_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                server
                    .keys(ticker)
                    .withMinInterval(Duration.ofMinutes(10))
                    .withMaxAge(Duration.ofMinutes(10))
                    .build())
        .withMessageContaining("minInterval");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> RemoteJwks.of(server.client(), URI.create("https://user:hunter2@localhost/jwks")))
        .withMessageContaining("user name")
        .withMessageNotContaining("hunter2");
  }

  private void answer(String cacheControl) {
    byte[] body = ("{\"keys\":[" + EcJwk.of(Keys.publicKey(ES256), "a") + "]}").getBytes(UTF_8);
    server.answer(
        exchange -> {
          if (!cacheControl.isEmpty()) {
            exchange.getResponseHeaders().set("Cache-Control", cacheControl);
          }
          JwksServer.send(exchange, 200, body);
        });
  }
}
