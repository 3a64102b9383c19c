package io.bartizan.spiffe;

import static io.bartizan.spiffe.AgentMessages.der;
import static io.bartizan.spiffe.AgentMessages.svid;
import static io.bartizan.spiffe.AgentMessages.svids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.core.Refusal;
import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.ServerTls;
import io.bartizan.spiffe.AgentMessages.Svid;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.tests.Eventually;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client of the Workload API against an agent on a real Unix socket. */
class WorkloadApiIT {

  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(700);

  /** For an agent that must have answered at least once by then, on a slow machine too. */
  private static final Duration ENOUGH = Duration.ofSeconds(4);

  private static final String ID = "spiffe://a.example/ns/x";
  private static final String NEXT_ID = "spiffe://a.example/ns/y";

  private final DevCa a = DevCa.of("Root A");
  private final DevCa b = DevCa.of("Root B");
  private final byte[] good = svids(Svid.of(svid(a, ID), a));
  private final byte[] next = svids(Svid.of(svid(a, NEXT_ID), a));

  @TempDir Path folder;
  private TestAgent agent;

  @BeforeEach
  void start() throws IOException {
    agent = TestAgent.at(folder.resolve("agent.sock"));
  }

  @AfterEach
  void stop() throws InterruptedException {
    agent.close();
  }

  private WorkloadApi.Builder api() {
    return WorkloadApi.builder(agent.address()).withFirstDeadline(BOUND);
  }

  private WorkloadApiException refused(WorkloadApi.Builder builder) {
    WorkloadApiException refused =
        catchThrowableOfType(WorkloadApiException.class, () -> builder.build().close());
    assertThat(refused).isNotNull();
    return refused;
  }

  private static Health.Status status(WorkloadApi api) {
    return api.health().status();
  }

  /** What is pushed or said to be stalled reaches health a moment after ID or fault are set. */
  private static void becomes(HealthSource source, Health.Status status) {
    Eventually.within(
        BOUND, () -> assertThat(source.health().status()).as(source.toString()).isEqualTo(status));
  }

  private static void becomes(WorkloadApi api, String id) {
    Eventually.within(
        BOUND, () -> assertThat(api.spiffeId()).as(api.toString()).isEqualTo(Optional.of(id)));
  }

  private static void faultBecomes(WorkloadApi api, WorkloadReason reason) {
    Eventually.within(
        BOUND, () -> assertThat(api.fault().map(Refusal::reason)).isEqualTo(Optional.of(reason)));
  }

  @Test
  void response_becomesIdentityAndAnchors() throws Exception {
    agent.send(good);
    try (WorkloadApi api = WorkloadApi.of(agent.address())) {
      assertThat(api.spiffeId()).hasValue(ID);
      assertThat(api.trustDomains()).containsExactly("a.example");
      assertThat(api.health().status()).isEqualTo(Health.Status.UP);
      assertThat(api.fault()).isEmpty();
      assertThat(api).asString().contains("agent.sock").contains("first deadline 30 seconds");
      ServerTls server =
          ServerTls.of(api.identity(), api.anchors(), PeerPolicy.trustDomain("a.example"));
      assertThat(server.explain(svid(a, NEXT_ID).chain(), null).isAccepted()).isTrue();
    }
  }

  @Test
  void address_onLoopback_isServedToo() throws Exception {
    try (TestAgent loopback = TestAgent.onLoopback()) {
      loopback.send(good);
      try (WorkloadApi api = WorkloadApi.of(loopback.address())) {
        assertThat(api.spiffeId()).hasValue(ID);
      }
    }
  }

  @Test
  void rotation_isOnePush_ofEveryContext() {
    agent.send(good);
    try (WorkloadApi api = api().build()) {
      ServerTls server =
          ServerTls.of(api.identity(), api.anchors(), PeerPolicy.trustDomain("a.example"));
      ClientTls client =
          ClientTls.of(api.identity(), api.anchors(), PeerPolicy.trustDomain("a.example"));
      agent.send(next);
      becomes(api, NEXT_ID);
      Eventually.within(BOUND, "both reload once", () -> client.generation() == 2);
      Eventually.within(BOUND, "both reload once", () -> server.generation() == 2);
    }
  }

  @Test
  void federation_thatVanishes_isNoLongerTrusted() {
    agent.send(svids(List.of(Svid.of(svid(a, ID), a)), Map.of("spiffe://b.example", der(b))));
    try (WorkloadApi api = api().build()) {
      ServerTls server = ServerTls.of(api.identity(), api.anchors(), PeerPolicy.anyTrustedPeer());
      var partner = svid(b, "spiffe://b.example/p").chain();
      assertThat(api.trustDomains()).containsExactlyInAnyOrder("a.example", "b.example");
      assertThat(server.explain(partner, null).isAccepted()).isTrue();
      agent.send(good);
      Eventually.within(
          BOUND,
          () -> {
            assertThat(api.trustDomains()).containsExactly("a.example");
            assertThat(server.explain(partner, null).isAccepted()).isFalse();
          });
    }
  }

  @Test
  void agent_thatRestarts_isFoundAgain_andTheLastGoodServes() throws Exception {
    agent.send(good);
    try (WorkloadApi api = api().build()) {
      ServerTls server =
          ServerTls.of(api.identity(), api.anchors(), PeerPolicy.trustDomain("a.example"));
      agent.stop();
      faultBecomes(api, WorkloadReason.AGENT_UNREACHABLE);
      becomes(api, Health.Status.DEGRADED);
      becomes(server, Health.Status.DEGRADED);
      assertThat(server.health().detail()).contains("stalled");
      assertThat(server.explain(svid(a, NEXT_ID).chain(), null).isAccepted()).isTrue();

      agent.send(next);
      agent.start();
      becomes(api, NEXT_ID);
      becomes(server, Health.Status.UP);
      becomes(api, Health.Status.UP);
      assertThat(api.fault()).isEmpty();
    }
  }

  @Test
  void agent_thatIsNotThereYet_isAwaited() throws Exception {
    agent.stop();
    CompletableFuture<WorkloadApi> made = CompletableFuture.supplyAsync(() -> api().build());
    agent.send(good);
    agent.start();
    try (WorkloadApi api = made.get(30, TimeUnit.SECONDS)) {
      assertThat(api.spiffeId()).hasValue(ID);
    }
  }

  @Test
  void agent_thatIsNeverThere_isRefusedAtTheDeadline() throws Exception {
    agent.stop();
    WorkloadApiException refused = refused(api().withFirstDeadline(ENOUGH));
    assertThat(refused.reason()).isEqualTo(WorkloadReason.AGENT_UNREACHABLE);
    assertThat(refused.getMessage()).contains("UNAVAILABLE").contains("4000 ms");
    agent.start();
  }

  @Test
  void firstResponse_thatIsSlow_isAwaited_orRefusedAtTheDeadline() throws Exception {
    WorkloadApiException refused = refused(api().withFirstDeadline(SHORT));
    assertThat(refused.reason()).isEqualTo(WorkloadReason.FIRST_RESPONSE_LATE);
    Eventually.within(BOUND, "the stream is cancelled", () -> agent.openStreams() == 0);

    CompletableFuture<WorkloadApi> made = CompletableFuture.supplyAsync(() -> api().build());
    Eventually.within(BOUND, "the stream is open", () -> agent.openStreams() == 1);
    agent.send(good);
    try (WorkloadApi api = made.get(30, TimeUnit.SECONDS)) {
      assertThat(api.spiffeId()).hasValue(ID);
    }
  }

  @Test
  void permissionDenied_isTriedAgain_atTheBeginAndLater() throws Exception {
    agent.refuse(Status.PERMISSION_DENIED.withDescription("no identity issued"));
    WorkloadApiException refused = refused(api().withFirstDeadline(ENOUGH));
    assertThat(refused.reason()).isEqualTo(WorkloadReason.PERMISSION_DENIED);
    assertThat(refused.getMessage()).contains("no identity issued");
    assertThat(agent.calls.get()).isGreaterThan(1);

    CompletableFuture<WorkloadApi> made = CompletableFuture.supplyAsync(() -> api().build());
    agent.send(good);
    try (WorkloadApi api = made.get(30, TimeUnit.SECONDS)) {
      ServerTls server =
          ServerTls.of(api.identity(), api.anchors(), PeerPolicy.trustDomain("a.example"));
      agent.refuse(Status.PERMISSION_DENIED);
      faultBecomes(api, WorkloadReason.PERMISSION_DENIED);
      Eventually.within(
          BOUND, () -> assertThat(server.health().detail()).contains("permission-denied"));
      assertThat(server.explain(svid(a, NEXT_ID).chain(), null).isAccepted()).isTrue();
      agent.send(next);
      becomes(api, NEXT_ID);
    }
  }

  @Test
  void invalidArgument_isNotTriedAgain() {
    agent.refuse(Status.INVALID_ARGUMENT);
    assertThat(refused(api()).reason()).isEqualTo(WorkloadReason.REQUEST_REFUSED);
    assertThat(agent.calls.get()).isEqualTo(1);
  }

  /** As by what listens while an agent is replaced; the standard says nothing of an end. */
  @Test
  void unimplemented_isTriedAgain_soThatRenewalGoesOn() {
    agent.send(good);
    try (WorkloadApi api = api().build()) {
      agent.refuse(Status.UNIMPLEMENTED);
      faultBecomes(api, WorkloadReason.REQUEST_REFUSED);
      becomes(api, Health.Status.DEGRADED);
      agent.send(next);
      becomes(api, NEXT_ID);
      becomes(api, Health.Status.UP);
    }
  }

  /** The agent sends nothing more before the next renewal, when this certificate may have ended. */
  @Test
  void push_thatAContextCouldNotTake_isGivenToItAgain() {
    AtomicBoolean away = new AtomicBoolean();
    agent.send(good);
    try (WorkloadApi api = api().build()) {
      ServerTls server =
          ServerTls.of(
              api.identity(),
              api.anchors(),
              PeerPolicy.text(
                  () -> {
                    if (away.get()) {
                      throw new IllegalStateException("its file is being replaced");
                    }
                    return "trustDomain(a.example)";
                  }));
      away.set(true);
      agent.send(next);
      becomes(server, Health.Status.DEGRADED);
      assertThat(server.generation()).isEqualTo(1);
      away.set(false);
      Eventually.within(BOUND, "taken", () -> server.generation() == 2);
      becomes(server, Health.Status.UP);
      assertThat(agent.calls.get()).as("of the one response").isEqualTo(1);
    }
  }

  /** The agent's clock is ahead: it has sent the SVID and does not send it again. */
  @Test
  void svid_thatIsNotYetValid_isTakenOnceItIs() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now().plusSeconds(2));
    Instant start = now.get().plusSeconds(600);
    byte[] early = svids(Svid.of(a.leaf(NEXT_ID).uri(NEXT_ID).withStart(start).issue(), a));
    agent.send(good);
    try (WorkloadApi api = api().withClock(now::get).build()) {
      ServerTls server =
          ServerTls.builder(api.identity(), api.anchors(), PeerPolicy.trustDomain("a.example"))
              .withClock(now::get)
              .build();
      agent.send(early);
      faultBecomes(api, WorkloadReason.MATERIAL_UNUSABLE);
      assertThat(api.fault().orElseThrow().detail()).contains("not-yet-valid");
      assertThat(server.generation()).isEqualTo(1);
      now.set(start.plusSeconds(1));
      becomes(api, NEXT_ID);
      Eventually.within(BOUND, "the context follows", () -> server.generation() == 2);
      assertThat(api.fault()).isEmpty();
      assertThat(agent.calls.get()).as("the stream stays open").isEqualTo(1);
    }
  }

  /** A newer response is the word of the agent. */
  @Test
  void refusedResponse_isJudgedAgainUntilANewerOneComes() {
    List<Integer> judged = new CopyOnWriteArrayList<>();
    AgentStream.Sink sink =
        new AgentStream.Sink() {
          @Override
          public boolean received(byte[] message) {
            judged.add((int) message[0]);
            return message[0] == 2;
          }

          @Override
          public void ended(Refusal why, boolean last) {}
        };
    agent.send(new byte[] {1});
    try (AgentChannel channel = new AgentChannel(Endpoint.parse(agent.address()).address())) {
      Backoff pauses = new Backoff(Backoff.LONGEST, () -> 0);
      channel
          .worker()
          .execute(() -> new AgentStream(channel, "FetchX509SVID", pauses, sink).open());
      judgedTimes(judged, 1, 2);
      agent.send(new byte[] {2});
      judgedTimes(judged, 2, 1);
      agent.send(new byte[] {3});
      judgedTimes(judged, 3, 4);
      List<Integer> all = List.copyOf(judged);
      assertThat(all.subList(all.indexOf(2), all.size())).doesNotContain(1).containsOnlyOnce(2);
    }
  }

  private static void judgedTimes(List<Integer> judged, int message, int times) {
    Eventually.within(
        BOUND, message + " is judged", () -> Collections.frequency(judged, message) >= times);
  }

  @Test
  void response_thatIsRefused_keepsTheLastGood_untilTheNextGoodOne() {
    agent.send(good);
    try (WorkloadApi api = api().build()) {
      ServerTls server =
          ServerTls.of(api.identity(), api.anchors(), PeerPolicy.trustDomain("a.example"));
      Map<byte[], WorkloadReason> hostile =
          Map.of(
              new byte[0],
              WorkloadReason.SVID_MISSING,
              new byte[] {0x0a},
              WorkloadReason.RESPONSE_MALFORMED,
              svids(Svid.of(svid(a, NEXT_ID), b)),
              WorkloadReason.SVID_UNTRUSTED,
              svids(Svid.of(svid(a, NEXT_ID), a).withKey(new byte[9])),
              WorkloadReason.MATERIAL_UNUSABLE,
              svids(Svid.of(svid(a, NEXT_ID), a).withBundle(new byte[9])),
              WorkloadReason.BUNDLE_MALFORMED);
      hostile.forEach(
          (response, reason) -> {
            agent.send(response);
            faultBecomes(api, reason);
            assertThat(api.spiffeId()).hasValue(ID);
            becomes(api, Health.Status.DEGRADED);
            assertThat(server.generation()).isEqualTo(1);
            Eventually.within(
                BOUND, () -> assertThat(server.health().detail()).contains(reason.code()));
            assertThat(ServerTls.of(api.identity(), api.anchors(), PeerPolicy.anyTrustedPeer()))
                .as("a context that is built now")
                .isNotNull();
          });
      assertThat(agent.calls.get()).as("the stream stays open").isEqualTo(1);
      agent.send(next);
      becomes(api, NEXT_ID);
      becomes(server, Health.Status.UP);
    }
  }

  @Test
  void response_thatIsOversized_isRefused_andTheStreamOpenedAgain() {
    agent.send(good);
    try (WorkloadApi api = api().build()) {
      agent.send(new byte[AgentChannel.MAX_MESSAGE_BYTES + 1]);
      faultBecomes(api, WorkloadReason.RESPONSE_TOO_LARGE);
      assertThat(api.spiffeId()).hasValue(ID);
      agent.send(next);
      becomes(api, NEXT_ID);
      assertThat(agent.calls.get()).isGreaterThan(1);
    }
  }

  @Test
  void agent_thatHangsWithoutEnd_isDegradedByAge() {
    ManualInstantSource clock = new ManualInstantSource(Instant.now());
    agent.send(good); // lives for 24 hours
    try (WorkloadApi api = api().withClock(clock).build();
        WorkloadApi strict = api().withClock(clock).withMaxAge(Duration.ofHours(1)).build()) {
      ServerTls server =
          ServerTls.builder(api.identity(), api.anchors(), PeerPolicy.anyTrustedPeer())
              .withClock(clock)
              .build();
      clock.advance(Duration.ofMinutes(61));
      assertThat(status(strict)).isEqualTo(Health.Status.DEGRADED);
      assertThat(status(api)).isEqualTo(Health.Status.UP);
      clock.advance(Duration.ofHours(17));
      assertThat(status(api)).isEqualTo(Health.Status.DEGRADED);
      assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);
      assertThat(server.health().detail()).contains("18 h");
      clock.advance(Duration.ofHours(6));
      assertThat(status(api)).isEqualTo(Health.Status.DOWN);
    }
  }

  @Test
  void bundlesAlone_serveAnAnonymousClient() {
    agent.sendBundles(
        AgentMessages.bundles(Map.of("spiffe://a.example", der(a), "spiffe://b.example", der(b))));
    try (WorkloadApi api = api().withoutIdentity().build()) {
      assertThatIllegalStateException()
          .isThrownBy(api::identity)
          .withMessageContaining("ClientTls.anonymous");
      assertThat(api.spiffeId()).isEmpty();
      ClientTls client = ClientTls.anonymous(api.anchors(), PeerPolicy.trustDomain("b.example"));
      var peer = svid(b, "spiffe://b.example/p").chain();
      assertThat(client.explain(peer, "localhost").isAccepted()).isTrue();
      agent.sendBundles(AgentMessages.bundles(Map.of("spiffe://a.example", der(a))));
      Eventually.within(
          BOUND, () -> assertThat(client.explain(peer, "localhost").isAccepted()).isFalse());
    }
  }

  @Test
  void close_endsStreamAndThreads_andTheContextsAreDegraded() {
    agent.send(good);
    WorkloadApi api = api().build();
    ServerTls server = ServerTls.of(api.identity(), api.anchors(), PeerPolicy.anyTrustedPeer());
    assertThat(threads()).isNotEmpty();
    api.close();
    api.close();
    assertThat(status(api)).isEqualTo(Health.Status.DOWN);
    assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);
    Eventually.within(BOUND, () -> assertThat(threads()).isEmpty());
    Eventually.within(BOUND, "the stream is cancelled", () -> agent.openStreams() == 0);
    assertThat(server.explain(svid(a, NEXT_ID).chain(), null).isAccepted()).isTrue();
  }

  @Test
  void waiting_thatIsInterrupted_endsAtOnceAndLeavesNothing() {
    Thread.currentThread().interrupt();
    WorkloadApiException refused = refused(api());
    assertThat(Thread.interrupted()).isTrue();
    assertThat(refused.getMessage()).contains("interrupted");
    Eventually.within(BOUND, () -> assertThat(threads()).isEmpty());
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("bartizan-spiffe"))
        .toList();
  }
}
