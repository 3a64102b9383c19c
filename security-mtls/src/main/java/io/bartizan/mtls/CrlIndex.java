package io.bartizan.mtls;

import io.bartizan.core.Pem;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CRLException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.cert.X509Extension;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.jspecify.annotations.Nullable;

/** Revocation lists by issuer; whole, direct lists only (RFC 5280 section 5). */
final class CrlIndex {

  private static final int CRL_SIGN = 6;
  private static final String AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";

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
      throw new TlsMaterialException(MaterialReason.FILE_MALFORMED, source, "holds no X509 CRL");
    }
  }

  private void add(X509CRL crl, String source) {
    Set<String> critical = crl.getCriticalExtensionOIDs();
    if (critical != null && !critical.isEmpty()) {
      throw new TlsMaterialException(
          MaterialReason.FILE_MALFORMED,
          source,
          "is a delta, indirect or partial list (critical extensions " + critical + ")");
    }
    if (crl.getNextUpdate() == null) {
      throw new TlsMaterialException(
          MaterialReason.FILE_MALFORMED,
          source,
          "has no nextUpdate, so nobody knows when it is stale");
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
        MaterialReason.FILE_MALFORMED, source, "holds a revocation list that can't be parsed");
  }

  /** Refuses an index without lists, unless that was declared. */
  void checkUsable() {
    if (byIssuer.isEmpty() && !unlistedAccepted) {
      throw new TlsMaterialException(
          MaterialReason.REVOCATION_UNKNOWN,
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
    List<X509CRL> signed = signedBy(issuer);
    List<X509CRL> newest = newest(signed, now);
    for (X509CRL crl : signed) {
      // A revoked certificate stays revoked, however old the list that says so; and one that is
      // named by a list of a minute ahead of this clock is not let in until the clocks agree.
      boolean counts = newest.contains(crl) || now.isBefore(thisUpdate(crl));
      if (counts && crl.getRevokedCertificate(certificate.getSerialNumber()) != null) {
        throw new PeerRejectedException(
            PeerReason.REVOKED,
            Certificates.label(certificate) + " is revoked by its issuer's list");
      }
    }
    if (!newest.isEmpty()) {
      refuseStale(newest.get(0), now);
    } else if (!unlistedAccepted) {
      throw new PeerRejectedException(
          PeerReason.REVOCATION_UNKNOWN,
          "no revocation list signed by " + Certificates.label(issuer) + " is at hand");
    }
  }

  private List<X509CRL> signedBy(X509Certificate issuer) {
    boolean[] usage = issuer.getKeyUsage();
    if (usage != null && !usage[CRL_SIGN]) {
      return List.of();
    }
    return byIssuer.getOrDefault(issuer.getSubjectX500Principal(), List.of()).stream()
        .filter(crl -> isSigned(crl, issuer))
        .toList();
  }

  /** Of the lists that have begun, those of the latest thisUpdate. */
  private static List<X509CRL> newest(List<X509CRL> lists, Instant now) {
    List<X509CRL> newest = new ArrayList<>();
    for (X509CRL crl : lists) {
      Instant begun = thisUpdate(crl);
      if (!now.isBefore(begun)) {
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

  /**
   * Refuses if the newest list of a certificate's issuer became stale since the full handshake,
   * which verified it. An issuer that changed its key has lists of both under one name; the key
   * identifiers tell them apart.
   */
  void checkFresh(X509Certificate certificate, Instant now) throws PeerRejectedException {
    byte[] key = authorityKey(certificate);
    List<X509CRL> lists =
        byIssuer.getOrDefault(certificate.getIssuerX500Principal(), List.of()).stream()
            .filter(crl -> mayBeOf(key, authorityKey(crl)))
            .toList();
    List<X509CRL> newest = newest(lists, now);
    if (!newest.isEmpty()) {
      refuseStale(newest.get(0), now);
    }
  }

  private static boolean mayBeOf(byte @Nullable [] one, byte @Nullable [] other) {
    return one == null || other == null || Arrays.equals(one, other);
  }

  /** The key identifier of who signed it; null where there is none. */
  private static byte @Nullable [] authorityKey(X509Extension signed) {
    byte[] value = signed.getExtensionValue(AUTHORITY_KEY_IDENTIFIER);
    if (value == null) {
      return null;
    }
    try {
      return AuthorityKeyIdentifier.getInstance(ASN1OctetString.getInstance(value).getOctets())
          .getKeyIdentifierOctets();
    } catch (RuntimeException e) {
      return null;
    }
  }

  /** Says which issuer's newest list is stale; null if none is. */
  @Nullable String stale(Instant now) {
    for (List<X509CRL> lists : byIssuer.values()) {
      List<X509CRL> newest = newest(lists, now);
      if (!newest.isEmpty() && now.isAfter(end(newest.get(0)))) {
        return staleness(newest.get(0));
      }
    }
    return null;
  }

  private void refuseStale(X509CRL crl, Instant now) throws PeerRejectedException {
    if (now.isAfter(end(crl))) {
      throw new PeerRejectedException(PeerReason.REVOCATION_UNKNOWN, staleness(crl));
    }
  }

  private Instant end(X509CRL crl) {
    return crl.getNextUpdate().toInstant().plus(grace);
  }

  private String staleness(X509CRL crl) {
    return "the revocation list of \""
        + crl.getIssuerX500Principal().getName()
        + "\" is stale since "
        + end(crl);
  }
}
