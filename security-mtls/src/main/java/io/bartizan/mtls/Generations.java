package io.bartizan.mtls;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
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

  private static final int READ_ATTEMPTS = 3;

  private final Settings settings;
  private final Connections connections;
  private final ReentrantLock reloading = new ReentrantLock();
  private volatile List<GenerationKeyManager.KeyEntry> retained;
  private volatile Generation current;
  private volatile @Nullable TlsMaterialException lastFault;
  private final AtomicLong failures = new AtomicLong();

  Generations(Settings settings) {
    this.settings = settings;
    this.connections = new Connections(settings);
    this.current = load(1);
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

  /** Loads anew; true if something changed and was published, false if all is as it was. */
  @CanIgnoreReturnValue
  boolean reload() {
    Generation next;
    reloading.lock();
    try {
      next = load(current.number() + 1);
      lastFault = null;
      if (next.fingerprint().equals(current.fingerprint())) {
        return false;
      }
      retained =
          Stream.concat(
                  Stream.of(new GenerationKeyManager.KeyEntry(next.alias(), next.identity())),
                  retained.stream())
              .limit(RETAINED)
              .toList();
      current = next;
    } catch (TlsMaterialException e) {
      report(e);
      throw e;
    } finally {
      reloading.unlock();
    }
    LOG.info(
        "{} generation {} serves, valid until {}",
        settings.side(),
        next.number(),
        next.identity().notAfter().toInstant());
    Listeners.tell(
        () -> settings.listener().published(next.number(), next.identity().notAfter().toInstant()));
    connections.review(next);
    return true;
  }

  private void report(TlsMaterialException fault) {
    failures.incrementAndGet();
    TlsMaterialException before = lastFault;
    lastFault = fault;
    if (before == null || !String.valueOf(before.getMessage()).equals(fault.getMessage())) {
      LOG.warn(
          "{} generation {} keeps serving, the new material is refused: {}",
          settings.side(),
          current.number(),
          fault.getMessage());
      Listeners.tell(() -> settings.listener().reloadFailed(fault));
    }
  }

  private Generation load(long number) {
    for (int attempt = 1; ; attempt++) {
      try (MaterialReader reader = new MaterialReader()) {
        try {
          Generation loaded = load(number, reader);
          if (reader.isStillCurrent() || attempt == READ_ATTEMPTS) {
            return loaded;
          }
        } catch (TlsMaterialException e) {
          if (reader.isStillCurrent() || attempt == READ_ATTEMPTS) {
            throw e;
          }
        }
      }
    }
  }

  private Generation load(long number, MaterialReader reader) {
    Instant now = settings.now();
    KeyMaterial identity = settings.identity().load(reader).checked(settings.side(), now);
    List<X509Certificate> anchors = settings.anchors().load(reader);
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
    RevocationData revocation = settings.revocation().load(reader);
    TrustDecider decider =
        new TrustDecider(
            number, settings.side(), settings.policy(), anchors, revocation, settings.clock());
    String alias = "generation-" + number;
    Set<java.nio.file.Path> watched = new TreeSet<>(reader.files());
    watched.addAll(reader.folders());
    return new Generation(
        number,
        now,
        identity,
        anchors,
        decider,
        context(new GenerationKeyManager.KeyEntry(alias, forProvider(identity))),
        reader.fingerprint(),
        watched);
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
