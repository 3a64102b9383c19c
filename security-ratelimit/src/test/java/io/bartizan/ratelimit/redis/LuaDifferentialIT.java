package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.SeededCases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Java against Lua, decision by decision, on the same seeded traces. */
@Tag("deep")
class LuaDifferentialIT {

  @RegisterExtension static final RedisFixture REDIS = RedisFixture.connected();

  private final LuaComparison both = new LuaComparison(REDIS.client());

  @Test
  void lua_decides_as_java_does() {
    SeededCases.check(30, random -> both.trace(random, 150));
    assertThat(both.compared()).isGreaterThan(10_000);
  }

  @Test
  @Tag("deep")
  void lua_decides_as_java_does_over_many_traces() {
    SeededCases.check(300, random -> both.trace(random, 200));
    System.getLogger("deep")
        .log(System.Logger.Level.INFO, both.compared() + " decisions of Lua and Java compared");
    assertThat(both.compared()).isGreaterThan(200_000);
  }

  /** Windows and buckets in steps, several of them in one key. */
  @Test
  void lua_keeps_what_was_counted_when_limits_change_as_java_does() {
    SeededCases.check(30, random -> both.changingTrace(random, 150));
  }

  @Test
  void RL05_lua_holds_the_smaller_to_the_larger_as_java_does() {
    LuaComparison inTurn = LuaComparison.inTurn(REDIS.client());
    SeededCases.check(40, random -> inTurn.unlikeTrace(random, 150));
  }

  @Test
  @Tag("deep")
  void lua_keeps_what_was_counted_over_many_changes() {
    SeededCases.check(400, random -> both.changingTrace(random, 200));
  }
}
