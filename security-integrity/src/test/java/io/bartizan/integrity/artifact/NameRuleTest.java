package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.Refusals.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.SeededCases;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names in manifests: what is portable, what Linux alone has, and what neither rule lets pass. */
class NameRuleTest {

  private static final Digest A = Digest.sha256Of(bytes(10));
  private static final List<String> LINUX_ONLY =
      List.of(
          "bc_1:1.07.1-3+b1_amd64.deb",
          "aux.c",
          "system-systemd\\x2dfsck.slice",
          "README",
          "readme",
          "dir./con",
          "trailing ",
          "COM\u00b9",
          "conin$",
          "lpt9 .txt",
          "x.");

  @TempDir Path directory;

  @Test
  void linuxName_isReadOnlyUnderItsRule() {
    for (String name : LINUX_ONLY) {
      if (!name.equalsIgnoreCase("readme")) {
        byte[] text = utf8(A.hex() + "  " + name + "\n");
        refused(ArtifactReason.NAME_UNSAFE, () -> Manifest.parse(text));
        refused(ArtifactReason.NAME_UNSAFE, () -> Manifest.of(Map.of(name, A)));
        assertThat(Manifest.parse(text, NameRule.POSIX_ONLY).require(name))
            .isEqualTo(Expected.of(A));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void linuxNames_areWrittenReadAndVerified(ManifestFormat format) throws Exception {
    Map<String, Digest> digests = new LinkedHashMap<>();
    for (String name : LINUX_ONLY) {
      Path file = directory.resolve(name);
      Files.createDirectories(file.getParent());
      Files.write(file, bytes(name.length()));
      digests.put(name, Digest.sha256Of(file));
    }
    byte[] text = Manifest.of(digests, NameRule.POSIX_ONLY).format(format);
    Manifest manifest =
        format == ManifestFormat.GNU_ZERO
            ? Manifest.parseZero(text, NameRule.POSIX_ONLY)
            : Manifest.parse(text, NameRule.POSIX_ONLY);
    assertThat(manifest.nameRule()).isEqualTo(NameRule.POSIX_ONLY);
    ManifestVerifier exact = ManifestVerifier.builder(directory).withExactFiles().build();
    assertThat(exact.verify(manifest).files()).hasSize(LINUX_ONLY.size());
    Files.write(directory.resolve("readme"), bytes(99));
    refused(ArtifactReason.DIGEST_MISMATCH, () -> exact.verify(manifest));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x",
        "a/../../x",
        "/abs",
        "//x",
        "a//b",
        "a/./b",
        "a/",
        "..",
        ".",
        "",
        "-",
        "a\0"
      })
  void nameThatLeadsElsewhere_isRefusedUnderEitherRule(String name) {
    byte[] text = utf8(A.hex() + "  " + name + "\n");
    for (NameRule rule : NameRule.values()) {
      refused(ArtifactReason.NAME_UNSAFE, () -> Manifest.parse(text, rule));
    }
  }

  @Test
  void N40_namesThatSomeFileSystemFolds_areRefusedWhereverTheyFold() throws Exception {
    ManifestVerifier verifier = ManifestVerifier.of(directory);
    SeededCases.check(
        500,
        random -> {
          String name = "f" + word(random);
          String twin = disguised(name, random);
          Map<String, Digest> digests = new LinkedHashMap<>();
          digests.put(name, A);
          digests.put(twin, A);
          if (!twin.equals(name)) {
            refused(ArtifactReason.NAME_AMBIGUOUS, () -> verifier.verify(Manifest.of(digests)));
            assertThat(verifier.check(Manifest.of(digests)).files()).isEmpty();
          }
          digests.clear();
          digests.put(name, A);
          digests.put(name + "x", A);
          assertThat(verifier.check(Manifest.of(digests)).files()).hasSize(2);
        });
  }

  private static String word(SplittableRandom random) {
    String letters = "aZ\u00e9\u00df\u0130\u01c5\u03c3k\u1e9e\u2126_7";
    StringBuilder word = new StringBuilder();
    for (int i = random.nextInt(1, 6); i > 0; i--) {
      word.append(letters.charAt(random.nextInt(letters.length())));
    }
    return word.toString();
  }

  private static String disguised(String name, SplittableRandom random) {
    return switch (random.nextInt(5)) {
      case 0 -> name.toUpperCase(Locale.ROOT);
      case 1 -> name.toLowerCase(Locale.ROOT);
      case 2 -> Normalizer.normalize(name, Normalizer.Form.NFD);
      case 3 -> Normalizer.normalize(name.toUpperCase(Locale.ROOT), Normalizer.Form.NFD);
      default -> name.charAt(0) + "\u200d" + name.substring(1);
    };
  }

  @Test
  void N44_whatIsNoRegularFile_isRefusedAndAHardLinkIsOne() throws Exception {
    Files.createDirectory(directory.resolve("folder"));
    Path file = Files.write(directory.resolve("file"), bytes(10));
    Files.createLink(directory.resolve("link"), file);
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      assertThat(socket.bind(UnixDomainSocketAddress.of(directory.resolve("socket")))).isNotNull();
      for (String name : new String[] {"folder", "socket"}) {
        refused(
            ArtifactReason.NOT_REGULAR_FILE,
            () -> ManifestVerifier.of(directory).verify(Manifest.of(Map.of(name, A))));
      }
    }
    assertThat(ManifestVerifier.of(directory).verify(Manifest.of(Map.of("link", A))).files())
        .hasSize(1);
    if (Files.exists(Path.of("/dev/zero"))) {
      refused(
          ArtifactReason.NOT_REGULAR_FILE,
          () -> ManifestVerifier.of(Path.of("/dev")).verify(Manifest.of(Map.of("zero", A))));
    }
  }

  @Test
  void signedManifest_ofLinuxNames_isReadUnderItsRule() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] sums = utf8(A.hex() + "  bc_1:1_amd64.deb\n");
    Signature signer = Signature.getInstance("Ed25519");
    signer.initSign(pair.getPrivate());
    signer.update(sums);
    byte[] signature = signer.sign();
    PinnedKey key = PinnedKey.of(pair.getPublic());
    refused(
        ArtifactReason.NAME_UNSAFE,
        () -> SignedManifests.of(key, RollbackRule.anyAge()).verify(sums, signature));
    assertThat(
            SignedManifests.of(key, RollbackRule.anyAge())
                .withNames(NameRule.POSIX_ONLY)
                .verify(sums, signature)
                .manifest()
                .entries())
        .containsOnlyKeys("bc_1:1_amd64.deb");
  }

  @Test
  void read_badFile_namesItAndItsLine() throws Exception {
    Path sums = Files.writeString(directory.resolve("SUMS"), A.hex() + "  a\n" + "0  b\n");
    assertThat(refused(ArtifactReason.MANIFEST_MALFORMED, () -> Manifest.read(sums)))
        .contains("SUMS\": line 2: ");
    Files.writeString(sums, A.hex() + "  a\n");
    assertThat(Manifest.read(sums).entries()).containsOnlyKeys("a");
    Path lock = Files.writeString(directory.resolve("lock.json"), "{}");
    assertThat(refused(ArtifactReason.MANIFEST_MALFORMED, () -> PackageLock.read(lock)))
        .contains("lock.json\": no member");
    try (RandomAccessFile huge = new RandomAccessFile(lock.toFile(), "rw")) {
      huge.setLength(1L << 40);
    }
    refused(ArtifactReason.TOO_LARGE, () -> PackageLock.read(lock));
  }

  @Test
  void listener_hearsWhatIsPlannedBeforeTheFirstFile() throws Exception {
    List<String> heard = new ArrayList<>();
    ProgressListener listener =
        new ProgressListener() {
          @Override
          public void planned(int files, long bytes) {
            heard.add("planned " + files + " " + bytes);
          }

          @Override
          public void started(String name, long bytes) {
            heard.add("started " + bytes);
          }

          @Override
          public void advanced(String name, long bytes) {
            heard.add("advanced " + bytes);
          }

          @Override
          public void finished(String name, boolean accepted) {
            heard.add("finished " + accepted);
          }
        };
    Files.write(directory.resolve("a"), bytes(10));
    Files.write(directory.resolve("b"), bytes(7));
    FileBatch batch = FileBatch.builder().withThreads(1).withListener(listener).build();
    Manifest manifest = Manifest.of(Map.of("a", A, "b", A, "none", A));
    assertThat(
            ManifestVerifier.builder(directory)
                .withBatch(batch)
                .build()
                .check(manifest)
                .isAccepted())
        .isFalse();
    assertThat(heard)
        .containsExactly(
            "planned 3 17",
            "started 10",
            "advanced 10",
            "finished true",
            "started 7",
            "advanced 7",
            "finished false",
            "finished false");
    heard.clear();
    Path file = directory.resolve("a");
    assertThat(Sri.of(A).verify(file, listener)).isEqualTo(A);
    assertThat(heard).containsExactly("planned 1 10", "started 10", "advanced 10", "finished true");
  }
}
