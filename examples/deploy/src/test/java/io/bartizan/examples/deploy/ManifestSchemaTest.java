package io.bartizan.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every manifest is read strictly, and nothing lies in the folder that no kustomization uses. */
class ManifestSchemaTest {

  /** Their keys are the author's, not the schema's. */
  private static final Set<String> OWN_KEYS =
      Set.of("labels", "annotations", "matchLabels", "selector", "requests", "limits");

  @Test
  void object_ofEveryManifest_isWhatTheApiTakes() {
    Map<String, ObjectNode> objects = Manifests.objects();
    assertThat(objects).hasSizeGreaterThan(30);
    assertThat(objects)
        .allSatisfy((name, object) -> assertThat(Schema.fault(object)).as(name).isNull());
  }

  @Test
  void field_ofAnyManifest_misspelt_isAFault() {
    List<String> passed = new ArrayList<>();
    int tried = 0;
    for (Map.Entry<String, ObjectNode> each : Manifests.objects().entrySet()) {
      for (Field field : fields(each.getValue(), "")) {
        if (field.path().equals("/apiVersion") || field.path().equals("/kind")) {
          continue;
        }
        JsonNode value = field.owner().remove(field.name());
        field.owner().set(field.name() + "s", value);
        if (Schema.fault(each.getValue()) == null) {
          passed.add(each.getKey() + field.path());
        }
        field.owner().remove(field.name() + "s");
        field.owner().set(field.name(), value);
        tried++;
      }
    }
    assertThat(passed).isEmpty();
    assertThat(tried).isGreaterThan(500);
  }

  @Test
  void object_thatLacksOrConfuses_isAFault() {
    Map<String, ObjectNode> objects = Manifests.objects();
    ObjectNode deployment = objects.get("gateway/Deployment/gateway").deepCopy();
    ((ObjectNode) deployment.at("/spec/template/spec/containers/0")).remove("name");
    assertThat(Schema.fault(deployment)).contains("required field `name`");
    ObjectNode service = objects.get("gateway/Service/gateway").deepCopy();
    ((ObjectNode) service.at("/spec/ports/0")).put("port", "https");
    assertThat(Schema.fault(service)).contains("https");
    ObjectNode certificate = objects.get("gateway/Certificate/gateway").deepCopy();
    ((ObjectNode) certificate.path("spec")).put("isCA", "maybe");
    assertThat(Schema.fault(certificate)).contains("isCA");
    certificate.put("apiVersion", "cert-manager.io/v1").put("kind", "Certificat");
    assertThat(Schema.fault(certificate)).contains("Certificat");
  }

  @Test
  void file_ofTheFolder_isUsedByAKustomization() {
    Set<Path> used = new TreeSet<>(Manifests.kustomizations());
    for (Path kustomization : Manifests.kustomizations()) {
      ObjectNode tree = Yaml.document(kustomization);
      List<String> names = new ArrayList<>();
      tree.path("resources").forEach(each -> names.add(each.asText()));
      tree.path("patches").forEach(each -> names.add(each.path("path").asText()));
      tree.path("configMapGenerator")
          .forEach(map -> map.path("files").forEach(each -> names.add(each.asText())));
      names.forEach(name -> used.add(kustomization.resolveSibling(name)));
    }
    used.add(Manifests.KUBERNETES.resolve("gateway/users.acl")); // for the script "secrets"
    assertThat(Manifests.files().collect(Collectors.toSet())).isEqualTo(used);
  }

  private record Field(ObjectNode owner, String name, String path) {}

  private static List<Field> fields(JsonNode node, String path) {
    List<Field> fields = new ArrayList<>();
    if (node instanceof ArrayNode array) {
      for (int at = 0; at < array.size(); at++) {
        fields.addAll(fields(array.get(at), path + "/" + at));
      }
    } else if (node instanceof ObjectNode object) {
      object
          .properties()
          .forEach(
              entry -> {
                String inner = path + "/" + entry.getKey();
                fields.add(new Field(object, entry.getKey(), inner));
                boolean own =
                    OWN_KEYS.contains(entry.getKey()) && !entry.getValue().has("matchLabels");
                if (!own) {
                  fields.addAll(fields(entry.getValue(), inner));
                }
              });
    }
    return fields;
  }
}
