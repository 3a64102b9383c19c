package io.bartizan.mtls;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes generations, keeps the last good one when a load fails, and tells of both; one volatile
 * write makes a new one current.
 */
final class Generations implements PushedMaterial.Follower {

  private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.mtls");

  /** How many ended generations still answer key managers of handshakes that are under way. */
  private static final int RETAINED = 4;

  private final Settings settings;
  private final Current current;
  private final GenerationLoader loader;
  private final ReentrantLock reloading = new ReentrantLock();
  private volatile List<Identities> retained;
  private volatile @Nullable TlsMaterialException lastFault;
  private volatile boolean closed;
  private final AtomicBoolean missed = new AtomicBoolean();
  private final AtomicLong failures = new AtomicLong();

  Generations(Settings settings) {
    this.settings = settings;
    this.current = new Current(settings);
    this.loader = new GenerationLoader(settings, current);
    if (settings.startsBeforeMaterial()) {
      current.refuseUntilPublished(loader.contextWithoutMaterial());
      retained = List.of();
      tryFirst();
    } else {
      Generation first = loader.load(null, () -> {});
      current.publish(first);
      retained = List.of(first.identities());
      warn(first);
    }
  }

  /** What is wrong was told and is in the health; the next reload tries again. */
  private void tryFirst() {
    try {
      reload(() -> {});
    } catch (RuntimeException | Error e) {
      LOG.debug("started before the material", e);
    }
  }

  /** What is no fault, and hardly meant. */
  private void warn(Generation generation) {
    generation.revocation().notes().forEach(note -> LOG.warn("{}: {}", settings.side(), note));
    List<String> useless = generation.anchors().uselessDomains(settings.now());
    if (!useless.isEmpty()) {
      LOG.warn("{}: every trust anchor of {}{}", settings.side(), useless, AnchorSet.USELESS);
    }
    if (settings.namesAnchors() && !generation.anchors().isNameable()) {
      LOG.warn(
          "{}: the names of {} pushed anchors do not fit into a handshake and are left out",
          settings.side(),
          generation.anchors().certificates().size());
    }
    generation.identities().notes().forEach(note -> LOG.warn("{}: {}", settings.side(), note));
  }

  Settings settings() {
    return settings;
  }

  /** What asks at each handshake. */
  Current current() {
    return current;
  }

  Generation newest() {
    return current.generation();
  }

  @Nullable TlsMaterialException lastFault() {
    return lastFault;
  }

  long failures() {
    return failures.get();
  }

  boolean isClosed() {
    return closed;
  }

  /** Null before the first generation. */
  @Nullable Identities currentIdentities() {
    Generation newest = current.orNull();
    return newest == null ? null : newest.identities();
  }

  /** Whether the start came before the material, which is still missing. */
  boolean hasNone() {
    return current.orNull() == null;
  }

  /** The files of the newest generation, and those of the last reading, which may be bad. */
  Set<Path> watched() {
    Set<Path> files = new LinkedHashSet<>(loader.tried());
    Generation newest = current.orNull();
    if (newest != null) {
      files.addAll(newest.files());
    }
    return files;
  }

  /** Never waits for a reload that is reading. */
  Identities.@Nullable Shown identityOf(String alias) {
    for (Identities identities : retained) {
      Identities.Shown shown = identities.ofAlias(alias);
      if (shown != null) {
        return shown;
      }
    }
    return null;
  }

  /**
   * Loads anew; true if something changed and was published, false if all is as it was.
   *
   * @param settle is run after new material was read and before it is compared with the files
   *     again, so that a file that is half written is seen to change
   */
  @CanIgnoreReturnValue
  boolean reload(Runnable settle) {
    reloading.lock();
    return reloadLocked(settle);
  }

  /** Releases the lock, before anyone is told; what was pushed meanwhile is loaded after that. */
  private boolean reloadLocked(Runnable settle) {
    try {
      return published(settle);
    } finally {
      takeMissed();
    }
  }

  private boolean published(Runnable settle) {
    List<TlsMaterialException> news = new ArrayList<>();
    Generation next;
    try {
      next = published(settle, news);
    } finally {
      news.forEach(this::tell); // without the lock: a listener may take its time
    }
    if (next == null) {
      return false;
    }
    LOG.info(
        "{} generation {} serves, valid until {}",
        settings.side(),
        next.number(),
        next.identities().validUntil());
    warn(next);
    // Every revoked connection ends before any listener is told.
    Runnable reviewed = current.connections().review(next);
    settings
        .listeners()
        .tell(listener -> listener.published(next.number(), next.identities().validUntil()));
    reviewed.run();
    return true;
  }

  /** One reading at a time; {@code news} gets a fault that was not told yet. */
  private @Nullable Generation published(Runnable settle, List<TlsMaterialException> news) {
    try {
      Generation before = current.orNull();
      Generation next = loader.load(before, settle);
      lastFault = null;
      if (closed || (before != null && isSame(before, next))) {
        if (before != null) {
          before.confirmedBy(next);
        }
        return null;
      }
      retained =
          Stream.concat(Stream.of(next.identities()), retained.stream()).limit(RETAINED).toList();
      current.publish(next);
      loader.forgetLists(false);
      return next;
    } catch (TlsMaterialException e) {
      record(e, news);
      throw e;
    } catch (RuntimeException | Error e) {
      record(GenerationLoader.unusable("the material", e), news);
      throw e;
    } finally {
      reloading.unlock();
    }
  }

  /** Of the same bytes, time may make another path of the own chain, which ends at another time. */
  private static boolean isSame(Generation before, Generation next) {
    return next.fingerprint().equals(before.fingerprint())
        && next.identities().validUntil().equals(before.identities().validUntil());
  }

  /** From now on each push is a reload; what was pushed since the first load is taken now. */
  void follow() {
    for (PushedMaterial feed : settings.feeds()) {
      feed.reloads(this);
    }
  }

  @Override
  public boolean reloadQuietly(Duration patience) {
    try {
      if (!closed) {
        boolean unused = isMine(patience) ? reloadLocked(() -> {}) : reportBusy();
      }
      return true;
    } catch (RuntimeException | Error e) { // recorded already; other contexts wait for their turn
      return false;
    }
  }

  /**
   * Whether this thread has the lock; if not, whoever has it reads again at its end. A lock that is
   * free is taken by an interrupted thread too, without a mark, or it would read for ever.
   */
  private boolean isMine(Duration patience) {
    if (reloading.tryLock()) {
      return true;
    }
    try {
      if (reloading.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        return true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    missed.set(true);
    return reloading.tryLock(); // it may have ended before it could see the mark
  }

  private boolean reportBusy() {
    TlsMaterialException busy =
        new TlsMaterialException(
            MaterialReason.RELOAD_BUSY,
            "pushed material",
            "came while a reload hangs; it is taken when that ends");
    failures.incrementAndGet();
    tell(busy);
    throw busy;
  }

  /** What was pushed while this thread had the lock, and nobody waited for any longer. */
  private void takeMissed() {
    if (missed.getAndSet(false)) {
      boolean unused = reloadQuietly(Duration.ZERO);
    }
  }

  /** The next lists that are published may be older than those that serve. */
  void forgetLists() {
    loader.forgetLists(true);
  }

  /** From now on nothing is published and no fault told; what serves goes on serving. */
  void close() {
    closed = true;
    settings.feeds().forEach(feed -> feed.release(this));
    loader.stop();
  }

  private void record(TlsMaterialException fault, List<TlsMaterialException> news) {
    if (closed) {
      return;
    }
    failures.incrementAndGet();
    TlsMaterialException before = lastFault;
    lastFault = fault;
    if (!fault.isLike(before)) {
      news.add(fault);
    }
  }

  private void tell(TlsMaterialException fault) {
    if (hasNone()) {
      LOG.warn("{} serves nobody yet: {}", settings.side(), fault.getMessage());
    } else {
      LOG.warn(
          "{} generation {} keeps serving, the new material is refused: {}",
          settings.side(),
          current.number(),
          fault.getMessage());
    }
    settings.listeners().tell(listener -> listener.reloadFailed(fault));
  }
}
