package io.bartizan.integrity.tuf;

import static io.bartizan.integrity.tuf.TufRefusals.accepted;
import static io.bartizan.integrity.tuf.TufRefusals.refused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualInstantSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** U09: how much of each file is asked for, and how many parts of it are looked at. */
class TufBoundsTest {

  @TempDir Path folder;
  private TestRepository repository;
  private final Map<String, Integer> asked = new HashMap<>();

  @BeforeEach
  void publish() throws Exception {
    repository = new TestRepository(folder.resolve("repository"));
    repository.publish();
  }

  /** A repository that tells how many bytes at most it was asked for. */
  private final class Asked extends TufSource {
    private final TufSource source = repository.source();

    @Override
    byte @Nullable [] metadata(String name, int maxBytes, Duration limit) throws IOException {
      asked.put(name, maxBytes);
      return source.metadata(name, maxBytes, limit);
    }

    @Override
    byte @Nullable [] target(String path, int maxBytes, Duration limit) throws IOException {
      asked.put(path, maxBytes);
      return source.target(path, maxBytes, limit);
    }
  }

  private TufClient client(String store) throws Exception {
    return TufClient.builder(repository.rootBytes(), new Asked(), folder.resolve(store))
        .withClock(new ManualInstantSource(TestRepository.NOW))
        .build();
  }

  private int length(String name) throws IOException {
    return (int) java.nio.file.Files.size(repository.metadata.resolve(name));
  }

  @Test
  void U09_eachFile_isAskedForUpToItsListedLength() throws Exception {
    accepted(client("trust"));
    assertThat(asked)
        .containsEntry("2.root.json", 512 * 1024)
        .containsEntry("timestamp.json", 64 * 1024)
        .containsEntry("1.snapshot.json", length("1.snapshot.json"))
        .containsEntry("1.targets.json", length("1.targets.json"))
        .containsEntry(TargetPath.prefixed("file.txt", RoleSigner.hex256("hello")), 5)
        .hasSize(5);
  }

  @Test
  void U09_fileOfNoOrOfAnyListedLength_isAskedForUpToItsKindsBound() throws Exception {
    repository.hashes = false;
    repository.publishContent();
    accepted(client("trust"));
    assertThat(asked)
        .containsEntry("1.snapshot.json", 4 * 1024 * 1024)
        .containsEntry("1.targets.json", 8 * 1024 * 1024);
    for (long length : new long[] {4L * 1024 * 1024 + 1, 1L << 31, (1L << 32) + 1, 1L << 53}) {
      asked.clear();
      repository.edits.put(
          "timestamp", s -> TestRepository.at(s, "meta", "snapshot.json").put("length", length));
      repository.publishContent();
      refused(TufReason.METADATA_MISMATCH, client("trust" + length)::refresh);
      assertThat(asked).as("%d", length).containsEntry("1.snapshot.json", 4 * 1024 * 1024);
    }
  }

  private void signatures(int padding) {
    repository.writer =
        (signed, signers) -> {
          List<Object> signatures = new ArrayList<>();
          for (int i = 0; i < padding; i++) {
            signatures.add(Map.of("keyid", "nobody" + i, "sig", "00"));
          }
          byte[] content = Canonical.bytes(signed);
          signers.forEach(
              each -> signatures.add(Map.of("keyid", each.id(), "sig", each.sign(content))));
          return Canonical.served(Map.of("signatures", signatures, "signed", signed))
              .getBytes(UTF_8);
        };
  }

  @Test
  void U09_signatures_areReadToABound() throws Exception {
    signatures(255);
    repository.publishContent();
    accepted(client("trust"));
    signatures(256);
    repository.publishContent();
    refused(TufReason.TOO_LARGE, client("more")::refresh);
  }

  @Test
  void U09_keys_areReadToABound() throws Exception {
    repository.edits.put("root", root -> addKeys(root, 1_024));
    repository.publish();
    accepted(client("trust"));
    repository.edits.put("root", root -> addKeys(root, 1_025));
    repository.publishRoot(repository.rootSigners);
    refused(TufReason.TOO_LARGE, () -> client("more"));
  }

  private static void addKeys(Map<String, Object> root, int wanted) {
    Map<String, Object> keys = TestRepository.at(root, "keys");
    List<Object> ids = new ArrayList<>();
    Map<String, Object> role = TestRepository.at(root, "roles", "timestamp");
    ids.addAll((List<?>) role.get("keyids"));
    for (int i = 0; keys.size() < wanted; i++) {
      keys.put("k" + i, Map.of("keytype", "x".repeat(99), "scheme", "x"));
    }
    for (int i = 0; ids.size() < Math.min(wanted, 1_024); i++) {
      ids.add("none of these keys " + i);
    }
    role.put("keyids", ids);
  }

  @Test
  void U09_delegations_areReadToABound() throws Exception {
    for (int count : new int[] {16_384, 16_385}) { // PEP 458 has the first
      repository.edits.put(
          "targets",
          targets -> {
            List<Object> roles = new ArrayList<>();
            for (int i = 0; i < count; i++) {
              Map<String, Object> role = new LinkedHashMap<>();
              role.put("name", "r" + i);
              role.put("keyids", List.of("id"));
              role.put("threshold", 1);
              role.put("path_hash_prefixes", List.of("%04x".formatted(i), "a", "b", "c"));
              roles.add(role);
            }
            targets.put(
                "delegations", new LinkedHashMap<>(Map.of("keys", Map.of(), "roles", roles)));
          });
      repository.publishContent();
      TufClient client = client("trust" + count);
      if (count == 16_384) {
        accepted(client);
      } else {
        refused(TufReason.TOO_LARGE, client::refresh);
      }
    }
  }

  /** Neither has a long value: names, versions and prefixes, and no hash. */
  @Test
  void U09_hashedBins_asRepositoriesHaveThem_areRead() throws Exception {
    repository.hashes = false;
    repository.edits.put(
        "snapshot",
        snapshot -> {
          Map<String, Object> meta = TestRepository.at(snapshot, "meta");
          for (int i = 0; i < 16_384; i++) {
            meta.put("%04x.json".formatted(i), Map.of("version", 1));
          }
        });
    repository.edits.put(
        "targets",
        targets -> {
          List<Object> roles = new ArrayList<>();
          for (int bin = 0; bin < 256; bin++) {
            List<String> prefixes = new ArrayList<>();
            for (int i = 0; i < 256; i++) {
              prefixes.add("%02x%02x".formatted(bin, i));
            }
            Map<String, Object> role = new LinkedHashMap<>();
            role.put("name", "bin-" + bin);
            role.put("keyids", List.of());
            role.put("threshold", 1);
            role.put("path_hash_prefixes", prefixes);
            roles.add(role);
          }
          targets.put("delegations", new LinkedHashMap<>(Map.of("keys", Map.of(), "roles", roles)));
        });
    repository.publishContent();
    accepted(client("trust"));
  }

  @Test
  void U09_values_areReadToABound() throws Exception {
    for (int count : new int[] {900, 5_000}) { // some may be short, and not all
      repository.edits.put(
          "snapshot", snapshot -> snapshot.put("x", java.util.Collections.nCopies(count, 1)));
      repository.publishContent();
      TufClient client = client("trust" + count);
      if (count == 900) {
        accepted(client);
      } else {
        refused(TufReason.TOO_LARGE, client::refresh);
      }
    }
  }

  @Test
  void U09_emptyTarget_isAFileOfNoBytes() throws Exception {
    repository.targets.targets.put("empty", new byte[0]);
    repository.publishContent();
    assertThat(client("trust").verifyTarget("empty").bytes()).isEmpty();
    repository.edits.put(
        "targets", s -> TestRepository.at(s, "targets", "file.txt").put("length", 0));
    repository.publishContent();
    TufClient client = client("other");
    refused(TufReason.TOO_LARGE, () -> client.verifyTarget("file.txt"));
  }
}
