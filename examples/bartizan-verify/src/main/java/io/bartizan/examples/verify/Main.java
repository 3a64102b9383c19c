package io.bartizan.examples.verify;

import io.bartizan.core.Refused;
import io.bartizan.core.SafeText;
import io.bartizan.integrity.artifact.Artifacts;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.Expected;
import io.bartizan.integrity.artifact.FileBatch;
import io.bartizan.integrity.artifact.FileResult;
import io.bartizan.integrity.artifact.Manifest;
import io.bartizan.integrity.artifact.ManifestReport;
import io.bartizan.integrity.artifact.ManifestVerifier;
import io.bartizan.integrity.artifact.MinisignKey;
import io.bartizan.integrity.artifact.NameRule;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.artifact.RollbackRule;
import io.bartizan.integrity.artifact.SignedManifests;
import io.bartizan.integrity.artifact.Sri;
import io.bartizan.integrity.artifact.VerifiedFile;
import io.bartizan.integrity.attest.CosignVerifier;
import io.bartizan.integrity.attest.SignerKeys;
import io.bartizan.integrity.attest.VerifiedImage;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Verifies files from the command line; exit status like {@code sha256sum -c}: 0 if all is well, 1
 * if anything is refused, 2 if the command line makes no sense.
 */
@Command(
    name = "bartizan-verify",
    mixinStandardHelpOptions = true,
    description = "Verifies files, checksum files, SRI, minisign and cosign signatures.")
public final class Main {

  @Spec private @Nullable CommandSpec spec;

  /**
   * Runs one command.
   *
   * @param arguments the command line
   */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setExecutionExceptionHandler(
        (failure, command, result) -> {
          boolean refusal = failure instanceof Refused;
          String message = String.valueOf(failure.getMessage());
          String what = refusal ? message : failure.getClass().getSimpleName() + ": " + message;
          command.getErr().println("bartizan-verify: " + (refusal ? what : SafeText.of(what)));
          return 1;
        });
    return line;
  }

  @Command(name = "file", description = "Verifies one file against sha256:HEX or 64 hex digits.")
  int file(
      @Parameters(paramLabel = "DIGEST") String digest, @Parameters(paramLabel = "FILE") Path file)
      throws IOException {
    Digest expected =
        digest.indexOf(':') < 0 ? Digest.parseSha256(digest) : Digest.parseOci(digest);
    ProgressBar bar = bar(false);
    try (VerifiedFile verified = Artifacts.verify(file, Expected.of(expected), bar)) {
      bar.clear();
      out().println(SafeText.of(file.toString()) + ": OK, " + verified.size() + " bytes");
    }
    return 0;
  }

  @Command(name = "check", description = "Verifies the files that a checksum file lists.")
  int check(
      @Parameters(paramLabel = "SUMS") Path sums,
      @Option(names = "--root", description = "where the files are, unless beside SUMS")
          @Nullable Path root,
      @Option(names = "--exact", description = "refuse files that are not listed") boolean exact,
      @Option(names = "--ignore-missing", description = "pass over files that are not there")
          boolean ignoreMissing,
      @Option(names = "--zero", description = "entries end with NUL") boolean zero,
      @Option(names = "--minisign", paramLabel = "KEY", description = "public key of SUMS.minisig")
          @Nullable String key,
      @Option(
              names = "--posix-names",
              description = "take names that are safe on POSIX systems only, such as a:b")
          boolean posixNames,
      @Option(names = "--progress", description = "draw a progress bar, even of short work")
          boolean progress)
      throws IOException {
    Path folder = root != null ? root : sums.toAbsolutePath().resolveSibling("");
    ProgressBar bar = bar(progress);
    FileBatch batch = FileBatch.builder().withListener(bar).build();
    ManifestVerifier.Builder options = ManifestVerifier.builder(folder).withBatch(batch);
    if (exact) {
      options =
          options.withExactFiles(sums.getFileName().toString(), sums.getFileName() + ".minisig");
    }
    if (ignoreMissing) {
      options = options.ignoreMissing();
    }
    ManifestReport report = options.build().check(manifest(sums, zero, key, posixNames));
    bar.clear();
    return print(report);
  }

  private static Manifest manifest(
      Path sums, boolean zero, @Nullable String key, boolean posixNames) throws IOException {
    NameRule names = posixNames ? NameRule.POSIX_ONLY : NameRule.PORTABLE;
    byte[] content = Files.readAllBytes(sums);
    if (key == null) {
      return zero ? Manifest.parseZero(content, names) : Manifest.parse(content, names);
    }
    String signature = Files.readString(Path.of(sums + ".minisig"));
    MinisignKey pinned = MinisignKey.parse(key);
    return SignedManifests.of(pinned, RollbackRule.anyAge())
        .withNames(names)
        .verify(content, signature)
        .manifest();
  }

  private int print(ManifestReport report) {
    for (FileResult result : report.files()) {
      out().println(SafeText.of(result.name()) + ": " + (result.isAccepted() ? "OK" : "FAILED"));
      result.refusal().ifPresent(refusal -> err().println("  " + refusal.message()));
    }
    report.unlisted().forEach(name -> err().println(SafeText.of(name) + ": not listed"));
    if (report.files().isEmpty()) {
      err().println("bartizan-verify: no file was verified");
    }
    return report.isAccepted() ? 0 : 1;
  }

  @Command(name = "sri", description = "Verifies a file against an integrity attribute.")
  int sri(
      @Parameters(paramLabel = "INTEGRITY") String integrity,
      @Parameters(paramLabel = "FILE") Path file)
      throws IOException {
    ProgressBar bar = bar(false);
    Digest matched = Sri.parse(integrity).verify(file, bar);
    bar.clear();
    out().println(SafeText.of(file.toString()) + ": OK, " + matched.sri());
    return 0;
  }

  @Command(name = "minisign", description = "Verifies FILE against FILE.minisig.")
  int minisign(
      @Parameters(paramLabel = "KEY") String key, @Parameters(paramLabel = "FILE") Path file)
      throws IOException {
    ProgressBar bar = bar(false);
    String signature = Files.readString(Path.of(file + ".minisig"));
    String comment = MinisignKey.parse(key).verify(file, signature, bar);
    bar.clear();
    out().println(SafeText.of(file.toString()) + ": OK, " + SafeText.of(comment));
    return 0;
  }

  @Command(
      name = "cosign",
      description = {
        "Verifies that a key signed an image: in an OCI layout folder that holds the signatures,",
        "or by a payload and its base64 signature."
      })
  int cosign(
      @Option(names = "--key", required = true, description = "cosign.pub, a PEM file") Path key,
      @Option(names = "--layout", description = "folder in the OCI image layout")
          @Nullable Path layout,
      @Option(names = "--payload", description = "simple-signing payload") @Nullable Path payload,
      @Option(names = "--signature", description = "its base64 signature") @Nullable Path signature,
      @Parameters(paramLabel = "IMAGE", description = "reference by digest") String image)
      throws IOException {
    ImageReference reference = ImageReference.parse(image);
    PinnedKey pinned = PinnedKey.parse(Files.readString(key));
    CosignVerifier cosign = CosignVerifier.of(SignerKeys.anyOf(pinned));
    VerifiedImage verified;
    if (layout != null && payload == null && signature == null) {
      verified = cosign.verify(ImageSource.layout(layout), reference);
    } else if (layout == null && payload != null && signature != null) {
      byte[] decoded = Base64.getDecoder().decode(Files.readString(signature).strip());
      verified = cosign.verify(Files.readAllBytes(payload), decoded, reference);
    } else {
      throw new CommandLine.ParameterException(
          commandSpec().commandLine(), "give --layout, or --payload and --signature");
    }
    out().println(verified.reference() + ": OK, " + verified.signers());
    verified.ignored().forEach(why -> err().println("  not counted: " + why));
    return 0;
  }

  /** Drawn when asked, and of long work where somebody may be looking. */
  private ProgressBar bar(boolean asked) {
    long least = asked ? 0 : isTerminal() ? ProgressBar.LONG_BYTES : Long.MAX_VALUE;
    return new ProgressBar(err(), least);
  }

  /** From JDK 22 on there may be a console that is no terminal, and a method that tells. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    try {
      return console != null
          && Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
    } catch (NoSuchMethodException e) {
      return true; // before that JDK there is one at a terminal only
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  private PrintWriter out() {
    return commandSpec().commandLine().getOut();
  }

  private PrintWriter err() {
    return commandSpec().commandLine().getErr();
  }

  private CommandSpec commandSpec() {
    if (spec == null) {
      throw new IllegalStateException("picocli sets this");
    }
    return spec;
  }
}
