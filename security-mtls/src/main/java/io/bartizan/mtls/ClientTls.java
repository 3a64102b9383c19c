package io.bartizan.mtls;

import java.time.Duration;
import javax.net.ssl.HostnameVerifier;
import org.jspecify.annotations.Nullable;

/** Mutual TLS for a process that opens connections; made by {@link MutualTls#client}. */
public final class ClientTls extends MutualTls {

  ClientTls(Settings settings, @Nullable Duration reload) {
    super(settings, reload);
  }

  /**
   * For HTTP clients that verify host names themselves after the handshake (OkHttp, Apache): it
   * asks the policy again with their host, so that a server with a SPIFFE ID alone passes where the
   * policy says so, and no other.
   *
   * @return a verifier that follows every reload
   */
  public HostnameVerifier hostnameVerifier() {
    return (host, session) ->
        Connections.decide(generations().current(), session, host).isAccepted();
  }
}
