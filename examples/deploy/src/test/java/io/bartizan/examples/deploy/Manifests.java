package io.bartizan.examples.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Every object of the folder {@code kubernetes}, by the file that it is in. */
final class Manifests {

  static final Path ROOT =
      Path.of(System.getProperty("bartizan.root", "../..")).toAbsolutePath().normalize();
  static final Path HOME = ROOT.resolve("examples/deploy");
  static final Path KUBERNETES = HOME.resolve("kubernetes");

  private Manifests() {}

  static List<Path> kustomizations() {
    return files().filter(file -> file.endsWith("kustomization.yaml")).toList();
  }

  /** Objects of a kustomization's resources, in its namespace. */
  static List<ObjectNode> resources(Path kustomization) {
    ObjectNode tree = Yaml.document(kustomization);
    List<ObjectNode> objects = new ArrayList<>();
    for (JsonNode resource : tree.path("resources")) {
      objects.addAll(Yaml.documents(kustomization.resolveSibling(resource.asText())));
    }
    String namespace = tree.path("namespace").asText();
    if (!namespace.isEmpty()) {
      objects.forEach(object -> place(object, namespace));
    }
    return objects;
  }

  private static void place(ObjectNode object, String namespace) {
    String kind = object.path("kind").asText();
    if (!kind.equals("Namespace") && !kind.endsWith("WebhookConfiguration")) {
      ((ObjectNode) object.path("metadata")).put("namespace", namespace);
    }
  }

  static Map<String, ObjectNode> objects() {
    Map<String, ObjectNode> objects = new LinkedHashMap<>();
    kustomizations().stream()
        .flatMap(kustomization -> resources(kustomization).stream())
        .forEach(object -> objects.put(name(object), object));
    return objects;
  }

  /** Such as {@code gateway/Deployment/gateway}. */
  static String name(ObjectNode object) {
    JsonNode metadata = object.path("metadata");
    return String.join(
        "/",
        metadata.path("namespace").asText("cluster"),
        object.path("kind").asText(),
        metadata.path("name").asText());
  }

  static Stream<Path> files() {
    try (Stream<Path> walk = Files.walk(KUBERNETES)) {
      return walk.filter(Files::isRegularFile).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
