package io.bartizan.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The images, built twice, and the Compose file run with them: gateway and Redis in containers. */
@Tag("deep")
@Timeout(600)
class ContainersIT {

  @TempDir private static Path folder;
  private static Engine engine;
  private static ComposedGateway gateway;
  private static String builder;

  @BeforeAll
  static void up() throws Exception {
    engine = Engine.start(folder);
    builder = engine.lastLine(Manifests.HOME + "/image/builder", Engine.toolFolder());
    buildGateway(ComposedGateway.GATEWAY);
    String redis = Manifests.HOME + "/image/redis";
    engine.run(
        ("buildah bud --quiet --pull-never --build-arg BUILDER=" + builder)
            .concat(" --tag " + ComposedGateway.REDIS + " " + redis)
            .split(" "));
    gateway = ComposedGateway.up(engine, folder);
    eventually("ready", () -> gateway.ready().startsWith("200 ready"));
  }

  @AfterAll
  static void down() throws Exception {
    if (gateway != null) {
      gateway.close();
    }
    if (engine != null) {
      engine.close();
    }
  }

  private static void buildGateway(String tag) throws Exception {
    engine.run(Manifests.HOME + "/image/build", builder, tag);
  }

  @Test
  void image_builtTwice_isTheSame() throws Exception {
    buildGateway("localhost/again");
    assertThat(ComposedGateway.digest(engine, "localhost/again"))
        .isEqualTo(ComposedGateway.digest(engine, ComposedGateway.GATEWAY));
  }

  @Test
  void image_ofABuilderByTag_isRefused() throws Exception {
    ManifestRedis.Ended ended =
        engine.attempt(
            Map.of(), Manifests.HOME + "/image/build", "docker.io/library/jdk:25", "localhost/no");
    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.output()).contains("jdk:25 is a tag");
  }

  @Test
  void image_holdsARuntimeItsLibrariesAndJars_andNoOtherProgram() throws Exception {
    String container = engine.run("buildah", "from", "--pull-never", ComposedGateway.GATEWAY);
    try {
      String root = engine.run("buildah", "mount", container);
      assertThat(engine.run("ls", root).split("\n")).containsOnly("app", "java", "lib", "lib64");
      String programs = engine.run("find", root, "-type", "f", "-perm", "/111");
      assertThat(programs.lines().map(each -> each.substring(root.length())))
          .allMatch(each -> each.equals("/java/bin/java") || each.matches("/(java/)?lib.*\\.so.*"));
      assertThat(engine.run("find", root, "-perm", "/222", "!", "-type", "l")).isEmpty();
      assertThat(engine.run("find", root, "-name", "bartizan-testkit*")).isEmpty();
      assertThat(engine.run("find", root, "-name", "bartizan-mtls*")).isNotEmpty();
    } finally {
      engine.run("buildah", "rm", container);
    }
  }

  @Test
  void attackTable_againstTheContainer_isAnsweredAsExpected() {
    ManifestRedis.Ended visited = gateway.visit();
    assertThat(visited.output()).contains("22 requests, 22 as expected, 0 not.");
    assertThat(visited.status()).as(visited.output()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gateway", "redis"})
  void process_inItsContainer_hasNothingThatItDoesNotNeed(String service) throws Exception {
    String pid = gateway.inspect(service, "{{.State.Pid}}");
    assertThat(Engine.status(pid, "Uid")).isEqualTo("65532\t65532\t65532\t65532");
    for (String set : List.of("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb")) {
      assertThat(Engine.status(pid, set)).as(set).isEqualTo("0000000000000000");
    }
    assertThat(Engine.status(pid, "NoNewPrivs")).isEqualTo("1");
    assertThat(Engine.status(pid, "Seccomp")).as("filtered").isEqualTo("2");
    assertThat(
            gateway.inspect(
                service,
                "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}"))
        .isEqualTo("true " + 384L * 1024 * 1024 + " 512");
  }

  @Test
  void redis_isReachedOverItsNetworkByACertificateAndAUserAlone() throws Exception {
    assertThat(gateway.inspect("redis", "{{len .NetworkSettings.Networks}}")).isEqualTo("1");
    String address = gateway.address("redis", "redis");
    assertThat(ping("edge", address)).as("from outside").contains("Could not connect");
    assertThat(ping("redis", "redis")).as("without TLS").contains("Error");
    assertThat(ping("redis", "redis --tls --cacert /tls/ca.crt"))
        .as("without a certificate")
        .contains("Error");
    String known = "redis --tls --cacert /tls/ca.crt --cert /tls/tls.crt --key /tls/tls.key";
    assertThat(ping("redis", known)).as("without a user").contains("NOAUTH");
    assertThat(ping("redis", known + " --user probe --pass none")).contains("PONG");
  }

  private String ping(String network, String where) throws Exception {
    String run = "podman run --rm --read-only --cap-drop ALL --pull never --network ";
    String command =
        run
            + ComposedGateway.network(network)
            + " -v "
            + gateway.secret("gateway-redis-tls")
            + ":/tls:ro "
            + ComposedGateway.REDIS
            + " redis-cli -t 3 -h "
            + where
            + " ping";
    return engine.attempt(Map.of(), command.split(" ")).output();
  }

  @Test
  void redis_stopsAndReturns_andTheGatewayFollows() throws Exception {
    gateway.compose("stop", "redis");
    eventually("not ready", () -> gateway.ready().startsWith("503 redis"));
    gateway.compose("start", "redis");
    eventually("ready again", () -> gateway.ready().startsWith("200 ready"));
    assertThat(gateway.visit().status()).isZero();
    String threads = Engine.status(gateway.inspect("gateway", "{{.State.Pid}}"), "Threads");
    assertThat(Integer.parseInt(threads))
        .as("threads after many requests, one by one")
        .isLessThan(90);
  }

  @Test
  void secretHalfWritten_atTheStart_isASentenceAndNoEndOfTheProcess() throws Exception {
    Path key = gateway.secret("gateway-tls/tls.key");
    String whole = Files.readString(key);
    gateway.compose("stop", "gateway");
    Files.writeString(key, whole.substring(0, 60));
    gateway.compose("start", "gateway");
    eventually("a sentence", () -> gateway.ready().startsWith("503 tls: "));
    eventually("a line", () -> gateway.logs("gateway").contains("not ready: tls: "));
    Files.writeString(key, whole);
    eventually("ready", () -> gateway.ready().startsWith("200 ready"));
    assertThat(gateway.inspect("gateway", "{{.RestartCount}}")).isEqualTo("0");
  }

  @Test
  void gateway_thatIsToldToStop_endsWith0() throws Exception {
    gateway.compose("stop", "gateway");
    assertThat(gateway.inspect("gateway", "{{.State.ExitCode}}")).isEqualTo("0");
    gateway.compose("start", "gateway");
    eventually("ready", () -> gateway.ready().startsWith("200 ready"));
  }

  private static void eventually(String what, Callable<Boolean> condition) throws Exception {
    Waiting.within(Duration.ofSeconds(60), what, condition, gateway::ready);
  }
}
