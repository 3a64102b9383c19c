package io.bartizan.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A loopback TCP proxy that does to a connection what networks do: cut, stall, delay, lose replies.
 *
 * <p>Clients connect to {@link #port()}; what they send goes to the target on 127.0.0.1 and back. A
 * fault holds for all connections, present and future, until another call ends it. Each connection
 * has two daemon threads; {@link #close()} ends them. Thread-safe.
 *
 * <pre>{@code
 * try (RedisServer redis = RedisServer.start();
 *     FaultProxy proxy = FaultProxy.to(redis.port())) {
 *   RedisClient client = RedisClient.create("redis://127.0.0.1:" + proxy.port());
 *   proxy.stall();
 * }
 * }</pre>
 */
public final class FaultProxy implements AutoCloseable {

  private final int target;
  private final ServerSocket listener;
  private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
  private final FaultGate gate = new FaultGate();

  private FaultProxy(int target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  /**
   * A proxy without faults in front of a port of 127.0.0.1.
   *
   * @param port the target's port; it need not listen yet
   * @return a running proxy
   * @throws IllegalArgumentException if {@code port} is not 1 to 65535
   * @throws UncheckedIOException if no loopback port is free
   */
  public static FaultProxy to(int port) {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port is " + port + ", 1 to 65535 is accepted");
    }
    try {
      FaultProxy proxy = new FaultProxy(port);
      ProxiedConnection.daemon("bartizan-fault-proxy", proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Where clients connect, on 127.0.0.1.
   *
   * @return the proxy's port
   */
  public int port() {
    return listener.getLocalPort();
  }

  /** Closes every connection and each new one at once, until {@link #restore()}. */
  public void cut() {
    gate.refuse(true);
    dropConnections();
  }

  /** Closes every present connection; new ones work. */
  public void dropConnections() {
    connections.forEach(ProxiedConnection::close);
  }

  /** Passes nothing on in either direction while connections stay open, as a dead network does. */
  public void stall() {
    gate.stall(true);
  }

  /**
   * Passes requests on and throws replies away: the server acts, the client never hears of it.
   *
   * <p>A connection that lost replies is out of step; {@link #restore()} closes it.
   */
  public void dropReplies() {
    gate.loseReplies(true);
  }

  /**
   * Passes each piece of a reply on later than it came; pieces of one connection wait in turn.
   *
   * @param delay zero or more
   * @throws IllegalArgumentException if {@code delay} is negative
   */
  public void delayReplies(Duration delay) {
    Objects.requireNonNull(delay, "delay");
    if (delay.isNegative()) {
      throw new IllegalArgumentException(
          "delay is " + delay.toMillis() + " ms, zero or more is accepted");
    }
    gate.delay(delay.toNanos());
  }

  /** Ends every fault. */
  public void restore() {
    boolean outOfStep = gate.losesReplies();
    gate.clear();
    if (outOfStep) {
      dropConnections();
    }
  }

  /**
   * How many connections are open.
   *
   * @return zero or more
   */
  public int openConnections() {
    return connections.size();
  }

  /** Closes the listener and every connection. */
  @Override
  public void close() {
    gate.refuse(true);
    gate.stall(false);
    try {
      listener.close();
    } catch (IOException alreadyGone) {
      // nothing is left to close
    }
    dropConnections();
  }

  @Override
  public String toString() {
    return "FaultProxy[" + port() + " to " + target + "]";
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        if (gate.refuses()) {
          client.close();
        } else {
          ProxiedConnection.open(client, target, gate, connections);
        }
      } catch (IOException closedOrTargetDown) {
        // a client whose target is down sees its connection closed, as with a real proxy
      }
    }
  }
}
