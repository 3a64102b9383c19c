package io.bartizan.mtls;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** Drives an {@code SSLEngine} over a blocking socket, as frameworks do over theirs. */
final class PeerEngine implements AutoCloseable {

  private final SSLEngine engine;
  private final Socket socket;
  private final ByteBuffer in = ByteBuffer.allocate(64 * 1024);
  private final ByteBuffer out = ByteBuffer.allocate(64 * 1024);
  private final ByteBuffer plain = ByteBuffer.allocate(64 * 1024);

  PeerEngine(SSLEngine engine, Socket socket) {
    this.engine = engine;
    this.socket = socket;
  }

  void write(byte[] bytes) throws IOException {
    ByteBuffer source = ByteBuffer.wrap(bytes);
    while (source.hasRemaining()) {
      if (!handshakeStep()) {
        wrap(source);
      }
    }
  }

  /** Some bytes, or null at the end of the connection. */
  byte[] read() throws IOException {
    while (plain.position() == 0) {
      if (engine.isInboundDone() || (!handshakeStep() && !unwrap())) {
        return null;
      }
    }
    plain.flip();
    byte[] bytes = new byte[plain.remaining()];
    plain.get(bytes);
    plain.clear();
    return bytes;
  }

  private boolean handshakeStep() throws IOException {
    HandshakeStatus status = engine.getHandshakeStatus();
    switch (status) {
      case NEED_TASK -> {
        Runnable task = engine.getDelegatedTask();
        if (task != null) {
          task.run();
        }
      }
      case NEED_WRAP -> wrap(ByteBuffer.allocate(0));
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
        if (!unwrap()) {
          throw new SSLException("the connection ended within the handshake");
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  @CanIgnoreReturnValue
  private SSLEngineResult wrap(ByteBuffer source) throws IOException {
    out.clear();
    SSLEngineResult result = engine.wrap(source, out);
    socket.getOutputStream().write(out.array(), 0, out.position());
    if (result.getStatus() == SSLEngineResult.Status.CLOSED && source.hasRemaining()) {
      throw new SSLException("the engine is closed");
    }
    return result;
  }

  private boolean unwrap() throws IOException {
    while (true) {
      in.flip();
      SSLEngineResult result;
      try {
        result = engine.unwrap(in, plain);
      } catch (SSLException e) {
        sendAlert();
        throw e;
      } finally {
        in.compact();
      }
      if (result.getStatus() != SSLEngineResult.Status.BUFFER_UNDERFLOW) {
        return result.getStatus() != SSLEngineResult.Status.CLOSED;
      }
      int count = socket.getInputStream().read(in.array(), in.position(), in.remaining());
      if (count < 0) {
        return false;
      }
      in.position(in.position() + count);
    }
  }

  private void sendAlert() throws IOException {
    for (int i = 0; i < 4 && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP; i++) {
      try {
        if (wrap(ByteBuffer.allocate(0)).bytesProduced() == 0) {
          return;
        }
      } catch (SSLException ofTheTask) {
        // What a task threw comes before the alert that it left.
      }
    }
  }

  @Override
  public void close() throws IOException {
    engine.closeOutbound();
    sendAlert();
    socket.close();
  }
}
