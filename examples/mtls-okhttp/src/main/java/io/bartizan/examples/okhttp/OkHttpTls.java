package io.bartizan.examples.okhttp;

import io.bartizan.mtls.ClientTls;
import okhttp3.OkHttpClient;

/**
 * An OkHttp client whose servers are decided by the policy.
 *
 * <p>OkHttp asks a {@code HostnameVerifier} after the handshake; {@code hostnameVerifier()} asks
 * the policy again, so that a server that has a SPIFFE ID alone passes where the policy says so,
 * and no other.
 */
public final class OkHttpTls {

  private OkHttpTls() {}

  /** A builder to add the rest to. */
  public static OkHttpClient.Builder client(ClientTls tls) {
    return new OkHttpClient.Builder()
        .sslSocketFactory(tls.sslContext().getSocketFactory(), tls.trustManager())
        .hostnameVerifier(tls.hostnameVerifier());
  }
}
