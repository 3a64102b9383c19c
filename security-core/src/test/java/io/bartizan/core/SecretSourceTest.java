package io.bartizan.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretSourceTest {

  @TempDir Path folder;

  @Test
  void file_finalLineEnding_isNotPartOfTheSecret() throws IOException {
    assertThat(read("secret\n")).isEqualTo("secret");
    assertThat(read("secret\r\n")).isEqualTo("secret");
    assertThat(read("secret")).isEqualTo("secret");
    assertThat(read("two\nlines\n\n")).isEqualTo("two\nlines\n");
    assertThat(read("a")).isEqualTo("a");
    assertThat(read("a\r")).isEqualTo("a\r");
    assertThat(read("\r")).isEqualTo("\r");
    assertThat(read("\n\n")).isEqualTo("\n");
    assertRefused(Files.writeString(folder.resolve("ends"), "\r\n"), "is empty");
  }

  /** All its characters would be the same one, so that anyone could guess it. */
  @Test
  void environment_thatTheLocaleCannotRead_isRefused() throws Exception {
    String secret = "\u00e4\u00f6\u00fc\u00df\u00e4\u00f6\u00fc\u00df";
    assertThat(readIn("C.UTF-8", secret)).isEqualTo("16 bytes");
    assertThat(readIn("C", "an ASCII secret")).isEqualTo("15 bytes");
    assertThat(readIn("C", secret))
        .startsWith("environment variable A_SECRET holds characters")
        .contains("LC_ALL=C.UTF-8");
  }

  /** As the file of the same secret is read. */
  @Test
  void environment_finalLineEnding_isNoPartOfTheSecret() throws Exception {
    assertThat(readIn("C.UTF-8", "an ASCII secret\n")).isEqualTo("15 bytes");
    assertThat(readIn("C.UTF-8", "an ASCII secret\r\n")).isEqualTo("15 bytes");
    assertThat(readIn("C.UTF-8", "an ASCII secret\n\n")).isEqualTo("16 bytes");
    assertThat(readIn("C.UTF-8", "two\nlines\n")).isEqualTo("9 bytes");
    assertThat(readIn("C.UTF-8", "\n")).isEqualTo("environment variable A_SECRET is not set");
  }

  private static String readIn(String locale, String secret) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    ProcessBuilder builder =
        new ProcessBuilder(
            // the shell gives the bytes, since this process may have such a locale itself
            "sh",
            "-c",
            "A_SECRET=\"$(printf '"
                + octal(secret)
                + "'; printf x)\"; A_SECRET=\"${A_SECRET%x}\"; export A_SECRET; exec \"$0\" \"$@\"",
            java.toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Reader.class.getName());
    builder.environment().put("LC_ALL", locale);
    Process process = builder.redirectErrorStream(true).start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return told.strip();
  }

  private static String octal(String text) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      out.append(String.format(Locale.ROOT, "\\%03o", b & 0xff));
    }
    return out.toString();
  }

  /** Says what it reads. */
  static final class Reader {
    public static void main(String[] arguments) {
      try (SecretBytes secret = SecretSource.environment("A_SECRET").read()) {
        System.out.println(secret.length() + " bytes");
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void file_changed_isReadAnew() throws IOException {
    Path file = Files.writeString(folder.resolve("key"), "one");
    SecretSource source = SecretSource.file(file);
    assertThat(source.read()).isEqualTo(secret("one"));
    Files.writeString(file, "two");
    assertThat(source.read()).isEqualTo(secret("two"));
  }

  @Test
  void file_swappedSymbolicLink_isFollowed() throws IOException {
    Path link = folder.resolve("current");
    Files.createSymbolicLink(link, Files.writeString(folder.resolve("a"), "one"));
    SecretSource source = SecretSource.file(link);
    assertThat(source.read()).isEqualTo(secret("one"));
    Files.delete(link);
    Files.createSymbolicLink(link, Files.writeString(folder.resolve("b"), "two"));
    assertThat(source.read()).isEqualTo(secret("two"));
  }

  @Test
  void file_missingEmptyDirectoryOrHuge_isRefusedByName() throws IOException {
    assertRefused(folder.resolve("absent"), "can't be read: there is no such file");
    assertRefused(folder, "is a directory");
    assertRefused(Files.writeString(folder.resolve("empty"), "\n"), "is empty");
    assertRefused(Files.writeString(folder.resolve("nothing"), ""), "is empty");
    assertRefused(
        Files.write(folder.resolve("huge"), new byte[SecretSource.MAX_BYTES + 1]), "larger than");
  }

  @Test
  void file_ofTheMostBytes_isReadWithItsLineEnding() throws IOException {
    String most = "x".repeat(SecretSource.MAX_BYTES);
    assertThat(read(most)).isEqualTo(most);
    assertThat(read(most + "\r\n")).isEqualTo(most);
    assertRefused(Files.writeString(folder.resolve("key"), most + "x\n"), "larger than");
  }

  @Test
  void environment_unsetVariable_isRefusedByName() {
    assertThatIOException()
        .isThrownBy(() -> SecretSource.environment("BARTIZAN_SURELY_UNSET").read())
        .withMessageContaining("BARTIZAN_SURELY_UNSET");
  }

  @Test
  void environment_setVariable_isRead() throws IOException {
    assertThat(SecretSource.environment("PATH").read()).isEqualTo(secret(System.getenv("PATH")));
  }

  private String read(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("key"), content);
    return SecretSource.file(file)
        .read()
        .lend(bytes -> new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
  }

  private static SecretBytes secret(String text) {
    return SecretBytes.copyOf(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static void assertRefused(Path file, String why) {
    assertThatIOException()
        .isThrownBy(() -> SecretSource.file(file).read())
        .withMessageContaining(file.getFileName().toString())
        .withMessageContaining(why);
  }
}
