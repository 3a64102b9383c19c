package io.bartizan.ratelimit.redis.link;

/** A hearer of servers that stop answering and answer again; must not throw. */
public interface Availability {

  /** The server is not reached; the reason is one sentence. */
  void lost(String server, String reason);

  /** It answers again. */
  void found(String server);

  /** A call was answered so long after it was sent. */
  void answered(long nanos);
}
