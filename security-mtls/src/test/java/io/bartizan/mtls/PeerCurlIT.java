package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.BadCertificate;
import io.bartizan.testkit.BadCertificates;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** curl with {@code --cert} and {@code --cacert} against the JDK's {@code HttpsServer}. */
@Tag("deep")
class PeerCurlIT {

  private final DevCa ca = DevCa.of("curl Root");
  private final BadCertificates clients =
      BadCertificates.ofClient(ca, PeerCast.DNS, PeerCast.SPIFFE);
  @TempDir Path folder;

  @Test
  void curl_withGoodBadAndNoCertificate_isServedOnlyWithTheGoodOne() throws Exception {
    DevCertificate own = ca.leaf("server").dns("localhost").forServer().issue();
    try (ServerTls tls =
            ServerTls.builder(
                    Identity.of(own.privateKey(), own.chain()),
                    TrustAnchors.of(List.of(ca.certificate())),
                    PeerPolicy.anyOf(
                        PeerPolicy.dns(PeerCast.DNS), PeerPolicy.spiffeId(PeerCast.SPIFFE)))
                .build();
        PeerHttps service = PeerHttps.ok(tls)) {
      PeerProgram.Result good = curl(service.port(), clients.good());
      assertThat(good.exit()).isZero();
      assertThat(good.text()).contains("ok");
      assertThat(curl(service.port(), clients.good(), "--tlsv1.2", "--tls-max", "1.2").exit())
          .isZero();
      assertThat(curl(service.port(), clients.good(), "--tls-max", "1.1").exit()).isNotZero();
      assertThat(curl(service.port(), null).exit()).isNotZero();
      for (BadCertificate kind :
          List.of(
              BadCertificate.EXPIRED,
              BadCertificate.WRONG_PURPOSE,
              BadCertificate.COMMON_NAME_ONLY,
              BadCertificate.OTHER_TRUST_DOMAIN,
              BadCertificate.OTHER_ROOT)) {
        assertThat(curl(service.port(), clients.of(kind)).exit()).as("%s", kind).isNotZero();
      }
    }
  }

  private PeerProgram.Result curl(int port, DevCertificate shown, String... options)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("curl", "--silent", "--show-error"));
    ca.writeCertificate(folder.resolve("root.pem"));
    command.addAll(List.of("--cacert", folder.resolve("root.pem").toString()));
    if (shown != null) {
      shown.writeTo(folder);
      command.addAll(List.of("--cert", folder.resolve("cert.pem").toString()));
      command.addAll(List.of("--key", folder.resolve("key.pem").toString()));
      assertThat(Files.size(folder.resolve("key.pem"))).isPositive();
    }
    command.addAll(List.of(options));
    command.add("https://localhost:" + port + "/");
    return PeerProgram.run(Map.of(), "", command.toArray(String[]::new));
  }
}
