package io.bartizan.ratelimit.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/** A line to a server on which every reply arrives this much later, however many are on the way. */
final class DelayLine implements AutoCloseable {

  private static final class Piece {
    final long due;
    final byte[] bytes;

    Piece(long due, byte[] bytes) {
      this.due = due;
      this.bytes = bytes;
    }
  }

  private final ServerSocket listener;
  private final int target;
  private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
  private volatile long delayNanos;

  DelayLine(int target) {
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

  void delay(Duration delay) {
    delayNanos = delay.toNanos();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        open.add(client);
        open.add(server);
        LinkedBlockingQueue<Piece> line = new LinkedBlockingQueue<>();
        start(
            () -> {
              try (client;
                  server) {
                long unused = client.getInputStream().transferTo(server.getOutputStream());
              } catch (IOException cut) {
                // the test is over
              }
            });
        start(() -> read(server, line));
        start(() -> write(client, line));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void read(Socket server, Queue<Piece> line) {
    byte[] buffer = new byte[65536];
    try (InputStream in = server.getInputStream()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        line.add(new Piece(System.nanoTime() + delayNanos, Arrays.copyOf(buffer, n)));
      }
    } catch (IOException cut) {
      // the test is over
    }
  }

  private static void write(Socket client, LinkedBlockingQueue<Piece> line) {
    try (OutputStream out = client.getOutputStream()) {
      while (true) {
        Piece piece = line.take();
        for (long left = piece.due - System.nanoTime(); left > 0; ) {
          LockSupport.parkNanos(left);
          left = piece.due - System.nanoTime();
        }
        out.write(piece.bytes);
        out.flush();
      }
    } catch (IOException | InterruptedException cut) {
      // the test is over
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "delay-line");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
