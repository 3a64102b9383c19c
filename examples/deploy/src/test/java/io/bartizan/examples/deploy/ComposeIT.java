package io.bartizan.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Compose file by the schema of the program that reads it, which needs no engine for that. */
@Tag("deep")
class ComposeIT {

  private static final String DIGEST = "sha256:" + "ab".repeat(32);

  @TempDir private Path folder;

  @Test
  void file_withDigests_isTakenAndWithoutOrMisspelt_isNot() throws Exception {
    String text = Yaml.text(Manifests.HOME.resolve("compose/compose.yaml"));
    ManifestRedis.Ended taken = config(text, DIGEST, DIGEST);
    assertThat(taken.status()).as(taken.output()).isZero();
    assertThat(taken.output()).contains("@" + DIGEST, "host_ip: 127.0.0.1", "internal: true");
    // One at a time, for of two that are missing it names the one that it meets first.
    assertThat(config(text, "", DIGEST).output()).contains("GATEWAY_DIGEST", "sha256:…");
    assertThat(config(text, DIGEST, "").output()).contains("REDIS_DIGEST", "sha256:…");
    for (String word : List.of("read_only:", "cap_drop:", "internal:", "pids_limit:", "host_ip:")) {
      ManifestRedis.Ended misspelt = config(text.replaceFirst(word, "x" + word), DIGEST, DIGEST);
      assertThat(misspelt.status()).as(word).isNotZero();
    }
  }

  private ManifestRedis.Ended config(String text, String gateway, String redis) throws Exception {
    Path file = Files.writeString(folder.resolve("compose.yaml"), text);
    Files.writeString(
        folder.resolve(".env"), "GATEWAY_DIGEST=" + gateway + "\nREDIS_DIGEST=" + redis + "\n");
    return ManifestRedis.run(
        List.of(Programs.required("docker-compose"), "-f", file.toString(), "config"));
  }
}
