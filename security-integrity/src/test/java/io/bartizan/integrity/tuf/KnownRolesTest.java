package io.bartizan.integrity.tuf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** U09: what stays in memory of the roles that were delegated to. */
class KnownRolesTest {

  private static final int SIZE = 1 << 20;
  private static final int FIT = 15; // with what each costs beside its file

  private static RoleKeys keys(int number) {
    return new RoleKeys("role" + number, Map.of(), 1);
  }

  private static TargetsMetadata role(int size) {
    String text =
        "{\"signatures\":[],\"signed\":{\"_type\":\"targets\",\"spec_version\":\"1.0.0\","
            + "\"version\":1,\"expires\":\"2030-01-31T00:00:00Z\",\"targets\":{}}}";
    return TargetsMetadata.parse("role", (text + " ".repeat(size - text.length())).getBytes(UTF_8));
  }

  private static long kept(KnownRoles known) {
    return IntStream.range(0, 100).filter(each -> known.get(keys(each)) != null).count();
  }

  @Test
  void U09_rolesInMemory_areKeptToABound() {
    KnownRoles known = new KnownRoles();
    TargetsMetadata role = role(SIZE);
    for (int i = 0; i < FIT; i++) {
      known.put(keys(i), role);
    }
    assertThat(kept(known)).isEqualTo(FIT);
    for (int i = FIT; i < 100; i++) {
      assertThat(known.get(keys(0))).as("needed each time").isSameAs(role);
      known.put(keys(i), role);
    }
    assertThat(kept(known)).isEqualTo(FIT);
    assertThat(known.get(keys(99))).isNotNull();
    assertThat(known.get(keys(0))).isNotNull();
    assertThat(known.get(keys(1))).isNull();
  }

  @Test
  void U09_oneRoleAgain_countsOnce_andTheLargestHasRoom() {
    KnownRoles known = new KnownRoles();
    TargetsMetadata role = role(SIZE);
    known.put(keys(0), role);
    for (int i = 0; i < 100; i++) {
      known.put(keys(1), role);
    }
    assertThat(kept(known)).isEqualTo(2);
    TargetsMetadata largest = role(TargetsMetadata.MAX_BYTES);
    known.put(keys(2), largest);
    assertThat(known.get(keys(2))).isSameAs(largest);
    assertThat(kept(known)).isEqualTo(3);
  }
}
