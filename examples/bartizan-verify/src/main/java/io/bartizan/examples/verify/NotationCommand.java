package io.bartizan.examples.verify;

import io.bartizan.core.SafeText;
import io.bartizan.integrity.attest.notation.NotationPolicy;
import io.bartizan.integrity.attest.notation.NotationSignature;
import io.bartizan.integrity.attest.notation.NotationVerifier;
import io.bartizan.integrity.attest.notation.RevocationLists;
import io.bartizan.integrity.attest.notation.TrustStores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Judges an image by a trust policy of Notation, in its registry or in a layout folder. */
@Command(
    name = "notation",
    description = {
      "Verifies in its registry, or in an OCI layout folder, that an image has a Notary Project",
      "signature (notation sign) that a trust policy accepts. The policy's statement for the"
          + " image's",
      "repository decides. Of the image itself only its manifest is read unless --content is"
          + " given.",
      "A tag is resolved by the registry, and the digest is told."
    })
final class NotationCommand implements Callable<Integer> {

  private static final int MAX_POLICY_BYTES = 1024 * 1024;

  @Option(names = "--policy", required = true, description = "Notation's trustpolicy.json")
  private @Nullable Path policy;

  @Option(
      names = "--trust-store",
      required = true,
      description = "Notation's folder truststore, which holds x509/TYPE/NAME")
  private @Nullable Path trustStore;

  @Option(names = "--crl", description = "a revocation list, PEM or DER; none is fetched")
  private List<Path> lists = new ArrayList<>();

  @Mixin private ImagePlace place = new ImagePlace();

  @Override
  public Integer call() throws IOException {
    NotationVerifier verifier = verifier();
    ImagePlace.Found found = place.find();
    NotationSignature signed = verifier.verify(found.source(), found.image());
    place
        .out()
        .println(
            found.image()
                + ": OK, signed by \""
                + SafeText.of(signed.signer().getSubjectX500Principal().getName())
                + "\""
                + signed.signedAt().map(time -> ", at " + time).orElse("")
                + signed.expiresAt().map(time -> ", until " + time).orElse(""));
    signed.notEnforced().forEach(why -> place.err().println("  not enforced: " + why));
    place.readContent(found);
    return 0;
  }

  private NotationVerifier verifier() throws IOException {
    if (policy == null || trustStore == null) {
      throw new IllegalStateException("picocli requires both");
    }
    String json = new String(Pasted.bounded(policy, MAX_POLICY_BYTES), StandardCharsets.UTF_8);
    NotationPolicy rules = place.argument("--policy", () -> NotationPolicy.parse(json));
    TrustStores stores;
    try {
      stores = TrustStores.read(trustStore, rules.trustStores());
    } catch (IllegalArgumentException e) {
      throw place.misuse("--trust-store: " + SafeText.of(String.valueOf(e.getMessage())));
    }
    for (Path list : lists) {
      Pasted.requireNoFolder(list);
    }
    RevocationLists revoked;
    try {
      revoked = RevocationLists.read(lists.toArray(Path[]::new));
    } catch (IllegalArgumentException e) {
      throw place.misuse("--crl: " + SafeText.of(String.valueOf(e.getMessage())));
    }
    return NotationVerifier.builder(rules, stores).withRevocationLists(revoked).build();
  }
}
