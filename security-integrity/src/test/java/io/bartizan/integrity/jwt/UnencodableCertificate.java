package io.bartizan.integrity.jwt;

import java.math.BigInteger;
import java.security.Principal;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.Set;

/** A certificate of a provider that can't write it. */
final class UnencodableCertificate extends X509Certificate {

  private static final long serialVersionUID = 1L;

  @Override
  public byte[] getEncoded() throws CertificateEncodingException {
    throw new CertificateEncodingException("slot 3: device removed");
  }

  @Override
  public String toString() {
    return "unencodable";
  }

  private static UnsupportedOperationException unasked() {
    return new UnsupportedOperationException("nobody should ask");
  }

  @Override
  public void checkValidity() {
    throw unasked();
  }

  @Override
  public void checkValidity(Date date) {
    throw unasked();
  }

  @Override
  public int getVersion() {
    throw unasked();
  }

  @Override
  public BigInteger getSerialNumber() {
    throw unasked();
  }

  @Override
  @Deprecated
  public Principal getIssuerDN() {
    throw unasked();
  }

  @Override
  @Deprecated
  public Principal getSubjectDN() {
    throw unasked();
  }

  @Override
  public Date getNotBefore() {
    throw unasked();
  }

  @Override
  public Date getNotAfter() {
    throw unasked();
  }

  @Override
  public byte[] getTBSCertificate() {
    throw unasked();
  }

  @Override
  public byte[] getSignature() {
    throw unasked();
  }

  @Override
  public String getSigAlgName() {
    throw unasked();
  }

  @Override
  public String getSigAlgOID() {
    throw unasked();
  }

  @Override
  public byte[] getSigAlgParams() {
    throw unasked();
  }

  @Override
  public boolean[] getIssuerUniqueID() {
    throw unasked();
  }

  @Override
  public boolean[] getSubjectUniqueID() {
    throw unasked();
  }

  @Override
  public boolean[] getKeyUsage() {
    throw unasked();
  }

  @Override
  public int getBasicConstraints() {
    throw unasked();
  }

  @Override
  public void verify(PublicKey key) {
    throw unasked();
  }

  @Override
  public void verify(PublicKey key, String provider) {
    throw unasked();
  }

  @Override
  public PublicKey getPublicKey() {
    throw unasked();
  }

  @Override
  public boolean hasUnsupportedCriticalExtension() {
    throw unasked();
  }

  @Override
  public Set<String> getCriticalExtensionOIDs() {
    throw unasked();
  }

  @Override
  public Set<String> getNonCriticalExtensionOIDs() {
    throw unasked();
  }

  @Override
  public byte[] getExtensionValue(String oid) {
    throw unasked();
  }
}
