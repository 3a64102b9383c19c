package io.bartizan.spiffe;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A SPIFFE agent as the standards describe one: a gRPC server on a Unix socket (or loopback) that
 * demands the header, answers each request at once with its whole state, and sends it again when it
 * changes.
 */
final class TestAgent implements AutoCloseable {

  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("workload.spiffe.io", Metadata.ASCII_STRING_MARSHALLER);

  private final Path socket;
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final AtomicReference<byte[]> svids = new AtomicReference<>();
  private final AtomicReference<byte[]> bundles = new AtomicReference<>();
  private final AtomicReference<Status> refusal = new AtomicReference<>();
  private final List<ServerCall<byte[], byte[]>> streams = new CopyOnWriteArrayList<>();
  final AtomicInteger calls = new AtomicInteger();
  private Server server;

  private TestAgent(Path socket) {
    this.socket = socket;
  }

  static TestAgent at(Path socket) throws IOException {
    TestAgent agent = new TestAgent(socket);
    agent.start();
    return agent;
  }

  static TestAgent onLoopback() throws IOException {
    TestAgent agent = new TestAgent(null);
    agent.start();
    return agent;
  }

  String address() {
    return socket == null ? "tcp://127.0.0.1:" + server.getPort() : "unix://" + socket;
  }

  /** What every open stream gets now, and each new one at once. */
  void send(byte[] response) {
    svids.set(response);
    refusal.set(null);
    streams.forEach(call -> say(call, response));
  }

  void sendBundles(byte[] response) {
    bundles.set(response);
    streams.forEach(call -> say(call, response));
  }

  /** Ends open streams and answers new ones with this. */
  void refuse(Status status) {
    refusal.set(status);
    streams.forEach(call -> end(call, status));
    streams.clear();
  }

  int openStreams() {
    return streams.size();
  }

  void start() throws IOException {
    NettyServerBuilder builder =
        socket == null
            ? NettyServerBuilder.forAddress(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .channelType(NioServerSocketChannel.class)
            : NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioServerDomainSocketChannel.class);
    if (socket != null) {
      Files.deleteIfExists(socket);
    }
    server =
        builder
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .addService(
                ServerServiceDefinition.builder("SpiffeWorkloadAPI")
                    .addMethod(method("FetchX509SVID"), handler(svids))
                    .addMethod(method("FetchX509Bundles"), handler(bundles))
                    .build())
            .build()
            .start();
  }

  /** As when the agent's process ends: every connection breaks, nobody listens. */
  void stop() throws InterruptedException {
    server.shutdownNow();
    if (!server.awaitTermination(20, TimeUnit.SECONDS)) {
      throw new AssertionError("the test's agent does not end");
    }
    streams.clear();
  }

  private ServerCallHandler<byte[], byte[]> handler(AtomicReference<byte[]> state) {
    return (call, headers) -> {
      call.request(2);
      return new ServerCall.Listener<>() {
        @Override
        public void onHalfClose() {
          calls.incrementAndGet();
          Status refused = refusal.get();
          if (!"true".equals(headers.get(HEADER))) {
            end(call, Status.INVALID_ARGUMENT.withDescription("security header missing"));
          } else if (refused != null) {
            end(call, refused);
          } else {
            call.sendHeaders(new Metadata());
            streams.add(call);
            byte[] response = state.get();
            if (response != null) {
              say(call, response);
            }
          }
        }

        @Override
        public void onCancel() {
          streams.remove(call);
        }
      };
    };
  }

  private static void say(ServerCall<byte[], byte[]> call, byte[] response) {
    synchronized (call) {
      if (!call.isCancelled()) {
        call.sendMessage(response);
      }
    }
  }

  private static void end(ServerCall<byte[], byte[]> call, Status status) {
    synchronized (call) {
      if (!call.isCancelled()) {
        call.close(status, new Metadata());
      }
    }
  }

  private static MethodDescriptor<byte[], byte[]> method(String name) {
    MethodDescriptor.Marshaller<byte[]> bytes =
        new MethodDescriptor.Marshaller<>() {
          @Override
          public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
          }

          @Override
          public byte[] parse(InputStream stream) {
            try {
              return stream.readAllBytes();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    return MethodDescriptor.newBuilder(bytes, bytes)
        .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
        .setFullMethodName("SpiffeWorkloadAPI/" + name)
        .build();
  }

  @Override
  public void close() throws InterruptedException {
    stop();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
  }
}
