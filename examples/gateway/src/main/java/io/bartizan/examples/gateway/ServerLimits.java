package io.bartizan.examples.gateway;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * What keeps silent clients from holding up the others: the JDK's server gives each connection that
 * has begun to speak a thread, and waits for the rest without end unless it is told not to.
 *
 * <p>System properties are an application's to set, so the library sets none and its example does;
 * what the command line says ({@code -Dsun.net.httpserver.maxReqTime=…}) stays.
 */
final class ServerLimits {

  /** How many connections may be open; the server closes those that come on top. */
  static final int CONNECTIONS = 128;

  private static final int SPARE = 32;
  private static final int REQUEST_SECONDS = 10;
  private static final int RESPONSE_SECONDS = 30;

  private ServerLimits() {}

  /** Sets what the JDK reads once, before its first server is made. */
  static void apply() {
    setUnlessSet("jdk.httpserver.maxConnections", CONNECTIONS);
    setUnlessSet("sun.net.httpserver.maxReqTime", REQUEST_SECONDS);
    setUnlessSet("sun.net.httpserver.maxRspTime", RESPONSE_SECONDS);
  }

  private static void setUnlessSet(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(value));
    }
  }

  /**
   * A thread for each request that is being read or answered, so that no silent client can take
   * another's. Idle ones are used again; there are as many as connections, and some for those that
   * end while the next begin.
   */
  static ThreadPoolExecutor workers() {
    return new ThreadPoolExecutor(
        0, CONNECTIONS + SPARE, 30, TimeUnit.SECONDS, new SynchronousQueue<>());
  }
}
