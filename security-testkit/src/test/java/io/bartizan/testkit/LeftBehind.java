package io.bartizan.testkit;

import java.nio.file.Path;
import java.util.List;

/** A JVM that starts servers, says which, and ends without closing them. */
final class LeftBehind {

  private LeftBehind() {}

  /** A line for each server, its process and its folder, then "ready". */
  public static void main(String[] arguments) throws Exception {
    List<RedisServer> servers =
        switch (arguments[0]) {
          case "cluster" -> RedisCluster.start().nodes();
          case "restarted" -> {
            RedisServer server = RedisServer.start();
            server.restartEmpty();
            yield List.of(server);
          }
          default -> List.of(RedisServer.start());
        };
    for (RedisServer server : servers) {
      System.out.println(process(server) + " " + folder(server));
    }
    if (arguments[0].equals("paused")) {
      servers.get(0).pause();
    }
    if (arguments[0].equals("dead")) {
      servers.get(0).kill();
    }
    System.out.println("ready");
    if (arguments[0].equals("exits")) {
      System.exit(0);
    }
    int unused = System.in.read(); // until it is killed
  }

  static long process(RedisServer server) {
    String info = server.command("INFO", "server");
    return Long.parseLong(
        info.lines()
            .filter(line -> line.startsWith("process_id:"))
            .findFirst()
            .orElseThrow()
            .substring("process_id:".length())
            .strip());
  }

  static Path folder(RedisServer server) {
    return Path.of(server.command("CONFIG", "GET", "dir").split("\n", -1)[1]);
  }
}
