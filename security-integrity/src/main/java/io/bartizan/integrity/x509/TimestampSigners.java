package io.bartizan.integrity.x509;

import io.bartizan.integrity.der.Der;
import io.bartizan.integrity.der.DerException;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;

/**
 * The signers that a response of a timestamp authority (RFC 3161) names, read also where the rest
 * is of a form that {@link TimestampToken} does not read, such as another algorithm. Nothing is
 * verified.
 */
public final class TimestampSigners {

  private static final int IMPLICIT_0 = 0x80;
  private static final int CONSTRUCTED_0 = 0xa0;
  private static final int CONSTRUCTED_1 = 0xa1;

  private TimestampSigners() {}

  /**
   * Whether one of its signers is said to be the owner of one of some certificates.
   *
   * @param response DER of a TimeStampResp
   * @param certificates the certificates; may be none
   * @return whether it is; false if the response names others only
   * @throws DerException if it can't be read as far as its signers, or has none
   */
  public static boolean include(byte[] response, List<X509Certificate> certificates)
      throws DerException {
    Der outside = Der.whole(response, Der.SEQUENCE);
    outside.skip(Der.SEQUENCE);
    Der content = outside.enter(Der.SEQUENCE);
    content.skip(Der.OID);
    Der data = content.enter(CONSTRUCTED_0).enter(Der.SEQUENCE);
    data.skip(Der.INTEGER);
    data.skip(Der.SET);
    data.skip(Der.SEQUENCE);
    for (int optional : new int[] {CONSTRUCTED_0, CONSTRUCTED_1}) {
      if (data.isNext(optional)) {
        data.skip(optional);
      }
    }
    Der signers = data.enter(Der.SET);
    boolean found = false;
    do {
      found |= isBy(signers.enter(Der.SEQUENCE), certificates);
    } while (signers.hasMore());
    return found;
  }

  private static boolean isBy(Der signer, List<X509Certificate> certificates) throws DerException {
    signer.skip(Der.INTEGER);
    if (signer.isNext(IMPLICIT_0)) {
      byte[] keyId = signer.content(IMPLICIT_0);
      return certificates.stream().anyMatch(each -> Arrays.equals(keyId, Certificates.keyId(each)));
    }
    Der name = signer.enter(Der.SEQUENCE);
    byte[] issuer = name.raw();
    BigInteger serial = name.integer();
    name.finish();
    return certificates.stream()
        .anyMatch(
            each ->
                serial.equals(each.getSerialNumber())
                    && Arrays.equals(issuer, each.getIssuerX500Principal().getEncoded()));
  }
}
