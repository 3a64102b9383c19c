package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.integrity.json.Json;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.tests.OptionalTool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checksums that others publish of files that others publish, each got by its registry's own
 * client: Debian packages, npm packages, jars.
 */
@Tag("deep")
class PublishedChecksumsTest {

  private static final String SSRI = "12.0.0";

  @TempDir Path directory;

  @Test
  void debianPackages_areWhatThePackagesIndexSays() throws Exception {
    OptionalTool.program("apt-get");
    List<String> names = List.of("hello", "tzdata", "netbase");
    if (!succeeds("apt-cache", "show", "hello")) {
      run("apt-get", "-qq", "update");
    }
    List<String> download = new ArrayList<>(List.of("apt-get", "-qq", "download"));
    download.addAll(names);
    run(download.toArray(String[]::new));
    Map<String, Digest> published = new LinkedHashMap<>();
    for (Path file : files(".deb")) {
      String[] parts = file.getFileName().toString().split("_", -1);
      String version = parts[1].replace("%3a", ":");
      String index = run("apt-cache", "show", parts[0] + "=" + version);
      String hex = index.lines().filter(l -> l.startsWith("SHA256: ")).findFirst().orElseThrow();
      published.put(file.getFileName().toString(), Digest.parseSha256(hex.substring(8)));
    }
    assertThat(published).hasSize(names.size());
    verifyAndSpoil(published);
  }

  @Test
  void npmPackages_areWhatTheirLockSaysAndSsriAgrees() throws Exception {
    OptionalTool.program("npm");
    OptionalTool.program("node");
    Files.writeString(directory.resolve("package.json"), "{\"name\":\"x\",\"version\":\"1.0.0\"}");
    run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "ssri@" + SSRI);
    PackageLock lock = PackageLock.read(directory.resolve("package-lock.json"));
    assertThat(lock.integrity()).containsKeys("node_modules/ssri", "node_modules/minipass");
    assertThat(lock.unpinned()).isEmpty();
    StringBuilder cases = new StringBuilder("[");
    List<Sri> ours = new ArrayList<>();
    List<Path> tarballs = new ArrayList<>();
    for (Map.Entry<String, Sri> pinned : lock.integrity().entrySet()) {
      String name = pinned.getKey().substring("node_modules/".length());
      String manifest = directory.resolve(pinned.getKey()).resolve("package.json").toString();
      String version = run("node", "-p", "require('" + manifest + "').version").strip();
      String file = run("npm", "pack", "--silent", name + "@" + version).strip();
      Path tarball = directory.resolve(file);
      assertThat(pinned.getValue().verify(tarball)).isIn(pinned.getValue().digests());
      byte[] spoiled = Files.readAllBytes(tarball);
      spoiled[spoiled.length - 1] ^= 1;
      refused(ArtifactReason.DIGEST_MISMATCH, () -> pinned.getValue().verify(spoiled));
      ours.add(pinned.getValue());
      tarballs.add(tarball);
    }
    Digest other = Digest.compute(DigestAlgorithm.SHA_512, new byte[] {1});
    for (int i = 0; i < ours.size(); i++) {
      String right = ours.get(i).toString();
      Digest weak = Digest.sha256Of(tarballs.get(i));
      for (String text :
          List.of(
              right,
              other.sri(),
              right + " " + other.sri(),
              weak.sri() + " " + other.sri(),
              weak.sri(),
              weak.sri() + "?x",
              "sha1-x " + right,
              "foo-bar " + weak.sri())) {
        boolean accepted = accepts(text, tarballs.get(i));
        cases.append(cases.length() == 1 ? "" : ",");
        cases.append("[\"" + text + "\",\"" + tarballs.get(i) + "\"," + accepted + "]");
      }
    }
    Files.writeString(directory.resolve("cases.json"), cases + "]");
    Files.writeString(
        directory.resolve("check.cjs"),
        """
        const ssri = require('ssri'), fs = require('fs');
        const cases = JSON.parse(fs.readFileSync('cases.json'));
        for (const [text, file, accepted] of cases) {
          if (!!ssri.checkData(fs.readFileSync(file), text) !== accepted) throw new Error(text);
        }
        const lock = JSON.parse(fs.readFileSync('package-lock.json'));
        const pins = Object.values(lock.packages).filter(p => p.integrity).map(p => p.integrity);
        console.log(JSON.stringify({ cases: cases.length, pins: pins.map(p => ssri.parse(p).toString()) }));
        """);
    var told =
        Json.parseObject(
                run("node", "check.cjs").getBytes(StandardCharsets.UTF_8),
                JsonLimits.ofBytes(1 << 16))
            .toJava();
    assertThat(told.get("cases")).hasToString(String.valueOf(ours.size() * 8));
    assertThat((List<?>) told.get("pins")).isEqualTo(ours.stream().map(Sri::toString).toList());
  }

  @Test
  void jars_areWhatTheirPublishedChecksumsSay() throws Exception {
    Path maven = Path.of(System.getProperty("bartizan.root", ".."), "mvnw").toRealPath();
    Map<String, Digest> published = new LinkedHashMap<>();
    for (String artifact :
        List.of("org.opentest4j:opentest4j:1.3.0", "org.apiguardian:apiguardian-api:1.1.2")) {
      String name = artifact.split(":", -1)[1] + "-" + artifact.split(":", -1)[2] + ".jar";
      for (String type : List.of("jar", "jar.sha512")) {
        run(
            maven.toString(),
            "-B",
            "-q",
            "-f",
            maven.resolveSibling("pom.xml").toString(),
            "-N",
            "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy",
            "-Dartifact=" + artifact + ":" + type,
            "-DoutputDirectory=" + directory,
            "-Dmdep.useBaseVersion=true");
      }
      byte[] sidecar = Files.readAllBytes(directory.resolve(name + ".sha512"));
      Expected expected = Manifest.parseSidecar(sidecar, name).require(name);
      published.put(name, expected.digests().get(0));
    }
    verifyAndSpoil(published);
  }

  private void verifyAndSpoil(Map<String, Digest> published) throws IOException {
    Manifest manifest = Manifest.of(published, NameRule.POSIX_ONLY);
    ManifestVerifier verifier = ManifestVerifier.of(directory);
    assertThat(verifier.verify(manifest).files()).hasSize(published.size());
    for (String name : published.keySet()) {
      byte[] content = Files.readAllBytes(directory.resolve(name));
      content[content.length / 2] ^= 1;
      Files.write(directory.resolve(name), content);
      assertThat(refused(ArtifactReason.DIGEST_MISMATCH, () -> verifier.verify(manifest)))
          .contains(name);
      content[content.length / 2] ^= 1;
      Files.write(directory.resolve(name), content);
    }
  }

  private static boolean accepts(String integrity, Path file) throws IOException {
    try {
      return Sri.parse(integrity).verify(file) != null;
    } catch (io.bartizan.core.VerificationException e) {
      return false;
    }
  }

  private List<Path> files(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  private boolean succeeds(String... command) throws Exception {
    return new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  @CanIgnoreReturnValue
  private String run(String... command) throws Exception {
    Path error = Files.createTempFile("tool", ".err");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(error.toFile())
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue())
        .as(String.join(" ", command) + "\n" + output + Files.readString(error))
        .isZero();
    Files.delete(error);
    return output;
  }
}
