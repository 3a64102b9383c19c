package io.bartizan.examples.deploy;

import static io.bartizan.examples.deploy.Practice.with;
import static io.bartizan.examples.deploy.Practice.without;

import java.util.List;
import java.util.Set;

/** Practices of Redis; what its users can do is tried by {@link RedisAclIT}. */
final class RedisPractices {

  private RedisPractices() {}

  static List<Practice> all() {
    return List.of(
        Practice.of(
            "Redis speaks TLS alone, with clients that have a certificate",
            Deployed::redisConf,
            conf ->
                conf.is("/port", "0")
                    && conf.is("/tls-port", "6379")
                    && conf.is("/tls-auth-clients", "yes")
                    && conf.is("/tls-protocols", "\"TLSv1.3\"")
                    && conf.text("/tls-ca-cert-file").startsWith("/run/secrets/redis/tls/"),
            with("/port", "6379"),
            without("/port"),
            without("/tls-port"),
            with("/tls-auth-clients", "optional"),
            without("/tls-auth-clients"),
            without("/tls-protocols"),
            without("/tls-ca-cert-file")),
        Practice.of(
            "Redis' default user is off, others have commands by name",
            Deployed::users,
            users ->
                users.text("/default").equals("off resetpass resetkeys resetchannels -@all")
                    && users.node().properties().stream()
                        .filter(each -> !each.getKey().equals("default"))
                        .allMatch(each -> isNarrow(each.getKey(), each.getValue().asText())),
            without("/default"),
            with("/default", "on nopass ~* +@all"),
            with("/limiter", "on #x ~gateway:* -@all +@write"),
            with("/limiter", "on #x ~* -@all +get"),
            with("/limiter", "on nopass ~gateway:* -@all +get"),
            with("/limiter", "on >password ~gateway:* -@all +get"),
            with("/other", "on #x ~gateway:* &* -@all +get"),
            with("/other", "on #x +@all")),
        Practice.of(
            "Redis takes its users from a file and no dangerous setting at run time",
            Deployed::redisConf,
            conf ->
                conf.is("/aclfile", "/run/secrets/redis/acl/users.acl")
                    && !conf.has("/requirepass")
                    && conf.is("/enable-protected-configs", "no")
                    && conf.is("/enable-debug-command", "no")
                    && conf.is("/enable-module-command", "no"),
            without("/aclfile"),
            with("/requirepass", "x"),
            with("/enable-protected-configs", "yes"),
            with("/enable-debug-command", "local"),
            with("/enable-module-command", "yes")),
        Practice.of(
            "Redis keeps nothing on disk and has a bound in memory",
            Deployed::redisConf,
            conf ->
                conf.is("/save", "\"\"")
                    && conf.is("/appendonly", "no")
                    && conf.is("/maxmemory", "160mb")
                    && conf.is("/maxmemory-policy", "volatile-ttl")
                    && conf.all().kind("StatefulSet").stream()
                        .noneMatch(each -> each.has("/spec/volumeClaimTemplates")),
            without("/save"),
            with("/save", "3600 1"),
            with("/appendonly", "yes"),
            without("/maxmemory"),
            with("/maxmemory-policy", "allkeys-lru"),
            conf ->
                conf.all()
                    .kind("StatefulSet")
                    .forEach(each -> each.put("/spec/volumeClaimTemplates", List.of()))),
        Practice.of(
            "Redis is never twice",
            deployed -> deployed.kind("StatefulSet"),
            each -> each.is("/spec/replicas", 1),
            with("/spec/replicas", 2),
            without("/spec/replicas")));
  }

  /** No categories but the empty one, no channel, no password in clear, keys under a prefix. */
  private static boolean isNarrow(String name, String rules) {
    Set<String> words = Set.of(rules.split(" "));
    return words.contains("-@all")
        && words.stream().noneMatch(word -> word.matches("[+]@.*|>.*|&.*|~\\*|allkeys|%.*"))
        && words.stream().filter(word -> word.startsWith("~")).allMatch("~gateway:*"::equals)
        && words.contains("nopass") == name.equals("probe");
  }
}
