package io.bartizan.mtls;

import org.junit.jupiter.api.Tag;

/** All bad kinds against {@code SSLServerSocket} and {@code SSLSocket}. */
@Tag("deep")
class BadCertificateSocketAllIT extends BadCertificateSocketIT {

  @Override
  int step() {
    return 1;
  }
}
