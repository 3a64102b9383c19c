package io.bartizan.examples.deploy;

import static io.bartizan.examples.deploy.Practice.with;
import static io.bartizan.examples.deploy.Practice.without;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The same practices for one host, by Compose. */
final class ComposePractices {

  private ComposePractices() {}

  static List<Practice> all() {
    return List.of(
        Practice.of(
            "Compose: a numeric user, a read-only root, no capability, no new privileges",
            Deployed::services,
            each ->
                each.is("/user", "65532:65532")
                    && each.is("/read_only", true)
                    && each.is("/cap_drop", List.of("ALL"))
                    && each.is("/security_opt", List.of("no-new-privileges:true"))
                    && Set.of(
                            "privileged",
                            "cap_add",
                            "devices",
                            "pid",
                            "ipc",
                            "network_mode",
                            "userns_mode")
                        .stream()
                        .noneMatch(each.node()::has),
            without("/user"),
            with("/user", "0"),
            without("/read_only"),
            without("/cap_drop"),
            with("/cap_add", List.of("NET_ADMIN")),
            without("/security_opt"),
            with("/security_opt/-", "seccomp=unconfined"),
            with("/privileged", true),
            with("/network_mode", "host")),
        Practice.of(
            "Compose: bounds of memory, swap, CPU and processes",
            Deployed::services,
            each ->
                each.has("/mem_limit")
                    && each.at("/mem_limit").equals(each.at("/memswap_limit"))
                    && each.at("/cpus").asDouble() > 0
                    && each.at("/pids_limit").asInt() > 0,
            without("/mem_limit"),
            without("/memswap_limit"),
            without("/cpus"),
            without("/pids_limit"),
            with("/pids_limit", -1)),
        Practice.of(
            "Compose: images by digest",
            Deployed::services,
            each ->
                !each.has("/build")
                    && each.text("/image").matches("[^:@]+@\\$\\{[A-Z]+_DIGEST:\\?.*sha256:.*}"),
            with("/image", "registry.example/bartizan/gateway:1"),
            with("/build", "."),
            with("/image", "registry.example/bartizan/gateway@${DIGEST}")),
        Practice.of(
            "Compose: one port is published, on loopback",
            Deployed::services,
            each ->
                each.name().equals("compose/gateway")
                    ? each.is(
                        "/ports",
                        List.of(
                            Map.of(
                                "host_ip",
                                "127.0.0.1",
                                "published",
                                "8443",
                                "target",
                                8443,
                                "protocol",
                                "tcp")))
                    : !each.has("/ports"),
            with("/ports", List.of("8443:8443")),
            with("/ports", List.of(Map.of("published", "6379", "target", 6379)))),
        Practice.of(
            "Compose: Redis is on an internal network",
            Deployed::services,
            each ->
                each.texts("/networks").stream()
                        .allMatch(
                            name ->
                                each.name().equals("compose/gateway")
                                    || each.owner()
                                        .at("/networks/" + name + "/internal")
                                        .asBoolean())
                    && each.owner().at("/networks/redis/internal").asBoolean()
                    && each.owner().at("/networks/monitoring/internal").asBoolean()
                    && !each.texts("/networks").isEmpty(),
            without("/networks"),
            each -> ((ObjectNode) each.owner().path("networks")).putObject("redis")),
        Practice.of(
            "Compose: secrets are files that cannot be written",
            Deployed::services,
            each ->
                !each.has("/environment")
                    && !each.has("/env_file")
                    && !each.has("/tmpfs")
                    && each.each("/volumes").allMatch(ComposePractices::isReadOnlyFile),
            with("/environment", Map.of("REDIS_PASSWORD", "x")),
            with("/env_file", ".env"),
            with("/volumes/0/read_only", false),
            without("/volumes/0/read_only"),
            with("/volumes/-", "./secrets:/run/secrets"),
            with("/volumes/0/source", "/var/run/docker.sock")),
        Practice.of(
            "Compose: a container has longer to end than draining takes",
            Deployed::services,
            each ->
                each.has("/stop_grace_period")
                    && WorkloadPractices.seconds(each.text("/stop_grace_period")) > draining(each),
            without("/stop_grace_period"),
            with("/stop_grace_period", "0s")));
  }

  private static boolean isReadOnlyFile(JsonNode volume) {
    return volume.path("type").asText().equals("bind")
        && volume.path("read_only").asBoolean()
        && volume.path("source").asText().startsWith(".");
  }

  private static long draining(Part service) {
    return service.texts("/command").stream()
        .filter(word -> word.startsWith("--drain-"))
        .mapToLong(word -> WorkloadPractices.seconds(word.replaceFirst(".*=", "")))
        .sum();
  }
}
