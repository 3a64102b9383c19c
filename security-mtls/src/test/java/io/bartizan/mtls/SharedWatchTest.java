package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bartizan.core.Ticker;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.Eventually;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many contexts in one process: one thread and one watch service look after all of them. */
@Timeout(120)
class SharedWatchTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final TestPki pki = new TestPki();
  private final CountDownLatch letGo = new CountDownLatch(1);
  @TempDir Path folder;

  /** A context whose files are in a folder of its own. */
  private MutualTls.Builder<ServerTls> files(String name, Duration interval) throws Exception {
    pki.server.writeTo(Files.createDirectories(folder.resolve(name)));
    return ServerTls.builder(
            Identity.pem(
                folder.resolve(name).resolve("cert.pem"), folder.resolve(name).resolve("key.pem")),
            TestPki.anchors(pki.ca),
            PeerPolicy.spiffeId(TestPki.CLIENT_ID))
        .withReload(interval);
  }

  private void rotate(String name) throws Exception {
    DevCertificate renewed = TestPki.server(pki.ca);
    renewed.writeTo(folder.resolve(name));
  }

  private static void awaitGeneration(ServerTls server, long generation) {
    Eventually.within(
        LIMIT, "generation " + generation + " serves", () -> server.generation() == generation);
  }

  /** Waits as a share that hangs does, which no interrupt ends. */
  private void hang(CountDownLatch hanging) {
    hanging.countDown();
    boolean interrupted = false;
    while (letGo.getCount() > 0) {
      try {
        letGo.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private MutualTls.Builder<ServerTls> hangingSource(CountDownLatch hanging, Thread except) {
    return ServerTls.builder(
            Identity.pemText(
                () -> {
                  if (Thread.currentThread() != except) {
                    hang(hanging);
                  }
                  return pki.server.chainPem() + pki.server.privateKeyPem();
                }),
            TestPki.anchors(pki.ca),
            PeerPolicy.spiffeId(TestPki.CLIENT_ID))
        .withReload(Duration.ofMillis(100));
  }

  @Test
  void MT17_contexts_inOneProcess_shareThreadsAndInotifyInstance() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "needs Linux, for /proc/self/fd");
    PeerProgram.Result result =
        PeerProgram.run(
            Map.of(),
            "",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            System.getProperty("java.class.path"),
            ManyContextsMain.class.getName(),
            "50",
            "100",
            "1");
    assertThat(result.text())
        .containsPattern("open: inotify=1 .* threads=3 ")
        .contains("bartizan-mtls-watch=1", "bartizan-mtls-reload=1")
        .containsPattern("closed: inotify=0 .* threads=0 ");
  }

  @Test
  void MT17_sourcesThatHang_holdUpNoOtherContext() throws Exception {
    CountDownLatch hanging = new CountDownLatch(3);
    try (ServerTls first = hangingSource(hanging, Thread.currentThread()).build();
        ServerTls second = hangingSource(hanging, Thread.currentThread()).build();
        ServerTls third = hangingSource(hanging, Thread.currentThread()).build();
        ServerTls good = files("good", Duration.ofMillis(100)).build()) {
      assertThat(hanging.await(30, TimeUnit.SECONDS)).isTrue();
      rotate("good");
      awaitGeneration(good, 2);
      rotate("good");
      awaitGeneration(good, 3);
      for (ServerTls one : Set.of(first, second, third)) {
        assertThat(one.generation()).isEqualTo(1);
      }
    } finally {
      letGo.countDown();
    }
  }

  @Test
  void MT17_listenerThatWaitsOrThrows_holdsUpNoOtherContext() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    TlsListener waits =
        new TlsListener() {
          @Override
          public void published(long generation, Instant validUntil) {
            hang(hanging);
          }
        };
    TlsListener fails =
        new TlsListener() {
          @Override
          public void published(long generation, Instant validUntil) {
            throw new AssertionError("listeners have bugs too");
          }
        };
    try (ServerTls waiting = files("waiting", Duration.ofMillis(100)).withListener(waits).build();
        ServerTls failing = files("failing", Duration.ofMillis(100)).withListener(fails).build();
        ServerTls good = files("good", Duration.ofMillis(100)).build()) {
      rotate("waiting");
      assertThat(hanging.await(30, TimeUnit.SECONDS)).isTrue();
      rotate("failing");
      awaitGeneration(failing, 2);
      rotate("good");
      awaitGeneration(good, 2);
      rotate("failing");
      awaitGeneration(failing, 3);
      assertThat(waiting.generation()).isEqualTo(2);
    } finally {
      letGo.countDown();
    }
  }

  @Test
  void MT17_oneOfAFolderClosed_theOthersStillSeeItsEvents() throws Exception {
    Path same = folder.resolve("same");
    ServerTls closed = files("same", Duration.ofHours(1)).build();
    Files.createSymbolicLink(folder.resolve("link"), same);
    try (ServerTls open = files("same", Duration.ofHours(1)).build();
        ServerTls linked = files("link", Duration.ofHours(1)).build()) {
      // By events alone: the interval is longer than the test. The watch of a folder begins soon
      // after build(), so what is written is written again until it is seen.
      awaitEvent("same", closed, open, linked);
      closed.close();
      long last = closed.generation();
      awaitEvent("same", open, linked);
      assertThat(closed.generation()).isEqualTo(last);
    }
  }

  /** Writes again where nothing was seen for long: the folder was not watched yet. */
  private void awaitEvent(String name, ServerTls... servers) throws Exception {
    for (ServerTls server : servers) {
      long before = server.generation();
      AtomicLong written = new AtomicLong(System.nanoTime() - TimeUnit.SECONDS.toNanos(3));
      Eventually.within(
          LIMIT,
          "an event is seen",
          () -> {
            if (System.nanoTime() - written.get() > TimeUnit.SECONDS.toNanos(2)) {
              rotate(name);
              written.set(System.nanoTime());
            }
            return server.generation() > before;
          });
    }
  }

  @Test
  void MT17_folder_isWatchedUntilTheLastContextLeavesIt() throws Exception {
    Set<Path> same = Set.of(folder);
    try (ServerTls server = files("one", Duration.ofHours(1)).build();
        WatchedFolders folders = new WatchedFolders();
        ReloadLoop first = loop(server);
        ReloadLoop second = loop(server);
        ReloadLoop closed = loop(server)) {
      WatchKey key = folders.replace(first, Map.of(), same).get(folder);
      Map<Path, WatchKey> before = folders.replace(second, Map.of(), same);
      assertThat(before).containsEntry(folder, key);
      closed.close();
      assertThat(folders.replace(closed, Map.of(), same)).containsOnlyKeys(folder);
      folders.forget(first);
      assertThat(key.isValid()).isTrue();

      assertThat(folders.replace(second, before, Set.of())).isEmpty();
      assertThat(key.isValid()).isFalse();
    }
  }

  private static ReloadLoop loop(ServerTls server) {
    return new ReloadLoop(server.generations(), Duration.ofHours(1), Ticker.system());
  }

  @Test
  void MT17_intervalOfOneHour_delaysNoneOfMilliseconds() throws Exception {
    Map<String, Integer> looks = new ConcurrentHashMap<>();
    try (ServerTls slow = files("slow", Duration.ofHours(1)).build();
        ServerTls quick =
            ServerTls.builder(
                    Identity.pemText(
                        () -> {
                          looks.merge("quick", 1, Integer::sum);
                          return pki.server.chainPem() + pki.server.privateKeyPem();
                        }),
                    TestPki.anchors(pki.ca),
                    PeerPolicy.spiffeId(TestPki.CLIENT_ID))
                .withReload(Duration.ofMillis(100))
                .build()) {
      Eventually.within(LIMIT, "four looks", () -> looks.get("quick") >= 4);
      assertThat(quick.generation() + slow.generation()).isEqualTo(2);
    }
  }

  @Test
  void MT17_source_isAskedUnderTheClassLoaderOfItsOwnContext() throws Exception {
    Thread here = Thread.currentThread();
    ClassLoader before = here.getContextClassLoader();
    AtomicReference<ClassLoader> seen = new AtomicReference<>();
    try (URLClassLoader application = new URLClassLoader(new URL[0], before);
        ServerTls other = files("other", Duration.ofMillis(100)).build()) {
      here.setContextClassLoader(application);
      try (ServerTls server =
          ServerTls.builder(
                  Identity.pemText(
                      () -> {
                        if (Thread.currentThread() != here) {
                          seen.set(Thread.currentThread().getContextClassLoader());
                        }
                        return pki.server.chainPem() + pki.server.privateKeyPem();
                      }),
                  TestPki.anchors(pki.ca),
                  PeerPolicy.spiffeId(TestPki.CLIENT_ID))
              .withReload(Duration.ofMillis(100))
              .build()) {
        Eventually.within(LIMIT, "asked", () -> seen.get() != null);
        assertThat(seen.get()).isSameAs(application);
        assertThat(server.generation() + other.generation()).isEqualTo(2);
      }
    } finally {
      here.setContextClassLoader(before);
    }
  }
}
