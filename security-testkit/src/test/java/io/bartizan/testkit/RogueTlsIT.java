package io.bartizan.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The attackers must get through where nobody looks, or every refusal proves nothing. */
class RogueTlsIT {

  private final DevCa ca = DevCa.of("Root");
  private final BadCertificates servers =
      BadCertificates.ofServer(ca, "billing.internal", "spiffe://prod/api");
  private final BadCertificates clients =
      BadCertificates.ofClient(ca, "billing.internal", "spiffe://prod/api");

  @ParameterizedTest
  @ValueSource(strings = "TLSv1.2")
  void everyKind_betweenRogues_reachesTheOtherSide(String protocol) {
    try (RogueServer server = RogueServer.showing(servers.good(), protocol)) {
      for (BadCertificate kind : BadCertificate.values()) {
        DevCertificate client = clients.of(kind);
        DevCertificate shown = servers.of(kind);
        boolean readable =
            client.chain().stream().allMatch(RogueTlsIT::jdkReads)
                && shown.chain().stream().allMatch(RogueTlsIT::jdkReads)
                && client.chain().size() <= 8; // JSSE reads no more
        server.show(shown);
        RogueClient rogue = RogueClient.showing(client, protocol);
        assertThat(rogue.isServedBy(server.port())).as("%s", kind).isEqualTo(readable);
        if (readable) {
          assertThat(server.lastClient()).as("%s", kind).isEqualTo(client.chain());
        }
      }
      assertThat(server.requests()).isGreaterThan(BadCertificate.values().length / 2);
    }
  }

  @Test
  void client_thatAServerRefuses_isNotServed() throws Exception {
    SSLContext strict = SSLContext.getInstance("TLS");
    char[] password = "x".toCharArray();
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(servers.good().keyStore(password), password);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(DevCa.of("Other").trustStore());
    strict.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    try (SSLServerSocket listener =
        (SSLServerSocket) strict.getServerSocketFactory().createServerSocket(0)) {
      listener.setNeedClientAuth(true);
      Thread server =
          new Thread(
              () -> {
                try (var socket = listener.accept()) {
                  socket.getOutputStream().write('x');
                } catch (java.io.IOException e) {
                  // refused, as expected
                }
              });
      server.start();
      assertThat(RogueClient.showing(clients.good()).isServedBy(listener.getLocalPort())).isFalse();
      server.join();
    }
  }

  /** Such as one that looks at the certificate when it has begun to answer. */
  @Test
  void client_thatIsAnsweredAndThenCutOff_wasServed() throws Exception {
    SSLContext any = RogueTls.context(servers.good());
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread server =
          new Thread(
              () -> {
                try (Socket plain = listener.accept()) {
                  SSLSocket socket =
                      (SSLSocket) any.getSocketFactory().createSocket(plain, null, false);
                  socket.setUseClientMode(false);
                  socket.getInputStream().read();
                  socket.getOutputStream().write('x');
                  plain.getOutputStream().write(new byte[8]); // no TLS record
                  plain.getInputStream().readAllBytes();
                } catch (IOException e) {
                  // nothing was answered, which the assertion tells
                }
              });
      server.start();
      assertThat(RogueClient.showing(clients.good()).isServedBy(listener.getLocalPort())).isTrue();
      server.join();
    }
  }

  private static boolean jdkReads(X509Certificate certificate) {
    try {
      byte[] der = certificate.getEncoded();
      return CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der))
          != null;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
