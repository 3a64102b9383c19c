package io.bartizan.integrity.attest;

import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.attest.HostileRegistry.send;
import static io.bartizan.integrity.attest.LayoutFolder.described;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Refusal;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.OciReason;
import io.bartizan.integrity.attest.oci.OciRegistry;
import io.bartizan.integrity.attest.policy.ImagePolicy;
import io.bartizan.integrity.attest.policy.ImageRule;
import io.bartizan.integrity.attest.policy.PolicyReport;
import io.bartizan.integrity.attest.policy.TrustedSigner;
import io.bartizan.integrity.attest.search.ImageSearch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * HR-20 and HR-21: lists of referrers that go on in every way that RFC 8288 allows, or are denied.
 */
@Timeout(120)
class ReferrerPagesIT {

  private static final Signer ALICE = Signer.ecdsa();

  @TempDir private Path folder;
  private final CosignVerifier cosign = CosignVerifier.of(SignerKeys.anyOf(ALICE.key));
  private HostileRegistry registry;
  private Digest digest;
  private volatile String link = "";

  @BeforeEach
  void start() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    registry = new HostileRegistry(folder);
    digest =
        layout.listed(
            Descriptor.MANIFEST,
            LayoutFolder.manifest(List.of(), null),
            Map.of("org.opencontainers.image.ref.name", "1"));
    layout.referrer(digest, ALICE.imageBundle(digest));
    answerInPages();
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  /** An empty first page, and then all. */
  private VerifiedImage verifiedWith(String written) throws Exception {
    link = written;
    return cosign.verifySignatureOnly(registry.source().build(), registry.image(digest));
  }

  private void answerInPages() {
    registry.answers(
        "referrers/" + digest,
        exchange -> {
          if (exchange.getRequestURI().getQuery() != null) {
            registry.honest(exchange);
            return;
          }
          exchange.getResponseHeaders().set("Link", link);
          send(exchange, 200, Descriptor.INDEX, HostileRegistry.index(List.of()));
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<#?n=1>; rel=\"next\"",
        "<?n=1>; rel=next",
        "<#>; rel=\"first\", <#?n=1>; rel=\"next\"",
        "<#?n=1>;title=\"a, <b>; rel=x\" ; REL = \"last NEXT\"",
        "<#?n=1>; rel=\"next\"; rel=\"last\", <#?n=2>; rel=\"last\""
      })
  void HR20_nextPage_isFoundHoweverTheLinkIsWritten(String link) throws Exception {
    String path = "/v2/" + HostileRegistry.REPOSITORY + "/referrers/" + digest;
    assertThat(verifiedWith(link.replace("#", path)).signers()).containsExactly(ALICE.key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<?n=1>; rel=\"prev\"",
        "<?n=1>; rel=\"last\"; rel=\"next\"",
        "<?n=1>; title=\"rel=next\"",
        "<?n=1>; title=\"; rel=next\"",
        "<?n=1>; rel=\"next",
        "?n=1; rel=next"
      })
  void HR20_otherLinks_areNoNextPage(String link) {
    refused(AttestReason.UNSIGNED, () -> verifiedWith(link));
  }

  @Test
  void HR20_nextPageThatCannotBeAsked_isTold() throws Exception {
    for (String address : List.of("ftp://x.example/", "http://other.example/?n=1", "https:")) {
      List<Refusal> passedOver = new ArrayList<>();
      link = "<" + address + ">; rel=\"next\"";
      assertThat(registry.source().build().listed(digest, passedOver::add)).isEmpty();
      assertThat(passedOver)
          .as(address)
          .singleElement()
          .extracting("reason")
          .isEqualTo(OciReason.ANSWER_UNEXPECTED);
    }
  }

  @Test
  void HR20_onePageOfMoreThanAreRead_givesTheFirstAndTellsOfTheRest() throws Exception {
    List<Map<String, Object>> many = new ArrayList<>();
    for (int i = 0; i < OciRegistry.MAX_REFERRERS + 1; i++) {
      many.add(described(Descriptor.MANIFEST, Digest.sha256Of(new byte[i]), i));
    }
    registry.answers(
        "referrers/" + digest,
        HostileRegistry.answer(200, Descriptor.INDEX, HostileRegistry.index(many)));
    List<Refusal> passedOver = new ArrayList<>();
    assertThat(registry.source().build().listed(digest, passedOver::add))
        .hasSize(OciRegistry.MAX_REFERRERS);
    assertThat(passedOver).singleElement().extracting("reason").isEqualTo(OciReason.TOO_LARGE);
    registry.answers(
        "referrers/" + digest,
        HostileRegistry.answer(
            200, Descriptor.INDEX, HostileRegistry.index(many.subList(0, many.size() - 1))));
    passedOver.clear();
    assertThat(registry.source().build().listed(digest, passedOver::add))
        .hasSize(OciRegistry.MAX_REFERRERS);
    assertThat(passedOver).isEmpty();
  }

  @Test
  void HR21_registryThatDeniesTheList_isNeverUnsigned() throws Exception {
    ImagePolicy policy =
        ImagePolicy.of(ImageRule.signature(TrustedSigner.of("alice", SignerKeys.anyOf(ALICE.key))));
    for (int status : new int[] {401, 403}) {
      registry.answers("referrers/" + digest, HostileRegistry.answer(status, "x", new byte[0]));
      OciRegistry source = registry.source().build();
      refused(
          OciReason.AUTHENTICATION_REFUSED,
          () -> cosign.verifySignatureOnly(source, registry.image(digest)));
      PolicyReport report = policy.check(source, registry.image(digest));
      assertThat(report.refusal().orElseThrow().reason())
          .isEqualTo(OciReason.AUTHENTICATION_REFUSED);
      assertThat(report.explanation()).anyMatch(line -> line.contains("the source can't be read"));
    }
    registry.answers("referrers/" + digest, HostileRegistry.answer(404, "x", new byte[0]));
    refused(
        AttestReason.UNSIGNED,
        () -> cosign.verifySignatureOnly(registry.source().build(), registry.image(digest)));
  }

  @Test
  void HR21_registryThatDeniesTheListAlone_stillHasTheTag() throws Exception {
    new LayoutFolder(folder)
        .referrersIndex(
            "sha256-" + digest.hex(), digest, ImageSearch.BUNDLE, ALICE.imageBundle(digest));
    registry.answers("referrers/" + digest, HostileRegistry.answer(403, "x", new byte[0]));
    assertThat(
            cosign.verifySignatureOnly(registry.source().build(), registry.image(digest)).signers())
        .containsExactly(ALICE.key);
  }
}
