package io.bartizan.ratelimit.redis;

import java.util.List;

/** A way to one Redis server. */
interface RedisLink {

  /** Whether something sent now would leave at once. */
  boolean isOpen();

  /** Sends the commands in one write; each hears of its own outcome. */
  void send(List<ScriptCommand> commands);
}
