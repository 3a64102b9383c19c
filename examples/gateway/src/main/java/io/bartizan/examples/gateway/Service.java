package io.bartizan.examples.gateway;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.core.Ticker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deployed gateway. Probes answer from the start; the mutual TLS listener starts once all its
 * material is there and good; nothing but a wrong option or a taken probe port ends the process.
 */
final class Service implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Service.class);
  private static final String UNTRIED = "starts when all of its material is there";

  private final Settings settings;
  private final Meters meters = new Meters();
  private final OpenRequests open = new OpenRequests();
  private final Sources sources;
  private final CauseLog log = new CauseLog(Ticker.system());
  private final ScheduledThreadPoolExecutor threads;
  private final Probes probes;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile boolean ending;
  private volatile @Nullable Gateway gateway;
  private volatile String listening = UNTRIED;

  private Service(Settings settings) throws IOException {
    this.settings = settings;
    sources = new Sources(settings, meters);
    meters.watch(open, this::busyWorkers, () -> causes().isEmpty());
    try {
      probes = Probes.start(settings.probes(), this::causes, this::notes, meters::scrape);
    } catch (IOException e) {
      sources.close();
      throw e;
    }
    threads = new ScheduledThreadPoolExecutor(2, Service::daemon);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "gateway-material");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Reads the material for the first time, starts the probes and tries on.
   *
   * @throws IOException if the port of the probes can't be had
   */
  static Service start(Settings settings) throws IOException {
    Service service = new Service(settings);
    LOG.info("probes on http://{}:{}", settings.probes().getHostString(), service.probes.port());
    service.repeat(service::openLimits);
    service.repeat(service::look);
    return service;
  }

  /** What a task throws would end its schedule without a word. */
  private void repeat(Runnable task) {
    Runnable contained =
        () -> {
          try {
            task.run();
          } catch (RuntimeException bug) {
            LOG.error("a look at the material failed", bug);
          }
        };
    var unused =
        threads.scheduleWithFixedDelay(
            contained, 0, settings.every().toNanos(), TimeUnit.NANOSECONDS);
  }

  private void openLimits() {
    Attempt<Limits> limits = sources.limits();
    if (!limits.isOpen()) {
      limits.tryAgain();
      look();
    }
  }

  /** Starts the listener when everything is there, and logs what is not. */
  private void look() {
    lock.lock();
    try {
      if (ending) {
        return;
      }
      if (gateway == null && sources.areThere()) {
        listen();
      }
      boolean tried = sources.limits().wasTried();
      List<String> told = causes(part -> tried || part != sources.limits());
      told.remove("listener: " + UNTRIED); // its material has come since: the next look listens
      log.tell(told, causes().isEmpty());
    } finally {
      lock.unlock();
    }
  }

  private void listen() {
    try {
      Gateway started = Gateway.start(settings.address(), sources.guards(), open);
      LOG.info("listens on https://{}:{}", settings.address().getHostString(), started.port());
      gateway = started;
    } catch (IOException | RuntimeException e) {
      listening =
          "%s:%s can't be listened on: %s"
              .formatted(
                  settings.address().getHostString(), settings.address().getPort(), Sentence.of(e));
    }
  }

  /** What keeps it from serving now, a sentence each. */
  List<String> causes() {
    return causes(part -> true);
  }

  private List<String> causes(Predicate<HealthSource> asked) {
    List<String> causes = new ArrayList<>();
    if (ending) {
      causes.add("ends: SIGTERM was received");
    }
    sources
        .parts()
        .forEach(
            (name, part) -> {
              Health health = part.health();
              if (asked.test(part) && health.status() == Health.Status.DOWN) {
                causes.add(name + ": " + health.detail());
              }
            });
    if (causes.isEmpty() && gateway == null && sources.areThere()) {
      causes.add("listener: " + listening);
    }
    return causes;
  }

  /** What is not as it should be though it serves. */
  private List<String> notes() {
    Health health = sources.health();
    return health.status() == Health.Status.UP
        ? List.of()
        : List.of("degraded, " + health.detail());
  }

  private int busyWorkers() {
    Gateway started = gateway;
    return started == null ? 0 : started.busyWorkers();
  }

  int probePort() {
    return probes.port();
  }

  /** The port of the mutual TLS listener; 0 before it listens. */
  int port() {
    Gateway started = gateway;
    return started == null ? 0 : started.port();
  }

  /** Not ready at once; serves on for the delay; then waits for the open requests. */
  void drain() throws InterruptedException {
    ending = true;
    LOG.info("ends: not ready any more, serves on for {}", settings.drain().delay());
    open.endConnections();
    Gateway started;
    lock.lock();
    try {
      started = gateway;
    } finally {
      lock.unlock();
    }
    if (started == null) {
      return;
    }
    TimeUnit.NANOSECONDS.sleep(settings.drain().delay().toNanos());
    boolean all = started.drain(settings.drain().most());
    if (all) {
      LOG.info("ends: every request was answered");
    } else {
      LOG.warn("ends: {} open requests are cut off", open.count());
    }
  }

  @Override
  public void close() {
    ending = true;
    threads.shutdownNow();
    lock.lock();
    try {
      Gateway started = gateway;
      if (started != null) {
        started.close();
      }
    } finally {
      lock.unlock();
    }
    probes.close();
    sources.close();
  }
}
