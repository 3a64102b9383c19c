package io.bartizan.examples.deploy;

import static io.bartizan.examples.deploy.Practice.with;
import static io.bartizan.examples.deploy.Practice.without;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Practices of certificates: whose, for how long, for what. */
final class CertificatePractices {

  private CertificatePractices() {}

  static List<Practice> all() {
    return List.of(
        Practice.of(
            "Certificates live for a day and are renewed with a third left",
            CertificatePractices::leaves,
            each ->
                span(each, "/spec/duration").compareTo(Duration.ofHours(24)) <= 0
                    && !span(each, "/spec/duration").isZero()
                    && span(each, "/spec/renewBefore")
                            .multipliedBy(3)
                            .compareTo(span(each, "/spec/duration"))
                        >= 0,
            without("/spec/duration"),
            with("/spec/duration", "2160h"),
            without("/spec/renewBefore"),
            with("/spec/renewBefore", "1h")),
        Practice.of(
            "Each certificate has a new key",
            CertificatePractices::leaves,
            each ->
                each.is(
                    "/spec/privateKey",
                    Map.of("algorithm", "ECDSA", "size", 256, "rotationPolicy", "Always")),
            with("/spec/privateKey/rotationPolicy", "Never"),
            without("/spec/privateKey/rotationPolicy"),
            without("/spec/privateKey")),
        Practice.of(
            "Certificates are for TLS alone, by name",
            CertificatePractices::leaves,
            each ->
                Set.of("digital signature", "server auth", "client auth")
                        .containsAll(each.texts("/spec/usages"))
                    && each.texts("/spec/usages").size() >= 2
                    && !each.at("/spec/isCA").asBoolean()
                    && !each.has("/spec/commonName")
                    && each.texts("/spec/dnsNames").stream().noneMatch(name -> name.contains("*")),
            without("/spec/usages"),
            with("/spec/usages/-", "cert sign"),
            with("/spec/commonName", "gateway"),
            with("/spec/dnsNames", List.of("*.gateway.svc"))),
        Practice.of(
            "Authorities are private and of one namespace",
            deployed -> deployed.kind("Certificate"),
            each ->
                each.text("/spec/issuerRef/kind").equals("Issuer")
                    && issuers(each)
                        .anyMatch(
                            issuer ->
                                issuer.has("/spec/ca")
                                    || (issuer.has("/spec/selfSigned")
                                        && each.at("/spec/isCA").asBoolean())),
            with("/spec/issuerRef/kind", "ClusterIssuer"),
            with("/spec/issuerRef/name", "letsencrypt"),
            each ->
                issuers(each)
                    .toList()
                    .forEach(issuer -> issuer.put("/spec", Map.of("acme", Map.of())))),
        Practice.of(
            "Redis has an authority of its own",
            CertificatePractices::ofRedis,
            each -> each.text("/spec/issuerRef/name").equals("redis-ca"),
            with("/spec/issuerRef/name", "gateway-ca")),
        Practice.of(
            "No role but that of asking for a certificate",
            deployed -> List.of(new Part("roles", deployed.images, deployed.images, deployed)),
            part ->
                part.all().kind("ClusterRole").isEmpty()
                    && part.all().kind("ClusterRoleBinding").isEmpty()
                    && part.all().kind("Role").stream()
                        .allMatch(
                            role ->
                                role.is(
                                    "/rules",
                                    List.of(
                                        Map.of(
                                            "apiGroups",
                                            List.of("cert-manager.io"),
                                            "resources",
                                            List.of("certificaterequests"),
                                            "verbs",
                                            List.of("create"))))),
            part -> part.all().kind("Role").forEach(role -> role.put("/rules/0/verbs/-", "get")),
            part ->
                part.all()
                    .kind("Role")
                    .forEach(role -> role.put("/rules/0/resources", List.of("*"))),
            part -> part.all().kind("Role").forEach(role -> role.put("/kind", "ClusterRole"))));
  }

  private static List<Part> leaves(Deployed deployed) {
    return deployed.kind("Certificate").stream()
        .filter(each -> !each.text("/metadata/name").endsWith("-ca"))
        .toList();
  }

  private static List<Part> ofRedis(Deployed deployed) {
    return leaves(deployed).stream()
        .filter(each -> each.text("/spec/secretName").contains("redis"))
        .toList();
  }

  private static Stream<Part> issuers(Part certificate) {
    return certificate.all().kind("Issuer").stream()
        .filter(each -> each.namespace().equals(certificate.namespace()))
        .filter(
            each -> each.text("/metadata/name").equals(certificate.text("/spec/issuerRef/name")));
  }

  private static Duration span(Part certificate, String pointer) {
    String text = certificate.text(pointer);
    return text.isEmpty() ? Duration.ZERO : Duration.parse("PT" + text);
  }
}
