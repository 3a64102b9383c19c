package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** MT-04, MT-13: large revocation lists within stated memory, each in a JVM of its own. */
class LargeListTest {

  private static final Pattern HEAP = Pattern.compile("heap (\\d+)[.,]\\d bytes an entry");

  @Test
  void MT04_listOf300000Entries_takesItsFileAndALittle() throws Exception {
    PeerProgram.Result result = load("-Xmx96m", 300_000);
    assertThat(result.text())
        .containsPattern("file 117001\\d\\d bytes")
        .contains("heap of 96 MB was enough");
    Matcher heap = HEAP.matcher(result.text());
    assertThat(heap.find()).as(result.text()).isTrue();
    assertThat(Integer.parseInt(heap.group(1))).isBetween(39, 60);
  }

  @Test
  @Tag("deep")
  void MT04_listOf100Megabytes_loadsAndReloadsIn400() throws Exception {
    PeerProgram.Result result = load("-Xmx400m", 2_560_000);
    assertThat(result.text())
        .containsPattern("file 998401\\d\\d bytes")
        .contains("heap of 400 MB was enough");
  }

  private static PeerProgram.Result load(String heap, int entries) throws Exception {
    return PeerProgram.run(
        Map.of(),
        "",
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        heap,
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
        "-cp",
        System.getProperty("java.class.path"),
        LargeListMain.class.getName(),
        Integer.toString(entries));
  }
}
