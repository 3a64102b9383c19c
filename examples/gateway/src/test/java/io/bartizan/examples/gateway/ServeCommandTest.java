package io.bartizan.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ServeCommandTest {

  private static final List<String> REQUIRED =
      List.of(
          "--tls=tls",
          "--peers=peers",
          "--issuer=https://issuer.example",
          "--audience=gateway",
          "--token-keys=jwks.json",
          "--cart-keys=carts",
          "--api-keys=keys");

  @ParameterizedTest
  @CsvSource({
    "--bogus=1, Unknown option",
    "--port=x, Invalid value for option '--port'",
    "--port=70000, --port is 70000",
    "--probe-port=-1, --probe-port is -1",
    "--bind=no address at all, --bind is no address",
    "--issuer=, --issuer is empty",
    "--drain-delay=5, --drain-delay is 5",
    "--drain-time=11m, --drain-time is 11m",
    "--redis=http://redis, --redis is not redis://",
    "--redis=redis://user:s3cret@redis, --redis holds a user or password",
    "--redis-user=gateway, need --redis",
    "--redis=redis://redis --redis-tls=tls, --redis-tls needs",
    "--redis=rediss://redis --redis-user=gateway, --redis-user needs --redis-password"
  })
  void option_wrong_exitsWithTwoAndASentence(String options, String why) {
    StringWriter err = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of("serve"));
    arguments.addAll(REQUIRED);
    if (options.startsWith("--issuer")) {
      arguments.removeIf(each -> each.startsWith("--issuer"));
    }
    arguments.addAll(
        options.startsWith("--bind") ? List.of(options) : List.of(options.split(" ", -1)));
    int exit =
        new CommandLine(new Main())
            .setErr(new PrintWriter(err, true))
            .execute(arguments.toArray(String[]::new));
    assertThat(exit).isEqualTo(2);
    assertThat(err.toString().lines().findFirst().orElseThrow()).contains(why);
    assertThat(err.toString()).doesNotContain("s3cret", "\tat ");
  }

  @Test
  void option_required_isAskedFor() {
    StringWriter err = new StringWriter();
    int exit = new CommandLine(new Main()).setErr(new PrintWriter(err, true)).execute("serve");
    assertThat(exit).isEqualTo(2);
    assertThat(err.toString()).contains("--tls=DIR", "--peers=FILE", "--api-keys=FILE");
  }

  @Test
  void settings_withoutOptions_areTheDefaults() {
    ServeCommand command = new ServeCommand();
    new CommandLine(command).parseArgs(REQUIRED.toArray(String[]::new));
    Settings settings = command.settings();
    assertThat(settings.address().toString()).endsWith("127.0.0.1:8443");
    assertThat(settings.probes().toString()).endsWith("127.0.0.1:8081");
    assertThat(settings.files().tls()).isEqualTo(Path.of("tls"));
    assertThat(settings.files().artifacts()).isNull();
    assertThat(settings.redis()).isNull();
    assertThat(settings.every()).isEqualTo(Duration.ofSeconds(2));
    assertThat(settings.drain())
        .isEqualTo(new Settings.Drain(Duration.ofSeconds(5), Duration.ofSeconds(20)));
  }

  @Test
  void settings_ofRedis_areRead() {
    ServeCommand command = new ServeCommand();
    List<String> arguments = new ArrayList<>(REQUIRED);
    arguments.addAll(
        List.of(
            "--redis=rediss://redis:6379",
            "--redis-tls=redis-tls",
            "--redis-user=gateway",
            "--redis-password=password",
            "--drain-delay=500ms",
            "--drain-time=2m"));
    new CommandLine(command).parseArgs(arguments.toArray(String[]::new));
    Settings settings = command.settings();
    assertThat(settings.redis())
        .isEqualTo(
            new Settings.Redis(
                "rediss://redis:6379", Path.of("redis-tls"), "gateway", Path.of("password")));
    assertThat(settings.drain())
        .isEqualTo(new Settings.Drain(Duration.ofMillis(500), Duration.ofMinutes(2)));
  }
}
