package io.bartizan.examples.deploy;

import static io.bartizan.examples.deploy.Practice.with;
import static io.bartizan.examples.deploy.Practice.without;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Practices of networks: who can speak to whom. */
final class NetworkPractices {

  /** Every hole there is: direction, pods, other side, ports. */
  private static final Set<String> HOLES =
      Set.of(
          "gateway: gateway <- namespace shop: https",
          "gateway: gateway <- namespace monitoring, pods prometheus: probe",
          "gateway: gateway -> namespace kube-system, pods kube-dns: 53 53",
          "gateway: gateway -> pods redis: 6379",
          "gateway: redis <- pods gateway: redis",
          "admission: webhook <- anybody: https",
          "admission: webhook -> namespace kube-system, pods kube-dns: 53 53",
          "admission: webhook -> 0.0.0.0/0 but [\"169.254.0.0/16\"]: 443");

  private NetworkPractices() {}

  static List<Practice> all() {
    return List.of(
        Practice.of(
            "Networks deny by default, in and out",
            deployed -> deployed.kind("Namespace"),
            namespace ->
                namespace.all().kind("NetworkPolicy").stream()
                    .filter(each -> each.namespace().equals(namespace.text("/metadata/name")))
                    .anyMatch(NetworkPractices::deniesAll),
            namespace -> denying(namespace).drop("/spec/podSelector"),
            namespace -> denying(namespace).put("/spec/podSelector/matchLabels", Map.of("a", "b")),
            namespace -> denying(namespace).put("/spec/policyTypes", List.of("Ingress")),
            namespace -> denying(namespace).put("/spec/egress", List.of(Map.of())),
            with("/metadata/name", "other")),
        Practice.of(
            "Every hole in the network is one of this list",
            deployed -> deployed.kind("NetworkPolicy"),
            policy -> HOLES.containsAll(holes(policy)) && holes(policy.all()).equals(HOLES),
            with("/spec/ingress", List.of(Map.of())),
            with("/spec/egress", List.of(Map.of())),
            with("/spec/egress", List.of(Map.of("to", List.of(Map.of("podSelector", Map.of())))))),
        Practice.of(
            "Redis is reached by the gateway alone and calls no other pod",
            deployed -> having(deployed.kind("NetworkPolicy"), "redis"),
            policy ->
                holes(policy).equals(Set.of("gateway: redis <- pods gateway: redis"))
                    && policy.is("/spec/policyTypes", List.of("Ingress", "Egress")),
            with("/spec/policyTypes", List.of("Ingress")),
            with("/spec/egress", List.of(Map.of())),
            without("/spec/ingress/0/from"),
            without("/spec/ingress/0/ports"),
            with("/spec/ingress/0/from/0/namespaceSelector", Map.of())),
        Practice.of(
            "Nothing is published beyond the cluster",
            deployed -> deployed.kind("Service"),
            service ->
                Set.of("", "ClusterIP").contains(service.text("/spec/type"))
                    && !service.has("/spec/externalIPs"),
            with("/spec/type", "NodePort"),
            with("/spec/type", "LoadBalancer"),
            with("/spec/externalIPs", List.of("192.0.2.1"))));
  }

  private static boolean deniesAll(Part policy) {
    return policy.is("/spec/podSelector", Map.of())
        && policy.is("/spec/policyTypes", List.of("Ingress", "Egress"))
        && !policy.has("/spec/ingress")
        && !policy.has("/spec/egress");
  }

  private static Part denying(Part namespace) {
    return namespace.all().kind("NetworkPolicy").stream()
        .filter(each -> each.namespace().equals(namespace.text("/metadata/name")))
        .filter(NetworkPractices::deniesAll)
        .findFirst()
        .orElseThrow();
  }

  private static List<Part> having(List<Part> policies, String name) {
    return policies.stream().filter(each -> each.text("/metadata/name").equals(name)).toList();
  }

  private static Set<String> holes(Deployed deployed) {
    Set<String> holes = new TreeSet<>();
    deployed.kind("NetworkPolicy").forEach(policy -> holes.addAll(holes(policy)));
    return holes;
  }

  private static Set<String> holes(Part policy) {
    Set<String> holes = new TreeSet<>();
    String pods = policy.namespace() + ": " + pods(policy.at("/spec/podSelector"));
    policy
        .at("/spec/ingress")
        .forEach(rule -> holes.addAll(holes(pods + " <- ", rule, rule.path("from"))));
    policy
        .at("/spec/egress")
        .forEach(rule -> holes.addAll(holes(pods + " -> ", rule, rule.path("to"))));
    return holes;
  }

  private static List<String> holes(String start, JsonNode rule, JsonNode peers) {
    List<String> ports = new ArrayList<>();
    rule.path("ports").forEach(each -> ports.add(each.path("port").asText("any")));
    String end = ": " + (ports.isEmpty() ? "any" : String.join(" ", ports));
    if (peers.isEmpty()) {
      return List.of(start + "anybody" + end);
    }
    List<String> holes = new ArrayList<>();
    peers.forEach(peer -> holes.add(start + peer(peer) + end));
    return holes;
  }

  private static String peer(JsonNode peer) {
    List<String> words = new ArrayList<>();
    if (peer.has("namespaceSelector")) {
      JsonNode labels = peer.at("/namespaceSelector/matchLabels");
      words.add("namespace " + labels.path("kubernetes.io/metadata.name").asText("any"));
    }
    if (peer.has("podSelector")) {
      words.add("pods " + pods(peer.path("podSelector")));
    }
    if (peer.has("ipBlock")) {
      JsonNode block = peer.path("ipBlock");
      words.add(block.path("cidr").asText() + " but " + block.path("except"));
    }
    return String.join(", ", words);
  }

  private static String pods(JsonNode selector) {
    List<String> values = new ArrayList<>();
    selector.path("matchLabels").forEach(value -> values.add(value.asText()));
    return values.isEmpty() ? "any" : String.join(" ", values);
  }
}
