package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.testkit.BadCertificate;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.DevKeyType;
import java.security.Provider;
import java.security.Security;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLException;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** MT-10: the order of the JVM's providers decides nothing. */
class ProviderOrderTest {

  /** Runs with Bouncy Castle as the JVM's first provider. */
  static <T> T withBouncyCastleFirst(Callable<T> call) throws Exception {
    BouncyCastleProvider provider = new BouncyCastleProvider();
    Security.insertProviderAt(provider, 1);
    try {
      return call.call();
    } finally {
      Security.removeProvider(provider.getName());
    }
  }

  private static Map<BadCertificate, String> decisions(PeerCast cast) {
    Map<BadCertificate, String> all = new EnumMap<>(BadCertificate.class);
    try (ServerTls server = cast.server().build()) {
      for (BadCertificate kind : BadCertificate.values()) {
        DevCertificate client = cast.clients.get(kind);
        all.put(
            kind,
            server.explain(client.chain(), null).fold(a -> "accepted", r -> r.reason().name()));
      }
    }
    return all;
  }

  @Test
  void MT10_badCertificates_areDecidedAlikeInEachOrder() throws Exception {
    PeerCast cast = PeerCast.SHARED;
    assertThat(withBouncyCastleFirst(() -> decisions(cast))).isEqualTo(decisions(cast));
  }

  /** Not Ed25519: with Bouncy Castle first, SunJSSE itself does not know the certificate's key. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ED25519")
  void MT10_handshakes_workWithBouncyCastleFirst(DevKeyType type) throws Exception {
    String unused =
        withBouncyCastleFirst(
            () -> {
              TestPki pki = new TestPki();
              DevCertificate own =
                  pki.ca.leaf("s").dns("localhost").withKeys(type).forServer().issue();
              ServerTls server =
                  ServerTls.of(
                      Identity.pemText(() -> own.privateKeyPem() + own.chainPem()),
                      TestPki.anchors(pki.ca),
                      PeerPolicy.spiffeId(TestPki.CLIENT_ID));
              ClientTls client = pki.clientTls().build();
              Engines.between(client.sslContext(), server.sslContext()).run();
              DevCertificate stranger = pki.ca.leaf("x").uri("spiffe://x.example/a").issue();
              ClientTls other =
                  ClientTls.of(
                      TestPki.identity(stranger),
                      TestPki.anchors(pki.ca),
                      PeerPolicy.requestedHost());
              assertThatThrownBy(
                      () -> Engines.between(other.sslContext(), server.sslContext()).run())
                  .isInstanceOf(SSLException.class);
              assertThat(server.explain(List.of(stranger.certificate()), null).isAccepted())
                  .isFalse();
              return "";
            });
  }

  /** A TLS provider of which nobody knows anything. */
  private static final class Stranger extends Provider {
    private static final long serialVersionUID = 1L;

    Stranger() {
      super("Conscrypt", "1", "of this test");
    }
  }

  @Test
  void MT10_unknownTlsProvider_isRefusedByBuild() {
    assertThatThrownBy(() -> new TestPki().serverTls().withProvider(new Stranger()).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Conscrypt")
        .hasMessageContaining("SunJSSE and BCJSSE");
    assertThat(
            new TestPki()
                .serverTls()
                .withProvider(Security.getProvider("SunJSSE"))
                .build()
                .generation())
        .isEqualTo(1);
  }
}
