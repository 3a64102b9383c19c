package io.bartizan.integrity.attest.sigstore;

import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.integrity.x509.Certificates;
import io.bartizan.integrity.x509.Signatures;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A certificate or timestamp authority of the trusted root, whose chain was judged as it was
 * loaded: each certificate signed by the next, the last by itself, all but a timestamp authority's
 * own first certificate with a certificate authority's rights and path lengths that allow it.
 */
record TrustedAuthority(String name, List<X509Certificate> chain, Window window) {

  private static final int MAX_CHAIN = 10;
  private static final int KEY_CERT_SIGN = 5;
  private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
  private static final String TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
  private static final String ANY = "2.5.29.37.0";

  static TrustedAuthority certificates(ProtoFields fields) {
    TrustedAuthority read = read(fields);
    read.judge(fields, 0, CODE_SIGNING);
    return read;
  }

  /** Null if its key is of a kind that is not read: then it does not exist. */
  static @Nullable TrustedAuthority timestamps(ProtoFields fields) {
    TrustedAuthority read = read(fields);
    if (read.chain.size() < 2 || read.leaf().getBasicConstraints() >= 0) {
      throw fields.refused("the chain does not begin with the timestamp authority's certificate");
    }
    read.judge(fields, 1, TIME_STAMPING);
    try {
      KeyGate.Passed key = KeyGate.pass(read.leaf().getPublicKey());
      return key == null ? null : read;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static TrustedAuthority read(ProtoFields fields) {
    Window window = Window.read(fields);
    List<X509Certificate> chain = new ArrayList<>();
    for (ProtoFields each : fields.object("certChain").objects("certificates", MAX_CHAIN)) {
      try {
        chain.add(Certificates.read(each.bytes("rawBytes")));
      } catch (CertificateException e) {
        throw each.refused(String.valueOf(e.getMessage()));
      }
    }
    if (chain.isEmpty()) {
      throw fields.refused("the chain is empty");
    }
    return new TrustedAuthority(fields.textOrEmpty("uri"), List.copyOf(chain), window);
  }

  private void judge(ProtoFields fields, int firstAuthority, String purpose) {
    for (int i = 0; i < chain.size(); i++) {
      X509Certificate each = chain.get(i);
      boolean last = i == chain.size() - 1;
      if (!Certificates.isSignedBy(each, chain.get(last ? i : i + 1))) {
        throw fields.refused(
            last
                ? "the chain does not end with a self-signed certificate"
                : "certificate " + i + " of the chain is not signed by the next");
      }
      if (i < firstAuthority) {
        continue;
      }
      boolean[] usage = each.getKeyUsage();
      if (each.getBasicConstraints() < i - firstAuthority
          || (usage != null && !usage[KEY_CERT_SIGN])
          || !allows(each, purpose)) {
        throw fields.refused("certificate " + i + " of the chain may not issue the one before it");
      }
      try {
        KeyGate.Passed key = KeyGate.pass(each.getPublicKey());
        if (!last && Certificates.isSignedBy(each, each)) {
          throw fields.refused("the chain has a root before its end: " + Signatures.kindOf(key));
        }
      } catch (IllegalArgumentException e) {
        throw fields.refused("certificate " + i + " of the chain: " + e.getMessage());
      }
    }
  }

  private static boolean allows(X509Certificate certificate, String purpose) {
    try {
      List<String> purposes = certificate.getExtendedKeyUsage();
      return purposes == null || purposes.contains(purpose) || purposes.contains(ANY);
    } catch (CertificateException e) {
      return false;
    }
  }

  /** The first certificate: a certificate authority's issuer, or a timestamp authority's own. */
  X509Certificate leaf() {
    return chain.get(0);
  }

  @Override
  public String toString() {
    return name.isEmpty() ? leaf().getSubjectX500Principal().getName() : name;
  }
}
