package io.bartizan.examples.gateway.demonstration;

import io.bartizan.core.SafeText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes what {@code serve} reads, for trials. */
@Command(
    name = "material",
    mixinStandardHelpOptions = true,
    description = "Writes keys and certificates for a trial of serve and visit into a new folder.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before call()
public final class MaterialCommand implements Callable<Integer> {

  @Option(names = "--material", required = true, paramLabel = "DIR", description = "The folder.")
  private Path folder;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (Files.exists(folder) && !isEmptyFolder()) {
      throw new ParameterException(
          spec.commandLine(),
          "--material is "
              + SafeText.of(folder.toString())
              + ", give a folder that is new or empty");
    }
    Material made = Material.make(Files.createDirectories(folder));
    spec.commandLine()
        .getOut()
        .printf(
            "serve --tls %s --peers %s --issuer %s --audience %s --token-keys %s --cart-keys %s"
                + " --api-keys %s --artifacts %s%n",
            made.tls(),
            made.peers(),
            Material.ISSUER,
            Material.AUDIENCE,
            made.tokenKeys(),
            made.cartKeys(),
            made.apiKeys(),
            made.artifacts());
    return 0;
  }

  private boolean isEmptyFolder() throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }
}
