package io.bartizan.mtls.x509;

import io.bartizan.core.SafeText;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's own implementations, asked for by name: which other providers the JVM has, and in which
 * order, must not decide who is let in.
 *
 * <p>Where a JVM has no provider of that name (a FIPS configuration, another vendor's), its first
 * one stands in.
 */
public final class Platform {

  private static final Set<String> KNOWN_TLS = Set.of("SunJSSE", "BCJSSE");

  private Platform() {}

  private static @Nullable Provider named(String name) {
    return Security.getProvider(name);
  }

  static CertificateFactory certificateFactory() {
    try {
      Provider sun = named("SUN");
      return sun == null
          ? CertificateFactory.getInstance("X.509")
          : CertificateFactory.getInstance("X.509", sun);
    } catch (CertificateException e) {
      throw new IllegalStateException("every Java platform has X.509", e);
    }
  }

  public static CertPathValidator pathValidator() {
    try {
      Provider sun = named("SUN");
      return sun == null
          ? CertPathValidator.getInstance("PKIX")
          : CertPathValidator.getInstance("PKIX", sun);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has PKIX", e);
    }
  }

  public static TrustManagerFactory trustManagers() throws GeneralSecurityException {
    Provider jsse = named("SunJSSE");
    return jsse == null
        ? TrustManagerFactory.getInstance("PKIX")
        : TrustManagerFactory.getInstance("PKIX", jsse);
  }

  public static SSLContext tls() throws GeneralSecurityException {
    Provider jsse = named("SunJSSE");
    return jsse == null ? SSLContext.getInstance("TLS") : SSLContext.getInstance("TLS", jsse);
  }

  public static AlgorithmParameters pssParameters() throws GeneralSecurityException {
    Provider rsa = named("SunRsaSign");
    return rsa == null
        ? AlgorithmParameters.getInstance("RSASSA-PSS")
        : AlgorithmParameters.getInstance("RSASSA-PSS", rsa);
  }

  /** RSA, RSASSA-PSS, EC, Ed25519 or Ed448. */
  public static KeyFactory keyFactory(String algorithm) throws NoSuchAlgorithmException {
    Provider provider = named(algorithm.startsWith("RSA") ? "SunRsaSign" : "SunEC");
    return provider == null
        ? KeyFactory.getInstance(algorithm)
        : KeyFactory.getInstance(algorithm, provider);
  }

  public static KeyStore pkcs12() throws KeyStoreException {
    Provider sun = named("SUN");
    return sun == null || sun.getService("KeyStore", "PKCS12") == null
        ? KeyStore.getInstance("PKCS12")
        : KeyStore.getInstance("PKCS12", sun);
  }

  /**
   * Refuses a TLS provider that is not known to work in sockets, engines and events.
   *
   * @throws IllegalArgumentException if it is another than the JDK's or Bouncy Castle's
   */
  public static void refuseUnknown(@Nullable Provider tls) {
    if (tls != null && !KNOWN_TLS.contains(tls.getName())) {
      throw new IllegalArgumentException(
          "provider is "
              + SafeText.of(tls.getName())
              + ", SunJSSE and BCJSSE are accepted: sockets, engines and the events of others were"
              + " never tried");
    }
  }
}
