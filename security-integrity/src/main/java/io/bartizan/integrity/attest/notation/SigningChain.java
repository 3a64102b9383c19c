package io.bartizan.integrity.attest.notation;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.integrity.x509.Certificates;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules of the Notary Project for the certificates that sign code, whatever the time. */
final class SigningChain {

  private static final int DIGITAL_SIGNATURE = 0;
  private static final int KEY_CERT_SIGN = 5;
  private static final String KEY_USAGE = "2.5.29.15";
  private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

  /** Any purpose, server, e-mail, timestamps, answers about revocation. */
  private static final Set<String> OTHER_PURPOSES =
      Set.of(
          "2.5.29.37.0",
          "1.3.6.1.5.5.7.3.1",
          "1.3.6.1.5.5.7.3.4",
          "1.3.6.1.5.5.7.3.8",
          "1.3.6.1.5.5.7.3.9");

  private SigningChain() {}

  /** Refuses a chain that does not end in a root, or whose leaf may not sign; gives its key. */
  static KeyGate.Passed require(List<X509Certificate> chain) {
    KeyGate.Passed key = requireLeaf(chain.get(0));
    for (int i = 0; i < chain.size(); i++) {
      X509Certificate each = chain.get(i);
      boolean last = i == chain.size() - 1;
      if (!Certificates.isSignedBy(each, chain.get(last ? i : i + 1))) {
        throw invalid(
            last
                ? "the chain does not end with a self-signed certificate"
                : "certificate " + i + " of the chain is not signed by the next");
      }
      if (!last && Certificates.isSignedBy(each, each)) {
        throw invalid("the chain has a self-signed certificate before its end");
      }
      if (i > 0) {
        requireIssuer(each, i);
      }
    }
    if (chain.size() > 1) {
      Instant overlap =
          chain.stream()
              .map(each -> each.getNotBefore().toInstant())
              .max(Comparator.naturalOrder())
              .orElseThrow();
      String why = path(chain, overlap);
      if (why != null) {
        throw invalid("the chain holds at no time: " + why);
      }
    }
    return key;
  }

  private static KeyGate.Passed requireLeaf(X509Certificate leaf) {
    boolean[] usage = leaf.getKeyUsage();
    if (usage == null
        || !leaf.getCriticalExtensionOIDs().contains(KEY_USAGE)
        || !usage[DIGITAL_SIGNATURE]
        || usage[KEY_CERT_SIGN]
        || leaf.getBasicConstraints() >= 0) {
      throw invalid("the leaf may not sign: critical key usage digitalSignature, and no authority");
    }
    try {
      List<String> purposes = leaf.getExtendedKeyUsage();
      if (purposes != null
          && (!purposes.contains(CODE_SIGNING)
              || purposes.stream().anyMatch(OTHER_PURPOSES::contains))) {
        throw invalid("the leaf may not sign code: its purposes are " + purposes);
      }
    } catch (CertificateException e) {
      throw invalid("the leaf's purposes can't be read");
    }
    return key(leaf);
  }

  private static void requireIssuer(X509Certificate issuer, int place) {
    boolean[] usage = issuer.getKeyUsage();
    if (usage == null
        || !usage[KEY_CERT_SIGN]
        || !issuer.getCriticalExtensionOIDs().contains(KEY_USAGE)
        || issuer.getBasicConstraints() < place - 1) {
      throw invalid("certificate " + place + " of the chain may not issue the one before it");
    }
    KeyGate.Passed unused = key(issuer);
  }

  private static KeyGate.Passed key(X509Certificate certificate) {
    try {
      return KeyGate.pass(certificate.getPublicKey());
    } catch (IllegalArgumentException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  /** Refuses a chain that does not hold at a time. */
  static void requireValidAt(List<X509Certificate> chain, Instant time, String whose) {
    String why = path(chain, time);
    if (why != null) {
      throw new VerificationException(
          NotationReason.CERTIFICATE_NOT_VALID_AT_TIME,
          "the certificates do not hold at " + whose + ", " + time + ": " + why);
    }
  }

  /** Null if it holds. */
  static @Nullable String path(List<X509Certificate> chain, Instant time) {
    for (X509Certificate each : chain) {
      try {
        each.checkValidity(Date.from(time));
      } catch (CertificateException e) {
        return "one is valid from "
            + each.getNotBefore().toInstant()
            + " to "
            + each.getNotAfter().toInstant();
      }
    }
    return chain.size() == 1
        ? null
        : Certificates.whyNot(chain.get(0), chain.subList(1, chain.size()), time, Set.of());
  }

  private static VerificationException invalid(String why) {
    return new VerificationException(NotationReason.CERTIFICATE_INVALID, why);
  }
}
