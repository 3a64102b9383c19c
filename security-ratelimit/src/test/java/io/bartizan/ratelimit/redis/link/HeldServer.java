package io.bartizan.ratelimit.redis.link;

import io.bartizan.core.Ticker;
import io.lettuce.core.output.CommandOutput;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ScheduledExecutorService;

/** A server that holds every command until it is answered, the oldest first. */
public final class HeldServer {

  private final Queue<ScriptCommand> sent = new ArrayDeque<>();
  private final Server server;

  /** A server whose time-outs are counted by this timer. */
  public HeldServer(ScheduledExecutorService timer) {
    this.server =
        new Server(new HeldLink(), Ticker.system(), timer, new Unheard(), new ClientThreads());
  }

  /** The server as the hall sees it. */
  public Server server() {
    return server;
  }

  /** How many keys each command holds that is not answered yet. */
  public List<Integer> keysOfCalls() {
    return sent.stream().map(HeldServer::keys).toList();
  }

  /** EVALSHA's second word. */
  private static int keys(ScriptCommand command) {
    return Integer.parseInt(command.getArgs().toCommandString().split(" ", 3)[1]);
  }

  /** Answers the oldest command: the time, and then these numbers for each key. */
  public void answer(long... forEachKey) {
    ScriptCommand command = sent.remove();
    int keys = keys(command);
    CommandOutput<byte[], byte[], long[]> output = command.getOutput();
    output.multi(1 + keys * forEachKey.length);
    output.set(1_790_000_000_000_000L);
    for (int i = 0; i < keys; i++) {
      for (long number : forEachKey) {
        output.set(number);
      }
    }
    command.complete();
  }

  /** Lets the oldest command fail. */
  public void fail(RuntimeException cause) {
    var unused = sent.remove().completeExceptionally(cause);
  }

  /** Nobody hears of it. */
  static final class Unheard implements Availability {

    @Override
    public void lost(String server, String reason) {}

    @Override
    public void found(String server) {}

    @Override
    public void answered(long nanos) {}
  }

  private final class HeldLink implements RedisLink {

    @Override
    public String name() {
      return "held";
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public boolean takesKeysTogether() {
      return true;
    }

    @Override
    public void send(List<ScriptCommand> commands) {
      sent.addAll(commands);
    }

    @Override
    public void resend(ScriptCommand command) {
      sent.add(command);
    }

    @Override
    public String trouble() {
      return "";
    }

    @Override
    public void lookForOwners() {}

    @Override
    public void ask(ScriptCommand command) {
      sent.add(command);
    }

    @Override
    public void seek() {}
  }
}
