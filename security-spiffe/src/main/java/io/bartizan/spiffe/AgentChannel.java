package io.bartizan.spiffe;

import io.grpc.ManagedChannel;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gRPC channel to an agent and the two threads that it lives on, which end with it. */
final class AgentChannel implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.spiffe");

  /** As much as gRPC takes by default, and agents therefore send. */
  static final int MAX_MESSAGE_BYTES = 4 << 20;

  private static final int MAX_HEADER_BYTES = 8 << 10;
  private static final long CLOSE_SECONDS = 5;

  private final EventLoopGroup transport;
  private final ScheduledExecutorService worker;
  private final ManagedChannel channel;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile @Nullable Thread workerThread;

  AgentChannel(SocketAddress address) {
    worker =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = daemon("bartizan-spiffe").newThread(task);
              workerThread = thread;
              return thread;
            });
    transport =
        new MultiThreadIoEventLoopGroup(1, daemon("bartizan-spiffe-io"), NioIoHandler.newFactory());
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(address)
            .overrideAuthority("localhost")
            .negotiationType(NegotiationType.PLAINTEXT) // as the standard says
            .proxyDetector(target -> null)
            .eventLoopGroup(transport)
            .executor(worker)
            .offloadExecutor(worker)
            .disableRetry()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .maxInboundMetadataSize(MAX_HEADER_BYTES);
    channel =
        (address instanceof UnixDomainSocketAddress
                ? builder.channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
                : builder.channelType(NioSocketChannel.class))
            .build();
  }

  private static ThreadFactory daemon(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  ManagedChannel channel() {
    return channel;
  }

  /** One thread: callbacks of gRPC and timed tasks never run beside each other. */
  ScheduledExecutorService worker() {
    return worker;
  }

  boolean isClosed() {
    return closed.get();
  }

  /** Ends the stream and both threads, and waits for that where it does not run on one of them. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    channel.shutdownNow();
    boolean wait = Thread.currentThread() != workerThread;
    // An interrupted caller waits too: the threads must not end before what runs on them.
    boolean interrupted = Thread.interrupted();
    try {
      boolean ended = !wait || channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
      endThreads();
      if (wait) {
        ended &=
            worker.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)
                && transport.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
      }
      if (!ended) {
        LOG.warn("the connection to the agent is still being closed; a reload may hang");
      }
    } catch (InterruptedException e) {
      interrupted = true;
      endThreads();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void endThreads() {
    worker.shutdownNow();
    var unused = transport.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
