package io.bartizan.core.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnreadableTest {

  @TempDir Path folder;

  private static String why(Path file) {
    return Unreadable.why(file, new NoSuchFileException(file.toString()));
  }

  @Test
  void absentFile_saysWhatItsFolderHolds() throws IOException {
    assertThat(why(folder.resolve("tls.key")))
        .isEqualTo("there is no such file, and its folder holds no plain name");
    for (String name : new String[] {"key.pem", "cert.pem", ".hidden", "a\u001b[2Jb"}) {
      Files.createFile(folder.resolve(name));
    }
    assertThat(why(folder.resolve("tls.key")))
        .isEqualTo("there is no such file, and its folder holds cert.pem, key.pem");
    assertThat(why(folder.resolve("none").resolve("tls.key")))
        .isEqualTo("there is no such file, and its folder is not there either");
    assertThat(why(Path.of("/"))).endsWith("its folder is not there either");
  }

  @Test
  void fullFolder_isToldInPart() throws IOException {
    for (int i = 0; i < 100; i++) {
      Files.createFile(folder.resolve("name" + i));
    }
    assertThat(why(folder.resolve("tls.key")).split(",", -1)).hasSize(8 + 1);
  }

  @Test
  void otherFailures_areNamed() {
    assertThat(Unreadable.why(folder, new AccessDeniedException("secret")))
        .isEqualTo("this process has no permission for it");
    assertThat(Unreadable.why(folder, new FileSystemLoopException("secret")))
        .isEqualTo("FileSystemLoopException");
  }
}
