package io.bartizan.integrity.mac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.core.Health;
import io.bartizan.core.Rotating;
import io.bartizan.core.SecretBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MacKeyFolderTest {

  private static final Instant NEW_YEARS_EVE = Instant.parse("2026-12-31T23:59:59Z");
  private static final Instant NEW_YEAR = Instant.parse("2027-01-01T00:00:00Z");

  @TempDir Path folder;

  private Instant now = NEW_YEARS_EVE;

  @Test
  void key_whoseDayIsToCome_verifiesAndSignsFromThatDay() throws Exception {
    String january = write("2027-01-01", 1);
    String june = write("2026-06-01", 2);
    String march = write("2026-03-01", 3);
    assertThat(ring().keyIds()).containsExactly(june, march, january);
    now = NEW_YEAR;
    assertThat(ring().keyIds()).containsExactly(january, june, march);
  }

  @Test
  void keys_allToCome_theEarliestSigns() throws Exception {
    String later = write("2027-03-01", 1);
    String earliest = write("2027-01-02", 2);
    assertThat(ring().keyIds()).containsExactly(earliest, later);
  }

  @Test
  void keys_ofOneDay_theNameThatSortsLastSigns() throws Exception {
    String leaked = write("2026-12-01", 1);
    String after = write("2026-12-01-after-the-leak", 2);
    assertThat(ring().keyIds()).containsExactly(after, leaked);
    String coming = write("2027-01-01", 3);
    String alsoComing = write("2027-01-01-b", 4);
    assertThat(ring().keyIds()).containsExactly(after, leaked, alsoComing, coming);
  }

  @Test
  void rotating_swappedKubernetesSecret_givesTheNewRingAndKeepsItWhenAKeyIsCut() throws Exception {
    Path one = Files.createDirectory(folder.resolve("..1"));
    Path two = Files.createDirectory(folder.resolve("..2"));
    String old = write("..1/2026-01-01", 1);
    write("..2/2026-01-01", 1);
    String young = write("..2/2026-12-01", 2);
    Path data = Files.createSymbolicLink(folder.resolve("..data"), one.getFileName());
    Files.createSymbolicLink(folder.resolve("2026-01-01"), Path.of("..data/2026-01-01"));
    try (Rotating<MacKeyRing> keys =
        Rotating.of(MacKeyRing.folder(folder, () -> now), MacKeyRing::parse, Duration.ofDays(1))) {
      assertThat(keys.get().keyIds()).containsExactly(old);
      Path next = Files.createSymbolicLink(folder.resolve("..next"), two.getFileName());
      Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
      Files.createSymbolicLink(folder.resolve("2026-12-01"), Path.of("..data/2026-12-01"));
      assertThat(keys.refresh()).isTrue();
      assertThat(keys.get().keyIds()).containsExactly(young, old);
      Files.writeString(two.resolve("2026-12-01"), text(2).substring(0, 20));
      assertThat(keys.refresh()).isFalse();
      assertThat(keys.get().keyIds()).containsExactly(young, old);
      assertThat(keys.health().status()).isEqualTo(Health.Status.DEGRADED);
      assertThat(keys.health().detail()).contains(folder.resolve("2026-12-01").toString());
    }
  }

  @Test
  void file_thatIsNoKey_isToldByItsNameAndNeverItsContent() throws Exception {
    refused("2026-12-01", "", "is empty");
    refused("2026-12-01", "# none\n", "no key");
    refused("2026-12-01", text(1).substring(0, 41), "not canonical base64");
    refused("2026-12-01", "c2VjcmV0", "6 bytes");
    refused("2026-12-01", text(1) + "\n" + text(2), "holds 2 keys, one is accepted");
    refused("key", text(1), "begins with no date");
    refused("2026-13-01", text(1), "begins with no date");
    refused("2026-12-1x", text(1), "begins with no date");
    refused("2026-12-02", text(1) + "\n#" + "x".repeat(2003), "more than 2048 bytes");
    Files.writeString(folder.resolve("2026-12-02"), text(1) + "\n#" + "x".repeat(2002));
    assertThat(ring().keyIds()).as("2048 bytes").hasSize(1);
    Path inner = Files.createDirectory(folder.resolve("2026-12-03"));
    assertThatIOException()
        .isThrownBy(this::ring)
        .withMessageContaining(inner.toString())
        .withMessageContaining("no regular file");
  }

  /** Editors write a byte order mark, templates indent, people paste a blank. */
  @Test
  void key_withBlanksAndAMarkAroundIt_isReadAsTheSame() throws Exception {
    String plain = write("2026-01-01", 1);
    Files.writeString(folder.resolve("2026-01-01"), "\ufeff  " + text(1) + " \t\r\n");
    String other = write("2026-01-02", 2);
    Files.writeString(folder.resolve("2026-01-02"), "\ufeff" + text(2) + " ");
    assertThat(ring().keyIds()).containsExactlyInAnyOrder(plain, other);
    refused("2026-01-02", text(2).replace("A", "A "), "not canonical base64");
  }

  @Test
  void files_withOneKey_areToldByBothNames() throws Exception {
    write("2026-01-01", 1);
    write("2026-12-01", 1);
    assertThatIOException()
        .isThrownBy(this::ring)
        .withMessageContaining("2026-01-01")
        .withMessageContaining("2026-12-01")
        .withMessageContaining("same key")
        .withMessageNotContaining(text(1));
  }

  @Test
  void folder_withTooMuchOrNothing_isToldByItsName() throws Exception {
    assertThatIOException()
        .isThrownBy(this::ring)
        .withMessageContaining(folder.toString())
        .withMessageContaining("holds no key");
    assertThatIOException()
        .isThrownBy(() -> MacKeyRing.folder(folder.resolve("absent")).read())
        .withMessageContaining("absent can't be read: NoSuchFileException");
    for (int i = 0; i < MacKeyRing.MAX_KEYS; i++) {
      write("2026-01-%02d".formatted(i + 1), i);
    }
    assertThat(ring().keyIds()).hasSize(16);
    Path more = Files.writeString(folder.resolve("2026-02-01"), text(99));
    assertThatIOException().isThrownBy(this::ring).withMessageContaining("17 key files");
    Files.delete(more);
    for (int i = MacKeyRing.MAX_KEYS; i < MacKeyFolder.MAX_ENTRIES; i++) {
      Files.createFile(folder.resolve(".hidden" + i));
    }
    assertThat(ring().keyIds()).as("256 entries").hasSize(16);
    Files.createFile(folder.resolve(".more"));
    assertThatIOException().isThrownBy(this::ring).withMessageContaining("256 entries");
  }

  @Test
  @SuppressWarnings("NullAway")
  void folder_null_isRefusedAtOnce() {
    assertThatNullPointerException().isThrownBy(() -> MacKeyRing.folder(null));
    assertThatNullPointerException().isThrownBy(() -> MacKeyRing.folder(folder, null));
    assertThat(MacKeyRing.folder(folder)).hasToString("key folder " + folder);
  }

  private void refused(String name, String content, String why) throws IOException {
    Path file = Files.writeString(folder.resolve(name), content);
    var thrown = assertThatIOException().isThrownBy(this::ring);
    thrown.withMessageContaining(file.toString()).withMessageContaining(why);
    content.lines().forEach(thrown::withMessageNotContaining);
    Files.delete(file);
  }

  private MacKeyRing ring() throws IOException {
    try (SecretBytes text = MacKeyRing.folder(folder, () -> now).read()) {
      return MacKeyRing.parse(text);
    }
  }

  @CanIgnoreReturnValue
  private String write(String name, int value) throws IOException {
    Files.writeString(folder.resolve(name), text(value) + "\n");
    try (SecretBytes text = SecretBytes.ofUtf8(text(value))) {
      return MacKeyRing.parse(text).currentKeyId();
    }
  }

  private static String text(int value) {
    byte[] key = new byte[32];
    key[0] = (byte) value;
    key[31] = 1;
    return Base64.getEncoder().encodeToString(key);
  }
}
