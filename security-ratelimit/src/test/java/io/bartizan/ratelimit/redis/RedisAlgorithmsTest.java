package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.LimiterContractTest;
import io.bartizan.ratelimit.redis.link.ScriptReply;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What one more algorithm needs on Redis: a line of SharedLimit and its part of the script. */
class RedisAlgorithmsTest {

  private static final long NOW = 1_800_000_000_000_000L;

  @Test
  void algorithms_have_all_their_places_on_redis() {
    List<String> missing = new ArrayList<>();
    Set<Class<?>> left = new HashSet<>(Set.of(Limit.class.getPermittedSubclasses()));
    for (Limit limit : LimiterContractTest.examples()) {
      left.remove(limit.getClass());
      missing(limit, missing);
    }
    left.forEach(each -> missing.add("an example of " + each.getSimpleName()));
    assertThat(missing).isEmpty();
  }

  private static void missing(Limit limit, List<String> missing) {
    SharedLimit shared;
    try {
      shared = SharedLimit.of(limit);
    } catch (IllegalArgumentException unknown) {
      missing.add("a line of SharedLimit for " + limit);
      return;
    }
    if (shared.restore(new ScriptReply(new long[8]), NOW).capacity() != limit.capacity()) {
      missing.add("a Count that SharedLimit restores for " + limit);
    }
    try {
      ServerClock clock = new ServerClock(Ticker.system(), InstantSource.system(), null);
      String script =
          new String(
              new Definitions(List.of(limit), clock).source().text(),
              java.nio.charset.StandardCharsets.UTF_8);
      if (!script.contains("algorithms." + shared.letter() + " = ")) {
        missing.add("a Lua part that defines algorithms." + shared.letter() + " for " + limit);
      }
    } catch (NullPointerException noPart) {
      missing.add("a part of Definitions for the letter " + shared.letter() + ": " + noPart);
    }
  }
}
