package io.bartizan.benchmarks;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** A handshake of two engines in one thread, in memory, until neither has more to say. */
final class Handshake {
  private final ByteBuffer none = ByteBuffer.allocate(0);
  private final ByteBuffer toServer = ByteBuffer.allocate(1 << 16);
  private final ByteBuffer toClient = ByteBuffer.allocate(1 << 16);
  private final ByteBuffer plain = ByteBuffer.allocate(1 << 16);

  void run(SSLEngine client, SSLEngine server) throws SSLException {
    toServer.clear();
    toClient.clear();
    client.beginHandshake();
    server.beginHandshake();
    boolean moved = true;
    while (moved) {
      moved = step(client, toClient, toServer);
      moved |= step(server, toServer, toClient);
    }
    if (client.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING
        || server.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
      throw new SSLException("the handshake stopped half-way");
    }
  }

  private boolean step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    HandshakeStatus status = engine.getHandshakeStatus();
    if (status == HandshakeStatus.NEED_TASK) {
      for (Runnable task = engine.getDelegatedTask(); task != null; ) {
        task.run();
        task = engine.getDelegatedTask();
      }
      return true;
    }
    if (status == HandshakeStatus.NEED_WRAP) {
      return engine.wrap(none, out).bytesProduced() > 0;
    }
    in.flip();
    int consumed = in.hasRemaining() ? engine.unwrap(in, plain.clear()).bytesConsumed() : 0;
    in.compact();
    return consumed > 0;
  }
}
