package io.bartizan.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.RedisServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The whole gateway, driven by real requests, as the README's first command does it. */
class GatewayIT {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void gateway_limitsInMemory_everyAnswerIsTheExpectedOne() {
    assertThat(run()).as(out + "\n" + err).isZero();
    assertThat(out.toString())
        .contains("limits in memory")
        .contains("0 not")
        .doesNotContain("DIFFERS");
  }

  @Test
  void gateway_limitsOnRedis_everyAnswerIsTheExpectedOne() {
    try (RedisServer redis = RedisServer.start()) {
      assertThat(run("--redis", redis.uri())).as(out + "\n" + err).isZero();
      assertThat(out.toString()).contains("limits on Redis").contains("0 not");
      assertThat(redis.command("DBSIZE")).isNotEqualTo("0");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--port, 70000, --port is 70000",
    "--port, x, Invalid value for option '--port'",
    "--redis, not a uri, --redis is not a uri",
    "--redis, redis://127.0.0.1:1, --redis is redis://127.0.0.1:1",
    "--bogus, 1, Unknown options"
  })
  void gateway_wrongConfiguration_stopsWithOneSentence(String option, String value, String why) {
    assertThat(run(option, value)).isNotZero();
    assertThat(err.toString()).contains(why).doesNotContain("\tat ");
    assertThat(err.toString().lines().findFirst().orElseThrow()).contains(why);
  }

  private int run(String... args) {
    return new CommandLine(new Main())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}
