package io.bartizan.integrity.artifact;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/** A server that says whatever bytes a test wants, one script a request. */
final class LyingServer implements AutoCloseable {

  /** What to answer to one request. */
  @FunctionalInterface
  interface Script {
    void answer(List<String> request, OutputStream out) throws Exception;
  }

  private final ServerSocket socket;
  private final Deque<Script> scripts = new ArrayDeque<>();
  private final List<List<String>> requests = Collections.synchronizedList(new ArrayList<>());
  private final Thread thread;

  LyingServer(ServerSocket socket) {
    this.socket = socket;
    thread = new Thread(this::serve, "lying-server");
    thread.setDaemon(true);
    thread.start();
  }

  static LyingServer start() throws IOException {
    return new LyingServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort() + path);
  }

  /** Adds a script; the last one answers all further requests. */
  @com.google.errorprone.annotations.CanIgnoreReturnValue
  LyingServer then(Script script) {
    synchronized (scripts) {
      scripts.add(script);
    }
    return this;
  }

  /** A head of lines and a body, then the connection is closed. */
  static Script say(String head, byte[] body, int offset, int length) {
    return (request, out) -> {
      out.write(
          (head + "\nconnection: close\n\n")
              .replace("\n", "\r\n")
              .getBytes(StandardCharsets.ISO_8859_1));
      out.write(body, offset, length);
    };
  }

  /** Drops the script that would answer next, which is the last one's predecessor. */
  void skipScript() {
    synchronized (scripts) {
      scripts.poll();
    }
  }

  List<List<String>> requests() {
    return requests;
  }

  private void serve() {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        Thread worker = new Thread(() -> answer(connection));
        worker.setDaemon(true);
        worker.start();
      } catch (IOException e) {
        return;
      }
    }
  }

  private void answer(Socket connection) {
    try (connection) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
      List<String> request = new ArrayList<>();
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        request.add(line);
      }
      if (request.isEmpty()) {
        return;
      }
      requests.add(request);
      Script script;
      synchronized (scripts) {
        script = scripts.size() > 1 ? scripts.remove() : scripts.peek();
      }
      script.answer(request, connection.getOutputStream());
      connection.getOutputStream().flush();
      connection.shutdownOutput();
    } catch (Exception e) {
      // the client went away; the test looks at what the client saw
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
