package io.bartizan.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ProbesIT {

  @TempDir Path folder;

  /** Each begins a handshake, so that a worker waits for it. */
  @Test
  void probes_whileEveryWorkerWaitsForASilentClient_answer() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try (Running running = new Running(folder).start()) {
      running.awaitReady();
      for (int i = 0; i < ServerLimits.CONNECTIONS; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), running.port());
        silent.add(socket);
        socket.getOutputStream().write(0x16);
      }
      String full = "gateway_workers_busy " + (double) ServerLimits.CONNECTIONS;
      Eventually.within(
          "every worker waits", () -> running.probe("/metrics").body().contains(full));
      assertThat(running.probe("/livez").status()).isEqualTo(200);
      assertThat(running.probe("/readyz").status()).isEqualTo(200);
      assertThat(running.probe("/metrics").body()).contains("gateway_ready 1.0");
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void probes_ofOtherPathsAndMethods_areRefused() throws Exception {
    try (Running running = new Running(folder).start()) {
      assertThat(running.probe("/livez/more").status()).isEqualTo(404);
      assertThat(running.probe("/").status()).isEqualTo(404);
      URI livez = URI.create("http://127.0.0.1:" + running.service().probePort() + "/livez");
      HttpRequest post = HttpRequest.newBuilder(livez).POST(BodyPublishers.noBody()).build();
      HttpClient client = HttpClient.newHttpClient();
      assertThat(client.send(post, BodyHandlers.ofString()).statusCode()).isEqualTo(405);
      HttpRequest head =
          HttpRequest.newBuilder(livez).method("HEAD", BodyPublishers.noBody()).build();
      assertThat(client.send(head, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
  }
}
