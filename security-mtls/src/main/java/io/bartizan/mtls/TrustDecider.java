package io.bartizan.mtls;

import io.bartizan.core.Refusal;
import io.bartizan.core.SafeText;
import io.bartizan.mtls.jsse.HandshakeView;
import io.bartizan.mtls.x509.Certificates;
import io.bartizan.mtls.x509.HostName;
import io.bartizan.mtls.x509.IpAddress;
import io.bartizan.mtls.x509.PeerPath;
import io.bartizan.mtls.x509.Platform;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The whole decision about a peer in one generation; every step can only refuse.
 *
 * <p>In order: the leaf is no anchor; a path to an anchor holds with the anchor's own constraints;
 * keys, signatures and usages are good enough; the JDK's trust manager agrees, for its algorithm
 * constraints; nothing is revoked; the names are readable; the policy accepts them. Where one path
 * is refused, another is tried: a peer does not choose which is found first.
 */
final class TrustDecider {

  private static final Refusal NO_CERTIFICATE =
      Refusal.of(PeerReason.CERTIFICATE_MISSING, "the peer presented no certificate");
  private static final Refusal NO_SESSION_CERTIFICATE =
      Refusal.of(PeerReason.CERTIFICATE_MISSING, "the session has no certificate");
  private static final Refusal NO_HOST =
      Refusal.of(
          PeerReason.HOST_UNKNOWN,
          "the policy needs the host that was asked for; open the connection by host name, or"
              + " create the engine with createSSLEngine(host, port)");

  private static final Refusal STAPLE_ENDED =
      Refusal.of(
          PeerReason.REVOCATION_UNKNOWN,
          "the OCSP response that was stapled when this session began has ended; the next handshake"
              + " is a full one");

  private static final String FOREIGN =
      "; its trust domain is not this side's own, so only its SPIFFE ID counts; name it by"
          + " spiffeId, spiffePath or trustDomain, in allOf beside its other names";

  private static final int MAX_STAND_INS = 256;

  private final long generation;
  private final Settings settings;
  private final TlsSide side;
  private final Rule policy;
  private final AnchorSet anchorSet;
  private final Set<String> ownDomains;
  private final Set<X509Certificate> anchors;
  private final PathFinder paths;
  private final LoadedRevocation revocation;

  /**
   * By anchor, shared by all decisions; they have no other time than the JVM's. Bounded, since a
   * stand-in of an anchor is another one for each intermediate that a peer shows.
   */
  private final Map<X509Certificate, X509ExtendedTrustManager> jdk = new ConcurrentHashMap<>();

  /** {@code ownDomains} are the trust domains of this side's own certificates. */
  TrustDecider(
      long generation,
      Settings settings,
      Rule policy,
      AnchorSet anchors,
      Set<String> ownDomains,
      LoadedRevocation revocation) {
    this.generation = generation;
    this.settings = settings;
    this.side = settings.side();
    this.policy = policy;
    this.anchorSet = anchors;
    this.ownDomains = ownDomains;
    this.anchors = Set.copyOf(anchors.certificates());
    this.paths = new PathFinder(anchors);
    this.revocation = revocation;
  }

  /** How many trust managers are kept. */
  int trustManagers() {
    return jdk.size();
  }

  /** Decides about the peer of a session. */
  PeerDecision decide(SSLSession session, @Nullable String host) {
    return decide(chain(session), host, null);
  }

  /** What the peer of a session presented; null if it presented nothing. */
  static X509Certificate @Nullable [] chain(SSLSession session) {
    try {
      Certificate[] peer = session.getPeerCertificates();
      return Arrays.stream(peer)
          .filter(X509Certificate.class::isInstance)
          .toArray(X509Certificate[]::new);
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  /** Decides about a presented chain; {@code view} is null outside a handshake. */
  PeerDecision decide(
      X509Certificate @Nullable [] given, @Nullable String host, @Nullable HandshakeView view) {
    if (given == null || given.length == 0) {
      return rejected(NO_CERTIFICATE, null);
    }
    X509Certificate[] chain = given;
    try {
      chain = ofJdk(given);
      Instant now = settings.now();
      refuseUnusedBits(chain);
      refuseAnchorAsLeaf(chain[0]);
      PeerPath unused =
          paths.find(
              chain,
              now,
              path -> {
                PathStrength.check(path, side.peer());
                askJdk(path, now, view);
                revocation.check(path, now, side, view);
              });
      return byPolicy(PeerIdentity.of(chain[0]), host);
    } catch (PeerRejectedException e) {
      return rejected(e.refusal(), chain[0]);
    } catch (RuntimeException | Error e) {
      return unjudgeable(e);
    }
  }

  private static X509Certificate[] ofJdk(X509Certificate[] given) throws PeerRejectedException {
    try {
      return Certificates.ofJdk(given);
    } catch (CertificateException e) {
      throw new PeerRejectedException(
          PeerReason.CHAIN_INVALID, "the JDK can't read a certificate of the chain");
    }
  }

  /** Fails closed: no oddity of a certificate may surface as anything but a refusal. */
  private PeerDecision unjudgeable(Throwable e) {
    return rejected(
        Refusal.of(
            PeerReason.CHAIN_INVALID, "the chain can't be judged: " + e.getClass().getSimpleName()),
        null);
  }

  /**
   * Decides about a session that was resumed within this generation: chain, anchors and revocation
   * data are those of its full handshake, so only what changes with time and host is asked again.
   * Where something has ended since, all is: it may be no part of the path, or there is another.
   */
  PeerDecision resumed(X509Certificate @Nullable [] given, @Nullable String host) {
    if (given == null || given.length == 0) {
      return rejected(NO_SESSION_CERTIFICATE, null);
    }
    X509Certificate[] chain = given;
    try {
      chain = ofJdk(given);
      return hasEnded(chain, settings.now())
          ? decide(chain, host, null)
          : byPolicy(PeerIdentity.of(chain[0]), host);
    } catch (PeerRejectedException e) {
      return rejected(e.refusal(), chain[0]);
    } catch (RuntimeException | Error e) {
      return unjudgeable(e);
    }
  }

  /** Decides about a resumed session, which a client does not resume after its staple's end. */
  PeerDecision decideResumed(SSLSession session, @Nullable String host) {
    Instant end = side == TlsSide.CLIENT ? revocation.stapledUntil(session) : null;
    X509Certificate[] chain = chain(session);
    if (end != null && settings.now().isAfter(end)) {
      return rejected(STAPLE_ENDED, chain == null ? null : chain[0]);
    }
    return resumed(chain, host);
  }

  /** Whether a certificate, an anchor or a revocation list is past its time. */
  private boolean hasEnded(X509Certificate[] chain, Instant now) {
    try {
      revocation.checkFresh(chain, now);
    } catch (PeerRejectedException stale) {
      return true;
    }
    return Stream.concat(Arrays.stream(chain), anchors.stream())
        .anyMatch(one -> now.isAfter(one.getNotAfter().toInstant()));
  }

  /** A verified peer, with the names that its authority may vouch for. */
  Met met(PeerIdentity identity, @Nullable String host) {
    return anchorSet.vouchesForIdAlone(identity.names().spiffeId(), ownDomains)
        ? new Met(identity.spiffeIdAlone(), identity, side, host)
        : new Met(identity, side, host);
  }

  private PeerDecision byPolicy(PeerIdentity identity, @Nullable String host) {
    Met met = met(identity, host);
    Rule matched = policy.match(met);
    if (matched != null) {
      return PeerDecision.accepted(new AcceptedPeer(identity, matched, generation));
    }
    Refusal refusal =
        policy.needsRequestedHost() && host == null
            ? NO_HOST
            : Refusal.of(
                PeerReason.POLICY_MISMATCH,
                identity
                    + " does not match "
                    + policy
                    + (policy.needsRequestedHost() && host != null ? forHost(host) : "")
                    + (met.identity() == identity ? "" : FOREIGN));
    return PeerDecision.rejected(refusal, identity.labelled(), generation);
  }

  private static String forHost(String host) {
    boolean usable = HostName.normalized(host) != null || IpAddress.ofHost(host) != null;
    return " for the host "
        + SafeText.of(host)
        + (usable
            ? ""
            : ", which is no host name: letters, digits, hyphens and dots are accepted, no"
                + " underscore (RFC 1123); give the server another name, or a policy by uri or"
                + " spiffeId");
  }

  /**
   * The byte before a signature counts the unused bits of its last byte (X.690 section 8.6.2). No
   * signature has any, but the JDK passes over them where they are zero, so that whoever changes
   * the count would make another certificate of a good one.
   */
  private static void refuseUnusedBits(X509Certificate[] chain) throws PeerRejectedException {
    for (X509Certificate certificate : chain) {
      byte[] der;
      try {
        der = certificate.getEncoded();
      } catch (CertificateException e) {
        throw new IllegalStateException("a certificate without its bytes", e);
      }
      if (der[der.length - certificate.getSignature().length - 1] != 0) {
        throw new PeerRejectedException(
            PeerReason.SIGNATURE_INVALID,
            Certificates.label(certificate) + " has a signature that is not whole bytes");
      }
    }
  }

  private void refuseAnchorAsLeaf(X509Certificate leaf) throws PeerRejectedException {
    if (anchors.contains(leaf)) {
      throw new PeerRejectedException(
          PeerReason.LEAF_IS_ANCHOR,
          Certificates.label(leaf) + " is itself a trust anchor, which is no peer");
    }
  }

  private void askJdk(PeerPath path, Instant now, @Nullable HandshakeView view)
      throws PeerRejectedException {
    X509Certificate[] chain = path.judged().toArray(X509Certificate[]::new);
    if (jdk.size() >= anchors.size() + MAX_STAND_INS) {
      jdk.clear();
    }
    X509ExtendedTrustManager manager =
        settings.isJvmTime()
            ? jdk.computeIfAbsent(path.judgedAnchor(), anchor -> jdkTrustManager(anchor, null))
            : jdkTrustManager(path.judgedAnchor(), now);
    String kind = "UNKNOWN";
    try {
      if (view == null) {
        if (side == TlsSide.SERVER) {
          manager.checkClientTrusted(chain, kind);
        } else {
          manager.checkServerTrusted(chain, kind);
        }
      } else if (side == TlsSide.SERVER) {
        manager.checkClientTrusted(chain, kind, view);
      } else {
        manager.checkServerTrusted(chain, kind, view);
      }
    } catch (CertificateException e) {
      String message = String.valueOf(e.getMessage());
      boolean usage = message.toLowerCase(Locale.ROOT).contains("usage");
      throw new PeerRejectedException(
          usage ? PeerReason.USAGE_WRONG : PeerReason.ALGORITHM_WEAK,
          "the JDK refuses: " + message);
    }
  }

  private static X509ExtendedTrustManager jdkTrustManager(
      X509Certificate anchor, @Nullable Instant date) {
    try {
      PKIXBuilderParameters parameters =
          new PKIXBuilderParameters(Set.of(new TrustAnchor(anchor, null)), new X509CertSelector());
      parameters.setRevocationEnabled(false);
      parameters.setPolicyMappingInhibited(true);
      if (date != null) {
        parameters.setDate(Date.from(date));
      }
      TrustManagerFactory factory = Platform.trustManagers();
      factory.init(new CertPathTrustManagerParameters(parameters));
      return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has a PKIX trust manager", e);
    }
  }

  private PeerDecision rejected(Refusal refusal, @Nullable X509Certificate leaf) {
    List<String> presented = List.of();
    if (leaf != null) {
      try {
        presented = PeerIdentity.of(leaf).labelled();
      } catch (PeerRejectedException | RuntimeException e) {
        presented = List.of();
      }
    }
    return PeerDecision.rejected(refusal, presented, generation);
  }
}
