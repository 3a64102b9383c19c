package io.bartizan.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.bartizan.mtls.PeerPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The manifests' arguments are options of the programs, and their paths are what is mounted. */
class OptionsTest {

  /** By the name of the container. */
  private static final Map<String, String> PROGRAMS =
      Map.of(
          "webhook", "io.bartizan.examples.admission.Main",
          "gateway", "io.bartizan.examples.gateway.Main");

  static List<Part> programs() {
    return Deployed.plain().containers().stream()
        .filter(container -> PROGRAMS.containsKey(container.text("/name")))
        .toList();
  }

  private static CommandLine program(Part container) throws Exception {
    return new CommandLine(Class.forName(PROGRAMS.get(container.text("/name"))));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void arguments_ofAContainer_areTheProgramsOwn(Part container) throws Exception {
    List<String> words = container.texts("/args");
    assertThatCode(() -> parse(container, words)).doesNotThrowAnyException();
    for (int at = 0; at < words.size(); at++) {
      List<String> misspelt = new ArrayList<>(words);
      misspelt.set(at, words.get(at).replaceFirst("^(--)?", "$1x"));
      assertThatThrownBy(() -> parse(container, misspelt))
          .isInstanceOf(CommandLine.ParameterException.class);
    }
  }

  private static void parse(Part container, List<String> words) throws Exception {
    CommandLine.ParseResult unused = program(container).parseArgs(words.toArray(String[]::new));
  }

  @Test
  void paths_ofEachContainer_areBelowItsMountsAndEachMountIsUsed() {
    for (Part container : Deployed.plain().containers()) {
      String words = container.texts("/args") + " " + container.texts("/command");
      if (container.name().contains("redis")) {
        words += Yaml.text(Manifests.KUBERNETES.resolve("gateway/redis.conf"));
      }
      for (JsonNode mount : container.at("/volumeMounts")) {
        assertThat(words).as(container.name()).contains(mount.path("mountPath").asText());
      }
      for (String word : container.texts("/args")) {
        String path = word.replaceFirst("^[^=]*=", "");
        if (path.startsWith("/")) {
          assertThat(
                  container
                      .each("/volumeMounts")
                      .map(mount -> Path.of(mount.path("mountPath").asText())))
              .as(word)
              .anyMatch(mounted -> Path.of(path).startsWith(mounted));
        }
      }
    }
  }

  @Test
  void arguments_ofComposeAndKubernetes_differInTheDelayAlone() {
    Deployed deployed = Deployed.plain();
    Set<String> here = new TreeSet<>();
    deployed.compose.at("/services/gateway/command").forEach(word -> here.add(word.asText()));
    Set<String> there =
        deployed.containers().stream()
            .filter(each -> each.text("/name").equals("gateway"))
            .flatMap(each -> each.texts("/args").stream())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(here.remove("--drain-delay=0s")).isTrue();
    assertThat(there.remove("--drain-delay=5s")).isTrue();
    assertThat(here).isEqualTo(there);
  }

  @Test
  void peers_ofTheFile_areAPolicy() {
    PeerPolicy policy =
        PeerPolicy.valueOf(Yaml.text(Manifests.KUBERNETES.resolve("gateway/peers")).strip());
    assertThat(policy.toString()).contains("spiffe://cluster.example/ns/shop/sa/shop");
  }
}
