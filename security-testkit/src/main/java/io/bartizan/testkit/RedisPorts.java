package io.bartizan.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Two free loopback ports, low enough for a cluster bus at the first one plus 10 000. */
record RedisPorts(int plain, int tls) {

  private static final int BUS_OFFSET = 10_000;
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  static RedisPorts free() throws IOException {
    for (int attempt = 0; attempt < 200; attempt++) {
      try (ServerSocket plain = new ServerSocket(0, 1, LOOPBACK);
          ServerSocket tls = new ServerSocket(0, 1, LOOPBACK)) {
        int bus = plain.getLocalPort() + BUS_OFFSET;
        if (bus <= 65_535 && bus != tls.getLocalPort() && isFree(bus)) {
          return new RedisPorts(plain.getLocalPort(), tls.getLocalPort());
        }
      }
    }
    throw new IOException("no free pair of loopback ports below 55536");
  }

  private static boolean isFree(int port) {
    try (ServerSocket probe = new ServerSocket(port, 1, LOOPBACK)) {
      return probe.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
