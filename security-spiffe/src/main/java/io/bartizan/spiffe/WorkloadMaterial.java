package io.bartizan.spiffe;

import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.SafeText;
import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerIdentity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.PeerReason;
import io.bartizan.mtls.TlsMaterialException;
import io.bartizan.mtls.TrustAnchors;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * What one response of the agent means, checked as a whole: either all of it can be used, or a
 * refusal says why not.
 *
 * <p>A context that is made and thrown away judges key, chain and anchors by the rules of mutual
 * TLS, so that there is one judge. A foreign bundle that TLS can't use is left out with a note: a
 * partner's fault must not keep this process from its own renewal.
 *
 * @param spiffeId of this process; null in a response of bundles
 * @param identity its key and chain
 * @param anchors the bundles, each bound to its trust domain
 * @param trustDomains those that have a bundle
 * @param life from the begin of the SVID's certificate to its end; null in a response of bundles
 * @param end of the SVID's certificate; null in a response of bundles
 * @param notes what of the response is not used, for health; empty if all is
 */
record WorkloadMaterial(
    @Nullable String spiffeId,
    Identity identity,
    TrustAnchors anchors,
    Set<String> trustDomains,
    @Nullable Duration life,
    @Nullable Instant end,
    List<String> notes) {

  private static final int MAX_TRUST_DOMAINS = 500;

  /** Each root costs a signature with every renewal, and with every hostile handshake. */
  private static final int MAX_FOREIGN_ROOTS = 500;

  private static final String SCHEME = "spiffe://";
  private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

  /** Verdicts that say that the chain does not belong to its own trust domain's bundle. */
  private static final Set<Reason> STRANGER =
      Set.of(
          PeerReason.CHAIN_UNTRUSTED,
          PeerReason.SIGNATURE_INVALID,
          PeerReason.TRUST_DOMAIN_MISMATCH);

  /** The certificates of each trust domain, the own one first. */
  private static final class Bundles {

    final Map<String, List<X509Certificate>> byDomain = new LinkedHashMap<>();
    final List<String> notes = new ArrayList<>();
    private @Nullable WorkloadApiException damaged;

    /** What can't be read of another's is left out: it must not end this process' own renewal. */
    void addForeign(String spiffeId, byte[] der) {
      try {
        add(spiffeId, der, MAX_FOREIGN_ROOTS);
      } catch (WorkloadApiException e) {
        if (e.reason() != WorkloadReason.BUNDLE_MALFORMED) {
          throw e;
        }
        damaged = e;
        notes.add("left out: " + e.refusal().detail());
      }
    }

    void add(String spiffeId, byte[] der, int most) {
      String domain = spiffeId.startsWith(SCHEME) ? spiffeId.substring(SCHEME.length()) : spiffeId;
      List<X509Certificate> found =
          DerList.certificates(
              der, WorkloadReason.BUNDLE_MALFORMED, "the bundle of " + SafeText.of(domain));
      if (found.isEmpty()) {
        notes.add("the bundle of " + SafeText.of(domain) + " is empty");
      } else if (found.size() > most && !byDomain.containsKey(domain)) {
        throw new WorkloadApiException(
            WorkloadReason.BUNDLE_MALFORMED,
            "the bundle of "
                + SafeText.of(domain)
                + " has "
                + found.size()
                + " certificates, at most "
                + most
                + " are read");
      } else if (byDomain.putIfAbsent(domain, found) == null
          && byDomain.size() > MAX_TRUST_DOMAINS) {
        throw new WorkloadApiException(
            WorkloadReason.RESPONSE_TOO_LARGE,
            "the response has more than " + MAX_TRUST_DOMAINS + " trust domains");
      }
    }

    TrustAnchors anchors() {
      TrustAnchors all = null;
      for (String domain : byDomain.keySet()) {
        TrustAnchors one = anchors(domain);
        all = all == null ? one : all.and(one);
      }
      if (all == null) {
        if (damaged != null) {
          throw damaged;
        }
        throw new WorkloadApiException(
            WorkloadReason.BUNDLE_MISSING, "the response has no bundle with a certificate");
      }
      return all;
    }

    TrustAnchors anchors(String domain) {
      try {
        return TrustAnchors.of(byDomain.getOrDefault(domain, List.of())).forTrustDomain(domain);
      } catch (IllegalArgumentException e) {
        throw new WorkloadApiException(
            WorkloadReason.TRUST_DOMAIN_INVALID,
            "a bundle is for \"" + domain + "\", which is no trust domain",
            e);
      }
    }
  }

  /** Of the response to {@code FetchX509SVID}; {@code hint} chooses among several SVIDs. */
  static WorkloadMaterial ofSvids(byte[] message, @Nullable String hint, InstantSource clock) {
    AgentResponse response = AgentResponse.ofSvids(message);
    AgentResponse.Svid svid = response.chosen(hint);
    List<X509Certificate> chain =
        DerList.certificates(svid.chain(), WorkloadReason.SVID_MALFORMED, "the SVID's chain");
    X509Certificate leaf = chain.get(0);
    String own = trustDomain(leaf, svid.spiffeId());
    String pem = pem(svid.key(), chain);
    Identity identity = Identity.pemText(() -> pem);
    Bundles bundles = new Bundles();
    bundles.add(own, svid.bundle(), Integer.MAX_VALUE);
    if (bundles.byDomain.isEmpty()) {
      throw new WorkloadApiException(WorkloadReason.BUNDLE_MISSING, "the SVID has no bundle");
    }
    response.svids().forEach(each -> bundles.addForeign(domainOf(each.spiffeId()), each.bundle()));
    response.bundles().forEach(bundles::addForeign);
    probe(identity, bundles.anchors(own), chain, clock);
    leaveOutUnusable(own, bundles, clock);
    Instant end = leaf.getNotAfter().toInstant();
    return new WorkloadMaterial(
        svid.spiffeId(),
        identity,
        bundles.anchors(),
        Set.copyOf(bundles.byDomain.keySet()),
        Duration.between(leaf.getNotBefore().toInstant(), end),
        end,
        notes(bundles, response));
  }

  /**
   * Of the response to {@code FetchX509Bundles}: anchors for a client that shows no certificate.
   */
  static WorkloadMaterial ofBundles(byte[] message, InstantSource clock) {
    AgentResponse response = AgentResponse.ofBundles(message);
    Bundles bundles = new Bundles();
    response.bundles().forEach(bundles::addForeign);
    TrustAnchors unused = bundles.anchors();
    leaveOutUnusable("", bundles, clock);
    return new WorkloadMaterial(
        null,
        Identity.none(),
        bundles.anchors(),
        Set.copyOf(bundles.byDomain.keySet()),
        null,
        null,
        notes(bundles, response));
  }

  private static List<String> notes(Bundles bundles, AgentResponse response) {
    if (response.lists() > 0) {
      bundles.notes.add("revocation lists of the agent are not used: " + response.lists());
    }
    return List.copyOf(bundles.notes);
  }

  /** The trust domain of the certificate's SPIFFE ID, which must be the one that was announced. */
  private static String trustDomain(X509Certificate leaf, String announced) {
    PeerIdentity names;
    try {
      names = PeerIdentity.withoutVerification(leaf);
    } catch (SSLPeerUnverifiedException e) {
      throw new WorkloadApiException(
          WorkloadReason.SPIFFE_ID_INVALID, "the SVID's names can't be read", e);
    }
    String id = names.spiffeId().orElse("");
    if (id.isEmpty()) {
      throw new WorkloadApiException(
          WorkloadReason.SPIFFE_ID_INVALID,
          "the SVID must have one URI name, a SPIFFE ID, and no right to sign certificates; its"
              + " URI names are "
              + names.uris().stream().limit(3).toList());
    }
    if (!id.equals(announced)) {
      throw new WorkloadApiException(
          WorkloadReason.SPIFFE_ID_MISMATCH,
          "the response announces "
              + SafeText.of(announced)
              + ", its certificate is of "
              + SafeText.of(id));
    }
    return names.trustDomain().orElse("");
  }

  private static String domainOf(String spiffeId) {
    int slash = spiffeId.indexOf('/', Math.min(SCHEME.length(), spiffeId.length()));
    return slash < 0 ? spiffeId : spiffeId.substring(0, slash);
  }

  private static String pem(byte[] key, List<X509Certificate> chain) {
    StringBuilder text = new StringBuilder();
    block(text, "PRIVATE KEY", key);
    for (X509Certificate each : chain) {
      try {
        block(text, "CERTIFICATE", each.getEncoded());
      } catch (CertificateEncodingException e) {
        throw new WorkloadApiException(
            WorkloadReason.SVID_MALFORMED, "a certificate of the SVID has no encoding", e);
      }
    }
    return text.toString();
  }

  private static void block(StringBuilder text, String label, byte[] der) {
    text.append("-----BEGIN ").append(label).append("-----\n");
    text.append(LINES.encodeToString(der)).append('\n');
    text.append("-----END ").append(label).append("-----\n");
  }

  /** Lets mutual TLS judge what this process will show and trust. */
  private static void probe(
      Identity identity, TrustAnchors own, List<X509Certificate> chain, InstantSource clock) {
    try (ClientTls probe =
        ClientTls.builder(identity, own, PeerPolicy.anyTrustedPeer()).withClock(clock).build()) {
      Refusal why = probe.explain(chain, null).fold(peer -> null, refusal -> refusal);
      if (why != null && STRANGER.contains(why.reason())) {
        throw new WorkloadApiException(
            WorkloadReason.SVID_UNTRUSTED,
            "the SVID is not of the bundle that came with it: " + why.message());
      }
    } catch (TlsMaterialException e) {
      throw new WorkloadApiException(
          WorkloadReason.MATERIAL_UNUSABLE, String.valueOf(e.getMessage()), e);
    }
  }

  private static void leaveOutUnusable(String own, Bundles bundles, InstantSource clock) {
    if (faultOf(bundles.anchors(), clock) == null) {
      return;
    }
    for (String domain : new TreeSet<>(bundles.byDomain.keySet())) {
      String fault = domain.equals(own) ? null : faultOf(bundles.anchors(domain), clock);
      if (fault != null) {
        bundles.byDomain.remove(domain);
        bundles.notes.add("the bundle of " + domain + " is left out: " + fault);
      }
    }
    if (bundles.byDomain.isEmpty()) {
      throw new WorkloadApiException(
          WorkloadReason.MATERIAL_UNUSABLE, String.join("; ", bundles.notes));
    }
  }

  /** Null if mutual TLS can use these anchors, else why it can't. */
  private static @Nullable String faultOf(TrustAnchors anchors, InstantSource clock) {
    try {
      ClientTls.builder(Identity.none(), anchors, PeerPolicy.anyTrustedPeer())
          .withClock(clock)
          .build()
          .close();
      return null;
    } catch (TlsMaterialException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
