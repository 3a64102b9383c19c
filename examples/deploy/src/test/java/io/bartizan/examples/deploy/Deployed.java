package io.bartizan.examples.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything that is deployed, as trees that a test may change. */
final class Deployed {

  private static final List<String> POD_SPECS =
      List.of("/spec/template/spec", "/spec/jobTemplate/spec/template/spec", "/spec");

  private final Map<String, ObjectNode> objects;

  /** Images of the kustomizations, by the name that manifests use. */
  final ObjectNode images;

  final ObjectNode compose;
  final ObjectNode redisConf;
  final ObjectNode users;

  private Deployed(
      Map<String, ObjectNode> objects,
      ObjectNode images,
      ObjectNode compose,
      ObjectNode redisConf,
      ObjectNode users) {
    this.objects = objects;
    this.images = images;
    this.compose = compose;
    this.redisConf = redisConf;
    this.users = users;
  }

  static Deployed of(Map<String, ObjectNode> objects) {
    ObjectNode images = Yaml.JSON.createObjectNode();
    for (Path kustomization : Manifests.kustomizations()) {
      for (JsonNode image : Yaml.document(kustomization).path("images")) {
        images.set(image.path("name").asText(), image);
      }
    }
    ObjectNode redisConf = Yaml.JSON.createObjectNode();
    lines("redis.conf").forEach(words -> redisConf.put(words[0], words[1]));
    ObjectNode users = Yaml.JSON.createObjectNode();
    lines("users.acl")
        .forEach(words -> users.put(words[1].split(" ", 2)[0], words[1].split(" ", 2)[1]));
    ObjectNode compose = Yaml.document(Manifests.HOME.resolve("compose/compose.yaml"));
    return new Deployed(objects, images, compose, redisConf, users);
  }

  Deployed copy() {
    Map<String, ObjectNode> copies = new LinkedHashMap<>();
    objects.forEach((name, object) -> copies.put(name, object.deepCopy()));
    return new Deployed(
        copies, images.deepCopy(), compose.deepCopy(), redisConf.deepCopy(), users.deepCopy());
  }

  private static List<String[]> lines(String file) {
    return Yaml.text(Manifests.KUBERNETES.resolve("gateway").resolve(file))
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(line -> line.split(" ", 2))
        .toList();
  }

  static Deployed plain() {
    return of(Manifests.objects());
  }

  /** With the component {@code spiffe}, its patches applied as kustomize applies them. */
  static Deployed withSpiffe() {
    Map<String, ObjectNode> objects = new LinkedHashMap<>(Manifests.objects());
    Path component = Manifests.KUBERNETES.resolve("spiffe/kustomization.yaml");
    for (JsonNode each : Yaml.document(component).path("patches")) {
      ObjectNode patch = Yaml.document(component.resolveSibling(each.path("path").asText()));
      String name = Manifests.name(patch);
      if (patch.path("$patch").asText().equals("delete")) {
        objects.remove(name);
      } else {
        merge(objects.get(name), patch);
      }
    }
    return of(objects);
  }

  /** Elements of arrays are known by their names; null takes a member away. */
  private static void merge(ObjectNode into, ObjectNode patch) {
    patch
        .properties()
        .forEach(
            entry -> {
              JsonNode there = into.path(entry.getKey());
              if (entry.getValue().isNull()) {
                into.remove(entry.getKey());
              } else if (there instanceof ObjectNode object) {
                merge(object, (ObjectNode) entry.getValue());
              } else if (there instanceof ArrayNode array) {
                entry.getValue().forEach(each -> merge(named(array, each), (ObjectNode) each));
              } else {
                into.set(entry.getKey(), entry.getValue());
              }
            });
  }

  private static ObjectNode named(ArrayNode array, JsonNode like) {
    for (JsonNode each : array) {
      if (each.path("name").equals(like.path("name"))) {
        return (ObjectNode) each;
      }
    }
    return array.addObject();
  }

  Map<String, ObjectNode> objects() {
    return objects;
  }

  List<Part> kind(String kind) {
    return objects.entrySet().stream()
        .filter(each -> each.getValue().path("kind").asText().equals(kind))
        .map(each -> new Part(each.getKey(), each.getValue(), each.getValue(), this))
        .toList();
  }

  /** The pod of every workload, whatever its kind. */
  List<Part> pods() {
    List<Part> pods = new ArrayList<>();
    objects.forEach(
        (name, object) ->
            POD_SPECS.stream()
                .map(object::at)
                .filter(spec -> spec.has("containers"))
                .forEach(spec -> pods.add(new Part(name, (ObjectNode) spec, object, this))));
    return pods;
  }

  List<Part> containers() {
    List<Part> containers = new ArrayList<>();
    for (Part pod : pods()) {
      for (String list : List.of("containers", "initContainers", "ephemeralContainers")) {
        for (JsonNode each : pod.node().path(list)) {
          String name = pod.name() + ":" + each.path("name").asText();
          containers.add(new Part(name, (ObjectNode) each, pod.owner(), this));
        }
      }
    }
    return containers;
  }

  List<Part> services() {
    List<Part> services = new ArrayList<>();
    compose
        .path("services")
        .properties()
        .forEach(
            each ->
                services.add(
                    new Part(
                        "compose/" + each.getKey(), (ObjectNode) each.getValue(), compose, this)));
    return services;
  }

  List<Part> redisConf() {
    return List.of(new Part("redis.conf", redisConf, redisConf, this));
  }

  List<Part> users() {
    return List.of(new Part("users.acl", users, users, this));
  }
}
