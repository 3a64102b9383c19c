package io.bartizan.integrity.attest.notation;

import static java.util.regex.Pattern.CASE_INSENSITIVE;

import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.CRLReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Certificate revocation lists that the application has fetched itself (RFC 5280 section 5).
 * Immutable, thread-safe.
 *
 * <p>A certificate that a list of its issuer names is refused whenever it was used, also before it
 * was revoked. That a certificate is not revoked is told only by a list that its issuer may sign
 * (cRLSign, where it has a key usage), whose next update is not past, whose own time is at most
 * five minutes ahead, whose digest is not broken (MD5 and older), that tells of no part or
 * difference, and that has no critical extension.
 *
 * <p>RFC 5280 section 6.3.3 uses no list whose issuer lacks cRLSign, which leaves a certificate's
 * state unknown. Here such a list, or a stale one, still revokes what it names: its issuer signed
 * it with the key of its certificates, and a signer of that list could not gain more than a refusal
 * by forging it.
 */
public final class RevocationLists {

  private static final String DISTRIBUTION_POINTS = "2.5.29.31";
  private static final String PART = "2.5.29.28";
  private static final String DIFFERENCE = "2.5.29.27";
  private static final Pattern BROKEN_DIGEST = Pattern.compile("^MD[0-9]", CASE_INSENSITIVE);
  private static final int CRL_SIGN = 6;

  /** Clocks differ; an issuer's first list is often as new as the check. */
  private static final Duration SKEW = Duration.ofMinutes(5);

  private static final String INFORMATION_ACCESS = "1.3.6.1.5.5.7.1.1";

  private final List<X509CRL> lists;

  private RevocationLists(List<X509CRL> lists) {
    this.lists = lists;
  }

  /**
   * Lists in memory.
   *
   * @param lists the lists; copied
   * @return them together
   * @throws NullPointerException if an argument is null
   */
  public static RevocationLists of(Collection<X509CRL> lists) {
    return new RevocationLists(List.copyOf(lists));
  }

  /**
   * Reads files, each with lists in PEM or DER.
   *
   * @param files the files
   * @return what they hold together
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a file holds no list, or anything else
   * @throws IOException if one can't be read
   */
  public static RevocationLists read(Path... files) throws IOException {
    List<X509CRL> all = new ArrayList<>();
    for (Path file : files) {
      int before = all.size();
      try (InputStream in = Files.newInputStream(file)) {
        for (CRL each : CertificateFactory.getInstance("X.509").generateCRLs(in)) {
          all.add((X509CRL) each);
        }
      } catch (CRLException | CertificateException e) {
        throw new IllegalArgumentException("\"" + file + "\" holds no revocation list", e);
      }
      if (all.size() == before) {
        throw new IllegalArgumentException("\"" + file + "\" holds no revocation list");
      }
    }
    return of(all);
  }

  /** Refuses a chain of which a certificate is revoked, or may be and no list tells. */
  void requireUnrevoked(List<X509Certificate> chain, Instant now) {
    for (int i = 0; i < chain.size() - 1; i++) {
      X509Certificate certificate = chain.get(i);
      boolean known = false;
      for (X509CRL each : lists) {
        if (isOf(each, chain.get(i + 1))) {
          if (isNamed(each, certificate)) {
            throw new VerificationException(
                NotationReason.REVOKED, "certificate " + i + " of the chain is revoked");
          }
          known |= isCurrent(each, now) && maySignLists(chain.get(i + 1));
        }
      }
      boolean revocable =
          certificate.getExtensionValue(DISTRIBUTION_POINTS) != null
              || certificate.getExtensionValue(INFORMATION_ACCESS) != null;
      if (revocable && !known) {
        throw new VerificationException(
            NotationReason.REVOCATION_UNKNOWN,
            "certificate "
                + i
                + " of the chain can be revoked, and no current list of its issuer is at hand");
      }
    }
  }

  /** An entry that takes a certificate off the list revokes nothing (RFC 5280 section 5.3.1). */
  private static boolean isNamed(X509CRL list, X509Certificate certificate) {
    X509CRLEntry entry = list.getRevokedCertificate(certificate);
    return entry != null && entry.getRevocationReason() != CRLReason.REMOVE_FROM_CRL;
  }

  private static boolean isOf(X509CRL list, X509Certificate issuer) {
    if (!list.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
      return false;
    }
    try {
      list.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  /** Without a key usage an issuer may (RFC 5280 section 6.3.3, step f). */
  private static boolean maySignLists(X509Certificate issuer) {
    boolean[] usage = issuer.getKeyUsage();
    return usage == null || usage[CRL_SIGN];
  }

  private static boolean isCurrent(X509CRL list, Instant now) {
    Date next = list.getNextUpdate();
    return !BROKEN_DIGEST.matcher(list.getSigAlgName()).find()
        && list.getExtensionValue(PART) == null
        && list.getExtensionValue(DIFFERENCE) == null
        && !list.hasUnsupportedCriticalExtension()
        && (list.getCriticalExtensionOIDs() == null || list.getCriticalExtensionOIDs().isEmpty())
        && !list.getThisUpdate().toInstant().isAfter(now.plus(SKEW))
        && next != null
        && !next.toInstant().isBefore(now);
  }

  /** How many lists there are. */
  @Override
  public String toString() {
    return "RevocationLists[" + lists.size() + " lists]";
  }
}
