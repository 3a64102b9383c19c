package io.bartizan.integrity.attest.policy;

import static io.bartizan.integrity.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.integrity.json.Json;
import io.bartizan.integrity.json.JsonLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Provenance of SLSA 0.2 and 1, read strictly: one source, or none. */
class ProvenanceTest {

  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final String OTHER = "fedcba9876543210fedcba9876543210fedcba98";

  private static final String V02 =
      "{'builder':{'id':'B'},'buildType':'T','invocation':{'configSource':{'uri':"
          + "'git+https://github.com/org/app@refs/tags/v1','digest':{'sha1':'"
          + COMMIT
          + "'},'entryPoint':'x'}},'materials':[{'uri':'git+https://github.com/org/app@refs/tags/v1',"
          + "'digest':{'sha1':'"
          + COMMIT
          + "'}},{'uri':'pkg:docker/alpine','digest':{'sha256':'00'}}]}";

  private static final String V1 =
      "{'buildDefinition':{'buildType':'T','externalParameters':{'workflow':{'ref':'refs/tags/v1',"
          + "'repository':'https://github.com/org/app','path':'x'}},'resolvedDependencies':[{'uri':"
          + "'git+https://github.com/org/app@refs/tags/v1','digest':{'gitCommit':'"
          + COMMIT
          + "'}},{'uri':'git+https://github.com/org/lib@refs/tags/v1','digest':{'gitCommit':'"
          + OTHER
          + "'}}]},'runDetails':{'builder':{'id':'B'}}}";

  @Test
  void read_bothVersions_sayTheSame() {
    for (Provenance each : List.of(v02(V02), v1(V1))) {
      assertThat(each.builderId()).isEqualTo("B");
      assertThat(each.buildType()).isEqualTo("T");
      assertThat(each.source()).isEqualTo("https://github.com/org/app");
      assertThat(each.ref()).contains("refs/tags/v1");
      assertThat(each.commit()).contains(COMMIT);
    }
    assertThat(v02(V02)).hasToString(v1(V1).toString());
  }

  @Test
  void read_otherBuildTypes_nameTheSourceTheirWay() {
    String workflow =
        "'workflow':{'ref':'refs/tags/v1','repository':'https://github.com/org/app','path':'x'}";
    for (String parameters :
        List.of(
            "'source':'git+https://github.com/org/app@refs/tags/v1'",
            "'source':{'uri':'git+https://github.com/org/app@refs/tags/v1'}",
            "'configSource':{'uri':'https://github.com/org/app.git#refs/tags/v1','path':'Dockerfile'}",
            "'buildConfigSource':{'repository':'https://github.com/org/app','ref':'refs/tags/v1'}",
            workflow + ",'source':'https://github.com/org/app'")) {
      assertThat(v1(V1.replace(workflow, parameters))).hasToString(v1(V1).toString());
    }
  }

  @Test
  void read_tagOfAPackage_isARef() {
    String tag = "refs/tags/@acme/app@1.0.0";
    for (Provenance each :
        List.of(v02(V02.replace("refs/tags/v1", tag)), v1(V1.replace("refs/tags/v1", tag)))) {
      assertThat(each.source()).isEqualTo("https://github.com/org/app");
      assertThat(each.ref()).contains(tag);
      assertThat(each.commit()).contains(COMMIT);
    }
  }

  @Test
  void read_directoryOfBuildKit_isNoPartOfTheRef() {
    String uri = "git+https://github.com/org/app@refs/tags/v1','digest'";
    String other = "https://github.com/org/app.git#refs/tags/v1:docker/web','digest'";
    Provenance said = v02(V02.replaceFirst(java.util.regex.Pattern.quote(uri), other));
    assertThat(said.source()).isEqualTo("https://github.com/org/app");
    assertThat(said.ref()).contains("refs/tags/v1");
    assertThat(said.commit()).contains(COMMIT);
    assertThat(said.toString()).contains("docker/web").isNotEqualTo(v02(V02).toString());
    assertThat(SourceLocation.parse("https://github.com/org/app.git#:/docker/"))
        .isEqualTo(new SourceLocation("https://github.com/org/app", "", "docker"));
  }

  @Test
  void read_twoDirectories_areTwoSources() {
    String params = "'externalParameters':{";
    String both =
        "'source':'https://github.com/org/app#refs/tags/v1%s',"
            + "'configSource':{'uri':'https://github.com/org/app#refs/tags/v1%s'},";
    String alone = V1.replaceFirst("'workflow':\\{[^}]*}", "'x':1");
    for (String same : List.of("", ":a", ":a/b")) {
      String text = alone.replace(params, params + both.formatted(same, same));
      assertThat(v1(text).source()).isEqualTo("https://github.com/org/app");
    }
    for (String[] differ : new String[][] {{":a", ":b"}, {":a", ""}, {"", ":a"}, {":a", ":A"}}) {
      String text = alone.replace(params, params + both.formatted(differ[0], differ[1]));
      refused(PolicyReason.SOURCE_MISMATCH, () -> v1(text));
    }
  }

  @Test
  void rule_ofADirectory_isNone() {
    for (String fragment : List.of("#:docker", "#main:docker", "#main")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ProvenanceRule.of("B", "https://github.com/org/app" + fragment));
    }
  }

  @Test
  void read_contradictions_areRefused() {
    String params = "'externalParameters':{";
    for (String text :
        List.of(
            V1.replace(params, params + "'source':'https://github.com/org/other',"),
            V1.replace(params, params + "'source':'https://github.com/org/app@refs/heads/x',"),
            V1.replace("gitCommit':'" + COMMIT, "sha1':'" + OTHER + "','gitCommit':'" + COMMIT))) {
      assertThat(text).isNotEqualTo(V1);
      refused(PolicyReason.SOURCE_MISMATCH, () -> v1(text));
    }
    String lied =
        V02.replace(
            "'materials':[",
            "'materials':[{'uri':'https://github.com/org/app',"
                + "'digest':{'sha1':'"
                + OTHER
                + "'}},");
    refused(PolicyReason.SOURCE_MISMATCH, () -> v02(lied));
  }

  @Test
  void read_dependenciesAlone_areNoSource() {
    String none = V1.replaceFirst("'workflow':\\{[^}]*}", "");
    refused(PolicyReason.PREDICATE_MALFORMED, () -> v1(none));
    String local = V02.replaceFirst("'configSource':\\{.*?'entryPoint':'x'}", "'configSource':{}");
    refused(PolicyReason.PREDICATE_MALFORMED, () -> v02(local));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'buildType':'T',|",
        "'builder':{'id':'B'}|'builder':{}",
        "'builder':{'id':'B'}|'builder':{'id':''}",
        "'builder':{'id':'B'}|'builder':{'id':['B']}",
        "'builder':{'id':'B'}|'builder':'B'",
        "'externalParameters'|'externalparameters'",
        "'repository':'https://github.com/org/app'|'repository':'org/app'",
        "'repository':'https://github.com/org/app'|'repository':null",
        "'repository':'https://github.com/org/app'|'repository':'https://u@github.com/org/app'",
        "'repository':'https://github.com/org/app'|'repository':'https://github.com/org/../app'",
        "'repository':'https://github.com/org/app'|'repository':'https://github.com/org%2Fapp'",
        "'repository':'https://github.com/org/app'|'repository':'https://github.com/org/app?x'",
        "'repository':'https://github.com/org/app'|'repository':'https://github.com//org/app'",
        "'ref':'refs/tags/v1'|'ref':7",
        "'gitCommit':'0123456789abcdef|'gitCommit':'0123456789ABCDEF",
        "'resolvedDependencies':[|'resolvedDependencies':['x',",
        "'resolvedDependencies':[|'resolvedDependencies':[{'uri':1},"
      })
  void read_fieldsOfAnotherForm_areRefused(String change) {
    String[] both = change.split("\\|", -1);
    String text = V1.replace(both[0], both[1]);
    assertThat(text).isNotEqualTo(V1);
    refused(PolicyReason.PREDICATE_MALFORMED, () -> v1(text));
  }

  @Test
  void read_nullsAndOtherTypesOfVersion02_areRefused() {
    for (String change :
        List.of(
            "'invocation':{|'invocation':null,'x':{",
            "'invocation':{|'invocation':[],'x':{",
            "'materials':[|'materials':null,'x':[",
            "'materials':[|'materials':{},'x':[",
            "'configSource':{|'configSource':null,'x':{")) {
      String[] both = change.split("\\|", -1);
      String text = V02.replace(both[0], both[1]);
      assertThat(text).isNotEqualTo(V02);
      refused(PolicyReason.PREDICATE_MALFORMED, () -> v02(text));
    }
  }

  @Test
  void read_dependencyOfAnotherRef_saysNothingOfTheCommit() {
    String list = "'resolvedDependencies':[";
    String other = "{'uri':'git+https://github.com/org/app@%s','digest':{'gitCommit':'" + OTHER;
    String head = V1.replace(list, list + other.formatted("refs/heads/x") + "'}},");
    assertThat(v1(head).commit()).contains(COMMIT);
    String same = V1.replace(list, list + other.formatted("refs/tags/v1") + "'}},");
    refused(PolicyReason.SOURCE_MISMATCH, () -> v1(same));
  }

  @Test
  void read_dependencyAtARef_tellsTheCommitOfAProvenanceWithoutOne() {
    Provenance said = v1(V1.replace("'ref':'refs/tags/v1',", ""));
    assertThat(said.ref()).isEmpty();
    assertThat(said.commit()).contains(COMMIT);
    Provenance bare = v1(V1.replace("app@refs/tags/v1'", "app'"));
    assertThat(bare.ref()).contains("refs/tags/v1");
    assertThat(bare.commit()).contains(COMMIT);
  }

  @Test
  void read_commitsOf64Digits_areCommits() {
    String longer = COMMIT + COMMIT.substring(0, 24);
    assertThat(v1(V1.replace(COMMIT, longer)).commit()).contains(longer);
    for (String wrong : List.of(COMMIT + "0", COMMIT.substring(1), longer + "0", "")) {
      String text = V1.replace("'" + COMMIT + "'", "'" + wrong + "'");
      if (wrong.isEmpty()) {
        assertThat(v1(text).commit()).isEmpty();
      } else {
        refused(PolicyReason.PREDICATE_MALFORMED, () -> v1(text));
      }
    }
  }

  @Test
  void read_dependencies_areReadToABound() {
    for (int most : new int[] {10_000, 10_001}) {
      Map<String, @Nullable Object> predicate = new LinkedHashMap<>(predicate(V1));
      Map<Object, @Nullable Object> definition =
          new LinkedHashMap<>((Map<?, ?>) predicate.get("buildDefinition"));
      List<Object> all = new ArrayList<>((List<?>) definition.get("resolvedDependencies"));
      all.addAll(0, Collections.nCopies(most - all.size(), Map.of()));
      definition.put("resolvedDependencies", all);
      predicate.put("buildDefinition", definition);
      if (most == 10_000) {
        assertThat(Provenance.read(Provenance.V1, predicate).commit()).contains(COMMIT);
      } else {
        refused(PolicyReason.TOO_LARGE, () -> Provenance.read(Provenance.V1, predicate));
      }
    }
  }

  @Test
  void read_twoPlacesOfTheSource_nameOneCommit() {
    String places =
        "'source':{'uri':'https://github.com/org/app','digest':{'sha1':'%s'}},"
            + "'configSource':{'uri':'https://github.com/org/app','digest':{'gitCommit':'%s'}},";
    String params = "'externalParameters':{";
    Provenance same = v1(V1.replace(params, params + places.formatted(COMMIT, COMMIT)));
    assertThat(same.commit()).contains(COMMIT);
    String without = V1.replace("'gitCommit':'" + COMMIT, "'x':'" + COMMIT);
    for (String text : List.of(V1, without)) {
      refused(
          PolicyReason.SOURCE_MISMATCH,
          () -> v1(text.replace(params, params + places.formatted(COMMIT, OTHER))));
    }
    refused(
        PolicyReason.SOURCE_MISMATCH,
        () -> v1(V1.replace(params, params + places.formatted(OTHER, OTHER))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "http://github.com/org/app",
        "HTTPS://github.com/org/app",
        "ssh://github.com/org/app",
        "https:///org/app",
        "https:org/app",
        "https://a_b/org/app",
        "https://github.com",
        "https://github.com/",
        "https://user@github.com/org/app",
        "https://github.com/org/app?x=1",
        "https://github.com/org/./app",
        "https://github.com/org/../app",
        "https://github.com/org app",
        "https://github.com/org/app@",
        "https://github.com/org/app#",
        "https://github.com/org/app@a b",
        "https://github.com/org/app@refs/heads/x?y",
        "https://github.com/org/app@refs/heads/x:y",
        "https://github.com/org/app#:",
        "https://github.com/org/app#refs/heads/x:",
        "https://github.com/org/app#refs/heads/x:a:b",
        "https://github.com/org/app#refs/heads/x:..",
        "https://github.com/org/app#refs/heads/x:a/../b",
        "https://github.com/org/app#refs/heads/x:a/./b",
        "https://github.com/org/app#refs/heads/x:a//b",
        "https://github.com/org/app#refs/heads/x:a%2Fb",
        "https://github.com/org/app#refs/heads/x:a b",
        "https://github.com/org/app@refs/heads/x^y",
        "git+git+https://github.com/org/app"
      })
  void source_spelledInAnotherWay_isNone(String text) {
    assertThat(SourceLocation.parse(text)).isNull();
  }

  @Test
  void source_isReadToABound_andWithoutWhatChangesNothing() {
    SourceLocation plain = new SourceLocation("https://github.com/org/app", "", "");
    for (String text :
        List.of(
            "https://github.com/org/app",
            "git+https://GitHub.com/org/app.git",
            "https://github.com/org/app.git/",
            "https://github.com/org/app/")) {
      assertThat(SourceLocation.parse(text)).isEqualTo(plain);
    }
    assertThat(SourceLocation.parse("https://github.com:443/org/app"))
        .isEqualTo(new SourceLocation("https://github.com:443/org/app", "", ""));
    String start = "https://github.com/";
    String most = "a".repeat(2_048 - start.length());
    assertThat(SourceLocation.parse(start + most)).isNotNull();
    assertThat(SourceLocation.parse(start + most + "a")).isNull();
  }

  @Test
  void rule_refOfAProvenanceWithoutOne_isMissed() {
    Provenance said = v1(V1.replace("'ref':'refs/tags/v1',", "").replace("@refs/tags/v1'", "'"));
    assertThat(said.ref()).isEmpty();
    ProvenanceRule.Builder rule = ProvenanceRule.builder("B", "https://github.com/org/app");
    rule.build().require(said);
    ProvenanceRule exact = rule.withRef("refs/tags/v1").build();
    refused(PolicyReason.BUILD_MISMATCH, () -> exact.require(said));
    ProvenanceRule prefix =
        ProvenanceRule.builder("B", "https://github.com/org/app")
            .withRefStartingWith("refs/")
            .build();
    refused(PolicyReason.BUILD_MISMATCH, () -> prefix.require(said));
  }

  @Test
  void rule_commitOfAProvenanceWithoutOne_isMissed() {
    Provenance said = v1(V1.replace("'gitCommit':'" + COMMIT, "'x':'" + COMMIT));
    assertThat(said.commit()).isEmpty();
    ProvenanceRule.Builder rule = ProvenanceRule.builder("B", "https://github.com/org/app");
    rule.build().require(said);
    ProvenanceRule exact = rule.withCommit(COMMIT).build();
    refused(PolicyReason.BUILD_MISMATCH, () -> exact.require(said));
  }

  @Test
  void D15_buildersThatStartAlike_areOthers() {
    String repository = "https://github.com/org/repo";
    String source = "https://github.com/org/app";
    ProvenanceRule rule = ProvenanceRule.of(repository, source);
    rule.require(v1(V1.replace("'id':'B'", "'id':'" + repository + "'")));
    for (String other :
        List.of(
            repository + "-evil",
            repository + "/",
            repository + "/x",
            repository + "@refs/tags/v1",
            repository.toUpperCase(java.util.Locale.ROOT),
            "https://github.com/org",
            "https://evil.example/" + repository)) {
      Provenance said = v1(V1.replace("'id':'B'", "'id':'" + other + "'"));
      refused(PolicyReason.BUILDER_MISMATCH, () -> rule.require(said));
    }
  }

  @Test
  void rule_everythingItNames_isRequired() {
    Provenance said = v1(V1);
    String source = "https://GitHub.com/org/app.git";
    ProvenanceRule.Builder rule = ProvenanceRule.builder("B", source);
    rule.withRef("refs/tags/v1")
        .withRefStartingWith("refs/tags/")
        .withCommit(COMMIT)
        .withBuildType("T")
        .build()
        .require(said);
    refused(PolicyReason.BUILDER_MISMATCH, () -> ProvenanceRule.of("b", source).require(said));
    for (String other :
        List.of(
            "https://github.com/org/ap",
            "https://github.com/org/app2",
            "https://github.com/Org/app",
            "https://github.com.evil.example/org/app",
            "https://github.com:444/org/app")) {
      refused(PolicyReason.SOURCE_MISMATCH, () -> ProvenanceRule.of("B", other).require(said));
    }
    for (ProvenanceRule wrong :
        List.of(
            ProvenanceRule.builder("B", source).withRef("refs/tags/v").build(),
            ProvenanceRule.builder("B", source).withRefStartingWith("refs/heads/").build(),
            ProvenanceRule.builder("B", source).withCommit(OTHER).build(),
            ProvenanceRule.builder("B", source).withBuildType("U").build())) {
      refused(PolicyReason.BUILD_MISMATCH, () -> wrong.require(said));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "B@refs/tags/v2.0.0, true",
    "B, false",
    "B@refs/heads/main, false",
    "B2@refs/tags/v2, false",
    "xB@refs/tags/v2, false"
  })
  void rule_builderRef_isAnchored(String id, boolean accepted) {
    ProvenanceRule rule =
        ProvenanceRule.builder("B", "https://github.com/org/app")
            .withBuilderRefStartingWith("refs/tags/v")
            .build();
    Provenance said = v1(V1.replace("'id':'B'", "'id':'" + id + "'"));
    if (accepted) {
      rule.require(said);
    } else {
      refused(PolicyReason.BUILDER_MISMATCH, () -> rule.require(said));
    }
  }

  @Test
  void rule_certifiedSource_mustNotDiffer() {
    ProvenanceRule rule = ProvenanceRule.of("B", "https://github.com/org/app");
    rule.requireSource("https://github.com/org/app");
    for (String other : List.of("https://github.com/org/fork", "x", "")) {
      refused(PolicyReason.SOURCE_MISMATCH, () -> rule.requireSource(other));
    }
  }

  private static Provenance v1(String text) {
    return Provenance.read(Provenance.V1, predicate(text));
  }

  private static Provenance v02(String text) {
    return Provenance.read(Provenance.V0_2, predicate(text));
  }

  private static Map<String, @Nullable Object> predicate(String text) {
    byte[] json = text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    try {
      return Json.parseObject(json, JsonLimits.ofBytes(1 << 16)).toJava();
    } catch (io.bartizan.integrity.json.JsonException e) {
      throw new AssertionError(text, e);
    }
  }
}
