package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Sha256;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.der.Der;
import io.bartizan.integrity.der.DerException;
import io.bartizan.integrity.x509.Signatures;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The signed certificate timestamps inside a certificate (RFC 6962 section 3.3): each of a log of
 * the trusted root must be over the certificate as it was before it had them.
 */
final class SctCheck {

  private static final int MAX_SCTS = 16;
  private static final int EXPLICIT_3 = 0xa3;
  private static final int SHA256 = 4;

  private SctCheck() {}

  /** One entry of the list. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Sct(
      byte[] logId, long millis, byte[] extensions, int hash, int algorithm, byte[] signature) {}

  /**
   * The logs of the trusted root that have the certificate.
   *
   * @throws VerificationException if one of them has not signed it
   */
  static Set<TrustedLog> logs(LeafCertificate leaf, X509Certificate issuer, TrustedRoot root) {
    Set<TrustedLog> logs = new LinkedHashSet<>();
    byte[] list = leaf.sctList();
    if (list == null) {
      return logs;
    }
    try {
      byte[] precertificate = withoutScts(leaf.der());
      for (Sct each : parse(list)) {
        TrustedLog log = root.certificateLog(each.logId);
        if (log != null) {
          requireSigned(each, log, issuer, precertificate);
          logs.add(log);
        }
      }
      return logs;
    } catch (DerException e) {
      throw new VerificationException(
          SigstoreReason.MALFORMED, "the list of SCTs: " + e.getMessage());
    }
  }

  private static void requireSigned(
      Sct sct, TrustedLog log, X509Certificate issuer, byte[] precertificate) {
    Instant time = Instant.ofEpochMilli(sct.millis);
    if (sct.hash != SHA256 || sct.algorithm != ("RSA".equals(log.key().kty()) ? 1 : 3)) {
      throw invalid("of " + log + " is signed with an algorithm that its key has not");
    }
    ByteArrayOutputStream signed = new ByteArrayOutputStream();
    signed.write(0); // version 1
    signed.write(0); // a certificate's timestamp
    signed.writeBytes(ByteBuffer.allocate(8).putLong(sct.millis).array());
    signed.write(0);
    signed.write(1); // of a precertificate
    signed.writeBytes(Sha256.of(issuer.getPublicKey().getEncoded()));
    signed.write(precertificate.length >> 16);
    signed.write(precertificate.length >> 8);
    signed.write(precertificate.length);
    signed.writeBytes(precertificate);
    signed.write(sct.extensions.length >> 8);
    signed.write(sct.extensions.length);
    signed.writeBytes(sct.extensions);
    if (!Signatures.matches(
        log.key(), DigestAlgorithm.SHA_256, signed.toByteArray(), sct.signature)) {
      throw invalid("of " + log + " is not over this certificate of this issuer");
    }
    if (!log.window().holds(time)) {
      throw invalid("of " + log + " is of " + time + ", the log is valid from " + log.window());
    }
  }

  private static VerificationException invalid(String why) {
    return new VerificationException(SigstoreReason.SCT_INVALID, "the SCT " + why);
  }

  /** The octet string around a list of TLS vectors. */
  static List<Sct> parse(byte[] extension) throws DerException {
    Der outside = Der.of(extension);
    ByteBuffer all = ByteBuffer.wrap(outside.content(Der.OCTET_STRING));
    outside.finish();
    List<Sct> scts = new ArrayList<>();
    ByteBuffer list = ByteBuffer.wrap(vector(all));
    if (all.hasRemaining() || !list.hasRemaining()) {
      throw new DerException("it is empty, or something follows it");
    }
    while (list.hasRemaining()) {
      if (scts.size() == MAX_SCTS) {
        throw new DerException("more than " + MAX_SCTS);
      }
      scts.add(sct(ByteBuffer.wrap(vector(list))));
    }
    return scts;
  }

  private static Sct sct(ByteBuffer in) throws DerException {
    if (in.remaining() < 1 + 32 + 8 || in.get() != 0) {
      throw new DerException("an SCT is cut, or not of version 1");
    }
    byte[] logId = new byte[32];
    in.get(logId);
    long millis = in.getLong();
    byte[] extensions = vector(in);
    if (millis < 0 || in.remaining() < 2) {
      throw new DerException("an SCT is cut, or its time is out of range");
    }
    int hash = in.get();
    int algorithm = in.get();
    byte[] signature = vector(in);
    if (in.hasRemaining()) {
      throw new DerException("something follows an SCT");
    }
    return new Sct(logId, millis, extensions, hash, algorithm, signature);
  }

  /** A vector of TLS with two bytes of length. */
  private static byte[] vector(ByteBuffer in) throws DerException {
    int length = in.remaining() < 2 ? -1 : in.getShort() & 0xffff;
    if (length < 0 || in.remaining() < length) {
      throw new DerException("a vector is cut");
    }
    byte[] content = new byte[length];
    in.get(content);
    return content;
  }

  /** The signed part of a certificate without its list of SCTs, all lengths written anew. */
  static byte[] withoutScts(byte[] certificate) throws DerException {
    Der body = Der.whole(certificate, Der.SEQUENCE).enter(Der.SEQUENCE);
    List<byte[]> parts = new ArrayList<>();
    while (body.hasMore()) {
      if (!body.isNext(EXPLICIT_3)) {
        parts.add(body.raw());
        continue;
      }
      Der wrapper = body.enter(EXPLICIT_3);
      Der extensions = wrapper.enter(Der.SEQUENCE);
      wrapper.finish();
      List<byte[]> kept = new ArrayList<>();
      while (extensions.hasMore()) {
        byte[] extension = extensions.raw();
        if (!Der.whole(extension, Der.SEQUENCE).oid().equals(LeafCertificate.SCT_LIST)) {
          kept.add(extension);
        }
      }
      if (!kept.isEmpty()) {
        parts.add(Der.encode(EXPLICIT_3, List.of(Der.encode(Der.SEQUENCE, kept))));
      }
    }
    return Der.encode(Der.SEQUENCE, parts);
  }
}
