package io.bartizan.integrity.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ML-20: what a lock file leaves unpinned, as {@code npm ci} 11.19.1 was seen to load it. */
class PackageLockLoadsTest {

  private static final String PIN = "\"integrity\":\"sha512-" + "A".repeat(86) + "==\"";
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  private static List<String> unpinned(String packages) {
    String lock = "{\"lockfileVersion\":3,\"packages\":{\"\":{}," + packages + "}}";
    return PackageLock.parse(lock.getBytes(UTF_8)).unpinned();
  }

  private static String entry(String place, String members) {
    return "\""
        + place
        + "\":{\"version\":\"1.0.0\""
        + (members.isEmpty() ? "" : "," + members)
        + "}";
  }

  private static String pinned(String place, String members) {
    return entry(place, members.isEmpty() ? PIN : members + "," + PIN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // the registry
        "evil@1.0.0", // the registry
        "evil",
        "attacker/evil", // GitHub, whatever is there now
        "attacker/evil#main",
        "./x@git.example:a/b.git", // by ssh
        "//share.example/evil.tgz",
        "git@git.example:a/b.git",
        "gist:0123abcd",
        "git+https://github.com/attacker/evil/tree/main#" + COMMIT // the branch main
      })
  void ML20_addressThatNpmLoads_isTold(String source) {
    String pins = pinned("node_modules/a", "");
    assertThat(unpinned(pins + "," + entry("node_modules/b", "\"resolved\":\"" + source + "\"")))
        .containsExactly("node_modules/b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "git+https://git.example/a/b.git",
        "git+ssh://git@git.example/a/b.git#main",
        "git@git.example:a/b.git",
        "attacker/evil",
        "gist:0123abcd",
        "https://github.com/attacker/evil",
        "https://user@WWW.github.com:443/attacker/evil.git",
        "https://github.com/attacker/evil/tree/main",
        "https://github.com/attacker/evil/x/..",
        "https://github.com/attacker/evil/%2e%2E/evil/x/../..",
        "https://git%68ub.com/attacker/evil",
        "https:\\\\github.com\\attacker\\evil",
        "https://gitlab.com/group/of/evil",
        "https://bitbucket.org/attacker/evil/downloads/x.tgz",
        "https://gist.github.com/attacker/0123abcd"
      })
  void ML20_integrityBesideGit_countsForNothing(String source) {
    String member = "\"resolved\":\"" + source.replace("\\", "\\\\") + "\"";
    assertThat(unpinned(pinned("node_modules/a", member))).containsExactly("node_modules/a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://registry.npmjs.org/@s/p/-/p-1.0.0.tgz",
        "HTTP://127.0.0.1:4873/p/-/p-1.0.0.tgz?x=1#y",
        "https://[::1]:4873/p.tgz",
        "https://npm.pkg.github.com/download/@s/p/1.0.0/0123",
        "https://codeload.github.com/a/b/tar.gz/main",
        "https://github.com/a/b/archive/v1.tar.gz",
        "https://github.com/a/b/releases/download/v1/b.tgz",
        "https://gitlab.com/api/v4/projects/1/packages/npm/@s/p/-/@s/p-1.0.0.tgz",
        "https://bitbucket.org/a/b/get/v1.tar.gz",
        "file:../p.tgz",
        "git+ssh://git@github.com/a/b.git#" + COMMIT
      })
  void ML20_integrityOfATarball_counts(String source) {
    String member = "\"resolved\":\"" + source + "\"";
    assertThat(unpinned(pinned("node_modules/a", member))).isEmpty();
  }

  @Test
  void ML20_bundle_countsWhereThePackageAroundListsIt() {
    String foo = "\"bundleDependencies\":[\"b\"],\"dependencies\":{\"b\":\"*\",\"evil\":\"*\"}";
    String b = entry("node_modules/foo/node_modules/b", "\"inBundle\":true");
    assertThat(unpinned(pinned("node_modules/foo", foo) + "," + b)).isEmpty();
    assertThat(unpinned(b + "," + pinned("node_modules/foo", foo))).as("order").isEmpty();
    assertThat(unpinned(pinned("node_modules/foo", foo) + "," + b.replace("true", "false")))
        .containsExactly("node_modules/foo/node_modules/b");
    assertThat(unpinned(pinned("node_modules/foo", "") + "," + b))
        .as("not listed")
        .containsExactly("node_modules/foo/node_modules/b");
    String evil = entry("node_modules/foo/node_modules/evil", "\"inBundle\":true");
    assertThat(unpinned(pinned("node_modules/foo", foo) + "," + b + "," + evil))
        .as("another than is listed")
        .containsExactly("node_modules/foo/node_modules/evil");
  }

  @Test
  void ML20_bundleOfTheRoot_isLoaded() {
    String root = "\"bundleDependencies\":[\"a\"],\"dependencies\":{\"a\":\"*\"}";
    String lock =
        "{\"packages\":{\"\":{"
            + root
            + "},"
            + entry("node_modules/a", "\"inBundle\":true")
            + ","
            + pinned("node_modules/b", "")
            + "}}";
    assertThat(PackageLock.parse(lock.getBytes(UTF_8)).unpinned())
        .containsExactly("node_modules/a");
  }

  @Test
  void ML20_whatABundledPackageNeeds_isInTheBundleToo() {
    String foo = pinned("node_modules/foo", "\"bundleDependencies\":[\"b\"]");
    String b =
        entry(
            "node_modules/foo/node_modules/b",
            "\"dependencies\":{\"@s/c\":\"*\",\"d\":\"*\"},\"inBundle\":true");
    String c = entry("node_modules/foo/node_modules/@s/c", "\"inBundle\":true");
    String d = entry("node_modules/foo/node_modules/d", "\"inBundle\":true");
    String own = entry("node_modules/foo/node_modules/b/node_modules/d", "\"inBundle\":true");
    assertThat(unpinned(String.join(",", foo, b, c, d))).isEmpty();
    assertThat(unpinned(String.join(",", foo, b, c, d, own)))
        .as("b has a d of its own, so the other is nobody's")
        .containsExactly("node_modules/foo/node_modules/d");
    String above = entry("node_modules/d", "\"inBundle\":true");
    assertThat(unpinned(String.join(",", foo, b, c, above))).containsExactly("node_modules/d");
  }

  @Test
  void ML20_placeSpeltInAnotherWay_isNoBundle() {
    String foo =
        pinned("node_modules/foo", "\"bundleDependencies\":[\"x/../evil\",\"b/node_modules/c\"]");
    for (String place :
        List.of(
            "node_modules/foo/node_modules/x/../evil",
            "node_modules/foo/node_modules/b/node_modules/c")) {
      assertThat(unpinned(foo + "," + entry(place, "\"inBundle\":true"))).containsExactly(place);
    }
  }
}
