package io.bartizan.integrity.tuf;

import static io.bartizan.integrity.tuf.TufRefusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.tests.OptionalTool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sigstore's own repository, as it was served on two days. */
@Tag("deep")
class TufVectorsTest {

  private static final Instant OLD = Instant.parse("2025-02-09T12:02:08Z");
  private static final Instant NEW = Instant.parse("2026-08-22T00:00:00Z");

  private final Path vectors = OptionalTool.vectors("sigstore/tuf");
  @TempDir Path folder;

  private TufClient client(byte[] root, String day, Instant now) {
    return TufClient.builder(root, source(day), folder)
        .withClock(new ManualInstantSource(now))
        .build();
  }

  private TufSource source(String day) {
    return TufSource.of(vectors.resolve(day + "/metadata"), vectors.resolve(day + "/targets"));
  }

  private byte[] initial(String day) throws Exception {
    return Files.readAllBytes(vectors.resolve(day + "/initial_root.json"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
  void every_root_leads_to_the_newest_trusted_root(int version) throws Exception {
    byte[] root = Files.readAllBytes(vectors.resolve("2026-08/metadata/" + version + ".root.json"));
    TufClient client = client(root, "2026-08", NEW);
    client.refresh();
    assertThat(client.toString()).contains("root 15");
    VerifiedTarget target = client.verifyTarget("trusted_root.json");
    assertThat(target.digest().hex())
        .isEqualTo("6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66");
    assertThat(target.role()).isEqualTo("targets");
    VerifiedTarget keys = client.verifyTarget("registry.npmjs.org/keys.json");
    assertThat(keys.role()).isEqualTo("registry.npmjs.org");
    assertThat(keys.expiresAt()).isEqualTo(Instant.parse("2026-08-28T19:25:56Z"));
  }

  @Test
  void update_is_taken_and_the_way_back_is_refused() throws Exception {
    TufClient before = client(initial("2025-02"), "2025-02", OLD);
    assertThat(before.verifyTarget("trusted_root.json").bytes()).hasSize(4537);
    refused(TufReason.FILE_MISSING, () -> before.verifyTarget("ctfe.pub"));
    TufClient after = client(initial("2026-08"), "2026-08", NEW);
    after.refresh();
    assertThat(after.verifyTarget("trusted_root.json").bytes()).hasSize(6787);
    assertThat(after.verifyTarget("ctfe.pub").bytes()).hasSize(177);

    TufClient back = client(initial("2025-02"), "2025-02", NEW);
    refused(TufReason.ROLLBACK, back::refresh);
    assertThat(back.verifyTarget("trusted_root.json").bytes())
        .as("what was trusted serves on")
        .hasSize(6787);
  }

  @Test
  void a_fresh_client_refuses_the_old_day() throws Exception {
    TufClient late = client(initial("2025-02"), "2025-02", NEW);
    refused(TufReason.EXPIRED, late::refresh);
  }
}
