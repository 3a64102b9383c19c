package io.bartizan.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Set;

/** One client's connection through a {@link FaultProxy}: two sockets, two pumps. */
final class ProxiedConnection {

  private final Socket client;
  private final Socket server;
  private final FaultGate gate;
  private final Set<ProxiedConnection> open;

  private ProxiedConnection(
      Socket client, Socket server, FaultGate gate, Set<ProxiedConnection> open) {
    this.client = client;
    this.server = server;
    this.gate = gate;
    this.open = open;
  }

  static void open(Socket client, int target, FaultGate gate, Set<ProxiedConnection> open)
      throws IOException {
    Socket server;
    try {
      server = new Socket(InetAddress.getLoopbackAddress(), target);
      server.setTcpNoDelay(true);
      client.setTcpNoDelay(true);
    } catch (IOException e) {
      client.close();
      throw e;
    }
    ProxiedConnection connection = new ProxiedConnection(client, server, gate, open);
    open.add(connection);
    if (gate.refuses()) {
      connection.close();
      return;
    }
    daemon("bartizan-fault-proxy-requests", () -> connection.pump(client, server, false));
    daemon("bartizan-fault-proxy-replies", () -> connection.pump(server, client, true));
  }

  static void daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  void close() {
    open.remove(this);
    closeQuietly(client);
    closeQuietly(server);
  }

  private void pump(Socket from, Socket to, boolean replies) {
    byte[] buffer = new byte[16 * 1024];
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        gate.awaitOpen();
        if (replies) {
          gate.awaitDelay();
        }
        if (!replies || !gate.losesReplies()) {
          out.write(buffer, 0, n);
          out.flush();
        }
      }
    } catch (IOException cut) {
      // the other pump learns of it when both sockets are closed
    } finally {
      close();
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException alreadyGone) {
      // a socket that can't be closed is gone
    }
  }
}
