package io.bartizan.integrity.tuf;

import static io.bartizan.integrity.tuf.TufRefusals.refused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualInstantSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may speak for which path. */
class DelegationTest {

  @TempDir Path folder;
  private TestRepository repository;

  @BeforeEach
  void publish() throws Exception {
    repository = new TestRepository(folder.resolve("repository"));
    repository.targets.targets.clear();
  }

  private TestRepository.Role role(String name, String path, String content) {
    TestRepository.Role role = new TestRepository.Role(name, RoleSigner.ed25519());
    role.targets.put(path, content.getBytes(UTF_8));
    repository.delegated.add(role);
    return role;
  }

  private TufClient client() throws Exception {
    repository.publish();
    return TufClient.builder(
            repository.rootBytes(), repository.source(), Files.createTempDirectory(folder, "t"))
        .withClock(new ManualInstantSource(TestRepository.NOW))
        .build();
  }

  private void delegate(TestRepository.Role parent, TestRepository.Role child, boolean last) {
    parent.delegate(child, "paths", List.of("a/*"), "terminating", last);
  }

  @Test
  void the_first_that_may_speak_is_believed() throws Exception {
    TestRepository.Role one = role("one", "a/x", "of one");
    TestRepository.Role two = role("two", "a/x", "of two");
    TestRepository.Role grandchild = role("grandchild", "a/x", "of the grandchild");
    one.targets.clear();
    delegate(repository.targets, one, false);
    delegate(repository.targets, two, false);
    delegate(one, grandchild, false);
    assertThat(client().verifyTarget("a/x").role()).as("before its uncle").isEqualTo("grandchild");
    repository.targets.targets.put("a/x", "of the top".getBytes(UTF_8));
    assertThat(client().verifyTarget("a/x").text()).isEqualTo("of the top");
    repository.targets.targets.clear();
    grandchild.targets.clear();
    assertThat(client().verifyTarget("a/x").role()).isEqualTo("two");
  }

  @Test
  void a_terminating_role_has_the_last_word() throws Exception {
    TestRepository.Role one = role("one", "a/y", "of one");
    TestRepository.Role two = role("two", "a/x", "of two");
    delegate(repository.targets, one, true);
    delegate(repository.targets, two, false);
    refused(TufReason.TARGET_UNKNOWN, () -> client().verifyTarget("a/x"));
    assertThat(client().verifyTarget("a/y").role()).isEqualTo("one");
    repository.targets.delegations.get(0).put("terminating", false);
    assertThat(client().verifyTarget("a/x").role()).isEqualTo("two");
  }

  @Test
  void a_terminating_role_ends_the_search_for_its_uncles_too() throws Exception {
    TestRepository.Role one = role("one", "a/z", "of one");
    TestRepository.Role two = role("two", "a/x", "of two");
    TestRepository.Role child = role("child", "a/z", "of the child");
    delegate(repository.targets, one, false);
    delegate(repository.targets, two, false);
    delegate(one, child, true);
    refused(TufReason.TARGET_UNKNOWN, () -> client().verifyTarget("a/x"));
  }

  @Test
  void a_word_that_is_neither_true_nor_false_is_malformed() throws Exception {
    TestRepository.Role one = role("one", "a/x", "of one");
    delegate(repository.targets, one, true);
    for (Object word : new Object[] {"true", "false", 1, List.of()}) {
      repository.targets.delegations.get(0).put("terminating", word);
      refused(TufReason.METADATA_MALFORMED, client()::refresh);
    }
    repository.targets.delegations.get(0).put("terminating", true);
    repository.edits.put("root", root -> root.put("consistent_snapshot", "true"));
    refused(TufReason.METADATA_MALFORMED, this::client);
    repository.edits.clear();
    assertThat(client().verifyTarget("a/x").role()).isEqualTo("one");
  }

  @Test
  void a_role_speaks_for_its_own_paths_only() throws Exception {
    TestRepository.Role one = role("one", "b/x", "of one");
    delegate(repository.targets, one, false);
    refused(TufReason.TARGET_UNKNOWN, () -> client().verifyTarget("b/x"));
    repository.targets.delegations.get(0).put("paths", List.of("z", "b/*"));
    assertThat(client().verifyTarget("b/x").role()).isEqualTo("one");
  }

  @Test
  void hash_prefixes_divide_paths_into_bins() throws Exception {
    TestRepository.Role bin = role("bin", "a/x", "of the bin");
    String hash = RoleSigner.hex256("a/x");
    repository.targets.delegate(
        bin, "path_hash_prefixes", List.of(hash.substring(0, 3)), "terminating", true);
    assertThat(client().verifyTarget("a/x").role()).isEqualTo("bin");
    String other = (hash.charAt(0) == 'f' ? "0" : "f") + hash.substring(1, 3);
    repository.targets.delegations.get(0).put("path_hash_prefixes", List.of(other));
    refused(TufReason.TARGET_UNKNOWN, () -> client().verifyTarget("a/x"));
  }

  @Test
  void delegated_keys_and_thresholds_hold() throws Exception {
    TestRepository.Role one = role("one", "a/x", "of one");
    delegate(repository.targets, one, false);
    List<RoleSigner> right = one.signers;
    one.signers = List.of(RoleSigner.ed25519());
    refused(TufReason.THRESHOLD_NOT_REACHED, () -> client().verifyTarget("a/x"));
    one.signers = repository.targets.signers;
    refused(TufReason.THRESHOLD_NOT_REACHED, () -> client().verifyTarget("a/x"));
    one.signers = right;
    assertThat(client().verifyTarget("a/x").role()).isEqualTo("one");
    repository.targets.delegations.get(0).put("threshold", 2);
    refused(TufReason.THRESHOLD_NOT_REACHED, () -> client().verifyTarget("a/x"));
  }

  @Test
  void a_role_reached_by_another_delegator_is_verified_by_that_ones_keys() throws Exception {
    TestRepository.Role one = role("one", "a/1", "of one");
    TestRepository.Role two = role("two", "b/1", "of two");
    TestRepository.Role shared = role("shared", "a/x", "shared");
    shared.targets.put("b/x", "shared".getBytes(UTF_8));
    repository.targets.delegate(one, "paths", List.of("a/*"), "terminating", false);
    repository.targets.delegate(two, "paths", List.of("b/*"), "terminating", false);
    delegate(one, shared, false);
    List<RoleSigner> right = shared.signers;
    shared.signers = List.of(RoleSigner.ed25519());
    two.delegate(shared, "paths", List.of("b/*"), "terminating", false);
    shared.signers = right;
    TufClient client = client();
    assertThat(client.verifyTarget("a/x").role()).isEqualTo("shared");
    refused(TufReason.THRESHOLD_NOT_REACHED, () -> client.verifyTarget("b/x"));
  }

  @Test
  void a_role_that_is_delegated_twice_is_verified_by_the_keys_of_each() throws Exception {
    TestRepository.Role one = role("one", "a/x", "of one");
    one.targets.put("b/x", "of one".getBytes(UTF_8));
    List<RoleSigner> right = one.signers;
    delegate(repository.targets, one, false);
    one.signers = List.of(RoleSigner.ed25519());
    repository.targets.delegate(one, "paths", List.of("b/*"), "terminating", false);
    one.signers = right;
    TufClient client = client();
    refused(TufReason.THRESHOLD_NOT_REACHED, () -> client.verifyTarget("b/x"));
    assertThat(client.verifyTarget("a/x").role()).isEqualTo("one");
    refused(TufReason.THRESHOLD_NOT_REACHED, () -> client.verifyTarget("b/x"));
  }

  @Test
  void expired_stale_or_unlisted_roles_are_refused() throws Exception {
    TestRepository.Role one = role("one", "a/x", "of one");
    delegate(repository.targets, one, false);
    one.expires = TestRepository.NOW;
    refused(TufReason.EXPIRED, () -> client().verifyTarget("a/x"));
    one.expires = TestRepository.NOW.plusSeconds(5);
    VerifiedTarget target = client().verifyTarget("a/x");
    assertThat(target.expiresAt()).isEqualTo(one.expires);
    repository.edits.put(
        "snapshot", s -> TestRepository.at(s, "meta", "one.json").put("version", 2));
    refused(TufReason.FILE_MISSING, () -> client().verifyTarget("a/x"));
    repository.edits.put("snapshot", s -> TestRepository.at(s, "meta").remove("one.json"));
    refused(TufReason.ROLE_UNLISTED, () -> client().verifyTarget("a/x"));
  }

  @Test
  void rings_end_and_long_chains_are_refused() throws Exception {
    TestRepository.Role one = role("one", "a/1", "of one");
    TestRepository.Role two = role("two", "a/2", "of two");
    delegate(repository.targets, one, false);
    delegate(one, two, false);
    delegate(two, one, false);
    refused(TufReason.TARGET_UNKNOWN, () -> client().verifyTarget("a/x"));

    TestRepository.Role last = two;
    for (int i = 3; i <= 31; i++) {
      TestRepository.Role next = role("r" + i, "a/" + i, "of " + i);
      delegate(last, next, false);
      last = next;
    }
    assertThat(client().verifyTarget("a/31").role()).isEqualTo("r31");
    delegate(last, role("r32", "a/32", "of 32"), false);
    refused(TufReason.TOO_MANY_DELEGATIONS, () -> client().verifyTarget("a/32"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../role", "/role", "a b", "?#%", "\u00e9", "..", "a/b"})
  void role_with_an_unusual_name_is_one_file(String name) throws Exception {
    TestRepository.Role odd = role(name, "a/x", "of the odd");
    delegate(repository.targets, odd, false);
    assertThat(client().verifyTarget("a/x").role()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"root", "timestamp", "snapshot", "targets", ""})
  void role_with_the_name_of_a_top_level_role_is_refused(String name) throws Exception {
    TestRepository.Role one = role("one", "a/x", "of one");
    delegate(repository.targets, one, false);
    repository.targets.delegations.get(0).put("name", name);
    refused(TufReason.METADATA_MALFORMED, client()::refresh);
  }

  @Test
  void paths_and_hash_prefixes_exclude_each_other() throws Exception {
    TestRepository.Role one = role("one", "a/x", "of one");
    repository.targets.delegate(one, "terminating", false);
    refused(TufReason.METADATA_MALFORMED, client()::refresh);
    repository.targets.delegations.get(0).put("paths", List.of("a/*"));
    assertThat(client().verifyTarget("a/x").role()).isEqualTo("one");
    repository.targets.delegations.get(0).put("path_hash_prefixes", List.of("0"));
    refused(TufReason.METADATA_MALFORMED, client()::refresh);
  }

  @ParameterizedTest
  @CsvSource({
    "a/*, a/x, true",
    "a/*, a/, true",
    "a/*, a/x/y, false",
    "*, a/x, false",
    "*, x, true",
    "*.txt, file.txt, true",
    "*.txt, file.txt.sig, false",
    "a/*/c, a/b/c, true",
    "a/*/c, a/b/b/c, false",
    "a*b/c, aXb/c, true",
    "a*b/c, aXb/aYb/c, false",
    "a*b*c, aXbYbZc, true",
    "a*b*c, aXcYb, false",
    "f?le, file, true",
    "f?le, f/le, false",
    "f?le, fle, false",
    "[a-c]x, bx, true",
    "[a-c]x, dx, false",
    "[!a-c]x, dx, true",
    "[!a-c]x, bx, false",
    "[!a]x, /x, false",
    "[]x]y, ]y, true",
    "[x, [x, true",
    "[a-, [a-, true",
    "x[-a]y, x-y, true",
    "a, A, false",
    "a, a, true",
    "a, ab, false",
    "ab, a, false"
  })
  void pattern_matches_as_shells_do(String pattern, String path, boolean matches) {
    assertThat(PathPattern.matches(pattern, path)).isEqualTo(matches);
  }
}
