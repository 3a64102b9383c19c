package io.bartizan.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.mac.MacKeyRing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFolderTest {

  private static final Instant NEW_YEARS_EVE = Instant.parse("2026-12-31T23:59:59Z");
  private static final Instant NEW_YEAR = Instant.parse("2027-01-01T00:00:00Z");

  @TempDir Path folder;

  @Test
  void key_whoseDateIsToCome_verifiesAndDoesNotSign() throws Exception {
    String january = write("2027-01-01", 1);
    String june = write("2026-06-01", 2);
    String march = write("2026-03-01-after-the-leak", 3);
    assertThat(ring(NEW_YEARS_EVE).keyIds()).containsExactly(june, march, january);
    assertThat(ring(NEW_YEAR).keyIds()).containsExactly(january, june, march);
  }

  @Test
  void key_withoutADate_signsByItsName() throws Exception {
    String one = write("key-1", 1);
    String two = write("key-2", 2);
    assertThat(ring(NEW_YEAR).keyIds()).containsExactly(two, one);
  }

  @Test
  void file_ofKubernetes_isNoKey() throws Exception {
    String one = write("key-1", 1);
    Files.createDirectory(folder.resolve("..2026_11_29_04_00"));
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026_11_29_04_00"));
    assertThat(ring(NEW_YEAR).keyIds()).containsExactly(one);
  }

  @Test
  void folder_thatIsNone_isAnIOException() throws Exception {
    assertThatThrownBy(() -> ring(NEW_YEAR))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds no key");
    Files.writeString(folder.resolve("two"), text(1) + "\n" + text(2));
    assertThatThrownBy(() -> ring(NEW_YEAR))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("two")
        .hasMessageContaining("more than one key");
    Files.writeString(folder.resolve("two"), "no key");
    assertThatThrownBy(() -> ring(NEW_YEAR))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(folder.resolve("two").toString());
  }

  private MacKeyRing ring(Instant now) throws IOException {
    try (SecretBytes text = new KeyFolder(folder, () -> now).read()) {
      return MacKeyRing.parse(text);
    }
  }

  private String write(String name, int value) throws IOException {
    Files.writeString(folder.resolve(name), text(value) + "\n");
    try (SecretBytes text = SecretBytes.ofUtf8(text(value))) {
      return MacKeyRing.parse(text).currentKeyId();
    }
  }

  private static String text(int value) {
    byte[] key = new byte[32];
    key[0] = (byte) value;
    return Base64.getEncoder().encodeToString(key);
  }
}
