package io.bartizan.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the Javadoc, as they stand there. */
class DevCaExampleTest {

  @Test
  void devCa_example(@TempDir Path directory) throws Exception {
    DevCa ca = DevCa.of("Test Root");
    DevCertificate billing =
        ca.leaf("billing")
            .dns("billing.internal")
            .uri("spiffe://prod/ns/pay/sa/api")
            .forServer()
            .issue();
    billing.writeTo(directory);
    assertThat(Files.readString(directory.resolve("ca.pem"))).isEqualTo(ca.certificatePem());
  }

  @Test
  void badCertificates_example() {
    DevCa ca = DevCa.of("Test Root");
    BadCertificates bad =
        BadCertificates.ofServer(ca, "billing.internal", "spiffe://prod/ns/pay/sa/api");
    assertThat(bad.good().certificate()).isNotNull();
    for (BadCertificate kind : BadCertificate.values()) {
      assertThat(bad.of(kind).certificate()).as(kind.why()).isNotNull();
    }
  }

  @Test
  void rogues_example() {
    BadCertificates bad =
        BadCertificates.ofServer(DevCa.of("Root"), "billing.internal", "spiffe://prod/api");
    try (RogueServer server = RogueServer.showing(bad.of(BadCertificate.EXPIRED))) {
      boolean in = RogueClient.showing(bad.of(BadCertificate.EXPIRED)).isServedBy(server.port());
      assertThat(in).isTrue();
      assertThat(server.requests()).isEqualTo(1);
    }
  }
}
