package io.bartizan.mtls;

import io.bartizan.core.Pem;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CRLException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/** Revocation lists by issuer; whole, direct lists only (RFC 5280 section 5). */
final class CrlIndex {

  private static final int CRL_SIGN = 6;

  private final Map<X500Principal, List<X509CRL>> byIssuer = new HashMap<>();
  private final Duration grace;
  private final boolean unlistedAccepted;

  CrlIndex(Duration grace, boolean unlistedAccepted) {
    this.grace = grace;
    this.unlistedAccepted = unlistedAccepted;
  }

  void add(String source, byte[] content) {
    String text = new String(content, StandardCharsets.ISO_8859_1);
    if (!text.contains("-----BEGIN ")) {
      add(parsed(source, content), source);
      return;
    }
    int found = 0;
    for (Pem block : Certificates.blocks(source, text)) {
      if (block.label().equals("X509 CRL")) {
        add(parsed(source, block.content()), source);
        found++;
      }
    }
    if (found == 0) {
      throw new TlsMaterialException(TlsReason.FILE_MALFORMED, source, "holds no X509 CRL");
    }
  }

  private void add(X509CRL crl, String source) {
    Set<String> critical = crl.getCriticalExtensionOIDs();
    if (critical != null && !critical.isEmpty()) {
      throw new TlsMaterialException(
          TlsReason.FILE_MALFORMED,
          source,
          "is a delta, indirect or partial list (critical extensions " + critical + ")");
    }
    if (crl.getNextUpdate() == null) {
      throw new TlsMaterialException(
          TlsReason.FILE_MALFORMED, source, "has no nextUpdate, so nobody knows when it is stale");
    }
    byIssuer.computeIfAbsent(crl.getIssuerX500Principal(), name -> new ArrayList<>()).add(crl);
  }

  private static X509CRL parsed(String source, byte[] der) {
    try {
      if (Certificates.factory().generateCRL(new ByteArrayInputStream(der))
          instanceof X509CRL crl) {
        return crl;
      }
    } catch (CRLException | RuntimeException e) {
      // the sentence below says enough
    }
    throw new TlsMaterialException(
        TlsReason.FILE_MALFORMED, source, "holds a revocation list that can't be parsed");
  }

  /** Refuses an index without lists, unless that was declared. */
  void checkUsable() {
    if (byIssuer.isEmpty() && !unlistedAccepted) {
      throw new TlsMaterialException(
          TlsReason.REVOCATION_UNKNOWN,
          "revocation lists",
          "hold no list, so every peer would be refused");
    }
  }

  void check(PathFinder.Path path, Instant now) throws PeerRejectedException {
    for (int i = 0; i < path.certificates().size(); i++) {
      check(path.certificates().get(i), path.issuerOf(i), now);
    }
  }

  private void check(X509Certificate certificate, X509Certificate issuer, Instant now)
      throws PeerRejectedException {
    List<X509CRL> newest = newest(issuer, now);
    if (newest.isEmpty()) {
      if (unlistedAccepted) {
        return;
      }
      throw new PeerRejectedException(
          TlsReason.REVOCATION_UNKNOWN,
          "no revocation list signed by " + Certificates.label(issuer) + " is at hand");
    }
    for (X509CRL crl : newest) {
      // A revoked certificate stays revoked, however old the list that says so.
      if (crl.getRevokedCertificate(certificate.getSerialNumber()) != null) {
        throw new PeerRejectedException(
            TlsReason.REVOKED,
            Certificates.label(certificate) + " is revoked by its issuer's list");
      }
    }
    refuseStale(newest.get(0), now);
  }

  /** Of the lists that an issuer signed and that have begun, those of the latest thisUpdate. */
  private List<X509CRL> newest(X509Certificate issuer, Instant now) {
    boolean[] usage = issuer.getKeyUsage();
    if (usage != null && !usage[CRL_SIGN]) {
      return List.of();
    }
    List<X509CRL> newest = new ArrayList<>();
    for (X509CRL crl : byIssuer.getOrDefault(issuer.getSubjectX500Principal(), List.of())) {
      Instant begun = thisUpdate(crl);
      if (!now.isBefore(begun) && isSigned(crl, issuer)) {
        int order = newest.isEmpty() ? 1 : begun.compareTo(thisUpdate(newest.get(0)));
        if (order > 0) {
          newest.clear();
        }
        if (order >= 0) {
          newest.add(crl);
        }
      }
    }
    return newest;
  }

  private static Instant thisUpdate(X509CRL crl) {
    return crl.getThisUpdate().toInstant();
  }

  private static boolean isSigned(X509CRL crl, X509Certificate issuer) {
    try {
      crl.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** Refuses if the newest list of an issuer became stale; older ones don't matter. */
  void checkFresh(X500Principal issuer, Instant now) throws PeerRejectedException {
    X509CRL newest = null;
    for (X509CRL crl : byIssuer.getOrDefault(issuer, List.of())) {
      if (newest == null || thisUpdate(crl).isAfter(thisUpdate(newest))) {
        newest = crl;
      }
    }
    if (newest != null) {
      refuseStale(newest, now);
    }
  }

  private void refuseStale(X509CRL crl, Instant now) throws PeerRejectedException {
    Instant end = crl.getNextUpdate().toInstant().plus(grace);
    if (now.isAfter(end)) {
      throw new PeerRejectedException(
          TlsReason.REVOCATION_UNKNOWN,
          "the revocation list of \""
              + crl.getIssuerX500Principal().getName()
              + "\" is stale since "
              + end);
    }
  }
}
