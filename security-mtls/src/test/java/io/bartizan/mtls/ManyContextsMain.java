package io.bartizan.mtls;

import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What many contexts that watch unchanged files cost a process: {@code ManyContextsMain COUNT
 * INTERVAL_MILLIS SECONDS}. Prints threads, inotify instances and the share of a core while they
 * watch, then the same once all are closed.
 */
final class ManyContextsMain {

  private ManyContextsMain() {}

  public static void main(String[] arguments) throws Exception {
    int count = Integer.parseInt(arguments[0]);
    Duration interval = Duration.ofMillis(Long.parseLong(arguments[1]));
    long seconds = Long.parseLong(arguments[2]);
    Path folder = Files.createTempDirectory("many-contexts");
    TestPki pki = new TestPki();
    Path chain = Files.writeString(folder.resolve("tls.crt"), pki.server.chainPem());
    Path key = Files.writeString(folder.resolve("tls.key"), pki.server.privateKeyPem());
    Path anchors = Files.writeString(folder.resolve("ca.crt"), pki.ca.certificatePem());
    List<ServerTls> contexts = new ArrayList<>();
    print("none", 0);
    for (int i = 0; i < count; i++) {
      contexts.add(
          ServerTls.builder(
                  Identity.pem(chain, key),
                  TrustAnchors.pem(anchors),
                  PeerPolicy.spiffeId(TestPki.CLIENT_ID))
              .withReload(interval)
              .build());
    }
    TimeUnit.SECONDS.sleep(seconds); // until the code is compiled
    print("open", share(seconds));
    contexts.forEach(MutualTls::close);
    TimeUnit.SECONDS.sleep(2);
    print("closed", 0);
    for (Path file : List.of(chain, key, anchors, folder)) {
      Files.delete(file);
    }
  }

  private static double share(long seconds) throws InterruptedException {
    com.sun.management.OperatingSystemMXBean system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = system.getProcessCpuTime();
    long time = System.nanoTime();
    TimeUnit.SECONDS.sleep(seconds);
    return 100.0 * (system.getProcessCpuTime() - cpu) / (System.nanoTime() - time);
  }

  private static void print(String when, double share) throws Exception {
    Map<String, Integer> threads = new TreeMap<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      String name = thread.getName();
      if (name.startsWith("bartizan-") || name.startsWith("FileSystemWatchService")) {
        threads.merge(name, 1, Integer::sum);
      }
    }
    if (threads.isEmpty()) {
      threads.put("none", 0);
    }
    System.out.printf(
        "%s: inotify=%d cpu=%.1f%% threads=%d %s%n",
        when,
        inotifyInstances(),
        share,
        threads.values().stream().mapToInt(one -> one).sum(),
        threads);
  }

  static int inotifyInstances() throws Exception {
    int instances = 0;
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path one : open) {
        try {
          if (Files.readSymbolicLink(one).toString().contains("inotify")) {
            instances++;
          }
        } catch (java.nio.file.NoSuchFileException e) {
          // this loop's own
        }
      }
    }
    return instances;
  }
}
