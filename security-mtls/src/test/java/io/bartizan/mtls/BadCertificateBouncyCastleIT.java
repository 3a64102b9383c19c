package io.bartizan.mtls;

import java.io.IOException;
import java.security.Provider;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.junit.jupiter.api.Tag;

/** The bad kinds against sockets of Bouncy Castle's TLS, which resumes TLS 1.2 alone. */
@Tag("deep")
class BadCertificateBouncyCastleIT extends BadCertificateContract {

  private final Provider provider = new BouncyCastleJsseProvider(new BouncyCastleProvider());
  private final BadCertificateSocketIT sockets = new BadCertificateSocketIT();

  @Override
  <T extends MutualTls> MutualTls.Builder<T> prepared(MutualTls.Builder<T> builder) {
    return builder.withProvider(provider);
  }

  @Override
  boolean isResuming(String protocol) {
    return protocol.equals("TLSv1.2");
  }

  @Override
  Service serve(ServerTls tls) throws IOException {
    return sockets.serve(tls);
  }

  @Override
  String fetch(ClientTls tls, int port) throws IOException {
    return sockets.fetch(tls, port);
  }
}
