package io.bartizan.ratelimit.redis.link;

/** Threads that keep no JVM alive. */
final class Daemons {

  private Daemons() {}

  static Thread thread(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
