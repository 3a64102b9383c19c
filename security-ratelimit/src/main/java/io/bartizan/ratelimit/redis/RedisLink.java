package io.bartizan.ratelimit.redis;

import java.util.List;

/** A way to one Redis server; it finds its way back by itself when it is told to try. */
interface RedisLink {

  /** The server's name in logs, without credentials. */
  String name();

  /** Whether something sent now would leave at once. */
  boolean isOpen();

  /** Whether one call may concern many keys. */
  boolean takesKeysTogether();

  /** Sends the commands in one write; each hears of its own outcome. */
  void send(List<ScriptCommand> commands);

  /** Sends a command again that the server did not run, wherever it belongs now. */
  void resend(ScriptCommand command);

  /** Notes that the server is not the master any more, so that a probe looks for the new one. */
  void demoted();

  /** Asks whether the server answers, over a new connection if need be; never blocks. */
  void probe(Runnable answered);
}
