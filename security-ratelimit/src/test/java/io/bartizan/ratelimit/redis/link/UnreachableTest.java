package io.bartizan.ratelimit.redis.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnreachableTest {

  private static final String OLD =
      "ERR Error running script (call to f_0123456789abcdef0123456789abcdef01234567): ";

  private static boolean passes(String error) {
    return Unreachable.because(new RedisCommandExecutionException(error));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "OOM command not allowed when used memory > 'maxmemory'.",
        "READONLY You can't write against a read only replica.",
        "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to",
        "NOREPLICAS Not enough good replicas to write.",
        "CLUSTERDOWN The cluster is down",
        "LOADING Redis is loading the dataset in memory",
        "BUSY Redis is busy running a script.",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "TRYAGAIN Multiple keys request during rehashing of slot"
      })
  void RL02_state_that_passes_is_seen_bare_and_wrapped_by_a_script(String error) {
    assertThat(passes(error)).isTrue();
    assertThat(passes(error + " script: 0123, on @user_script:47.")).as("Redis 7").isTrue();
    assertThat(passes(OLD + "@user_script:47: -" + error)).isTrue();
    assertThat(passes(OLD + "@user_script: 62: @user_script: 62: -" + error)).isTrue();
    boolean replica = error.startsWith("READONLY") || error.startsWith("MASTERDOWN");
    assertThat(
            Unreachable.needsNewConnection(
                new RedisCommandExecutionException(OLD + "@u:1: -" + error)))
        .isEqualTo(replica);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ERR max number of clients reached",
        "ERR max number of clients + cluster connections reached",
        "ERR Error running script (call to f_01): @user_script:1: Script killed by user with SCRIPT"
            + " KILL...",
        "ERR Error running script... Script killed by user with SCRIPT KILL. script: 01"
      })
  void RL02_state_without_a_word_of_its_own_passes(String error) {
    assertThat(passes(error)).isTrue();
    RuntimeException connecting =
        new RedisConnectionException("unable", new RedisCommandExecutionException(error));
    assertThat(Unreachable.isMistake(connecting)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NOAUTH Authentication required.",
        "ERR Protocol error: unauthenticated multibulk length"
      })
  void RL02_password_that_is_missing_is_a_mistake_at_first_and_passes_later(String error) {
    RedisCommandExecutionException cause = new RedisCommandExecutionException(error);
    assertThat(Unreachable.because(cause)).isTrue();
    assertThat(Unreachable.needsNewConnection(cause)).isTrue();
    assertThat(Unreachable.isMistake(new RedisConnectionException("unable", cause))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NOPERM this user has no permissions to run the 'evalsha' command",
        "WRONGTYPE Operation against a key holding the wrong kind of value",
        "CROSSSLOT Keys in request don't hash to the same slot",
        "WRONGPASS invalid username-password pair or user is disabled.",
        "ERR unknown command 'EVALSHA'",
        "ERR Error running script (call to f_01): @user_script:9: -WRONGTYPE Operation against a"
            + " key",
        "ERR Error running script (call to f_01): @user_script:9: attempt to index a nil value"
            + " 'OOM'",
        "ERR the key 'OOM' READONLY"
      })
  void RL02_mistake_stays_a_mistake(String error) {
    assertThat(passes(error)).isFalse();
    RuntimeException connecting =
        new RedisConnectionException("unable", new RedisCommandExecutionException(error));
    assertThat(Unreachable.isMistake(connecting)).isTrue();
  }
}
