package io.bartizan.mtls;

import org.junit.jupiter.api.Tag;

/** All bad kinds against the JDK's {@code HttpsServer} and {@code HttpClient}. */
@Tag("deep")
class BadCertificateHttpAllIT extends BadCertificateHttpIT {

  @Override
  int step() {
    return 1;
  }
}
