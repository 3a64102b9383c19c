package io.bartizan.examples.verify;

import io.bartizan.core.Reason;
import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.attest.SignerKeys;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.attest.oci.OciReason;
import io.bartizan.integrity.attest.oci.OciRegistry;
import io.bartizan.integrity.attest.policy.ImagePolicy;
import io.bartizan.integrity.attest.policy.ImageRule;
import io.bartizan.integrity.attest.policy.PolicyReport;
import io.bartizan.integrity.attest.policy.ProvenanceRule;
import io.bartizan.integrity.attest.policy.TrustedSigner;
import io.bartizan.integrity.attest.sigstore.IdentityPolicy;
import io.bartizan.integrity.attest.sigstore.SignerSubject;
import io.bartizan.integrity.attest.sigstore.SigstoreVerifier;
import io.bartizan.integrity.attest.sigstore.TrustedRoot;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Judges an image by a policy, in the registry that it names or in a layout folder. */
@Command(
    name = "image",
    description = {
      "Verifies in its registry, or in an OCI layout folder, that an image is signed, and on",
      "request that it has provenance and a bill of materials, all by one signer: a key, or an",
      "identity that Sigstore certifies. Of the image itself nothing is read unless --content is",
      "given. A tag is resolved by the registry, and the digest is told."
    })
final class ImageCommand implements Callable<Integer> {

  /** Not the image's fault: something could not be read. */
  static final Set<Reason> UNREADABLE =
      Set.of(OciReason.REGISTRY_UNAVAILABLE, OciReason.AUTHENTICATION_REFUSED);

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--key", description = "the signer's cosign.pub, a PEM file")
  private @Nullable Path key;

  @Option(names = "--root", description = "Sigstore's trusted_root.json, with --identity, --issuer")
  private @Nullable Path root;

  @Option(names = "--identity", description = "the signer's URI or e-mail address, exactly")
  private @Nullable String identity;

  @Option(names = "--issuer", description = "who authenticated the signer, a URL")
  private @Nullable String issuer;

  @Option(names = "--builder", description = "require SLSA provenance of this builder's id")
  private @Nullable String builder;

  @Option(names = "--source", description = "of this source: https://host/path of a repository")
  private @Nullable String source;

  @Option(names = "--sbom", description = "require a bill of materials, SPDX or CycloneDX")
  private boolean sbom;

  @Option(names = "--layout", description = "look in this folder in place of the registry")
  private @Nullable Path layout;

  @Option(names = "--content", description = "read the whole image and compare it")
  private boolean content;

  @Option(
      names = "--user",
      description = "log in; the password is in the variable BARTIZAN_PASSWORD")
  private @Nullable String user;

  @Option(names = "--plain-http", description = "speak http to the registry, which others can read")
  private boolean plainHttp;

  @Parameters(paramLabel = "IMAGE", description = "reference by digest, or a registry's by tag")
  private String image = "";

  @Override
  public Integer call() throws IOException {
    ImageReference asked = argument("IMAGE", () -> ImageReference.parse(image));
    List<ImageRule> rules = rules();
    ImagePolicy policy =
        ImagePolicy.of(rules.get(0), rules.subList(1, rules.size()).toArray(ImageRule[]::new));
    ImageSource where = layout == null ? registry(asked) : ImageSource.layout(layout);
    ImageReference pinned = pinned(where, asked);
    PolicyReport report = policy.check(where, pinned);
    PrintWriter to = report.isAccepted() ? out() : err();
    report.explanation().forEach(to::println);
    if (!report.isAccepted()) {
      boolean unreadable =
          report.refusal().filter(why -> UNREADABLE.contains(why.reason())).isPresent();
      return unreadable ? 3 : 1;
    }
    if (content) {
      out().println("  content: " + where.verifyContent(pinned.requireDigest()));
    }
    return 0;
  }

  private ImageReference pinned(ImageSource where, ImageReference asked) throws IOException {
    if (asked.digest().isPresent()) {
      return asked;
    }
    if (asked.tag().isPresent() && where instanceof OciRegistry registry) {
      return registry.resolve(asked.tag().get());
    }
    throw misuse("IMAGE: give the digest, or a tag in its registry");
  }

  private List<ImageRule> rules() throws IOException {
    TrustedSigner signer = signer();
    List<ImageRule> rules = new ArrayList<>();
    rules.add(ImageRule.signature(signer));
    if ((builder == null) != (source == null)) {
      throw misuse("give --builder and --source, or neither");
    }
    if (builder != null && source != null) {
      String builderId = builder;
      String repository = source;
      ProvenanceRule built =
          argument("--builder or --source", () -> ProvenanceRule.of(builderId, repository));
      rules.add(ImageRule.provenance(signer, built));
    }
    if (sbom) {
      rules.add(ImageRule.sbom(signer));
    }
    return rules;
  }

  private TrustedSigner signer() throws IOException {
    if (key != null && root == null && identity == null && issuer == null) {
      String pem = Pasted.text(key);
      return TrustedSigner.of(
          "key", SignerKeys.anyOf(argument("--key", () -> PinnedKey.parse(pem))));
    }
    if (key == null && root != null && identity != null && issuer != null) {
      String name = identity;
      String authority = issuer;
      SignerSubject subject =
          argument(
              "--identity",
              () -> name.contains("://") ? SignerSubject.uri(name) : SignerSubject.email(name));
      IdentityPolicy policy = argument("--issuer", () -> IdentityPolicy.of(authority, subject));
      return TrustedSigner.of("identity", SigstoreVerifier.of(TrustedRoot.read(root), policy));
    }
    throw misuse("give --key, or all of --root, --identity and --issuer");
  }

  private OciRegistry registry(ImageReference asked) {
    OciRegistry.Builder settings =
        argument("IMAGE", () -> OciRegistry.builder(HttpClient.newHttpClient(), asked))
            .plainHttpOnLoopback();
    if (plainHttp) {
      settings = settings.plainHttp();
    }
    String login = user;
    if (login == null) {
      return settings.build();
    }
    String password = System.getenv("BARTIZAN_PASSWORD");
    if (password == null) {
      throw misuse("--user needs the environment variable BARTIZAN_PASSWORD");
    }
    OciRegistry.Builder anonymous = settings;
    return argument("--user", () -> anonymous.withCredentials(login, () -> password)).build();
  }

  private <T> T argument(String label, Supplier<T> parsed) {
    try {
      return parsed.get();
    } catch (IllegalArgumentException | VerificationException e) {
      throw misuse(label + ": " + SafeText.of(String.valueOf(e.getMessage())));
    }
  }

  private CommandLine.ParameterException misuse(String why) {
    return new CommandLine.ParameterException(commandSpec().commandLine(), why);
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
