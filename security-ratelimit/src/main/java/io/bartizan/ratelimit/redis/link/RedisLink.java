package io.bartizan.ratelimit.redis.link;

import java.util.List;

/** A way to one Redis server. */
interface RedisLink {

  /** The server's host and port in logs, without credentials. */
  String name();

  /** Whether something sent now would leave at once. */
  boolean isOpen();

  /** What kept the last attempt to connect from it, with a colon before it; empty if unknown. */
  String trouble();

  /** Whether one call may concern many keys. */
  boolean takesKeysTogether();

  /** Sends the commands in one write; each hears of its own outcome. */
  void send(List<ScriptCommand> commands);

  /** Sends a command again that the server did not run, wherever it belongs now. */
  void resend(ScriptCommand command);

  /** Looks for who owns keys that the server has not, now and then; never blocks. */
  void lookForOwners();

  /** Sends a command that asks how the server is; it may throw or be lost. */
  void ask(ScriptCommand command);

  /** Looks for the server anew, or for who has its place; never blocks. */
  void seek();
}
