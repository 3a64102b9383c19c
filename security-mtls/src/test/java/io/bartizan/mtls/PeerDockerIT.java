package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.BadCertificate;
import io.bartizan.testkit.BadCertificates;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The docker client with {@code --tlsverify} against a daemon that is our {@code HttpsServer}. */
@Tag("deep")
class PeerDockerIT {

  private final DevCa ca = DevCa.of("Docker Root");
  private final BadCertificates clients =
      BadCertificates.ofClient(ca, PeerCast.DNS, PeerCast.SPIFFE);
  @TempDir Path certPath;
  @TempDir Path config;

  @Test
  void docker_withGoodAndBadCertificates_reachesTheDaemonOnlyWithTheGoodOne() throws Exception {
    DevCertificate own = ca.leaf("daemon").ip("127.0.0.1").forServer().issue();
    try (ServerTls tls =
            ServerTls.builder(
                    Identity.of(own.privateKey(), own.chain()),
                    TrustAnchors.of(List.of(ca.certificate())),
                    PeerPolicy.spiffeId(PeerCast.SPIFFE))
                .build();
        PeerHttps service = new PeerHttps(tls, PeerDaemon::answer)) {
      PeerProgram.Result good = docker(service.port(), clients.good());
      assertThat(good.text()).contains(PeerDaemon.VERSION);
      assertThat(good.exit()).isZero();
      for (BadCertificate kind :
          List.of(
              BadCertificate.EXPIRED,
              BadCertificate.OTHER_SPIFFE_PATH,
              BadCertificate.OTHER_ROOT)) {
        PeerProgram.Result bad = docker(service.port(), clients.of(kind));
        assertThat(bad.exit()).as("%s: %s", kind, bad.text()).isNotZero();
        assertThat(bad.text()).doesNotContain(PeerDaemon.VERSION);
      }
    }
  }

  private PeerProgram.Result docker(int port, DevCertificate shown) throws Exception {
    shown.writeTo(certPath);
    ca.writeCertificate(certPath.resolve("ca.pem"));
    return PeerProgram.run(
        Map.of("DOCKER_CERT_PATH", certPath.toString(), "DOCKER_CONFIG", config.toString()),
        "",
        "docker",
        "--host",
        "tcp://127.0.0.1:" + port,
        "--tlsverify",
        "version",
        "--format",
        "{{.Server.Version}}");
  }
}
