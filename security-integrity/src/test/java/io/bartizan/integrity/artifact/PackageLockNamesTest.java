package io.bartizan.integrity.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** ML-19: two spellings of one JSON name. */
class PackageLockNamesTest {

  private static final String LOCK =
      "{\"name\":\"x\",\"lockfileVersion\":3,\"packages\":{\"\":{},\"node_modules/a\":{"
          + "\"version\":\"1.0.0\",\"resolved\":\"https://registry.example/a-1.0.0.tgz\","
          + "\"integrity\":\"sha512-"
          + "A".repeat(86)
          + "==\"}}}";

  private static PackageLock parse(String lock) {
    return PackageLock.parse(lock.getBytes(UTF_8));
  }

  @Test
  void ML19_nameWithAnEscapedLetter_isTheSameName() {
    PackageLock plain = parse(LOCK);
    assertThat(plain.integrity()).hasSize(1);
    assertThat(plain.resolved()).hasSize(1);
    for (String name : List.of("packages", "resolved", "integrity", "version", "node_modules/a")) {
      for (int i = 0; i < name.length(); i++) {
        String escaped =
            name.substring(0, i)
                + String.format("\\u%04x", (int) name.charAt(i))
                + name.substring(i + 1);
        PackageLock same = parse(LOCK.replace('"' + name + '"', '"' + escaped + '"'));
        assertThat(same.integrity()).as(escaped).isEqualTo(plain.integrity());
        assertThat(same.resolved()).as(escaped).isEqualTo(plain.resolved());
        assertThat(same.unpinned()).as(escaped).isEqualTo(plain.unpinned());
      }
    }
  }
}
