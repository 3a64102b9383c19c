package io.bartizan.mtls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;

/** A JVM with virtual threads, where many peers connect and say nothing; then comes a good one. */
final class SilentPeersMain {

  private static final int SILENT = 300;
  private static final int WAIT_SECONDS = 15;
  private static final TestPki PKI = TestPki.SHARED;

  private SilentPeersMain() {}

  public static void main(String[] arguments) throws Exception {
    ExecutorService virtual =
        (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    String answer = arguments[0].equals("server") ? server(virtual) : client(virtual);
    System.out.println(answer);
    System.exit(0);
  }

  /** Silent clients hold connections of a server whose threads are virtual. */
  private static String server(Executor virtual) throws Exception {
    ServerTls tls = PKI.serverTls().build();
    ServerSocket listening = listening(tls);
    serve(listening, virtual);
    List<Socket> silent = new ArrayList<>();
    for (int i = 0; i < SILENT; i++) {
      silent.add(new Socket(listening.getInetAddress(), listening.getLocalPort()));
    }
    ClientTls good = PKI.clientTls().build();
    return "silent " + silent.size() + ", " + inTime(Thread::start, () -> call(good, listening));
  }

  /** Silent servers hold connections of clients whose threads are virtual. */
  private static String client(Executor virtual) throws Exception {
    ServerTls tls = PKI.serverTls().build();
    ServerSocket listening = listening(tls);
    serve(listening, task -> new Thread(task).start());
    ServerSocket silent = new ServerSocket(0, SILENT, InetAddress.getLoopbackAddress());
    ClientTls client = PKI.clientTls().build();
    CountDownLatch connected = new CountDownLatch(SILENT);
    for (int i = 0; i < SILENT; i++) {
      virtual.execute(() -> quietly(() -> call(client, silent)));
    }
    Thread accepting =
        new Thread(
            () -> {
              List<Socket> held = new ArrayList<>();
              while (held.size() < SILENT) {
                quietly(() -> held.add(silent.accept()));
                connected.countDown();
              }
              quietly(new CountDownLatch(1)::await);
            });
    accepting.setDaemon(true);
    accepting.start();
    boolean all = connected.await(5, TimeUnit.SECONDS); // pinned carriers never get that far
    return "all " + all + ", " + inTime(t -> virtual.execute(t), () -> call(client, listening));
  }

  private static ServerSocket listening(ServerTls tls) throws IOException {
    return tls.sslContext()
        .getServerSocketFactory()
        .createServerSocket(0, SILENT + 50, InetAddress.getLoopbackAddress());
  }

  private static void serve(ServerSocket listening, Executor threads) {
    Thread accepting =
        new Thread(
            () -> {
              while (true) {
                quietly(
                    () -> {
                      Socket socket = listening.accept();
                      threads.execute(
                          () -> quietly(() -> socket.getOutputStream().write(PeerLoop.ANSWER)));
                    });
              }
            });
    accepting.setDaemon(true);
    accepting.start();
  }

  private static void call(ClientTls tls, ServerSocket to) throws IOException {
    try (SSLSocket socket =
        (SSLSocket)
            tls.sslContext().getSocketFactory().createSocket("localhost", to.getLocalPort())) {
      socket.startHandshake();
      if (socket.getInputStream().read() < 0) {
        throw new IOException("no answer");
      }
    }
  }

  private static String inTime(java.util.function.Consumer<Thread> starter, Task task)
      throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    AtomicReference<String> outcome = new AtomicReference<>("the good peer is locked out");
    starter.accept(
        new Thread(
            () -> {
              try {
                task.run();
                outcome.set("the good peer is served");
              } catch (Exception e) {
                outcome.set(e.toString());
              }
              done.countDown();
            }));
    boolean unused = done.await(WAIT_SECONDS, TimeUnit.SECONDS);
    return outcome.get();
  }

  private static void quietly(Task task) {
    try {
      task.run();
    } catch (Exception e) {
      // a silent connection that ended
    }
  }

  /** What may fail. */
  private interface Task {
    void run() throws Exception;
  }
}
