package io.bartizan.examples.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.attest.SignerKeys;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.OciRegistry;
import io.bartizan.integrity.attest.policy.ImagePolicy;
import io.bartizan.integrity.attest.policy.ImageRule;
import io.bartizan.integrity.attest.policy.TrustedSigner;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The images, published to a registry and verified there, by Bartizan itself. */
@Tag("deep")
@Timeout(600)
class SupplyChainIT {

  private static final String CONTAINERFILE = "examples/deploy/image/Containerfile";
  private static final String ZEROS = "0".repeat(40);

  @TempDir private static Path folder;
  private static Engine engine;
  private static LocalRegistry registry;
  private static PublishedImage published;

  @BeforeAll
  static void publish() throws Exception {
    List.of("cosign", "skopeo", "jq").forEach(Programs::required);
    engine = Engine.start(folder);
    registry = LocalRegistry.start(folder);
    published = PublishedImage.publish(engine, registry, folder);
  }

  @AfterAll
  static void end() throws Exception {
    if (published != null) {
      published.close();
    }
    if (registry != null) {
      registry.close();
    }
    if (engine != null) {
      engine.close();
    }
  }

  private static ManifestRedis.Ended judged(
      String key, String builder, String source, String commit, String image) throws Exception {
    String line =
        "image --key %s --builder %s --source %s --commit %s --sbom --content %s"
            .formatted(folder.resolve(key), builder, source, commit, image);
    return published.verify(line.split(" "));
  }

  private static ManifestRedis.Ended judged(String key, String image) throws Exception {
    return judged(key, PublishedImage.BUILDER_ID, PublishedImage.SOURCE, published.commit, image);
  }

  private static void refused(String why, ManifestRedis.Ended judged) {
    assertThat(judged.output()).contains(why);
    assertThat(judged.status()).as(judged.output()).isEqualTo(1);
  }

  @Test
  void image_published_isSignedListedAndProvenToBeOfItsCommit() throws Exception {
    for (String name : List.of(published.name, published.tag)) {
      ManifestRedis.Ended judged = judged("cosign.pub", name);
      assertThat(judged.output()).contains("accepted, 3 of 3 rules hold", "content: ");
      assertThat(judged.output()).contains(published.name.substring(published.name.indexOf('@')));
      assertThat(judged.status()).as(judged.output()).isZero();
    }
  }

  @Test
  void webhooksImage_published_isListedAndProvenToo() throws Exception {
    String image = published.built("admission-webhook");
    String target = registry.repository("bartizan/admission-webhook:0.1.0");
    Path made = folder.resolve("webhook");
    String name = PublishedImage.published(published.publish(image, target, made, Map.of()));
    ManifestRedis.Ended judged = judged("cosign.pub", name);
    assertThat(judged.output()).contains("accepted, 3 of 3 rules hold", "content: ");
    assertThat(judged.status()).as(judged.output()).isZero();
    assertThat(application(made)).isEqualTo("admission-webhook");
    assertThat(application(published.made)).isEqualTo("gateway");
    assertThat(made.resolve("jars")).isDirectoryContaining("glob:**/bartizan-adapters-*.jar");
    assertThat(published.made.resolve("jars"))
        .isDirectoryNotContaining("glob:**/bartizan-adapters-*.jar");
  }

  private static String application(Path made) {
    return Yaml.document(made.resolve("provenance.json"))
        .at("/buildDefinition/externalParameters/application")
        .asText();
  }

  @Test
  void image_ofAnotherKeyBuilderSourceOrCommit_isRefused() throws Exception {
    String builder = PublishedImage.BUILDER_ID;
    String source = PublishedImage.SOURCE;
    String commit = published.commit;
    String name = published.name;
    refused("signature by \"key\": missing", judged("other.pub", name));
    refused("builder-mismatch", judged("cosign.pub", builder + "2", source, commit, name));
    refused("source-mismatch", judged("cosign.pub", builder, source + "2", commit, name));
    refused("build-mismatch", judged("cosign.pub", builder, source, ZEROS, name));
  }

  @Test
  void billOfMaterials_isOfTheJarsInTheImage_andOfNoOthers() throws Exception {
    Map<String, String> listed = new TreeMap<>();
    if (!(statement("https://cyclonedx.org/bom").get("components") instanceof List<?> components)) {
      throw new AssertionError("no components");
    }
    for (Object each : components) {
      Map<?, ?> component = (Map<?, ?>) each;
      listed.put(
          component.get("name") + "-" + component.get("version") + ".jar", sha256(component));
    }
    Map<String, String> there = new TreeMap<>();
    String container = engine.run("buildah", "from", "--pull-never", PublishedImage.IMAGE);
    try (Stream<Path> jars =
        Files.list(Path.of(engine.run("buildah", "mount", container), "app"))) {
      for (Path jar : jars.toList()) {
        there.put(jar.getFileName().toString(), Digest.sha256Of(Files.readAllBytes(jar)).hex());
      }
    } finally {
      engine.run("buildah", "rm", container);
    }
    assertThat(listed).isEqualTo(there).hasSizeGreaterThan(20);
  }

  private static String sha256(Map<?, ?> component) {
    return ((List<?>) component.get("hashes"))
        .stream()
            .map(hash -> (Map<?, ?>) hash)
            .filter(hash -> "SHA-256".equals(hash.get("alg")))
            .map(hash -> String.valueOf(hash.get("content")))
            .findFirst()
            .orElseThrow();
  }

  @Test
  void provenance_namesCommitContainerfileAndBuilderByDigest() throws Exception {
    byte[] containerfile =
        engine
            .run("git", "-C", Manifests.ROOT.toString(), "show", "HEAD:" + CONTAINERFILE)
            .concat("\n")
            .getBytes(UTF_8);
    String builder = published.builder;
    assertThat(statement("https://slsa.dev/provenance/v1").get("buildDefinition"))
        .asInstanceOf(InstanceOfAssertFactories.MAP)
        .extractingByKey("resolvedDependencies")
        .isEqualTo(
            List.of(
                Map.of(
                    "uri",
                    "git+" + PublishedImage.SOURCE,
                    "digest",
                    Map.of("gitCommit", published.commit)),
                Map.of(
                    "name",
                    CONTAINERFILE,
                    "digest",
                    Map.of("sha256", Digest.sha256Of(containerfile).hex())),
                Map.of(
                    "name",
                    builder.substring(0, builder.indexOf('@')),
                    "digest",
                    Map.of("sha256", builder.substring(builder.lastIndexOf(':') + 1)))));
  }

  /** What was stated of the image, once the key's signature was verified. */
  private static Map<String, ?> statement(String type) throws Exception {
    PinnedKey key = PinnedKey.parse(Files.readString(folder.resolve("cosign.pub")));
    ImageRule rule = ImageRule.statement(TrustedSigner.of("us", SignerKeys.anyOf(key)), type);
    ImageReference image = ImageReference.parse(published.name);
    OciRegistry source =
        OciRegistry.builder(HttpClient.newHttpClient(), image).plainHttpOnLoopback().build();
    return ImagePolicy.of(rule).verify(source, image).evidence().get(rule).get(0).predicate();
  }

  @Test
  void image_withoutABillOfMaterials_isRefused() throws Exception {
    String name = copied("bare", PublishedImage.IMAGE);
    refused("signature by \"key\": missing", judged("cosign.pub", name));
    published.cosign("signing-config", "create", "--out", "none.json");
    published.cosign("sign", "--key", "cosign.key", "--signing-config", "none.json", name);
    refused("bill of materials by \"key\": missing", judged("cosign.pub", name));
  }

  @Test
  void image_ofAnotherDigest_isRefused() throws Exception {
    String other = copied("bartizan/gateway", published.relabelled("changed=yes"));
    assertThat(other).isNotEqualTo(published.name);
    refused("signature by \"key\": missing", judged("cosign.pub", other));
  }

  /** Pushes an image unsigned, as anyone who may write to the registry can. */
  private static String copied(String name, String image) throws Exception {
    Path digest = folder.resolve("digest");
    String to = "docker://" + registry.repository(name) + ":copied";
    String file = digest.toString();
    engine.run("podman", "push", "--tls-verify=false", "--digestfile", file, image, to);
    return registry.repository(name) + "@" + Files.readString(digest);
  }

  @Test
  void image_ofWhichAByteWasChangedInTheRegistry_isRefused() throws Exception {
    String manifest = published.name.substring(published.name.indexOf('@') + 1);
    String layer = Yaml.document(registry.blob(manifest)).at("/layers/0/digest").asText();
    Path blob = registry.blob(layer);
    byte[] right = Files.readAllBytes(blob);
    byte[] wrong = right.clone();
    wrong[wrong.length / 2] ^= 1;
    Files.write(blob, wrong);
    try {
      refused("blob-mismatch", judged("cosign.pub", published.name));
    } finally {
      Files.write(blob, right);
    }
    assertThat(judged("cosign.pub", published.name).status()).isZero();
  }

  @Test
  void jars_areVerifiedByTheirSignedList() throws Exception {
    Path list = published.made.resolve("jars/SHA256SUMS");
    String key = folder.resolve("cosign.pub").toString();
    String[] check = {"check", "--exact", "--cosign", key, list.toString()};
    ManifestRedis.Ended checked = published.verify(check);
    assertThat(checked.output()).contains("lettuce-core-", ".jar: OK");
    assertThat(checked.status()).as(checked.output()).isZero();
    Path core = list.resolveSibling("bartizan-core-0.1.0.jar");
    Path more = Files.copy(core, list.resolveSibling("more.jar"));
    refused("more.jar: not listed", published.verify(check));
    Files.delete(more);
    byte[] right = Files.readAllBytes(core);
    right[right.length / 2] ^= 1;
    Files.write(core, right);
    refused("bartizan-core-0.1.0.jar: FAILED", published.verify(check));
    right[right.length / 2] ^= 1;
    Files.write(core, right);
    check[3] = folder.resolve("other.pub").toString();
    refused("signature-invalid", published.verify(check));
  }

  @Test
  void publish_ofWhatAScannerRefuses_pushesNothing() throws Exception {
    notPublished(PublishedImage.IMAGE, Map.of("SCAN", "false"), "false refuses");
  }

  @Test
  void publish_ofAnImageOfNoCommit_pushesNothing() throws Exception {
    String label = "org.opencontainers.image.revision=" + published.commit + "-changed";
    notPublished(published.relabelled(label), Map.of(), "-changed\", which is no commit");
  }

  @Test
  void publish_ofAnImageOfAnUnknownApplication_pushesNothing() throws Exception {
    String label = "io.bartizan.image.application=../x";
    notPublished(published.relabelled(label), Map.of(), "which `build` does not know");
  }

  @Test
  void publish_withABillOfMaterialsOfOtherJars_pushesNothing() throws Exception {
    Path sbom = published.made.resolve("sbom.json");
    Path less = folder.resolve("less.json");
    Files.writeString(less, engine.run("jq", "del(.components[0])", sbom.toString()));
    notPublished(PublishedImage.IMAGE, Map.of("BOM", less.toString()), "does not list the jars");
    Path more = folder.resolve("more.json");
    String plus = ".components += [{\"name\": \"other\"}]";
    Files.writeString(more, engine.run("jq", plus, sbom.toString()));
    notPublished(PublishedImage.IMAGE, Map.of("BOM", more.toString()), "does not list the jars");
  }

  @Test
  void publish_thatCanNotSign_givesNoTag() throws Exception {
    Path made = folder.resolve("unsigned");
    String target = registry.repository("unsigned:1");
    ManifestRedis.Ended ended =
        published.publish(PublishedImage.IMAGE, target, made, Map.of("COSIGN_PASSWORD", "another"));
    assertThat(ended.status()).as(ended.output()).isNotZero();
    assertThat(registry.holds("unsigned/_manifests/revisions")).isTrue();
    assertThat(registry.holds("unsigned/_manifests/tags")).isFalse();
    assertThat(registry.holds("bartizan/gateway/_manifests/tags/0.1.0")).isTrue();
    assertThat(made).doesNotExist();
  }

  private static void notPublished(String image, Map<String, String> more, String why)
      throws Exception {
    Path made = folder.resolve("never");
    ManifestRedis.Ended ended =
        published.publish(image, registry.repository("never:1"), made, more);
    assertThat(ended.output()).contains(why);
    assertThat(ended.status()).isEqualTo(2);
    assertThat(registry.holds("never")).isFalse();
    assertThat(made).doesNotExist();
  }
}
