package io.bartizan.examples.verify;

import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
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
import io.bartizan.integrity.artifact.Sri;
import io.bartizan.integrity.artifact.VerifiedFile;
import io.bartizan.integrity.attest.CosignVerifier;
import io.bartizan.integrity.attest.SignerKeys;
import io.bartizan.integrity.attest.VerifiedImage;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Base64;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Verifies files from the command line; exit status: 0 if all is well, 1 if anything is refused, 2
 * if the command line makes no sense, 3 if something can't be read, or the result not be written.
 */
@Command(
    name = "bartizan-verify",
    mixinStandardHelpOptions = true,
    scope = CommandLine.ScopeType.INHERIT,
    versionProvider = Main.Version.class,
    subcommands = {
      SigstoreCommand.class,
      AttestCommand.class,
      ImageCommand.class,
      NotationCommand.class
    },
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {
      "0:all is well",
      "1:something is refused",
      "2:the command line makes no sense",
      "3:something can't be read, or the result not be written"
    },
    description = {
      "Verifies files, checksum files, SRI, minisign, cosign, Sigstore and Notation signatures,",
      "and attestations. FILE and SUMS may be -, standard input."
    })
public final class Main {

  private static final int MAX_PAYLOAD_BYTES = 64 * 1024;

  @Spec private @Nullable CommandSpec spec;

  /**
   * Runs one command.
   *
   * @param arguments the command line
   */
  public static void main(String[] arguments) {
    int status = commandLine().execute(arguments);
    if (status == 0 && System.out.checkError()) {
      System.err.println("bartizan-verify: standard output can't be written to");
      status = Failures.UNREADABLE;
    }
    System.exit(status);
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setExpandAtFiles(false); // whoever names a file must not choose the arguments by it
    line.setParameterExceptionHandler((failure, arguments) -> Failures.misuse(failure));
    line.setExecutionExceptionHandler(
        (failure, command, result) -> Failures.failure(failure, command));
    return line;
  }

  /** The version of the jar; without one it is a build of one's own. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"bartizan-verify " + (version == null ? "(development)" : version)};
    }
  }

  @Command(
      name = "file",
      description = {
        "Verifies one file against a digest: hexadecimal digits of SHA-256, -384 or -512 in either",
        "case, sha256:HEX, or sha256-BASE64."
      })
  int file(
      @Parameters(paramLabel = "DIGEST") String digest, @Parameters(paramLabel = "FILE") Path file)
      throws IOException {
    Digest expected = argument("DIGEST", () -> Pasted.digest(digest));
    ProgressBar bar = bar(false);
    try (Input input = Input.of(file);
        VerifiedFile verified = Artifacts.verify(input.file(), Expected.of(expected), bar)) {
      bar.clear();
      out().println(input + ": OK, " + verified.size() + " bytes");
    }
    return 0;
  }

  /** What is wrong with an argument itself is a misuse and no refusal. */
  private <T> T argument(String label, Supplier<T> parsed) {
    try {
      return parsed.get();
    } catch (IllegalArgumentException | VerificationException e) {
      throw misuse(label + ": " + SafeText.of(String.valueOf(e.getMessage())));
    }
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
      @Option(names = "--cosign", paramLabel = "PEM", description = "key of SUMS.sigstore.json")
          @Nullable Path cosign,
      @Option(
              names = "--posix-names",
              description = "take names that are safe on POSIX systems only, such as a:b")
          boolean posixNames,
      @Option(names = "--progress", description = "draw a progress bar, even of short work")
          boolean progress)
      throws IOException {
    Path folder = root != null ? root : sums.toAbsolutePath().resolveSibling("");
    if (Input.isStandard(sums) && (key != null || cosign != null)) {
      throw misuse("SUMS - has no signature beside it");
    }
    if ((zero ? 1 : 0) + (key == null ? 0 : 1) + (cosign == null ? 0 : 1) > 1) {
      throw misuse("give one of --zero, --minisign and --cosign");
    }
    Sums list = new Sums(sums, posixNames ? NameRule.POSIX_ONLY : NameRule.PORTABLE);
    Manifest manifest =
        key != null
            ? list.signedBy(minisignKey(key))
            : cosign != null ? list.signedBy(pinned(cosign)) : list.unsigned(zero);
    ProgressBar bar = bar(progress);
    FileBatch batch = FileBatch.builder().withListener(bar).build();
    ManifestVerifier.Builder options = ManifestVerifier.builder(folder).withBatch(batch);
    if (exact) {
      options = options.withExactFiles(list.companions(folder));
    }
    if (ignoreMissing) {
      options = options.ignoreMissing();
    }
    ManifestReport report = options.build().check(manifest);
    bar.clear();
    return print(report);
  }

  private MinisignKey minisignKey(String key) throws IOException {
    String text = Pasted.keyOrFile(key);
    return argument("KEY", () -> MinisignKey.parse(text));
  }

  private int print(ManifestReport report) {
    for (FileResult result : report.files()) {
      out().println(SafeText.of(result.name()) + ": " + (result.isAccepted() ? "OK" : "FAILED"));
      result.refusal().ifPresent(refusal -> err().println("  " + refusal.message()));
    }
    report.unlisted().forEach(name -> err().println(SafeText.of(name) + ": not listed"));
    if (report.files().isEmpty()) {
      String why = report.refusal().map(refusal -> ": " + refusal.message()).orElse("");
      err().println("bartizan-verify: no file was verified" + why);
    }
    return report.isAccepted() ? 0 : 1;
  }

  @Command(name = "sri", description = "Verifies a file against an integrity attribute.")
  int sri(
      @Parameters(paramLabel = "INTEGRITY") String integrity,
      @Parameters(paramLabel = "FILE") Path file)
      throws IOException {
    Sri sri = argument("INTEGRITY", () -> Sri.parse(integrity));
    ProgressBar bar = bar(false);
    try (Input input = Input.of(file)) {
      Digest matched = sri.verify(input.file(), bar);
      bar.clear();
      out().println(input + ": OK, " + matched.sri());
    }
    return 0;
  }

  @Command(
      name = "minisign",
      description = "Verifies FILE against FILE.minisig; KEY is a key or the file that holds it.")
  int minisign(
      @Parameters(paramLabel = "KEY") String key,
      @Parameters(paramLabel = "FILE") Path file,
      @Option(names = "--signature", description = "the signature, unless it is FILE.minisig")
          @Nullable Path signatureFile)
      throws IOException {
    if (signatureFile == null && Input.isStandard(file)) {
      throw misuse("FILE - needs --signature");
    }
    String signature =
        Pasted.text(signatureFile != null ? signatureFile : Path.of(file + ".minisig"));
    MinisignKey signer = minisignKey(key);
    ProgressBar bar = bar(false);
    try (Input input = Input.of(file)) {
      String comment = signer.verify(input.file(), signature, bar);
      bar.clear();
      out().println(input + ": OK, " + SafeText.of(comment));
    }
    return 0;
  }

  @Command(
      name = "cosign",
      description = {
        "Verifies that a key signed an image, and that the image in an OCI layout folder is whole.",
        "With --signature-only, or by a payload and its base64 signature, nothing of the image is",
        "read."
      })
  int cosign(
      @Option(names = "--key", required = true, description = "cosign.pub, a PEM file") Path key,
      @Option(names = "--layout", description = "folder in the OCI image layout")
          @Nullable Path layout,
      @Option(names = "--signature-only", description = "read nothing of the image in the folder")
          boolean signatureOnly,
      @Option(names = "--payload", description = "simple-signing payload") @Nullable Path payload,
      @Option(names = "--signature", description = "its base64 signature") @Nullable Path signature,
      @Parameters(paramLabel = "IMAGE", description = "reference by digest") String image)
      throws IOException {
    ImageReference reference = argument("IMAGE", () -> withDigest(image));
    CosignVerifier cosign = CosignVerifier.of(pinned(key));
    VerifiedImage verified;
    if (layout != null && payload == null && signature == null) {
      ImageSource source = Pasted.layout(layout);
      verified =
          signatureOnly
              ? cosign.verifySignatureOnly(source, reference)
              : cosign.verify(source, reference);
    } else if (layout == null && payload != null && signature != null) {
      String text = Pasted.text(signature).strip();
      byte[] decoded = argument("--signature", () -> Base64.getDecoder().decode(text));
      verified = cosign.verify(Pasted.bounded(payload, MAX_PAYLOAD_BYTES), decoded, reference);
    } else {
      throw misuse("give --layout, or --payload and --signature");
    }
    String what =
        verified
            .content()
            .map(content -> "OK, " + content.blobs().size() + " blobs, ")
            .orElse("signature OK, image not read, ");
    out().println(verified.reference() + ": " + what + verified.signers());
    verified.ignored().forEach(why -> err().println("  not counted: " + why));
    return 0;
  }

  private static ImageReference withDigest(String image) {
    ImageReference reference = ImageReference.parse(image);
    Digest unused = reference.requireDigest();
    return reference;
  }

  private SignerKeys pinned(Path key) throws IOException {
    String pem = Pasted.text(key);
    return SignerKeys.anyOf(argument("--key", () -> PinnedKey.parse(pem)));
  }

  @Command(
      name = "verify-blob",
      description = {
        "Verifies FILE against what `cosign sign-blob --key` wrote: --bundle, or the base64 text of",
        "--output-signature."
      })
  int verifyBlob(
      @Option(names = "--key", required = true, description = "cosign.pub, a PEM file") Path key,
      @Option(
              names = {"--bundle", "--signature"},
              required = true,
              description = "the bundle, JSON, or the signature, base64")
          Path written,
      @Parameters(paramLabel = "FILE") Path file)
      throws IOException {
    CosignVerifier cosign = CosignVerifier.of(pinned(key));
    byte[] signed = Pasted.bundle(written);
    try (Input input = Input.of(file)) {
      out().println(input + ": OK, " + cosign.verifyBlob(signed, input.file()));
    }
    return 0;
  }

  /** With the usage of the command that was meant. */
  private CommandLine.ParameterException misuse(String why) {
    CommandLine line = commandSpec().commandLine();
    CommandLine.ParseResult parsed = line.getParseResult();
    return new CommandLine.ParameterException(
        parsed.hasSubcommand() ? parsed.subcommand().commandSpec().commandLine() : line, why);
  }

  private ProgressBar bar(boolean asked) {
    return ProgressBar.of(err(), asked);
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
