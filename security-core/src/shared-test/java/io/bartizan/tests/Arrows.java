package io.bartizan.tests;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which package may know which, by whole names; a package that is not here may not exist. Those
 * below the line "to come" have their place before they are built.
 */
final class Arrows {

  private static final Map<String, Set<String>> TABLE = new LinkedHashMap<>();

  static {
    arrow("core", "core.house");
    arrow("core.house");
    arrow("testkit", "core");

    arrow("ratelimit.count", "core.house");
    arrow("ratelimit", "core", "core.house", "ratelimit.count");
    arrow("ratelimit.bucket4j", "core", "core.house", "ratelimit");
    arrow("ratelimit.redis.link", "core", "core.house");
    arrow(
        "ratelimit.redis",
        "core",
        "core.house",
        "ratelimit",
        "ratelimit.count",
        "ratelimit.redis.link");

    arrow("mtls.jsse");
    arrow("mtls.x509", "core", "core.house");
    arrow("mtls", "core", "core.house", "mtls.jsse", "mtls.x509");

    arrow("integrity.json", "core", "core.house");
    arrow("integrity.keys", "core", "core.house");
    arrow("integrity.http", "core", "core.house");
    arrow("integrity", "core", "core.house");
    arrow("integrity.replay", "core", "core.house");
    arrow("integrity.lease", "core", "integrity.replay");
    arrow("integrity.replay.redis", "core", "core.house", "integrity.lease", "integrity.replay");
    arrow(
        "integrity.mac",
        "core",
        "core.house",
        "integrity",
        "integrity.json",
        "integrity.keys",
        "integrity.lease",
        "integrity.replay");
    arrow(
        "integrity.jwt",
        "core",
        "core.house",
        "integrity",
        "integrity.http",
        "integrity.json",
        "integrity.keys",
        "integrity.lease",
        "integrity.replay",
        "integrity.mac");
    arrow("integrity.jwt.nimbus", "core", "integrity.jwt");
    arrow(
        "integrity.artifact",
        "core",
        "core.house",
        "integrity",
        "integrity.json",
        "integrity.keys",
        "integrity.http");
    arrow(
        "integrity.attest.oci",
        "core",
        "core.house",
        "integrity",
        "integrity.json",
        "integrity.http",
        "integrity.artifact");
    arrow(
        "integrity.attest.search",
        "core",
        "core.house",
        "integrity.json",
        "integrity.artifact",
        "integrity.attest.oci");
    arrow(
        "integrity.attest",
        "core",
        "core.house",
        "integrity",
        "integrity.json",
        "integrity.artifact",
        "integrity.keys",
        "integrity.attest.search",
        "integrity.attest.oci");

    // to come
    arrow("ratelimit.prepaid", "core", "core.house", "ratelimit");
    arrow("ratelimit.adaptive", "core", "core.house", "ratelimit");
    arrow("integrity.der");
    arrow("integrity.x509", "integrity.artifact", "integrity.keys", "integrity.der");
    arrow(
        "integrity.attest.sigstore",
        "core",
        "core.house",
        "integrity.artifact",
        "integrity.json",
        "integrity.keys",
        "integrity.x509",
        "integrity.der");
    arrow(
        "integrity.tuf",
        "core",
        "core.house",
        "integrity.http",
        "integrity.artifact",
        "integrity.json",
        "integrity.keys",
        "integrity.x509",
        "integrity.der");
    arrow(
        "integrity.attest.notation",
        "core",
        "core.house",
        "integrity.artifact",
        "integrity.json",
        "integrity.keys",
        "integrity.x509",
        "integrity.der",
        "integrity.attest.oci");
    arrow(
        "integrity.attest.policy",
        "core",
        "core.house",
        "integrity.artifact",
        "integrity.json",
        "integrity.keys",
        "integrity.attest",
        "integrity.attest.oci",
        "integrity.attest.search",
        "integrity.attest.sigstore",
        "integrity.attest.notation");
    arrow("spiffe", "core", "core.house", "mtls");
    arrow("testkit.json");
    arrow("testkit.issuer", "core", "testkit", "testkit.json");
    arrow("testkit.sigstore.draft", "core", "testkit.json");
    arrow("testkit.sigstore", "core", "testkit.json", "testkit.sigstore.draft");
    arrow("adapters", "core", "ratelimit", "mtls", "integrity.jwt");
    arrow(
        "adapters.answer",
        "adapters",
        "core",
        "core.house",
        "ratelimit",
        "mtls",
        "integrity.jwt",
        "integrity.mac");
    for (String framework :
        Set.of(
            "servlet",
            "webflux",
            "grpc",
            "jaxrs",
            "netty",
            "httpserver",
            "httpclient",
            "okhttp",
            "vertx",
            "temporal")) {
      arrow(
          "adapters." + framework,
          "adapters",
          "adapters.answer",
          "core",
          "core.house",
          "ratelimit",
          "ratelimit.redis",
          "ratelimit.bucket4j",
          "mtls",
          "integrity",
          "integrity.mac",
          "integrity.jwt",
          "integrity.replay",
          "integrity.replay.redis",
          "integrity.artifact");
    }
    arrow("spring.caller", "core.house", "ratelimit");
    arrow("spring.method", "core", "core.house", "ratelimit");
    arrow("spring.span", "core.house");
    arrow("spring.tls", "core.house", "mtls");
    arrow(
        "spring",
        "spring.caller",
        "spring.method",
        "spring.span",
        "spring.tls",
        "adapters",
        "adapters.servlet",
        "adapters.webflux",
        "core",
        "ratelimit",
        "ratelimit.redis",
        "mtls",
        "integrity",
        "integrity.jwt",
        "integrity.jwt.nimbus",
        "integrity.mac",
        "integrity.replay",
        "integrity.replay.redis");
  }

  private Arrows() {}

  private static void arrow(String from, String... to) {
    Set<String> known = new TreeSet<>(Set.of("io.bartizan." + from));
    for (String each : to) {
      known.add("io.bartizan." + each);
    }
    TABLE.put("io.bartizan." + from, known);
  }

  /** The packages that one may know, itself among them; null if the table does not name it. */
  static @Nullable Set<String> from(String packageName) {
    return TABLE.get(packageName);
  }
}
