package io.bartizan.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What kubectl makes of the kustomizations, and of an overlay as the page shows one. */
@Tag("deep")
class KustomizeIT {

  private static final String DIGEST = "sha256:" + "ab".repeat(32);

  @TempDir private Path folder;

  @BeforeEach
  void copy() throws IOException {
    for (Path file : Manifests.files().toList()) {
      Path copied = folder.resolve(Manifests.KUBERNETES.relativize(file));
      Files.createDirectories(copied.getParent());
      Files.copy(file, copied);
    }
  }

  private Map<String, ObjectNode> rendered(String name) throws Exception {
    String kubectl = Programs.required("kubectl");
    ManifestRedis.Ended ended =
        ManifestRedis.run(List.of(kubectl, "kustomize", folder.resolve(name).toString()));
    assertThat(ended.status()).as(ended.output()).isZero();
    Map<String, ObjectNode> objects = new LinkedHashMap<>();
    Yaml.documents(ended.output()).forEach(each -> objects.put(Manifests.name(each), each));
    return objects;
  }

  private Map<String, ObjectNode> overlay() throws Exception {
    String page = Yaml.text(Manifests.ROOT.resolve("docs/operations/deploy.md"));
    String start = "# examples/deploy/kubernetes/mine/kustomization.yaml\n";
    assertThat(page).contains(start);
    String block = page.substring(page.indexOf(start) + start.length()).split("```", 2)[0];
    String text = block.stripIndent().replace("sha256:…", DIGEST);
    Files.writeString(
        Files.createDirectory(folder.resolve("mine")).resolve("kustomization.yaml"), text);
    return rendered("mine");
  }

  @Test
  void objects_asRendered_areWhatTheApiTakesAndHardened() throws Exception {
    Map<String, ObjectNode> objects = new LinkedHashMap<>(rendered("gateway"));
    objects.putAll(rendered("admission"));
    assertThat(objects).hasSizeGreaterThan(30);
    assertThat(objects)
        .allSatisfy((name, object) -> assertThat(Schema.fault(object)).as(name).isNull());
    assertHardened(Deployed.of(objects));
  }

  @Test
  void overlay_ofThePage_hasItsImagesAndTheComponent() throws Exception {
    Map<String, ObjectNode> objects = overlay();
    Deployed deployed = Deployed.of(objects);
    assertThat(deployed.containers())
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each.text("/image")).endsWith("@" + DIGEST));
    String name = "gateway/Deployment/gateway";
    assertThat(objects.get(name).at("/spec/template/spec/volumes"))
        .containsExactlyInAnyOrderElementsOf(
            Deployed.withSpiffe().objects().get(name).at("/spec/template/spec/volumes"));
    assertThat(objects).doesNotContainKey("gateway/Certificate/gateway");
    objects.putAll(rendered("admission"));
    assertHardened(Deployed.of(objects));
  }

  private static void assertHardened(Deployed deployed) {
    assertThat(HardeningTest.practices())
        .allSatisfy(
            practice -> assertThat(practice.faults(deployed)).as(practice.name()).isEmpty());
  }
}
