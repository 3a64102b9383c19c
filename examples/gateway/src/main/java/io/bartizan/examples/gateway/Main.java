package io.bartizan.examples.gateway;

import io.bartizan.core.SafeText;
import io.bartizan.examples.gateway.demonstration.Demonstration;
import io.bartizan.examples.gateway.demonstration.MaterialCommand;
import io.bartizan.examples.gateway.demonstration.VisitCommand;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Starts the guarded gateway and drives it, or keeps it running. */
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    subcommands = {ServeCommand.class, MaterialCommand.class, VisitCommand.class},
    description =
        "An HTTPS server guarded by all of Bartizan; drives itself and exits 0 if every answer is"
            + " the expected one. With serve: the service itself, from files.")
final class Main implements Callable<Integer> {

  @Option(
      names = "--redis",
      paramLabel = "URI",
      description = "Keep the rate limits on this Redis, as redis://host:port.")
  private @Nullable String redis;

  @Option(
      names = "--serve",
      description = "Keep running, and print curl lines to try each answer by hand.")
  private boolean serve;

  @Option(
      names = "--port",
      defaultValue = "0",
      description = "Port on 127.0.0.1; 0, the default, takes a free one.")
  private int port;

  @SuppressWarnings("NullAway.Init") // picocli sets it before call()
  @Spec
  private CommandSpec spec;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    if (port < 0 || port > 65_535) {
      throw new ParameterException(
          spec.commandLine(), "--port is " + port + ", 0 to 65535 are accepted");
    }
    PrintWriter out = spec.commandLine().getOut();
    try (RateLimits limits = openLimits();
        Demonstration demonstration = Demonstration.start(port, limits)) {
      out.printf(
          "The guarded gateway listens on https://localhost:%d, limits %s.%n%n",
          demonstration.port(), limits.where());
      int exit = demonstration.drive(out);
      if (serve) {
        demonstration.serve(out);
      }
      return exit;
    }
  }

  private RateLimits openLimits() {
    if (redis == null) {
      return RateLimits.inMemory();
    }
    try {
      return RateLimits.onRedis(redis);
    } catch (RuntimeException e) {
      throw new ParameterException(
          spec.commandLine(), "--redis is " + SafeText.of(redis) + ", which does not answer", e);
    }
  }
}
