package io.bartizan.mtls.jsse;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * The least a connection may be: TLS 1.2 with an AEAD and forward secrecy, or TLS 1.3; in one role,
 * with one handshake.
 */
final class TlsMinimum {

  private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  private static final String[] NO_LONGER = {"TLSv1.3"};

  private TlsMinimum() {}

  /** The protocols of the list that are good enough. */
  @CanIgnoreReturnValue
  static String[] protocols(String[] asked) {
    return kept("protocols", asked, PROTOCOLS::contains, "TLSv1.3 and TLSv1.2");
  }

  /** The cipher suites of the list that are good enough, in their order. */
  @CanIgnoreReturnValue
  static String[] suites(String[] asked) {
    return kept(
        "cipher suites",
        asked,
        TlsMinimum::isStrong,
        "those of TLS 1.3 and ECDHE with GCM or ChaCha20-Poly1305");
  }

  /** Whether nothing of the parameters would be left. */
  static void refuseWeakOnly(SSLParameters parameters) {
    String[] protocols = parameters.getProtocols();
    if (protocols != null) {
      protocols(protocols);
    }
    String[] suites = parameters.getCipherSuites();
    if (suites != null) {
      suites(suites);
    }
  }

  /** Parameters of a context, raised to the least. */
  static SSLParameters raise(SSLParameters parameters, boolean client) {
    parameters.setProtocols(protocols(parameters.getProtocols()));
    parameters.setCipherSuites(suites(parameters.getCipherSuites()));
    if (!client) {
      parameters.setNeedClientAuth(true);
      parameters.setUseCipherSuitesOrder(true);
    }
    return parameters;
  }

  private static boolean isStrong(String suite) {
    boolean aead = suite.contains("_GCM_") || suite.contains("_CHACHA20_POLY1305_");
    boolean tls13 = suite.startsWith("TLS_AES_") || suite.startsWith("TLS_CHACHA20_");
    boolean ecdhe =
        suite.startsWith("TLS_ECDHE_ECDSA_WITH_") || suite.startsWith("TLS_ECDHE_RSA_WITH_");
    boolean known = !suite.contains("ARIA") && !suite.contains("CAMELLIA");
    return aead && known && (tls13 || ecdhe);
  }

  private static String[] kept(
      String what, String[] asked, Predicate<String> good, String accepted) {
    String[] kept = Arrays.stream(asked).filter(good).toArray(String[]::new);
    if (kept.length == 0) {
      throw new IllegalArgumentException(
          "none of the "
              + what
              + " "
              + Arrays.toString(asked)
              + " is accepted, "
              + accepted
              + " are");
    }
    return kept;
  }

  /** A context's policy is about peers of one kind, so its connections keep one role. */
  static void requireRole(boolean client, boolean clientMode) {
    if (clientMode != client) {
      throw new IllegalArgumentException(
          "clientMode is "
              + clientMode
              + ", this context was made by "
              + (client ? "ClientTls" : "ServerTls"));
    }
  }

  /**
   * Ends TLS 1.2 renegotiation, which could change the peer in mid-connection. The JDK has only a
   * system property for it; an established TLS 1.2 connection that no longer enables TLS 1.2
   * refuses the second handshake and goes on otherwise.
   */
  static void forbidRenegotiation(SSLEngine engine) {
    if (engine.getSession().getProtocol().equals("TLSv1.2")) {
      engine.setEnabledProtocols(NO_LONGER);
    }
  }

  /** The same for a socket. */
  static void forbidRenegotiation(SSLSocket socket) {
    if (socket.getSession().getProtocol().equals("TLSv1.2")) {
      socket.setEnabledProtocols(NO_LONGER);
    }
  }
}
