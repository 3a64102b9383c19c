package io.bartizan.integrity.keys;

import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.Signature;

/** The JDK's own engines, so that whoever inserted a provider before them changes no verdict. */
public final class JdkSignatures {

  private JdkSignatures() {}

  /**
   * An engine; of the first provider that offers it where the JVM has none of the JDK's.
   *
   * @param name such as {@code Ed25519} or {@code RSASSA-PSS}
   * @param rsa whether its keys are of RSA; else they are of a curve
   * @return a fresh one, for one thread
   * @throws NoSuchAlgorithmException if nobody offers it
   */
  public static Signature engine(String name, boolean rsa) throws NoSuchAlgorithmException {
    try {
      return Signature.getInstance(name, rsa ? "SunRsaSign" : "SunEC");
    } catch (NoSuchProviderException | NoSuchAlgorithmException e) {
      return Signature.getInstance(name);
    }
  }
}
