package io.bartizan.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;

/**
 * Makes JMH wait for its turn: before each iteration, warm-up included, it says that it is ready
 * and blocks until the {@link Contender} on the other end of the socket lets it through. So two
 * JVMs that stay warm can be measured in alternation, and never both at once. After each iteration
 * the JVM's compiler comes to its end first, so that it neither works while the other side is
 * measured nor falls behind where the machine has little time for it.
 */
public final class Turnstile implements InternalProfiler {
  static final int READY = 'r';
  static final int GO = 'g';
  static final int DONE = 'd';

  /** How long the other side waits for this JVM's compiler. */
  private static final Duration MOST = Duration.ofSeconds(2);

  /** More than the young generation of {@link Contender#JVM_ARGUMENTS}. */
  private static final int TOUCHED_MEBIBYTES = 96;

  private final int port;
  private @Nullable Socket socket;

  /** Read by nobody, so that the compiler leaves no allocation out. */
  static volatile int touched;

  /**
   * Called by JMH.
   *
   * @param port the port on the loopback interface where the coordinator listens
   */
  public Turnstile(String port) {
    this.port = Integer.parseInt(port);
  }

  @Override
  public String getDescription() {
    return "waits for the coordinator before each iteration";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    if (socket == null) {
      touchYoungGeneration();
    }
    try {
      Socket line = connected();
      line.getOutputStream().write(READY);
      if (line.getInputStream().read() != GO) {
        throw new IllegalStateException("the coordinator is gone");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    CompilerQueue.awaitEmpty(MOST);
    try {
      connected().getOutputStream().write(DONE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.of();
  }

  /** Also a benchmark that allocates little shall find no new memory in its rounds. */
  private static void touchYoungGeneration() {
    int bytes = 0;
    for (int i = 0; i < TOUCHED_MEBIBYTES * 64; i++) {
      byte[] piece = new byte[16 * 1024];
      piece[i % piece.length] = (byte) i;
      bytes += piece[piece.length / 2];
    }
    touched = bytes;
  }

  private Socket connected() throws IOException {
    Socket open = socket;
    if (open == null) {
      open = new Socket(InetAddress.getLoopbackAddress(), port);
      open.setTcpNoDelay(true);
      socket = open;
    }
    return open;
  }
}
