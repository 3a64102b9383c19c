package io.bartizan.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyIT {

  private static RedisServer redis;
  private FaultProxy proxy;
  private Socket socket;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void open() throws IOException {
    proxy = FaultProxy.to(redis.port());
    socket = connect();
  }

  @AfterEach
  void close() throws IOException {
    socket.close();
    proxy.close();
  }

  @Test
  void proxy_without_faults_passes_bytes_both_ways() throws IOException {
    assertThat(ping(socket)).isEqualTo("+PONG\r\n");
    assertThat(proxy.openConnections()).isEqualTo(1);
  }

  @Test
  void cut_closes_present_and_new_connections_until_restored() throws IOException {
    proxy.cut();
    assertThat(isClosed(socket)).isTrue();
    try (Socket late = connect()) {
      assertThat(isClosed(late)).isTrue();
    }
    proxy.restore();
    try (Socket again = connect()) {
      assertThat(ping(again)).isEqualTo("+PONG\r\n");
    }
  }

  @Test
  void stall_holds_bytes_back_and_restore_lets_them_go() throws IOException {
    proxy.stall();
    socket.setSoTimeout(100);
    assertThatThrownBy(() -> ping(socket)).isInstanceOf(SocketTimeoutException.class);
    proxy.restore();
    socket.setSoTimeout(10_000);
    assertThat(new String(socket.getInputStream().readNBytes(7), UTF_8)).isEqualTo("+PONG\r\n");
  }

  @Test
  void lost_replies_still_act_on_the_server() throws IOException {
    redis.command("SET", "n", "0");
    proxy.dropReplies();
    socket.setSoTimeout(100);
    socket.getOutputStream().write("INCR n\r\n".getBytes(UTF_8));
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    assertThat(redis.command("GET", "n")).isEqualTo("1");
    proxy.restore();
    assertThat(isClosed(socket)).isTrue();
  }

  @Test
  void delayed_replies_come_no_sooner() throws IOException {
    proxy.delayReplies(Duration.ofMillis(60));
    long start = System.nanoTime();
    assertThat(ping(socket)).isEqualTo("+PONG\r\n");
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isGreaterThanOrEqualTo(Duration.ofMillis(60));
  }

  private Socket connect() throws IOException {
    Socket connected = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    connected.setSoTimeout(10_000);
    return connected;
  }

  private static String ping(Socket socket) throws IOException {
    socket.getOutputStream().write("PING\r\n".getBytes(UTF_8));
    return new String(socket.getInputStream().readNBytes(7), UTF_8);
  }

  private static boolean isClosed(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (IOException reset) {
      return !(reset instanceof SocketTimeoutException);
    }
  }
}
