package io.bartizan.ratelimit.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A way to a server on which the connections made while it is stuck are accepted and then say
 * nothing for ever, as of a frozen host, whatever happens to later ones. Each byte may be delayed.
 */
final class StuckPeer implements AutoCloseable {

  private final ServerSocket listener;
  private final int target;
  private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private volatile boolean stuck;

  StuckPeer(int target) {
    this.target = target;
    try {
      this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(this::accept);
  }

  String uri() {
    return "redis://127.0.0.1:" + listener.getLocalPort();
  }

  /** How many connections were accepted. */
  int accepted() {
    return accepted.get();
  }

  /** From now on, whoever connects is accepted and hears nothing; present ones are cut. */
  void stick() {
    stuck = true;
    open.forEach(StuckPeer::close);
  }

  /** From now on, whoever connects reaches the server; those that are stuck stay so. */
  void release() {
    stuck = false;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        accepted.incrementAndGet();
        open.add(client);
        if (!stuck) {
          Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
          open.add(server);
          start(() -> pump(client, server));
          start(() -> pump(server, client));
        }
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private static void pump(Socket from, Socket to) {
    try (from;
        to) {
      long unused = from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException cut) {
      // both are closed
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "stuck-peer");
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException gone) {
      // it is
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    open.forEach(StuckPeer::close);
  }
}
