package io.bartizan.integrity.attest.oci;

import static io.bartizan.integrity.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.integrity.artifact.ArtifactReason;
import io.bartizan.integrity.artifact.Digest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Entry 85 of the attack matrix: image references. */
class ImageReferenceTest {

  @ParameterizedTest
  @CsvSource({
    "alpine,,alpine,,false",
    "alpine:3.19,,alpine,3.19,false",
    "library/alpine,,library/alpine,,false",
    "localhost/x,localhost,x,,false",
    "localhost:5000/x,localhost:5000,x,,false",
    "registry.example/team/app:1.2@D,registry.example,team/app,1.2,true",
    "Registry/app,Registry,app,,false",
    "[2001:db8::1]:443/app:v1,[2001:db8::1]:443,app,v1,false",
    "127.0.0.1/a__b/c.d-e--f:T_.-,127.0.0.1,a__b/c.d-e--f,T_.-,false",
    "app@D,,app,,true"
  })
  void N85_referenceByTheGrammar_isRead(
      String text, String registry, String repository, String tag, boolean pinned) {
    Digest digest = Digest.sha256Of(new byte[3]);
    String full = text.replace("@D", "@" + digest.oci());
    ImageReference image = ImageReference.parse(full);
    assertThat(image.registry().orElse(null)).isEqualTo(registry);
    assertThat(image.repository()).isEqualTo(repository);
    assertThat(image.tag().orElse(null)).isEqualTo(tag);
    assertThat(image.digest().isPresent()).isEqualTo(pinned);
    assertThat(image)
        .hasToString(full)
        .isEqualTo(ImageReference.valueOf(full))
        .hasSameHashCodeAs(ImageReference.parse(full));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/app",
        "app/",
        "a//b",
        "App",
        "team/App",
        "registry.example/Team/app",
        "app:",
        "app:.x",
        "app:a b",
        "-x.example/app",
        "x..example/app",
        "registry.example:123456/app",
        "registry.example:/app",
        "a___b",
        "a._b",
        "_a",
        "a_",
        "app\n",
        "\u0430pp",
        "app:1:2",
        "http://registry.example/app",
        "registry.example"
      })
  void N85_anythingElse_isRefused(String text) {
    if (text.equals("registry.example")) { // a repository by the grammar, without a registry
      assertThat(ImageReference.parse(text).registry()).isEmpty();
      return;
    }
    refused(OciReason.REFERENCE_MALFORMED, () -> ImageReference.parse(text));
  }

  @Test
  void N85_digestsAndLengths_areStrict() {
    String hex = Digest.sha256Of(new byte[3]).hex();
    for (String digest :
        List.of(
            "sha256:" + hex.toUpperCase(java.util.Locale.ROOT),
            "sha256:" + hex + "0",
            "x",
            "@",
            "")) {
      refused(ArtifactReason.DIGEST_MALFORMED, () -> ImageReference.parse("app@" + digest));
    }
    refused(ArtifactReason.ALGORITHM_UNKNOWN, () -> ImageReference.parse("app@SHA256:" + hex));
    String two = "app@sha256:" + hex + "@sha256:" + hex;
    refused(ArtifactReason.DIGEST_MALFORMED, () -> ImageReference.parse(two));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageReference.valueOf(two))
        .withMessageContaining("digest-malformed");
    String longest = "a".repeat(255);
    assertThat(ImageReference.parse(longest).repository()).isEqualTo(longest);
    refused(OciReason.REFERENCE_MALFORMED, () -> ImageReference.parse(longest + "a"));
    refused(OciReason.REFERENCE_MALFORMED, () -> ImageReference.parse("a:" + "b".repeat(129)));
    refused(OciReason.REFERENCE_MALFORMED, () -> ImageReference.parse("a/".repeat(1_000_000)));
  }
}
