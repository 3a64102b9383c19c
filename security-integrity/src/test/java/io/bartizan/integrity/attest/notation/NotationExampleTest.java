package io.bartizan.integrity.attest.notation;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.attest.LayoutFolder;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.testkit.ManualInstantSource;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the Javadoc and of docs/guides/notation.md, compiled and run. */
class NotationExampleTest {

  @TempDir Path notation;
  @TempDir Path layout;

  @Test
  void image_example() throws Exception {
    Files.writeString(
        notation.resolve("trustpolicy.json"),
        """
        {"version":"1.0","trustPolicies":[{"name":"acme","registryScopes":["registry.example/app"],
        "signatureVerification":{"level":"strict"},"trustStores":["ca:acme"],
        "trustedIdentities":["x509.subject:C=US,ST=WA,O=acme"]}]}
        """);
    Path store = Files.createDirectories(notation.resolve("truststore/x509/ca/acme"));
    Files.write(store.resolve("root.crt"), NotationDraft.der(NotationDraft.AUTHORITY));
    LayoutFolder images = new LayoutFolder(layout);
    ImageReference image = images.image("registry.example/app");
    NotationDraft draft = new NotationDraft();
    draft.payload =
        NotationDraft.payload(ImageSource.layout(layout).describe(image.requireDigest()));
    images.referrer(image.requireDigest(), Envelope.JWS, draft.make());

    NotationPolicy policy =
        NotationPolicy.parse(Files.readString(notation.resolve("trustpolicy.json")));
    TrustStores stores = TrustStores.read(notation.resolve("truststore"), policy.trustStores());
    NotationVerifier verifier =
        NotationVerifier.builder(policy, stores)
            .withClock(new ManualInstantSource(NotationDraft.NOW))
            .build();

    NotationSignature signed = verifier.verify(ImageSource.layout(layout), image);

    assertThat(signed.signer().getSubjectX500Principal().getName()).contains("CN=release");
    assertThat(signed.signedAt()).isEmpty();
    assertThat(signed.notEnforced()).isEmpty();
    assertThat(verifier.toString()).contains("acme").contains("ca:acme of 1");
  }
}
