package io.bartizan.integrity.tuf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.tests.DamagedTexts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged metadata: typed refusals within bounds, and never a signature that still holds. The deep
 * tier reads and judges a million each; {@code -Dbartizan.mutations=N} runs N of each file there.
 */
class TufMutationTest {

  /** What a judgement may allocate beside ten times the text: keys and signatures. */
  private static final long JUDGED = 512 * 1024;

  /** Of each of the four files, in the deep tier. */
  private static final int QUARTER_MILLION = 250_000;

  /** How far a damaged copy came. */
  private enum Stage {
    /** The reader refused it, so no signature was looked at. */
    READER,
    /** It was read, and its signatures were refused. */
    SIGNATURES,
    /** It is what was signed. */
    ACCEPTED
  }

  /**
   * How many copies came how far. A copy is read again if the machine was too busy for the bound of
   * time; it counts once, for it is the same array.
   */
  private static final class Tally {
    private final Map<Stage, LongAdder> counts = new EnumMap<>(Stage.class);
    private final Map<Thread, byte[]> last = new ConcurrentHashMap<>();

    Tally() {
      for (Stage each : Stage.values()) {
        counts.put(each, new LongAdder());
      }
    }

    void add(Stage stage, byte[] copy) {
      if (last.put(Thread.currentThread(), copy) != copy) {
        counts.get(stage).increment();
      }
    }

    long of(Stage stage) {
      return counts.get(stage).sum();
    }

    long all() {
      return counts.values().stream().mapToLong(LongAdder::sum).sum();
    }

    @Override
    public String toString() {
      return counts.toString();
    }
  }

  @TempDir Path folder;
  private final Map<String, String> texts = new LinkedHashMap<>();
  private RootMetadata root;

  @BeforeEach
  void publish() throws Exception {
    TestRepository repository = new TestRepository(folder);
    TestRepository.Role one = new TestRepository.Role("one", RoleSigner.p256());
    TestRepository.Role two = new TestRepository.Role("two", RoleSigner.ed25519());
    repository.targets.delegate(one, "paths", List.of("a/*", "b?[c-d]"), "terminating", true);
    repository.targets.delegate(two, "path_hash_prefixes", List.of("0", "ab"));
    repository.delegated.addAll(List.of(one, two));
    repository.publish();
    for (String name :
        List.of("1.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json")) {
      texts.put(name, Files.readString(repository.metadata.resolve(name)));
    }
    root = RootMetadata.parse("root", texts.get("1.root.json").getBytes(UTF_8));
  }

  /** What is read and verified; the signed bytes if the signature holds. */
  private byte[] verified(String name, byte[] bytes) {
    SignedMetadata metadata =
        switch (name) {
          case "1.root.json" -> RootMetadata.parse(name, bytes).metadata();
          case "timestamp.json" -> ListedFiles.parseTimestamp(bytes).metadata();
          case "1.snapshot.json" -> ListedFiles.parseSnapshot(bytes).metadata();
          default -> {
            TargetsMetadata targets = TargetsMetadata.parse(name, bytes);
            FileHashes unused = targets.target("file.txt");
            boolean unusedToo =
                targets.delegations().stream().anyMatch(d -> d.speaksFor("a/b", "ab"));
            yield targets.metadata();
          }
        };
    keys(name).requireSigned(metadata, new KeyTrials());
    return metadata.canonical();
  }

  private RoleKeys keys(String name) {
    return switch (name) {
      case "1.root.json" -> root.root();
      case "timestamp.json" -> root.timestamp();
      case "1.snapshot.json" -> root.snapshot();
      default -> root.targets();
    };
  }

  private void readWithinBounds(int count) {
    texts.forEach(
        (name, text) ->
            DamagedTexts.checkBytes(
                count,
                List.of(text),
                switch (name) {
                  case "1.root.json" -> bytes -> RootMetadata.parse(name, bytes);
                  case "timestamp.json" -> ListedFiles::parseTimestamp;
                  case "1.snapshot.json" -> ListedFiles::parseSnapshot;
                  default -> bytes -> TargetsMetadata.parse(name, bytes);
                }));
  }

  /** Each damaged copy is judged whole: read, then its signatures by the trusted root's keys. */
  private void verifiedOnlyAsSigned(int count) {
    Tally tally = new Tally();
    texts.forEach(
        (name, text) -> {
          byte[] signed = verified(name, text.getBytes(UTF_8));
          DamagedTexts.checkBytes(
              count,
              List.of(text),
              JUDGED,
              bytes -> {
                Checked<byte[]> outcome = Checked.of(() -> verified(name, bytes));
                tally.add(stage(outcome), bytes);
                if (outcome.isAccepted()) {
                  assertThat(outcome.orThrow()).isEqualTo(signed);
                }
                return outcome.orThrow();
              });
        });
    assertThat(tally.all()).as("every copy was judged: %s", tally).isEqualTo(4L * count);
    assertThat(tally.of(Stage.READER)).as("%s", tally).isPositive();
    assertThat(tally.of(Stage.SIGNATURES))
        .as("one of twenty by signature: %s", tally)
        .isGreaterThan(tally.all() / 20);
    assertThat(tally.of(Stage.ACCEPTED))
        .as("blanks and unsigned members may change: %s", tally)
        .isPositive();
  }

  private static Stage stage(Checked<byte[]> outcome) {
    Object reason = outcome.fold(found -> null, Refusal::reason);
    if (reason == null) {
      return Stage.ACCEPTED;
    }
    assertThat(reason).isInstanceOf(TufReason.class);
    return reason == TufReason.THRESHOLD_NOT_REACHED ? Stage.SIGNATURES : Stage.READER;
  }

  @Test
  void damagedMetadata_areReadWithinBounds() {
    readWithinBounds(2_500);
  }

  @Test
  @Tag("deep")
  void damagedMetadata_areReadWithinBounds_deep() {
    readWithinBounds(DamagedTexts.deep(QUARTER_MILLION));
  }

  @Test
  void damagedMetadata_areVerifiedOnlyAsSigned() {
    verifiedOnlyAsSigned(500);
  }

  @Test
  @Tag("deep")
  void damagedMetadata_areVerifiedOnlyAsSigned_deep() {
    verifiedOnlyAsSigned(DamagedTexts.deep(QUARTER_MILLION));
  }

  @Test
  void damagedState_isReadOrCountsForNothing() {
    StoredState state =
        new StoredState(
            "keys", TestRepository.NOW, texts.get("timestamp.json"), texts.get("1.snapshot.json"));
    assertThat(StoredState.read(state.json())).isEqualTo(state);
    String text = new String(state.json(), UTF_8);
    DamagedTexts.checkBytes(
        2_500,
        List.of(text),
        bytes -> {
          StoredState read = StoredState.read(bytes);
          return read == null ? "nothing" : read;
        });
  }

  @Test
  void damagedPatterns_matchInBoundedTime() {
    DamagedTexts.check(
        5_000,
        List.of("*a*b[a-c]?*/x[!a]*", "*".repeat(200) + "b"),
        pattern -> PathPattern.matches(pattern, "a".repeat(256)));
  }
}
