package io.bartizan.mtls;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads generations, publishes them, and keeps the last good one when a load fails.
 *
 * <p>A load reads every file once, parses and checks the whole, and reads the files again to be
 * sure that no writer was between; only then one volatile write makes it current.
 */
final class Generations {

  private static final Logger LOG = LoggerFactory.getLogger(MutualTls.class);

  /** How many ended generations still answer key managers of handshakes that are under way. */
  private static final int RETAINED = 4;

  /** How often files that change while they are read are read again, and after what pause. */
  private static final int READ_ATTEMPTS = 10;

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Settings settings;
  private final Connections connections;
  private final ReentrantLock reloading = new ReentrantLock();
  private volatile List<GenerationKeyManager.KeyEntry> retained;
  private volatile Generation current;
  private volatile @Nullable TlsMaterialException lastFault;
  private volatile boolean closed;
  private final AtomicLong failures = new AtomicLong();

  Generations(Settings settings) {
    this.settings = settings;
    this.connections = new Connections(settings);
    this.current = load(1, () -> {});
    retained = List.of(currentKey());
  }

  Settings settings() {
    return settings;
  }

  Connections connections() {
    return connections;
  }

  Generation current() {
    return current;
  }

  @Nullable TlsMaterialException lastFault() {
    return lastFault;
  }

  long failures() {
    return failures.get();
  }

  GenerationKeyManager.KeyEntry currentKey() {
    Generation now = current;
    return new GenerationKeyManager.KeyEntry(now.alias(), now.identity());
  }

  /** Never waits for a reload that is reading. */
  GenerationKeyManager.@Nullable KeyEntry keyOf(String alias) {
    for (GenerationKeyManager.KeyEntry entry : retained) {
      if (entry.alias().equals(alias)) {
        return entry;
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
        next.identity().validUntil());
    // Every revoked connection ends before any listener is told.
    Runnable reviewed = connections.review(next);
    settings.listener().published(next.number(), next.identity().validUntil());
    reviewed.run();
    return true;
  }

  /** One reading at a time; {@code news} gets a fault that was not told yet. */
  private @Nullable Generation published(Runnable settle, List<TlsMaterialException> news) {
    reloading.lock();
    try {
      Generation next = load(current.number() + 1, settle);
      lastFault = null;
      if (closed || next.fingerprint().equals(current.fingerprint())) {
        return null;
      }
      retained =
          Stream.concat(
                  Stream.of(new GenerationKeyManager.KeyEntry(next.alias(), next.identity())),
                  retained.stream())
              .limit(RETAINED)
              .toList();
      current = next;
      return next;
    } catch (TlsMaterialException e) {
      record(e, news);
      throw e;
    } catch (RuntimeException | Error e) {
      record(unusable("the material", e), news);
      throw e;
    } finally {
      reloading.unlock();
    }
  }

  /** From now on nothing is published and no fault told; what serves goes on serving. */
  void close() {
    closed = true;
  }

  private void record(TlsMaterialException fault, List<TlsMaterialException> news) {
    if (closed) {
      return;
    }
    failures.incrementAndGet();
    TlsMaterialException before = lastFault;
    lastFault = fault;
    if (before == null || !before.lasting().equals(fault.lasting())) {
      news.add(fault);
    }
  }

  private void tell(TlsMaterialException fault) {
    LOG.warn(
        "{} generation {} keeps serving, the new material is refused: {}",
        settings.side(),
        current.number(),
        fault.getMessage());
    settings.listener().reloadFailed(fault);
  }

  private Generation load(long number, Runnable settle) {
    for (int attempt = 1; ; attempt++) {
      try (MaterialReader reader = new MaterialReader()) {
        Generation loaded = null;
        TlsMaterialException fault = null;
        try {
          loaded = load(number, reader);
        } catch (TlsMaterialException e) {
          fault = e;
        }
        if (loaded == null || isNew(loaded)) {
          settle.run();
        }
        Path changed = reader.changed();
        if (changed == null && loaded != null) {
          return loaded;
        }
        if (changed == null || attempt == READ_ATTEMPTS || closed) {
          throw fault != null
              ? fault
              : new TlsMaterialException(
                  TlsReason.FILE_UNREADABLE, "file " + changed, "keeps changing while it is read");
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private boolean isNew(Generation loaded) {
    Generation before = current;
    return before == null || !before.fingerprint().equals(loaded.fingerprint());
  }

  private Generation load(long number, MaterialReader reader) {
    Instant now = settings.now();
    KeyMaterial identity =
        from(
            settings.identity(),
            () -> settings.identity().load(reader).checked(settings.side(), now));
    List<X509Certificate> anchors = from(settings.anchors(), () -> settings.anchors().load(reader));
    if (anchors.contains(identity.leaf())) {
      throw new TlsMaterialException(
          TlsReason.LEAF_IS_ANCHOR,
          settings.anchors().toString(),
          "holds this side's own certificate, which is no trust anchor");
    }
    if (anchors.stream().allMatch(anchor -> now.isAfter(anchor.getNotAfter().toInstant()))) {
      throw new TlsMaterialException(
          TlsReason.EXPIRED, settings.anchors().toString(), "holds expired anchors only");
    }
    RevocationData revocation = from("revocation data", () -> settings.revocation().load(reader));
    TrustDecider decider =
        new TrustDecider(
            number, settings.side(), settings.policy(), anchors, revocation, settings.clock());
    String alias = "generation-" + number;
    SSLContext context =
        from(
            identity.source(),
            () -> context(new GenerationKeyManager.KeyEntry(alias, forProvider(identity))));
    return new Generation(
        number,
        now,
        identity,
        anchors,
        decider,
        revocation,
        context,
        reader.fingerprint(),
        reader.paths());
  }

  /** Whatever a key device, a secret source or a parser throws is a fault of the material. */
  private static <T> T from(Object source, Supplier<T> loading) {
    try {
      return loading.get();
    } catch (TlsMaterialException e) {
      throw e;
    } catch (RuntimeException e) {
      throw unusable(source, e);
    }
  }

  /** By the class alone: the message of a source may quote a secret. */
  private static TlsMaterialException unusable(Object source, Throwable e) {
    return new TlsMaterialException(
        TlsReason.FILE_UNREADABLE,
        source.toString(),
        "can't be used: " + e.getClass().getSimpleName());
  }

  private KeyMaterial forProvider(KeyMaterial identity) {
    boolean bouncyCastle =
        settings.provider() != null && settings.provider().getName().equals("BCJSSE");
    return bouncyCastle ? EdwardsMaterial.forBouncyCastle(identity) : identity;
  }

  private SSLContext context(GenerationKeyManager.KeyEntry key) {
    try {
      SSLContext context =
          settings.provider() == null
              ? SSLContext.getInstance("TLS")
              : SSLContext.getInstance("TLS", settings.provider());
      context.init(
          new KeyManager[] {GenerationKeyManager.fixed(key)},
          new TrustManager[] {new PolicyTrustManager(this, connections::decided)},
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new TlsMaterialException(
          TlsReason.KEY_UNSUPPORTED,
          key.material().source(),
          "can't be used by the TLS provider: " + e.getMessage());
    }
  }
}
