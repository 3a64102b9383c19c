package io.bartizan.mtls;

import io.bartizan.mtls.x509.Platform;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Makes generations of files.
 *
 * <p>A load reads every file once, parses and checks the whole, and reads the files again to be
 * sure that no writer was between.
 */
final class GenerationLoader {

  /** How often files that change while they are read are read again, and after what pause. */
  private static final int READ_ATTEMPTS = 10;

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Settings settings;
  private final Current current;
  private volatile Set<Path> tried = Set.of();
  private volatile boolean stopped;
  private volatile boolean forgetful;

  /** {@code current} is asked by the contexts that are made here, not by a load. */
  GenerationLoader(Settings settings, Current current) {
    this.settings = settings;
    this.current = current;
  }

  /** What the last reading asked for, as far as it came. */
  Set<Path> tried() {
    return tried;
  }

  /** From now on files that change are not read again. */
  void stop() {
    stopped = true;
  }

  /** Whether older revocation lists are taken. */
  void forgetLists(boolean forget) {
    forgetful = forget;
  }

  /**
   * Reads until two readings agree.
   *
   * @param before what is replaced; null for the first
   * @param settle is run after new material was read and before it is compared with the files
   *     again, so that a file that is half written is seen to change
   */
  Generation load(@Nullable Generation before, Runnable settle) {
    if (before != null && isStillGood(before)) {
      return before;
    }
    long number = before == null ? 1 : before.number() + 1;
    for (int attempt = 1; ; attempt++) {
      try (MaterialReader reader = new MaterialReader()) {
        Generation loaded = null;
        TlsMaterialException fault = null;
        try {
          loaded = load(number, before == null ? ListMemory.NOTHING : memory(before), reader);
        } catch (TlsMaterialException e) {
          fault = e;
        } finally {
          tried = reader.paths();
        }
        if (loaded == null
            || before == null
            || !before.fingerprint().equals(loaded.fingerprint())) {
          settle.run();
        }
        Path changed = reader.changed();
        if (changed == null && loaded != null) {
          return loaded;
        }
        if (changed == null || attempt == READ_ATTEMPTS || stopped) {
          throw fault != null
              ? fault
              : new TlsMaterialException(
                  MaterialReason.FILE_UNREADABLE,
                  "file " + changed,
                  "keeps changing while it is read");
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** The same bytes are not parsed again, unless time has made a fault of them. */
  private boolean isStillGood(Generation before) {
    MaterialReader.Readings readings = before.readings();
    Instant now = settings.now();
    return readings != null
        && !now.isAfter(before.identities().validUntil())
        && !before.anchors().isExpired(now)
        && readings.isCurrent();
  }

  private ListMemory memory(Generation before) {
    return forgetful ? ListMemory.NOTHING : before.revocation().memory();
  }

  private Generation load(long number, ListMemory memory, MaterialReader reader) {
    Instant now = settings.now();
    List<KeyMaterial> materials = from(settings.identity(), () -> identity(reader, now));
    Identities identities = Identities.of(number, materials, settings.unknownNamesRefused());
    AnchorSet anchorSet = from(settings.anchors(), () -> settings.anchors().load(reader));
    List<X509Certificate> anchors = anchorSet.certificates();
    if (materials.stream().anyMatch(one -> isAmong(one, anchors))) {
      throw new TlsMaterialException(
          MaterialReason.LEAF_IS_ANCHOR,
          settings.anchors().toString(),
          "holds this side's own certificate, which is no trust anchor");
    }
    if (anchorSet.isExpired(now)) {
      throw new TlsMaterialException(
          MaterialReason.EXPIRED, settings.anchors().toString(), "holds expired anchors only");
    }
    // Who pushes can't choose how many roots a partner has; their names are left out then.
    boolean mustFit = settings.namesAnchors() && settings.anchors().feeds().isEmpty();
    if (mustFit) {
      HandshakeSize.checkNames(settings.anchors().toString(), anchors);
    }
    Rule policy = loaded(settings.policy(), reader);
    Rule dryRun = settings.dryRun() == null ? null : loaded(settings.dryRun(), reader);
    LoadedRevocation revocation =
        from(
            "revocation data",
            () -> settings.revocation().load(reader, memory, authorities(anchors, materials)));
    TrustDecider decider =
        new TrustDecider(
            number, settings, policy, anchorSet, identities.trustDomains(), revocation);
    SSLContext context =
        from(
            settings.identity(),
            () ->
                context(
                    settings.hasIdentity()
                        ? new KeyManager[] {
                          GenerationKeyManager.fixed(
                              Identities.of(
                                  number,
                                  materials.stream().map(this::forProvider).toList(),
                                  settings.unknownNamesRefused()))
                        }
                        : new KeyManager[0]));
    return new Generation(
        number,
        now,
        identities,
        anchorSet,
        dryRun,
        decider,
        revocation,
        context,
        reader.fingerprint(),
        reader.readings(),
        reader.paths());
  }

  /** Those that are known before any peer shows others. */
  private static List<X509Certificate> authorities(
      List<X509Certificate> anchors, List<KeyMaterial> materials) {
    return Stream.concat(
            anchors.stream(),
            materials.stream().flatMap(one -> one.path().stream()).filter(AnchorCheck::isCa))
        .distinct()
        .toList();
  }

  private static boolean isAmong(KeyMaterial material, List<X509Certificate> anchors) {
    return !material.chain().isEmpty() && anchors.contains(material.leaf());
  }

  private List<KeyMaterial> identity(MaterialReader reader, Instant now) {
    List<KeyMaterial> loaded = settings.identity().load(reader);
    return settings.hasIdentity()
        ? loaded.stream().map(one -> one.checked(settings.side(), now)).toList()
        : loaded;
  }

  private Rule loaded(PeerPolicy policy, MaterialReader reader) {
    return ((Rule) policy).loaded(reader, settings.side());
  }

  /** Whatever a key device, a secret source or a parser throws is a fault of the material. */
  private static <T> T from(Object source, Supplier<T> loading) {
    try {
      return loading.get();
    } catch (TlsMaterialException e) {
      throw e;
    } catch (Exception e) { // of Kotlin a checked one too
      throw unusable(source, e);
    }
  }

  /** By the class alone: the message of a source may quote a secret. */
  static TlsMaterialException unusable(Object source, Throwable e) {
    return new TlsMaterialException(
        MaterialReason.FILE_UNREADABLE,
        source.toString(),
        "can't be used: " + e.getClass().getSimpleName());
  }

  private KeyMaterial forProvider(KeyMaterial identity) {
    boolean bouncyCastle =
        settings.hasIdentity()
            && settings.provider() != null
            && settings.provider().getName().equals("BCJSSE");
    return bouncyCastle ? identity.forBouncyCastle() : identity;
  }

  /** A context of the provider without a key, which trusts nobody before a first generation. */
  SSLContext contextWithoutMaterial() {
    return context(new KeyManager[0]);
  }

  private SSLContext context(KeyManager[] keys) {
    try {
      SSLContext context =
          settings.provider() == null
              ? Platform.tls()
              : SSLContext.getInstance("TLS", settings.provider());
      context.init(
          keys,
          new TrustManager[] {new PolicyTrustManager(current, current.connections()::decided)},
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new TlsMaterialException(
          MaterialReason.KEY_UNSUPPORTED,
          settings.identity().toString(),
          "can't be used by the TLS provider: " + e.getMessage());
    }
  }
}
