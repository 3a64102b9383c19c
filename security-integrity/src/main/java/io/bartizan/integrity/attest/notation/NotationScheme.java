package io.bartizan.integrity.attest.notation;

/** Signing schemes: who vouches for the signer and for the time. */
public enum NotationScheme {
  /**
   * {@code notary.x509}: a certificate authority; the time is the signer's word, or a timestamp.
   */
  X509("notary.x509", "ca"),
  /** {@code notary.x509.signingAuthority}: a signing service, which vouches for the time too. */
  X509_SIGNING_AUTHORITY("notary.x509.signingAuthority", "signingAuthority");

  private final String label;
  private final String storeType;

  NotationScheme(String label, String storeType) {
    this.label = label;
    this.storeType = storeType;
  }

  String label() {
    return label;
  }

  /** The kind of trust store that its certificates must end in. */
  String storeType() {
    return storeType;
  }
}
