package io.bartizan.integrity.tuf;

import static io.bartizan.integrity.tuf.TufRefusals.refused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.testkit.ManualInstantSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** U07: everything that is said of a file's content must be right, whatever else is. */
class FileHashesTest {

  private static final byte[] HELLO = "hello".getBytes(UTF_8);
  private static final Digest SHA256 = Digest.compute(DigestAlgorithm.SHA_256, HELLO);
  private static final Digest SHA512 = Digest.compute(DigestAlgorithm.SHA_512, HELLO);
  private static final Digest OTHER256 = Digest.compute(DigestAlgorithm.SHA_256, new byte[1]);
  private static final Digest OTHER512 = Digest.compute(DigestAlgorithm.SHA_512, new byte[1]);

  @TempDir Path folder;
  private TestRepository repository;

  @BeforeEach
  void publish() throws Exception {
    repository = new TestRepository(folder.resolve("repository"));
    repository.publish();
  }

  @Test
  void lengthAndEachHash_mustBeRight() {
    List<List<Digest>> right =
        List.of(List.of(), List.of(SHA256), List.of(SHA512), List.of(SHA256, SHA512));
    List<List<Digest>> wrong =
        List.of(
            List.of(OTHER256),
            List.of(OTHER512),
            List.of(OTHER256, SHA512),
            List.of(SHA256, OTHER512),
            List.of(OTHER256, OTHER512));
    for (long length : new long[] {-1, 5}) {
      right.forEach(each -> assertThat(new FileHashes(length, each).matches(HELLO)).isTrue());
      wrong.forEach(each -> assertThat(new FileHashes(length, each).matches(HELLO)).isFalse());
    }
    for (long length : new long[] {0, 4, 6, 5L + (1L << 32)}) {
      right.forEach(each -> assertThat(new FileHashes(length, each).matches(HELLO)).isFalse());
    }
    assertThat(new FileHashes(0, List.of()).matches(new byte[0])).isTrue();
  }

  private TufClient client(String store) throws Exception {
    return TufClient.builder(
            repository.rootBytes(), repository.source(), folder.resolve("trust" + store))
        .withClock(new ManualInstantSource(TestRepository.NOW))
        .build();
  }

  private static Map<String, Object> hashes(Digest... all) {
    Map<String, Object> hashes = new LinkedHashMap<>();
    for (Digest each : all) {
      hashes.put(each.algorithm() == DigestAlgorithm.SHA_256 ? "sha256" : "sha512", each.hex());
    }
    return hashes;
  }

  private void list(Map<String, Object> hashes) throws Exception {
    repository.edits.put(
        "targets", s -> TestRepository.at(s, "targets", "file.txt").put("hashes", hashes));
    repository.publishContent();
  }

  @Test
  void target_isFetchedUnderOneOfItsHashes_andComparedWithAll() throws Exception {
    Path named = repository.targetsFolder.resolve(SHA256.hex() + ".file.txt");
    Path longer = repository.targetsFolder.resolve(SHA512.hex() + ".file.txt");
    Map<String, Object> strange = hashes(SHA256);
    strange.put("blake3", "00");
    for (Map<String, Object> good : List.of(hashes(SHA256), hashes(SHA256, SHA512), strange)) {
      list(good);
      assertThat(client("good" + good.keySet()).verifyTarget("file.txt").text()).isEqualTo("hello");
    }
    list(hashes(SHA256, OTHER512));
    refused(TufReason.TARGET_MISMATCH, () -> client("wrong").verifyTarget("file.txt"));

    list(hashes(SHA512));
    refused(TufReason.FILE_MISSING, () -> client("512").verifyTarget("file.txt"));
    Files.move(named, longer);
    assertThat(client("512").verifyTarget("file.txt").text()).isEqualTo("hello");
    Files.write(longer, "hullo".getBytes(UTF_8));
    refused(TufReason.TARGET_MISMATCH, () -> client("changed").verifyTarget("file.txt"));

    list(hashes(SHA256, SHA512));
    Files.delete(named);
    Files.write(longer, HELLO);
    assertThat(client("second").verifyTarget("file.txt").text()).isEqualTo("hello");
  }

  @Test
  void metadata_areComparedWithAllTheirHashes() throws Exception {
    Path snapshot = repository.metadata.resolve("1.snapshot.json");
    for (Path file : List.of(snapshot, repository.metadata.resolve("1.targets.json"))) {
      String name = file.equals(snapshot) ? "timestamp" : "snapshot";
      String listed = file.getFileName().toString().substring(2);
      byte[] content = Files.readAllBytes(file);
      Digest right = Digest.compute(DigestAlgorithm.SHA_512, content);
      repository.edits.put(
          name, s -> TestRepository.at(s, "meta", listed, "hashes").put("sha512", right.hex()));
      repository.publishContent();
      client("right" + name).refresh();
      repository.edits.put(
          name, s -> TestRepository.at(s, "meta", listed, "hashes").put("sha512", OTHER512.hex()));
      repository.publishContent();
      refused(TufReason.METADATA_MISMATCH, client("wrong" + name)::refresh);
      repository.edits.clear();
    }
  }
}
