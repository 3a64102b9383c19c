package io.bartizan.examples.deploy;

import static io.bartizan.examples.deploy.Practice.with;
import static io.bartizan.examples.deploy.Practice.without;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Practices of pods and containers: what a process that was taken over could do. */
final class PodPractices {

  private static final String DIGEST = "sha256:[0-9a-f]{64}";
  private static final Pattern SECRET_NAME =
      Pattern.compile("(?i).*(password|passwd|secret|token|credential|private|api_?key).*");

  private PodPractices() {}

  static List<Practice> all() {
    return List.of(
        Practice.of(
            "Processes run as a numeric user that is not root",
            Deployed::pods,
            pod ->
                pod.is("/securityContext/runAsNonRoot", true)
                    && pod.at("/securityContext/runAsUser").asInt() >= 10_000
                    && pod.at("/securityContext/runAsGroup").asInt() >= 10_000
                    && ofContainers(pod, "/securityContext/runAsUser").isEmpty()
                    && ofContainers(pod, "/securityContext/runAsNonRoot").isEmpty(),
            with("/securityContext/runAsNonRoot", false),
            without("/securityContext/runAsNonRoot"),
            without("/securityContext/runAsUser"),
            with("/securityContext/runAsUser", 0),
            with("/securityContext/runAsGroup", 0),
            with("/containers/0/securityContext/runAsUser", 0),
            with("/containers/0/securityContext/runAsNonRoot", false)),
        Practice.of(
            "The root file system is read-only",
            Deployed::containers,
            container -> container.is("/securityContext/readOnlyRootFilesystem", true),
            with("/securityContext/readOnlyRootFilesystem", false),
            without("/securityContext/readOnlyRootFilesystem"),
            without("/securityContext")),
        Practice.of(
            "No capability is left",
            Deployed::containers,
            container ->
                container.is("/securityContext/capabilities", Map.of("drop", List.of("ALL"))),
            with("/securityContext/capabilities/drop", List.of("NET_RAW")),
            with("/securityContext/capabilities/add", List.of("NET_BIND_SERVICE")),
            without("/securityContext/capabilities")),
        Practice.of(
            "No process gains privileges",
            Deployed::containers,
            container ->
                container.is("/securityContext/allowPrivilegeEscalation", false)
                    && !container.at("/securityContext/privileged").asBoolean()
                    && !container.has("/securityContext/procMount"),
            with("/securityContext/allowPrivilegeEscalation", true),
            without("/securityContext/allowPrivilegeEscalation"),
            with("/securityContext/privileged", true),
            with("/securityContext/procMount", "Unmasked")),
        Practice.of(
            "System calls are those of the runtime's default profile",
            Deployed::pods,
            pod ->
                pod.is("/securityContext/seccompProfile", Map.of("type", "RuntimeDefault"))
                    && ofContainers(pod, "/securityContext/seccompProfile").isEmpty(),
            without("/securityContext/seccompProfile"),
            with("/securityContext/seccompProfile/type", "Unconfined"),
            with("/containers/0/securityContext/seccompProfile", Map.of("type", "Unconfined"))),
        Practice.of(
            "Nothing of the node is shared",
            Deployed::pods,
            pod ->
                Set.of("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace").stream()
                        .noneMatch(pod.node()::has)
                    && pod.each("/volumes").noneMatch(volume -> volume.has("hostPath"))
                    && pod.each("/containers")
                        .flatMap(each -> each.path("ports").findValues("hostPort").stream())
                        .findAny()
                        .isEmpty(),
            with("/hostNetwork", true),
            with("/hostPID", true),
            with("/hostIPC", true),
            with("/volumes/-", Map.of("name", "x", "hostPath", Map.of("path", "/"))),
            with("/containers/0/ports", List.of(Map.of("hostPort", 80)))),
        Practice.of(
            "No pod holds a token of the API server",
            Deployed::pods,
            pod ->
                pod.is("/automountServiceAccountToken", false)
                    && accounts(pod).stream()
                        .anyMatch(each -> each.is("/automountServiceAccountToken", false))
                    && pod.each("/volumes").noneMatch(volume -> volume.has("projected")),
            without("/automountServiceAccountToken"),
            with("/automountServiceAccountToken", true),
            with("/serviceAccountName", "default"),
            pod -> accounts(pod).forEach(each -> each.drop("/automountServiceAccountToken")),
            with("/volumes/-", Map.of("name", "x", "projected", Map.of("sources", List.of())))),
        Practice.of(
            "No addresses of services in the environment",
            Deployed::pods,
            pod -> pod.is("/enableServiceLinks", false),
            without("/enableServiceLinks"),
            with("/enableServiceLinks", true)),
        Practice.of(
            "Memory and CPU are requested and limited",
            Deployed::containers,
            container ->
                container.has("/resources/requests/cpu")
                    && container.has("/resources/limits/cpu")
                    && container.has("/resources/limits/memory")
                    && container
                        .at("/resources/requests/memory")
                        .equals(container.at("/resources/limits/memory")),
            without("/resources"),
            without("/resources/limits/memory"),
            without("/resources/limits/cpu"),
            without("/resources/requests/cpu"),
            with("/resources/requests/memory", "1Mi")),
        Practice.of(
            "Images are named by digest",
            Deployed::containers,
            container -> isByDigest(container),
            with("/image", "gateway:latest"),
            with("/image", "registry.example/other"),
            container -> container.all().images.removeAll(),
            container -> image(container).put("/digest", "sha256:1"),
            container -> image(container).put("/newTag", "latest")),
        Practice.of(
            "Secrets are files, not environment",
            Deployed::containers,
            container ->
                !container.has("/envFrom")
                    && container
                        .each("/env")
                        .noneMatch(
                            each ->
                                each.has("valueFrom")
                                    || SECRET_NAME.matcher(each.path("name").asText()).matches()),
            with("/envFrom", List.of(Map.of("secretRef", Map.of("name", "x")))),
            with("/env", List.of(Map.of("name", "X", "valueFrom", Map.of()))),
            with("/env", List.of(Map.of("name", "REDIS_PASSWORD", "value", "x")))),
        Practice.of(
            "Files of secrets are for the user alone",
            Deployed::pods,
            pod ->
                pod.at("/securityContext/fsGroup").equals(pod.at("/securityContext/runAsGroup"))
                    && pod.each("/volumes")
                        .filter(volume -> volume.has("secret"))
                        .allMatch(volume -> volume.at("/secret/defaultMode").asInt() == 0440),
            without("/securityContext/fsGroup"),
            with("/volumes/-", Map.of("secret", Map.of("secretName", "x"))),
            with("/volumes/-", Map.of("secret", Map.of("defaultMode", 0444)))),
        Practice.of(
            "Nothing that is mounted can be written",
            Deployed::pods,
            pod ->
                pod.each("/volumes").allMatch(PodPractices::isReadOnly)
                    && pod.each("/containers")
                        .flatMap(each -> stream(each.path("volumeMounts")))
                        .allMatch(
                            mount -> mount.path("readOnly").asBoolean() && !mount.has("subPath")),
            with("/containers/0/volumeMounts/0/readOnly", false),
            without("/containers/0/volumeMounts/0/readOnly"),
            with("/containers/0/volumeMounts/0/subPath", "tls.crt"),
            with("/volumes/-", Map.of("name", "x", "emptyDir", Map.of())),
            with("/volumes/-", Map.of("name", "x", "csi", Map.of("driver", "x")))));
  }

  private static List<JsonNode> ofContainers(Part pod, String pointer) {
    return pod.each("/containers")
        .map(container -> container.at(pointer))
        .filter(found -> !found.isMissingNode())
        .toList();
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static boolean isReadOnly(JsonNode volume) {
    return volume.has("secret")
        || volume.has("configMap")
        || volume.at("/csi/readOnly").asBoolean();
  }

  private static List<Part> accounts(Part pod) {
    String account = pod.text("/serviceAccountName");
    return pod.all().kind("ServiceAccount").stream()
        .filter(each -> each.namespace().equals(pod.namespace()))
        .filter(each -> each.text("/metadata/name").equals(account))
        .toList();
  }

  private static Part image(Part container) {
    var entry = container.all().images.path(container.text("/image"));
    var node = (ObjectNode) entry;
    return new Part("image", node, node, container.all());
  }

  private static boolean isByDigest(Part container) {
    String name = container.text("/image");
    JsonNode entry = container.all().images.path(name);
    return name.matches("[^@]+@" + DIGEST)
        || (!name.contains(":")
            && entry.path("digest").asText().matches(DIGEST)
            && !entry.has("newTag"));
  }
}
