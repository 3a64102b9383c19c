package io.bartizan.examples.deploy;

import static io.bartizan.examples.deploy.Practice.with;
import static io.bartizan.examples.deploy.Practice.without;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Practices of the admission webhook's registration. */
final class AdmissionPractices {

  private static final String HOOK = "/webhooks/0";

  private AdmissionPractices() {}

  static List<Practice> all() {
    return List.of(
        Practice.of(
            "An image that was not judged does not run",
            AdmissionPractices::configurations,
            each ->
                each.is(HOOK + "/failurePolicy", "Fail")
                    && each.is(HOOK + "/matchPolicy", "Equivalent")
                    && !each.has(HOOK + "/objectSelector")
                    && !each.has(HOOK + "/matchConditions")
                    && kinds(each)
                        .containsAll(
                            List.of(
                                "pods",
                                "pods/ephemeralcontainers",
                                "deployments",
                                "statefulsets",
                                "daemonsets",
                                "jobs",
                                "cronjobs")),
            with(HOOK + "/failurePolicy", "Ignore"),
            with(HOOK + "/matchPolicy", "Exact"),
            with(HOOK + "/objectSelector", Map.of("matchLabels", Map.of("judge", "yes"))),
            with(HOOK + "/rules/0/operations", List.of("CREATE")),
            with(HOOK + "/rules/0/resources", List.of("pods"))),
        Practice.of(
            "The API server waits longer than a review may take",
            AdmissionPractices::configurations,
            each -> each.at(HOOK + "/timeoutSeconds").asLong() > deadline(each),
            with(HOOK + "/timeoutSeconds", 8),
            without(HOOK + "/timeoutSeconds")),
        Practice.of(
            "The webhook does not judge what starts it, and judges all else",
            AdmissionPractices::configurations,
            each ->
                each.is(
                    HOOK + "/namespaceSelector",
                    Map.of(
                        "matchExpressions",
                        List.of(
                            Map.of(
                                "key",
                                "kubernetes.io/metadata.name",
                                "operator",
                                "NotIn",
                                "values",
                                List.of("admission", "cert-manager", "kube-system"))))),
            without(HOOK + "/namespaceSelector"),
            with(HOOK + "/namespaceSelector/matchExpressions/0/values/-", "shop"),
            with(HOOK + "/namespaceSelector/matchExpressions/0/values/0", "other"),
            with(HOOK + "/namespaceSelector/matchExpressions/0/key", "judge")),
        Practice.of(
            "The API server knows the webhook by an authority that cert-manager writes",
            AdmissionPractices::configurations,
            each -> {
              String from =
                  each.node()
                      .at("/metadata/annotations")
                      .path("cert-manager.io/inject-ca-from")
                      .asText();
              return each.all().objects().containsKey(from.replace("/", "/Certificate/"))
                  && !each.has(HOOK + "/clientConfig/caBundle")
                  && !each.has(HOOK + "/clientConfig/url")
                  && isServed(each);
            },
            without("/metadata/annotations"),
            each -> each.all().objects().remove("admission/Certificate/webhook"),
            with(HOOK + "/clientConfig/caBundle", ""),
            with(HOOK + "/clientConfig/service/name", "other"),
            with(HOOK + "/clientConfig/service/port", 443)));
  }

  private static List<Part> configurations(Deployed deployed) {
    return deployed.kind("ValidatingWebhookConfiguration");
  }

  private static List<String> kinds(Part configuration) {
    List<String> kinds = new ArrayList<>();
    configuration
        .at(HOOK + "/rules")
        .forEach(
            rule -> {
              if (rule.path("operations").toString().equals("[\"CREATE\",\"UPDATE\"]")) {
                rule.path("resources").forEach(each -> kinds.add(each.asText()));
              }
            });
    return kinds;
  }

  /** The Service, its port, and the certificate's name are those that the API server is given. */
  private static boolean isServed(Part configuration) {
    String namespace = configuration.text(HOOK + "/clientConfig/service/namespace");
    String name = configuration.text(HOOK + "/clientConfig/service/name");
    return configuration.is(HOOK + "/clientConfig/service/path", "/review")
        && configuration.all().kind("Service").stream()
            .filter(each -> each.namespace().equals(namespace))
            .filter(each -> each.text("/metadata/name").equals(name))
            .anyMatch(
                each ->
                    each.at("/spec/ports/0/port")
                        .equals(configuration.at(HOOK + "/clientConfig/service/port")))
        && configuration.all().kind("Certificate").stream()
            .anyMatch(
                each -> each.texts("/spec/dnsNames").contains(name + "." + namespace + ".svc"));
  }

  private static long deadline(Part configuration) {
    return configuration.all().containers().stream()
        .map(each -> each.option("--deadline"))
        .filter(text -> !text.isEmpty())
        .mapToLong(text -> Duration.parse(text).toSeconds())
        .findFirst()
        .orElseThrow();
  }
}
