package io.bartizan.mtls;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Edwards keys in the shape that Bouncy Castle's TLS knows. It asks key and certificate for their
 * algorithm's name and looks for {@code Ed25519} or {@code Ed448}; the JDK's answer is {@code
 * EdDSA} for both, so that its TLS finds neither signer nor cipher suite.
 */
final class EdwardsMaterial {

  private EdwardsMaterial() {}

  /** The same key and chain as objects of Bouncy Castle if the key is an Edwards key. */
  static KeyMaterial forBouncyCastle(KeyMaterial material) {
    if (!(material.leaf().getPublicKey() instanceof EdECPublicKey key)) {
      return material;
    }
    byte[] pkcs8 = material.key().getEncoded();
    if (pkcs8 == null) {
      throw new TlsMaterialException(
          MaterialReason.KEY_UNSUPPORTED,
          material.source(),
          "holds an Edwards key that a device keeps, and Bouncy Castle's TLS uses its own only");
    }
    try {
      PrivateKey translated =
          KeyFactory.getInstance(key.getParams().getName(), PemMaterial.bouncyCastle())
              .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      CertificateFactory factory =
          CertificateFactory.getInstance("X.509", PemMaterial.bouncyCastle());
      List<X509Certificate> chain = new ArrayList<>();
      for (X509Certificate certificate : material.chain()) {
        chain.add(
            (X509Certificate)
                factory.generateCertificate(new ByteArrayInputStream(certificate.getEncoded())));
      }
      return new KeyMaterial(
          material.source(), translated, List.copyOf(chain), material.path(), material.names());
    } catch (GeneralSecurityException e) {
      throw new TlsMaterialException(
          MaterialReason.KEY_UNSUPPORTED,
          material.source(),
          "holds an Edwards key that Bouncy Castle's TLS can't use: " + e.getMessage());
    } finally {
      java.util.Arrays.fill(pkcs8, (byte) 0);
    }
  }
}
