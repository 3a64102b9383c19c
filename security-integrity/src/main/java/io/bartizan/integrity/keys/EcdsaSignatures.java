package io.bartizan.integrity.keys;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;

/**
 * Verifies ECDSA signatures over a hash: by our own arithmetic where Bouncy Castle is there, else
 * by the platform's engine. The verdict is the same.
 */
public final class EcdsaSignatures {

  private EcdsaSignatures() {}

  /**
   * Whether a signature in DER, of its one spelling, is a key's.
   *
   * @param key an EC key
   * @param hash of what was signed
   * @param der any bytes
   * @return whether it is
   */
  public static boolean matches(KeyGate.Passed key, byte[] hash, byte[] der) {
    ECPublicKey ec = (ECPublicKey) key.key();
    if (!EcdsaForms.isStrictDer(der, ec.getParams().getOrder())) {
      return false;
    }
    return BouncyCastle.isPresent()
        ? key.ecdsa().matchesDer(hash, der)
        : byPlatform(ec, hash, der) || new LargeX(ec).matches(der, hash);
  }

  private static boolean byPlatform(ECPublicKey key, byte[] hash, byte[] der) {
    try {
      Signature engine = JdkSignatures.engine("NONEwithECDSA", false);
      engine.initVerify(key);
      engine.update(hash);
      return engine.verify(der);
    } catch (SignatureException e) {
      return false; // malformed; a forger learns nothing from the difference
    } catch (InvalidKeyException e) {
      throw new IllegalStateException("this JVM can't use the key", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM verifies no ECDSA over a hash", e);
    }
  }
}
