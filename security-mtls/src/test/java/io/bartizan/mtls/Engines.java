package io.bartizan.mtls;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** Runs two engines against each other in memory, one round trip of application data each way. */
final class Engines {

  final SSLEngine client;
  final SSLEngine server;
  private final ByteBuffer toServer = ByteBuffer.allocate(1 << 17);
  private final ByteBuffer toClient = ByteBuffer.allocate(1 << 17);

  Engines(SSLEngine client, SSLEngine server) {
    this.client = client;
    this.server = server;
  }

  static Engines between(SSLContext client, SSLContext server, String... protocols) {
    SSLEngine c = client.createSSLEngine("localhost", 443);
    c.setUseClientMode(true);
    SSLEngine s = server.createSSLEngine();
    s.setUseClientMode(false);
    if (protocols.length > 0) {
      c.setEnabledProtocols(protocols);
    }
    return new Engines(c, s);
  }

  /** Handshakes, then sends "ping" and "pong"; throws what either end throws first. */
  @CanIgnoreReturnValue
  Engines run() throws SSLException {
    exchange(client, server, toServer, toClient, "ping");
    exchange(server, client, toClient, toServer, "pong");
    return this;
  }

  private static void exchange(
      SSLEngine from, SSLEngine to, ByteBuffer pipe, ByteBuffer back, String text)
      throws SSLException {
    ByteBuffer out = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    ByteBuffer in = ByteBuffer.allocate(1 << 15);
    ByteBuffer ignored = ByteBuffer.allocate(1 << 15);
    for (int round = 0; round < 200; round++) {
      wrap(from, out, pipe);
      unwrap(to, pipe, in);
      wrap(to, ByteBuffer.allocate(0), back);
      unwrap(from, back, ignored);
      if (!out.hasRemaining() && in.position() == text.length()) {
        return;
      }
    }
    throw new SSLException("no progress");
  }

  private static void wrap(SSLEngine engine, ByteBuffer source, ByteBuffer pipe)
      throws SSLException {
    for (int i = 0; i < 20; i++) {
      tasks(engine);
      HandshakeStatus status = engine.getHandshakeStatus();
      boolean idle = status == HandshakeStatus.NOT_HANDSHAKING && !source.hasRemaining();
      if (status == HandshakeStatus.NEED_UNWRAP || idle) {
        return;
      }
      SSLEngineResult result = engine.wrap(source, pipe);
      if (result.bytesProduced() == 0 && result.bytesConsumed() == 0) {
        return;
      }
    }
  }

  private static void unwrap(SSLEngine engine, ByteBuffer pipe, ByteBuffer sink)
      throws SSLException {
    pipe.flip();
    try {
      for (int i = 0; i < 40 && pipe.hasRemaining(); i++) {
        tasks(engine);
        SSLEngineResult result = engine.unwrap(pipe, sink);
        tasks(engine);
        if (result.bytesConsumed() == 0 && result.bytesProduced() == 0) {
          return;
        }
      }
    } finally {
      pipe.compact();
    }
  }

  private static void tasks(SSLEngine engine) {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }
}
