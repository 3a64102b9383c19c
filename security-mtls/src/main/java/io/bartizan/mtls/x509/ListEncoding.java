package io.bartizan.mtls.x509;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.CRLException;
import java.security.cert.CRLReason;
import java.security.cert.X509CRL;
import org.jspecify.annotations.Nullable;

/**
 * A revocation list in its DER encoding, of which nothing is unfolded but the part without entries:
 * a list of 100 MB has millions of them, and as objects they take ten times the file.
 */
public final class ListEncoding {

  /** They are unfolded as objects, and copied. */
  private static final int MAX_BYTES_BESIDE_ENTRIES = 1 << 20;

  private final byte[] der;
  private final DerSlice signed;
  private final X509CRL withoutEntries;
  private final RevokedSerials entries;

  private ListEncoding(
      byte[] der, DerSlice signed, X509CRL withoutEntries, RevokedSerials entries) {
    this.der = der;
    this.signed = signed;
    this.withoutEntries = withoutEntries;
    this.entries = entries;
  }

  /**
   * Reads a list.
   *
   * @param der kept, and not to be changed any more
   * @throws IllegalArgumentException if it is malformed
   * @throws CRLException if it is malformed outside its entries
   */
  public static ListEncoding of(byte[] der) throws CRLException {
    DerSlice list = DerSlice.at(der, 0, der.length).require(DerSlice.SEQUENCE);
    if (list.end() != der.length) {
      throw new IllegalArgumentException("more bytes than one list");
    }
    DerSlice signed = list.inner().require(DerSlice.SEQUENCE);
    DerSlice afterTimes = afterTimes(signed);
    DerSlice revoked =
        afterTimes != null && afterTimes.tag() == DerSlice.SEQUENCE ? afterTimes : null;
    DerSlice extensions = revoked == null ? afterTimes : revoked.next(signed.end());
    if (extensions != null
        && extensions.require(DerSlice.EXTENSIONS_OF_LIST).end() != signed.end()) {
      throw new IllegalArgumentException("more than extensions after the entries");
    }
    int start = revoked == null ? signed.end() : revoked.start();
    int after = revoked == null ? signed.end() : revoked.end();
    if (der.length - (after - start) > MAX_BYTES_BESIDE_ENTRIES) {
      throw new IllegalArgumentException("too many bytes beside the entries");
    }
    byte[] head = joined(der, signed.content(), start, after, signed.end());
    byte[] fields = wrapped(head);
    byte[] rest = joined(der, signed.end(), list.end(), list.end(), list.end());
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(fields);
    all.writeBytes(rest);
    if (Certificates.factory().generateCRL(new ByteArrayInputStream(wrapped(all.toByteArray())))
        instanceof X509CRL crl) {
      return new ListEncoding(
          der,
          signed,
          crl,
          new RevokedSerials(der, revoked == null ? after : revoked.content(), after));
    }
    throw new CRLException("no X.509 list");
  }

  /**
   * Whatever is behind version OPTIONAL, signature, issuer, thisUpdate, nextUpdate OPTIONAL: the
   * entries or the extensions, if there are any.
   */
  private static @Nullable DerSlice afterTimes(DerSlice signed) {
    DerSlice at = signed.inner();
    if (at.tag() == DerSlice.INTEGER) {
      at = at.required(signed.end());
    }
    at = at.require(DerSlice.SEQUENCE).required(signed.end());
    at = at.require(DerSlice.SEQUENCE).required(signed.end());
    DerSlice next = at.next(signed.end());
    if (next != null
        && (next.tag() == DerSlice.UTC_TIME || next.tag() == DerSlice.GENERALIZED_TIME)) {
      next = next.next(signed.end());
    }
    return next;
  }

  private static byte[] joined(byte[] der, int from, int to, int from2, int to2) {
    byte[] both = new byte[to - from + to2 - from2];
    System.arraycopy(der, from, both, 0, to - from);
    System.arraycopy(der, from2, both, to - from, to2 - from2);
    return both;
  }

  private static byte[] wrapped(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(DerSlice.SEQUENCE);
    out.write(0x84);
    for (int shift = 24; shift >= 0; shift -= 8) {
      out.write(content.length >>> shift);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  /** Issuer, times and extensions; it has no entries, and its signature is another list's. */
  public X509CRL withoutEntries() {
    return withoutEntries;
  }

  /** How many certificates it names. */
  public int count() {
    return entries.count();
  }

  /** Why a certificate of this number is named; null if it is not. */
  @Nullable CRLReason named(BigInteger serial) {
    return entries.named(serial);
  }

  boolean hasUnknownCriticalInEntries() {
    return entries.hasUnknownCritical();
  }

  boolean isSignedBy(PublicKey key) {
    return SignatureAlgorithm.of(withoutEntries)
        .isBy(key, der, signed.start(), signed.end(), withoutEntries.getSignature());
  }
}
