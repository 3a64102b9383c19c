package io.bartizan.mtls;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The JDK's {@code HttpsServer} on the loopback address. */
final class PeerHttps implements BadCertificateContract.Service {

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(2);

  PeerHttps(ServerTls tls, HttpHandler handler) throws IOException {
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setHttpsConfigurator(new HttpsConfigurator(tls.sslContext()));
    server.setExecutor(threads);
    server.createContext("/", handler);
    server.start();
  }

  /** Answers every request with {@code ok}. */
  static PeerHttps ok(ServerTls tls) throws IOException {
    return new PeerHttps(
        tls,
        exchange -> {
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write(new byte[] {'o', 'k'});
          exchange.close();
        });
  }

  @Override
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
