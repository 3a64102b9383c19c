package io.bartizan.mtls;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;

/**
 * Ends TLS 1.2 renegotiation, which could change the peer in mid-connection. The JDK has only a
 * system property for it; an established TLS 1.2 connection that no longer enables TLS 1.2 refuses
 * the second handshake and goes on otherwise.
 */
final class Renegotiation {

  private static final String[] NO_LONGER = {"TLSv1.3"};

  private Renegotiation() {}

  static void forbid(SSLEngine engine) {
    if (engine.getSession().getProtocol().equals("TLSv1.2")) {
      engine.setEnabledProtocols(NO_LONGER);
    }
  }

  static void forbid(SSLSocket socket) {
    if (socket.getSession().getProtocol().equals("TLSv1.2")) {
      socket.setEnabledProtocols(NO_LONGER);
    }
  }
}
