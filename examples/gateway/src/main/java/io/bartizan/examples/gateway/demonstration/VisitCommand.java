package io.bartizan.examples.gateway.demonstration;

import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Sends every request of the table to a gateway that runs elsewhere. */
@Command(
    name = "visit",
    mixinStandardHelpOptions = true,
    description = "Sends every request of the table to a running serve; exits 0 if all agree.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before call()
public final class VisitCommand implements Callable<Integer> {

  @Option(names = "--host", defaultValue = "localhost", description = "Of the gateway; localhost.")
  private String host;

  @Option(names = "--port", required = true, description = "Of the gateway.")
  private int port;

  @Option(
      names = "--material",
      required = true,
      paramLabel = "DIR",
      description = "The folder that material wrote and the gateway serves from.")
  private Path folder;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    return Demonstration.drive(
        Material.of(folder),
        URI.create("https://" + host + ":" + port),
        spec.commandLine().getOut());
  }
}
