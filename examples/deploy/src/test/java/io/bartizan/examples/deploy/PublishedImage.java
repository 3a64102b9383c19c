package io.bartizan.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The gateway's image, built of the last commit and published to a registry by its script. */
final class PublishedImage implements AutoCloseable {

  static final String SOURCE = "https://host.example/org/bartizan";
  static final String BUILDER_ID = "https://ci.example/builder";
  static final String IMAGE = "localhost/bartizan-supply-chain";

  private final Engine engine;
  private final List<String> images = new ArrayList<>(List.of(IMAGE));
  final String builder;
  final String commit;
  final String tag;
  final Path made;
  final String name;

  private PublishedImage(Engine engine, LocalRegistry registry, Path folder) throws Exception {
    this.engine = engine;
    builder = engine.lastLine(Manifests.HOME + "/image/builder", Engine.toolFolder());
    commit = engine.run("git", "-C", Manifests.ROOT.toString(), "rev-parse", "HEAD");
    build(IMAGE, "gateway");
    for (String key : List.of("cosign", "other")) {
      cosign("generate-key-pair", "--output-key-prefix", key);
    }
    tag = registry.repository("bartizan/gateway:0.1.0");
    made = folder.resolve("made");
    name = published(publish(IMAGE, tag, made, Map.of()));
  }

  static PublishedImage publish(Engine engine, LocalRegistry registry, Path folder)
      throws Exception {
    return new PublishedImage(engine, registry, folder);
  }

  ManifestRedis.Ended publish(String image, String target, Path made, Map<String, String> more)
      throws Exception {
    Map<String, String> environment =
        new HashMap<>(Map.of("COSIGN_PASSWORD", "x", "SOURCE", SOURCE, "BUILDER_ID", BUILDER_ID));
    environment.putAll(more);
    String script = Manifests.HOME + "/image/publish";
    return engine.attempt(environment, script, image, target, "cosign.key", made.toString());
  }

  /** The name by digest, which the script says last. */
  static String published(ManifestRedis.Ended ended) {
    return ended(0, ended).replaceFirst("(?s).*\n", "");
  }

  String cosign(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(Programs.required("cosign")));
    command.addAll(List.of(words));
    return ended(0, engine.attempt(Map.of("COSIGN_PASSWORD", "x"), command.toArray(String[]::new)));
  }

  private void build(String image, String application) throws Exception {
    String script = Manifests.HOME + "/image/build";
    ended(0, engine.attempt(Map.of("REVISION", commit), script, builder, image, application));
  }

  /** The image of another application, of the same commit. */
  String built(String application) throws Exception {
    String other = another();
    build(other, application);
    return other;
  }

  private String another() {
    String other = IMAGE + "-" + images.size();
    images.add(other);
    return other;
  }

  /** Another image, with another label. */
  String relabelled(String label) throws Exception {
    String other = another();
    String container = engine.run("buildah", "from", "--pull-never", IMAGE);
    engine.run("buildah", "config", "--label", label, container);
    engine.run("buildah", "commit", "--quiet", "--rm", container, other);
    return other;
  }

  /** Exit status and what it says: {@code bartizan-verify}, as it is run from a checkout. */
  ManifestRedis.Ended verify(String... words) throws Exception {
    List<String> command =
        new ArrayList<>(List.of(Manifests.ROOT + "/examples/bartizan-verify/bartizan-verify"));
    command.addAll(List.of(words));
    return engine.attempt(Map.of(), command.toArray(String[]::new));
  }

  @Override
  public void close() throws Exception {
    for (String image : images) {
      engine.run("podman", "rmi", image);
    }
  }

  private static String ended(int status, ManifestRedis.Ended ended) {
    assertThat(ended.status()).as(ended.output()).isEqualTo(status);
    return ended.output().strip();
  }
}
