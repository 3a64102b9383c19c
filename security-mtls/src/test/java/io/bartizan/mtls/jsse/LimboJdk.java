package io.bartizan.mtls.jsse;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.security.GeneralSecurityException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** What the JDK alone decides: its PKIX trust manager, and its HTTPS identification for a name. */
public final class LimboJdk {

  private LimboJdk() {}

  /** Whether it accepts a peer at a time; {@code client} if the peer is one. */
  public static boolean accepts(
      List<X509Certificate> roots,
      List<X509Certificate> presented,
      Instant time,
      boolean client,
      @Nullable String host)
      throws GeneralSecurityException {
    try {
      PKIXBuilderParameters parameters =
          new PKIXBuilderParameters(
              roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet()),
              new X509CertSelector());
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(time));
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(new CertPathTrustManagerParameters(parameters));
      X509ExtendedTrustManager manager = (X509ExtendedTrustManager) factory.getTrustManagers()[0];
      X509Certificate[] chain = presented.toArray(X509Certificate[]::new);
      SSLEngine engine = handshaking(host);
      if (client) {
        manager.checkClientTrusted(chain, "UNKNOWN", engine);
      } else {
        manager.checkServerTrusted(chain, "UNKNOWN", engine);
      }
      return true;
    } catch (java.security.cert.CertificateException | RuntimeException e) {
      return false;
    }
  }

  /** An engine that seems to be in a handshake with this host. */
  private static SSLEngine handshaking(@Nullable String host) throws GeneralSecurityException {
    SSLEngine engine = SSLContext.getDefault().createSSLEngine();
    SSLSession idle = engine.getSession();
    SSLSession session =
        (SSLSession)
            Proxy.newProxyInstance(
                LimboJdk.class.getClassLoader(),
                new Class<?>[] {SSLSession.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("getPeerHost")) {
                    return host;
                  }
                  if (method.getName().equals("getProtocol")) {
                    return "TLSv1.3";
                  }
                  try {
                    return method.invoke(idle, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm(host == null ? null : "HTTPS");
    engine.setSSLParameters(parameters);
    return new DelegatingEngine(engine) {
      @Override
      public SSLSession getHandshakeSession() {
        return session;
      }
    };
  }
}
