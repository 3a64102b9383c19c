package io.bartizan.examples.deploy;

import static io.bartizan.examples.deploy.Practice.with;
import static io.bartizan.examples.deploy.Practice.without;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Practices of workloads: that they start, end, spread and grow without a lost request. */
final class WorkloadPractices {

  private static final String LABELS = "/spec/template/metadata/labels";

  private WorkloadPractices() {}

  static List<Practice> all() {
    return List.of(
        Practice.of(
            "Namespaces enforce Pod Security \"restricted\", of a named version",
            deployed -> deployed.kind("Namespace"),
            WorkloadPractices::isRestricted,
            without("/metadata/labels"),
            part -> labels(part).remove("pod-security.kubernetes.io/enforce"),
            part -> labels(part).remove("pod-security.kubernetes.io/warn"),
            part -> labels(part).remove("pod-security.kubernetes.io/audit-version"),
            part -> labels(part).put("pod-security.kubernetes.io/enforce", "baseline"),
            part -> labels(part).put("pod-security.kubernetes.io/enforce-version", "latest")),
        Practice.of(
            "Servers are probed",
            deployed -> having(deployed.containers(), "/ports"),
            container ->
                container.has("/livenessProbe")
                    && container.has("/readinessProbe")
                    && probes(container).allMatch(WorkloadPractices::isOfANamedPortOrProgram),
            without("/livenessProbe"),
            without("/readinessProbe"),
            with("/livenessProbe", Map.of("httpGet", Map.of("path", "/livez", "port", 8443)))),
        Practice.of(
            "Probes and meters have a listener that no Service shows",
            deployed -> deployed.kind("Service"),
            service -> service.each("/spec/ports").noneMatch(WorkloadPractices::isProbe),
            with("/spec/ports/-", Map.of("port", 8081, "targetPort", "probe")),
            with("/spec/ports/-", Map.of("port", 80, "targetPort", 8081)),
            with("/spec/ports/-", Map.of("port", 8081))),
        Practice.of(
            "A pod has longer to end than draining takes",
            Deployed::pods,
            pod ->
                pod.at("/terminationGracePeriodSeconds").asInt() > draining(pod)
                    && (draining(pod) > 0
                        || !pod.owner().path("kind").asText().equals("Deployment")),
            with("/terminationGracePeriodSeconds", 0),
            without("/terminationGracePeriodSeconds")),
        Practice.of(
            "An update takes no pod away before its successor serves",
            deployed -> deployed.kind("Deployment"),
            each -> each.is("/spec/strategy/rollingUpdate/maxUnavailable", 0),
            without("/spec/strategy"),
            with("/spec/strategy/rollingUpdate/maxUnavailable", 1),
            with("/spec/strategy", Map.of("type", "Recreate"))),
        Practice.of(
            "Pods are spread over nodes",
            deployed -> deployed.kind("Deployment"),
            each ->
                each.each("/spec/template/spec/topologySpreadConstraints")
                    .anyMatch(
                        spread ->
                            spread.path("topologyKey").asText().equals("kubernetes.io/hostname")
                                && spread.path("whenUnsatisfiable").asText().equals("DoNotSchedule")
                                && spread.at("/labelSelector/matchLabels").equals(each.at(LABELS))),
            without("/spec/template/spec/topologySpreadConstraints"),
            with(
                "/spec/template/spec/topologySpreadConstraints/0/whenUnsatisfiable",
                "ScheduleAnyway"),
            with(LABELS + "/x", "y")),
        Practice.of(
            "Drains of nodes leave pods that serve",
            deployed -> deployed.kind("Deployment"),
            each ->
                each.all().kind("PodDisruptionBudget").stream()
                        .filter(budget -> budget.namespace().equals(each.namespace()))
                        .filter(budget -> budget.is("/spec/maxUnavailable", 1))
                        .anyMatch(
                            budget ->
                                budget.at("/spec/selector/matchLabels").equals(each.at(LABELS)))
                    && least(each) >= 2,
            with(LABELS + "/x", "y"),
            each ->
                each.all()
                    .objects()
                    .remove(
                        each.namespace() + "/PodDisruptionBudget/" + each.text("/metadata/name")),
            with("/spec/replicas", 1)),
        Practice.of(
            "The number of pods follows a meter",
            deployed -> deployed.kind("HorizontalPodAutoscaler"),
            each ->
                each.at("/spec/minReplicas").asInt() >= 2
                    && each.text("/spec/metrics/0/pods/metric/name")
                        .equals(Meters.perSecond("bartizan.ratelimit.decisions")),
            with("/spec/minReplicas", 1),
            without("/spec/minReplicas"),
            with("/spec/metrics/0/pods/metric/name", "bartizan_ratelimit_checks_per_second")));
  }

  private static ObjectNode labels(Part namespace) {
    return (ObjectNode) namespace.at("/metadata/labels");
  }

  private static boolean isRestricted(Part namespace) {
    JsonNode labels = namespace.at("/metadata/labels");
    return List.of("enforce", "warn", "audit").stream()
        .map(mode -> "pod-security.kubernetes.io/" + mode)
        .allMatch(
            label ->
                labels.path(label).asText().equals("restricted")
                    && labels.path(label + "-version").asText().matches("v1\\.\\d+"));
  }

  private static List<Part> having(List<Part> parts, String pointer) {
    return parts.stream().filter(part -> part.has(pointer)).toList();
  }

  private static Stream<JsonNode> probes(Part container) {
    return List.of("/startupProbe", "/livenessProbe", "/readinessProbe").stream()
        .map(container::at)
        .filter(probe -> !probe.isMissingNode());
  }

  /** HTTP without a certificate is for the port of that name. */
  private static boolean isOfANamedPortOrProgram(JsonNode probe) {
    return probe.has("exec")
        || probe.at("/tcpSocket/port").asText().equals("https")
        || probe.at("/httpGet/port").asText().equals("probe");
  }

  private static boolean isProbe(JsonNode port) {
    JsonNode target = port.has("targetPort") ? port.path("targetPort") : port.path("port");
    return target.asText().equals("probe") || target.asInt() == 8081;
  }

  /** Seconds for which a pod may still answer after it was told to end. */
  private static long draining(Part pod) {
    Predicate<String> isSet = text -> !text.isEmpty();
    Part container = new Part(pod.name(), first(pod), pod.owner(), pod.all());
    if (isSet.test(container.option("--drain-delay"))) {
      return seconds(container.option("--drain-delay")) + seconds(container.option("--drain-time"));
    }
    if (isSet.test(container.option("--deadline"))) {
      return container.at("/lifecycle/preStop/sleep/seconds").asLong()
          + Duration.parse(container.option("--deadline")).toSeconds();
    }
    return 0;
  }

  private static ObjectNode first(Part pod) {
    return (ObjectNode) pod.at("/containers/0");
  }

  static long seconds(String text) {
    return Duration.parse("PT" + text).toSeconds();
  }

  private static int least(Part deployment) {
    return deployment.all().kind("HorizontalPodAutoscaler").stream()
        .filter(each -> each.namespace().equals(deployment.namespace()))
        .filter(
            each ->
                each.text("/spec/scaleTargetRef/name").equals(deployment.text("/metadata/name")))
        .filter(each -> !deployment.has("/spec/replicas"))
        .mapToInt(each -> each.at("/spec/minReplicas").asInt())
        .findFirst()
        .orElse(deployment.at("/spec/replicas").asInt());
  }
}
