package io.bartizan.examples.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds every image that an object of Kubernetes would run. */
final class Images {

  /** More of them than an object of people has. */
  static final int MAX_IMAGES = 64;

  /** More than a reference with registry, tag and digest has. */
  static final int MAX_CHARS = 512;

  /** Where the pod's specification is, by kind and group of the object. */
  private static final Map<String, String> SPECIFICATIONS =
      Map.of(
          "Pod.", "/spec",
          "PodTemplate.", "/template/spec",
          "ReplicationController.", "/spec/template/spec",
          "Deployment.apps", "/spec/template/spec",
          "ReplicaSet.apps", "/spec/template/spec",
          "StatefulSet.apps", "/spec/template/spec",
          "DaemonSet.apps", "/spec/template/spec",
          "Job.batch", "/spec/template/spec",
          "CronJob.batch", "/spec/jobTemplate/spec/template/spec");

  private Images() {}

  /**
   * The images of a request, each once.
   *
   * @throws IllegalArgumentException with a sentence for people if not all of them can be told
   */
  static Set<String> of(JsonNode request) {
    String operation = request.path("operation").asText();
    if (!operation.equals("CREATE") && !operation.equals("UPDATE")) {
      throw new IllegalArgumentException("only CREATE and UPDATE are judged here");
    }
    JsonNode kind = request.path("kind");
    String where =
        SPECIFICATIONS.get(kind.path("kind").asText() + "." + kind.path("group").asText());
    JsonNode object = request.path("object");
    if (where == null || !object.path("kind").equals(kind.path("kind"))) {
      throw new IllegalArgumentException("an object of this kind is not judged here");
    }
    JsonNode pod = object.at(where);
    Set<String> images = new LinkedHashSet<>();
    for (String list : List.of("containers", "initContainers", "ephemeralContainers")) {
      for (JsonNode container : list(pod, list)) {
        add(container.path("image"), images);
      }
    }
    for (JsonNode volume : list(pod, "volumes")) {
      if (volume.has("image")) {
        add(volume.path("image").path("reference"), images);
      }
    }
    if (images.isEmpty()) {
      throw new IllegalArgumentException("the object names no image");
    }
    return images;
  }

  private static JsonNode list(JsonNode pod, String name) {
    JsonNode list = pod.path(name);
    if (!list.isArray() && !list.isMissingNode() && !list.isNull()) {
      throw new IllegalArgumentException(name + " is no list");
    }
    return list;
  }

  private static void add(JsonNode image, Set<String> images) {
    if (!image.isTextual()) {
      throw new IllegalArgumentException("a container or volume names no image");
    }
    if (image.textValue().length() > MAX_CHARS) {
      throw new IllegalArgumentException(
          "an image's name has more than " + MAX_CHARS + " characters");
    }
    images.add(image.textValue());
    if (images.size() > MAX_IMAGES) {
      throw new IllegalArgumentException("more than " + MAX_IMAGES + " images are not judged");
    }
  }
}
