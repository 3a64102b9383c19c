package io.bartizan.mtls;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
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
final class Platform {

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

  static CertPathValidator pathValidator() {
    try {
      Provider sun = named("SUN");
      return sun == null
          ? CertPathValidator.getInstance("PKIX")
          : CertPathValidator.getInstance("PKIX", sun);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has PKIX", e);
    }
  }

  static TrustManagerFactory trustManagers() throws GeneralSecurityException {
    Provider jsse = named("SunJSSE");
    return jsse == null
        ? TrustManagerFactory.getInstance("PKIX")
        : TrustManagerFactory.getInstance("PKIX", jsse);
  }

  static SSLContext tls() throws GeneralSecurityException {
    Provider jsse = named("SunJSSE");
    return jsse == null ? SSLContext.getInstance("TLS") : SSLContext.getInstance("TLS", jsse);
  }

  static AlgorithmParameters pssParameters() throws GeneralSecurityException {
    Provider rsa = named("SunRsaSign");
    return rsa == null
        ? AlgorithmParameters.getInstance("RSASSA-PSS")
        : AlgorithmParameters.getInstance("RSASSA-PSS", rsa);
  }
}
