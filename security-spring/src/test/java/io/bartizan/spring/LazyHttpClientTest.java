package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** When the client of keys is made, and what it is then. */
class LazyHttpClientTest {

  @Test
  void client_isMadeAtItsFirstRequest_once() throws Exception {
    Set<Thread> before = selectors();
    LazyHttpClient lazy = new LazyHttpClient(Duration.ofSeconds(7));
    assertThat(lazy.followRedirects()).isEqualTo(HttpClient.Redirect.NEVER);
    assertThat(selectors()).isEqualTo(before);
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port)).build();
    for (int i = 0; i < 2; i++) {
      CompletableFuture<?> nobody = lazy.sendAsync(request, BodyHandlers.discarding());
      assertThatThrownBy(() -> nobody.get(20, TimeUnit.SECONDS))
          .hasRootCauseInstanceOf(java.io.IOException.class);
    }
    assertThat(selectors()).hasSize(before.size() + 1);
    assertThat(lazy.connectTimeout()).contains(Duration.ofSeconds(7));
  }

  private static Set<Thread> selectors() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("HttpClient-\\d+-SelectorManager"))
        .collect(Collectors.toSet());
  }
}
