package io.bartizan.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/operations/deploy.md and hardening.md say what the manifests and their tests are. */
class DeployPageTest {

  private static final Path PAGE = Manifests.ROOT.resolve("docs/operations/deploy.md");
  private static final Path HARDENING = Manifests.ROOT.resolve("docs/operations/hardening.md");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)");

  private static List<List<String>> rows(String heading) {
    String text = Yaml.text(HARDENING);
    String part = text.substring(text.indexOf("\n## " + heading + "\n") + 4).split("\n## ", 2)[0];
    return part.lines()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| practice |"))
        .map(line -> Arrays.asList(line.substring(2, line.length() - 2).split(" \\| ")))
        .toList();
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult each) -> each.group(1)).toList();
  }

  @Test
  void table_ofHardening_isTheTests() {
    assertThat(rows("Hardening"))
        .extracting(row -> row.get(0))
        .containsExactlyElementsOf(HardeningTest.practices().stream().map(Practice::name).toList());
  }

  @Test
  void line_ofHardening_isInItsFile() {
    assertThat(rows("Hardening"))
        .allSatisfy(
            row -> {
              String line = found(CODE, row.get(1)).get(0);
              Path file = HARDENING.resolveSibling(found(LINK, row.get(2)).get(0)).normalize();
              assertThat(Yaml.text(file)).contains(line);
            });
  }

  @Test
  void test_ofPractices_exists() throws IOException {
    Set<String> named = new TreeSet<>();
    for (List<String> row : rows("Practices")) {
      assertThat(found(LINK, row.get(1)))
          .isNotEmpty()
          .allSatisfy(link -> assertThat(HARDENING.resolveSibling(link).normalize()).exists());
      assertThat(found(CODE, row.get(2))).isNotEmpty();
      named.addAll(found(CODE, row.get(2)));
    }
    try (Stream<Path> walk = Files.walk(Manifests.ROOT.resolve("examples"))) {
      Set<String> tests =
          walk.map(path -> path.getFileName().toString())
              .filter(name -> name.matches(".*(Test|IT)\\.java"))
              .map(name -> name.replace(".java", ""))
              .collect(Collectors.toSet());
      assertThat(tests).containsAll(named);
    }
  }

  @Test
  void secretsAndConfigMaps_thatAreMounted_areMadeByManifestsOrByThePagesCommands() {
    Map<String, ObjectNode> objects = Manifests.objects();
    Set<String> made = new TreeSet<>();
    Deployed.plain().kind("Certificate").forEach(each -> made.add(each.text("/spec/secretName")));
    for (Path kustomization : Manifests.kustomizations()) {
      Yaml.document(kustomization)
          .path("configMapGenerator")
          .forEach(map -> made.add(map.path("name").asText()));
    }
    Set<String> told = new TreeSet<>();
    for (ObjectNode object : objects.values()) {
      for (JsonNode volume : object.at("/spec/template/spec/volumes")) {
        told.add(volume.at("/secret/secretName").asText() + volume.at("/configMap/name").asText());
      }
    }
    told.removeAll(made);
    String commands = found(Pattern.compile("```\n([^`]+)```"), Yaml.text(PAGE)).toString();
    assertThat(told)
        .hasSize(8)
        .allSatisfy(name -> assertThat(commands).containsPattern("[ ]" + name + "[ ]"));
  }

  /** Kubernetes looks up the certificate to show by this name, with every port but 443. */
  @Test
  void kubeconfigUser_ofTheWebhooksPage_isTheServiceThatIsCalled() {
    Part hook = Deployed.plain().kind("ValidatingWebhookConfiguration").get(0);
    String service = "/webhooks/0/clientConfig/service/";
    String called = hook.text(service + "name") + "." + hook.text(service + "namespace") + ".svc";
    int port = hook.at(service + "port").asInt();
    String page = Yaml.text(Manifests.ROOT.resolve("examples/admission-webhook/README.md"));
    assertThat(found(Pattern.compile("has a user `([^`]+)`"), page))
        .containsExactly(port == 443 ? called : called + ":" + port);
  }

  @Test
  void peersAndRule_ofThePage_areThoseOfTheManifests() {
    assertThat(Yaml.text(PAGE))
        .contains(Meters.perSecond("bartizan.ratelimit.decisions"))
        .contains(
            Deployed.plain().kind("Certificate").stream()
                .filter(each -> each.text("/metadata/name").equals("gateway"))
                .findFirst()
                .orElseThrow()
                .text("/spec/uris/0"));
  }
}
