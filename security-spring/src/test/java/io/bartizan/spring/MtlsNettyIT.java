package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.DevCertificate;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Mutual TLS in Reactor Netty, whose context offers HTTP/2 itself. */
@Tag("deep")
class MtlsNettyIT extends MtlsContract {

  @Override
  Web web() {
    return Web.WEBFLUX;
  }

  @Test
  void http2_isSpokenIfItIsSet() throws Exception {
    DevCertificate web = ca.leaf("web").dns(DNS).forServer().issue();
    write(web, web.rootPem());
    SSLContext client = FifteenLinesIT.contextOf(FifteenLinesIT.client(ca, SPIFFE));
    for (boolean http2 : new boolean[] {true, false}) {
      String yaml = server("policy: trustDomain(prod.example)") + "server.http2.enabled: " + http2;
      try (Booted shop = Booted.plain(web(), folder, yaml + "\n")) {
        HttpResponse<String> answer = shop.get(client, "/open");
        assertThat(answer.body()).isEqualTo("open");
        assertThat(answer.version())
            .isEqualTo(http2 ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1);
      }
    }
  }
}
