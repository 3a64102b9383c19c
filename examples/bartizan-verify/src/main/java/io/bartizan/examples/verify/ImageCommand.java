package io.bartizan.examples.verify;

import io.bartizan.core.Reason;
import io.bartizan.integrity.attest.oci.OciReason;
import io.bartizan.integrity.attest.policy.ImagePolicy;
import io.bartizan.integrity.attest.policy.ImageRule;
import io.bartizan.integrity.attest.policy.PolicyReport;
import io.bartizan.integrity.attest.policy.ProvenanceRule;
import io.bartizan.integrity.attest.policy.TrustedSigner;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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

  @Option(names = "--builder", description = "require SLSA provenance of this builder's id")
  private @Nullable String builder;

  @Option(names = "--source", description = "of this source: https://host/path of a repository")
  private @Nullable String source;

  @Option(names = "--commit", description = "of this commit: 40 or 64 hexadecimal digits")
  private @Nullable String commit;

  @Option(names = "--sbom", description = "require a bill of materials, SPDX or CycloneDX")
  private boolean sbom;

  @Mixin private SignerChoice signer = new SignerChoice();

  @Mixin private ImagePlace place = new ImagePlace();

  @Override
  public Integer call() throws IOException {
    List<ImageRule> rules = rules();
    ImagePolicy policy =
        ImagePolicy.of(rules.get(0), rules.subList(1, rules.size()).toArray(ImageRule[]::new));
    ImagePlace.Found found = place.find();
    PolicyReport report = policy.check(found.source(), found.image());
    PrintWriter to = report.isAccepted() ? place.out() : place.err();
    report.explanation().forEach(to::println);
    if (!report.isAccepted()) {
      boolean unreadable =
          report.refusal().filter(why -> UNREADABLE.contains(why.reason())).isPresent();
      return unreadable ? 3 : 1;
    }
    place.readContent(found);
    return 0;
  }

  private List<ImageRule> rules() throws IOException {
    TrustedSigner who = signer();
    List<ImageRule> rules = new ArrayList<>();
    rules.add(ImageRule.signature(who));
    if ((builder == null) != (source == null)) {
      throw place.misuse("give --builder and --source, or neither");
    }
    if (builder == null && commit != null) {
      throw place.misuse("--commit needs --builder and --source");
    }
    if (builder != null && source != null) {
      rules.add(ImageRule.provenance(who, built(builder, source)));
    }
    if (sbom) {
      rules.add(ImageRule.sbom(who));
    }
    return rules;
  }

  private ProvenanceRule built(String builderId, String repository) {
    ProvenanceRule.Builder rule =
        place.argument(
            "--builder or --source", () -> ProvenanceRule.builder(builderId, repository));
    String built = commit;
    return built == null
        ? rule.build()
        : place.argument("--commit", () -> rule.withCommit(built)).build();
  }

  private TrustedSigner signer() throws IOException {
    return signer.isKey()
        ? TrustedSigner.of("key", signer.keys())
        : TrustedSigner.of("identity", signer.sigstore());
  }
}
