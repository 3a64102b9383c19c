package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Ticker;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.Eventually;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Many contexts in one process: what they share, and that none holds up another. */
@Timeout(120)
class SharedReloadTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration NEVER = Duration.ofHours(1);

  private final TestPki pki = TestPki.SHARED;
  private final List<ServerTls> open = new ArrayList<>();
  @TempDir Path folder;

  private ServerTls server(Path from) {
    return built(from, NEVER, new TlsListener() {});
  }

  private ServerTls built(Path from, Duration reload, TlsListener listener) {
    TlsLayout files = TlsLayout.docker(from);
    ServerTls server =
        ServerTls.builder(files.identity(), files.anchors(), PeerPolicy.spiffeId(TestPki.CLIENT_ID))
            .withReload(reload)
            .withListener(listener)
            .build();
    open.add(server);
    return server;
  }

  private void closeAll() {
    open.forEach(ServerTls::close);
  }

  private static void assertServes(ServerTls server, long generation) {
    Eventually.within(
        LIMIT, "generation " + generation + " serves", () -> server.generation() >= generation);
  }

  private static long reloadThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(ReloadThreads.WORKER))
        .count();
  }

  private static long watchHandles() throws IOException {
    try (Stream<Path> handles = Files.list(Path.of("/proc/self/fd"))) {
      return handles.filter(SharedReloadTest::isInotify).count();
    }
  }

  private static boolean isInotify(Path handle) {
    try {
      return Files.readSymbolicLink(handle).toString().contains("inotify");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void MT17_contexts200OfOneFolder_holdTwoThreadsAndNoHandle() throws Exception {
    pki.server.writeTo(folder);
    long threads = reloadThreads();
    long handles = watchHandles();
    for (int i = 0; i < 200; i++) {
      ServerTls unused = server(folder);
    }
    assertThat(watchHandles()).isEqualTo(handles);
    Eventually.within(LIMIT, "two threads more", () -> reloadThreads() <= threads + 2);

    TestPki.server(pki.ca).writeTo(folder);
    for (ServerTls server : open) {
      assertThat(reloadThreads()).isLessThanOrEqualTo(threads + open.size() + 1);
      assertServes(server, 2);
    }
    assertThat(watchHandles()).isEqualTo(handles);
    Eventually.within(LIMIT, "two threads more", () -> reloadThreads() <= threads + 2);
    closeAll();
  }

  @Test
  void MT17_shareThatHangs_holdsUpItsOwnContextsAlone() throws Exception {
    Path good = Files.createDirectory(folder.resolve("good"));
    Path bad = Files.createDirectory(folder.resolve("bad"));
    pki.server.writeTo(good);
    pki.server.writeTo(bad);
    HangingFiles share = new HangingFiles();
    for (int i = 0; i < 20; i++) {
      ServerTls unused = server(share.share(bad));
    }
    List<ServerTls> hanging = List.copyOf(open);
    ServerTls early = server(good);
    share.stop();
    try {
      Eventually.within(LIMIT, "all hang", () -> share.waiting() == 20);
      ServerTls late = server(good);
      DevCertificate renewed = TestPki.server(pki.ca);
      renewed.writeTo(good);
      renewed.writeTo(bad);
      assertServes(early, 2);
      assertServes(late, 2);
      hanging.subList(0, 10).forEach(ServerTls::close);
      TestPki.server(pki.ca).writeTo(good);
      assertServes(early, 3);
      assertThat(share.waiting()).isEqualTo(20);
      assertThat(hanging).allMatch(server -> server.generation() == 1);
    } finally {
      share.start();
    }
    hanging.subList(10, 20).forEach(server -> assertServes(server, 2));
    assertThat(hanging.subList(0, 10)).allMatch(server -> server.generation() == 1);
    closeAll();
  }

  @Test
  void MT17_listenerAndLookThatThrowErrors_endNoWatching() throws Exception {
    pki.server.writeTo(folder);
    HangingFiles share = new HangingFiles();
    CountDownLatch told = new CountDownLatch(2);
    ServerTls server =
        built(
            share.share(folder),
            NEVER,
            new TlsListener() {
              @Override
              public void reloadFailed(TlsMaterialException fault) {
                told.countDown();
                throw new NoClassDefFoundError("a metrics library of another version");
              }
            });
    Files.writeString(folder.resolve("key.pem"), "broken");
    Eventually.within(LIMIT, "the listener threw", () -> told.getCount() == 1);
    share.setBroken(true);
    Eventually.within(LIMIT, "a look and the next threw", () -> share.failed() >= 2);
    share.setBroken(false);
    Files.delete(folder.resolve("key.pem"));
    assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
    TestPki.server(pki.ca).writeTo(folder);
    assertServes(server, 2);
    closeAll();
  }

  /** After the first load and before the first look, while a context of the same folder leaves. */
  @Test
  void MT17_changeBetweenLoadAndFirstLook_isSeen() throws Exception {
    pki.server.writeTo(folder);
    ServerTls other = server(folder);
    TlsLayout files = TlsLayout.docker(folder);
    ServerTls server =
        ServerTls.of(files.identity(), files.anchors(), PeerPolicy.spiffeId(TestPki.CLIENT_ID));
    TestPki.server(pki.ca).writeTo(folder);
    try (ReloadLoop loop = new ReloadLoop(server.generations(), NEVER, Ticker.system())) {
      other.close();
      assertServes(server, 2);
      assertThat(loop.isOverdue()).isFalse();
    }
    closeAll();
  }

  @Test
  void MT17_contentOfTheSameTimeAndSize_isSeenAfterAChange() throws Exception {
    Path denied = Files.writeString(folder.resolve("denied.txt"), "serial 1234\n");
    FileTime time = FileTime.from(Instant.now().minusSeconds(60));
    try (ServerTls server =
        pki.serverTls()
            .withRevocation(Revocation.none().withDenyList(denied))
            .withReload(NEVER)
            .build()) {
      Files.writeString(denied, "serial 567890\n");
      Files.setLastModifiedTime(denied, time);
      assertServes(server, 2);
      Files.writeString(denied, "serial 098765\n");
      Files.setLastModifiedTime(denied, time);
      assertServes(server, 3);
    }
  }

  @Test
  void MT17_listThatAppearedBadAndIsMendedInPlace_isSeen() throws Exception {
    Path lists = Files.createDirectory(folder.resolve("lists"));
    TestAuthority ca = TestAuthority.root("CN=Lists", c -> {});
    Instant now = Instant.now();
    Files.write(
        lists.resolve("a.crl"),
        ca.crl(now.minusSeconds(60), now.plusSeconds(6000), l -> {}).getEncoded());
    byte[] list = ca.crl(now.minusSeconds(30), now.plusSeconds(6000), l -> {}).getEncoded();
    CountDownLatch failed = new CountDownLatch(1);
    try (ServerTls server =
            ServerTls.builder(
                    TestPki.identity(pki.server), ca.anchors(), PeerPolicy.anyTrustedPeer())
                .withRevocation(Revocation.crls(lists))
                .withListener(
                    new TlsListener() {
                      @Override
                      public void reloadFailed(TlsMaterialException fault) {
                        failed.countDown();
                      }
                    })
                .build();
        ReloadLoop loop =
            new ReloadLoop(server.generations(), NEVER, Ticker.system(), NEVER, NEVER)) {
      Path added = lists.resolve("b.crl");
      Files.write(added, new byte[list.length]);
      assertThat(failed.await(60, TimeUnit.SECONDS)).isTrue();
      Files.write(added, list);
      assertServes(server, 2);
      assertThat(loop.isOverdue()).isFalse();
    }
  }

  /** No file changes when its time comes: the reading is repeated, not only after the interval. */
  @Test
  void MT17_certificateThatIsNotYetValid_isTakenOnceItIs() throws Exception {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    pki.server.writeTo(folder);
    TlsLayout files = TlsLayout.docker(folder);
    try (ServerTls server =
            ServerTls.builder(files.identity(), files.anchors(), PeerPolicy.anyTrustedPeer())
                .withClock(now::get)
                .build();
        ReloadLoop loop =
            new ReloadLoop(
                server.generations(), NEVER, Ticker.system(), NEVER, Duration.ofMillis(50))) {
      pki.ca
          .leaf("early")
          .dns("localhost")
          .withStart(now.get().plusSeconds(3600))
          .issue()
          .writeTo(folder);
      Eventually.within(
          Duration.ofSeconds(60), "refused", () -> server.generations().lastFault() != null);
      assertThat(server.health().detail()).contains("not-yet-valid");
      assertThat(server.generation()).isEqualTo(1);
      now.set(now.get().plusSeconds(3601));
      assertServes(server, 2);
      assertThat(loop.isOverdue()).isFalse();
    }
  }

  /** A wrong owner or mode that is mended, a copy that keeps times. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void MT17_rightsOrContentWithoutANewTime_areSeen() throws Exception {
    Path file = Files.writeString(folder.resolve("file.pem"), "one");
    FileTime time = Files.getLastModifiedTime(file);
    ReloadLoop.Stamp first = ReloadLoop.Stamp.of(file);
    assertThat(ReloadLoop.Stamp.of(file)).isEqualTo(first);
    assertSeen(file, () -> Files.setPosixFilePermissions(file, Set.of()));
    assertSeen(
        file,
        () -> {
          Files.writeString(file, "two");
          Files.setLastModifiedTime(file, time);
        });
  }

  private interface Change {
    void run() throws IOException;
  }

  /** Again and again, for some file systems know times of some milliseconds only. */
  private static void assertSeen(Path file, Change change) {
    ReloadLoop.Stamp before = ReloadLoop.Stamp.of(file);
    Eventually.within(
        LIMIT,
        "the change is seen",
        () -> {
          change.run();
          return !ReloadLoop.Stamp.of(file).equals(before);
        });
  }

  /** Of an application that is undeployed while others in the process go on. */
  static final class Foreign implements Consumer<CountDownLatch>, TlsListener {

    private static final ThreadLocal<Foreign> LEFT = new InheritableThreadLocal<>();
    private CountDownLatch told = new CountDownLatch(0);

    @Override
    public void accept(CountDownLatch latch) {
      told = latch;
    }

    @Override
    public void published(long generation, Instant validUntil) {
      LEFT.set(this);
      if (Thread.currentThread().getContextClassLoader() == Foreign.class.getClassLoader()) {
        told.countDown();
      }
    }
  }

  @Test
  void MT17_applicationThatClosesItsContext_isCollected() throws Exception {
    pki.server.writeTo(folder);
    WeakReference<ClassLoader> gone = deployed();
    ServerTls other = server(folder);
    open.remove(0).close();
    ForeignLoader.assertCollected(gone);
    TestPki.server(pki.ca).writeTo(folder);
    assertServes(other, 2);
    closeAll();
  }

  @SuppressWarnings("unchecked")
  private WeakReference<ClassLoader> deployed() throws Exception {
    ForeignLoader child = new ForeignLoader();
    CountDownLatch told = new CountDownLatch(1);
    Thread caller = Thread.currentThread();
    ClassLoader before = caller.getContextClassLoader();
    caller.setContextClassLoader(child);
    try {
      Object foreign = child.make(Foreign.class);
      ((Consumer<CountDownLatch>) foreign).accept(told);
      ServerTls unused = built(folder, NEVER, (TlsListener) foreign);
    } finally {
      caller.setContextClassLoader(before);
    }
    TestPki.server(pki.ca).writeTo(folder);
    assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
    return new WeakReference<>(child);
  }
}
