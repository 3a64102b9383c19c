package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.docs.Workflow.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The files of the public repository: workflows that run what a developer runs and no more rights
 * than they need, updates, and forms of issues. Each rule is also seen to find its fault.
 */
class WorkflowsTest {

  private static final String WORKFLOWS = ".github/workflows/";
  private static final String VERIFY = WORKFLOWS + "verify.yml";
  private static final String RELEASE = WORKFLOWS + "release.yml";
  private static final String WEEKLY = WORKFLOWS + "weekly.yml";
  private static final String UPDATES = ".github/dependabot.yml";
  private static final String BUG = ".github/ISSUE_TEMPLATE/bug.yml";
  private static final String CHOOSER = ".github/ISSUE_TEMPLATE/config.yml";

  private static Set<String> commands() throws IOException {
    return Workflow.commands(Pages.text("README.md"), Pages.text("CONTRIBUTING.md"));
  }

  /** The workflows by the names of their files. */
  private static Map<String, String> workflows() throws IOException {
    Map<String, String> workflows = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(Pages.ROOT.resolve(WORKFLOWS))) {
      for (Path file : (Iterable<Path>) files.sorted()::iterator) {
        workflows.put(WORKFLOWS + file.getFileName(), Files.readString(file));
      }
    }
    return workflows;
  }

  @Test
  void workflow_ofTheRepository_holdsToEachRule() throws Exception {
    assertThat(workflows()).containsOnlyKeys(RELEASE, VERIFY, WEEKLY);
    for (Map.Entry<String, String> each : workflows().entrySet()) {
      assertThat(new Workflow(each.getValue()).faults(commands())).as(each.getKey()).isEmpty();
    }
  }

  @Test
  void action_ofTwoWorkflows_isOneCommitOfOneVersion() throws Exception {
    Map<String, String> pins = new HashMap<>();
    for (String text : workflows().values()) {
      for (String action : new Workflow(text).actions()) {
        String before = pins.put(action.replaceFirst("@.*", ""), action);
        assertThat(before == null || before.equals(action)).as(before + ", " + action).isTrue();
      }
    }
    assertThat(pins).containsKeys("actions/checkout", "actions/setup-java");
  }

  static Stream<Arguments> altered() {
    return Stream.of(
        altered(Rule.PIN, VERIFY, "@[0-9a-f]{40} # v6", "@v6 # v6"),
        altered(Rule.PIN, VERIFY, "@[0-9a-f]{8}", "@"),
        altered(Rule.PIN, WEEKLY, " # v6\\.0\\.2", ""),
        altered(Rule.PIN, WEEKLY, " # v6\\.0\\.2", " # v6"),
        altered(
            Rule.PIN,
            VERIFY,
            "- uses: (actions/checkout@\\w+).*\n +with:\n +persist-credentials: false",
            "- {uses: \"$1\", with: {persist-credentials: false}}"),
        altered(Rule.PIN, VERIFY, "- uses: actions/checkout", "- \"uses\": actions/checkout"),
        altered(
            Rule.PIN,
            VERIFY,
            "runs-on: windows",
            "uses: other/one/.github/x.yml@main\n    runs-on: windows"),
        altered(Rule.PERMISSIONS, VERIFY, "contents: read", "contents: write"),
        altered(Rule.PERMISSIONS, VERIFY, "permissions:\n  contents: read\n", ""),
        altered(
            Rule.PERMISSIONS,
            VERIFY,
            "permissions:\n  contents: read\n",
            "permissions: read-all\n"),
        altered(Rule.PERMISSIONS, RELEASE, "id-token: write", "packages: write"),
        altered(Rule.PERMISSIONS, RELEASE, "attestations: write", "contents: write"),
        altered(
            Rule.PERMISSIONS,
            RELEASE,
            "environment: release",
            "environment: release\n    permissions:\n      id-token: write"),
        altered(
            Rule.PERMISSIONS,
            WEEKLY,
            "timeout-minutes: 30",
            "timeout-minutes: 30\n    permissions: write-all"),
        altered(Rule.TRIGGER, VERIFY, "pull_request:", "pull_request_target:"),
        altered(Rule.TRIGGER, WEEKLY, "workflow_dispatch:", "workflow_run:"),
        altered(
            Rule.TRIGGER, WEEKLY, "(?s)on:\n  sch.*?dispatch:\n", "on: [push, issue_comment]\n"),
        altered(Rule.EXPRESSION, VERIFY, "run: ./mvnw verify", "run: echo \\$\\{{ matrix.java }}"),
        altered(
            Rule.EXPRESSION,
            VERIFY,
            "name: Static analysis",
            "name: \\$\\{{ github.event.pull_request.title }}"),
        altered(Rule.EXPRESSION, VERIFY, "github\\.ref }}", "github.head_ref }}"),
        altered(Rule.EXPRESSION, RELEASE, "vars\\.RELEASE_EMAIL", "toJSON(github)"),
        altered(Rule.SECRET, RELEASE, "    environment: release\n", ""),
        altered(
            Rule.PIN,
            WEEKLY,
            "jobs:\n",
            "jobs:\n"
                + "  a: {uses: b/c/.github/d.yml@main, runs-on: ubuntu-24.04, timeout-minutes:"
                + " 5}\n"),
        altered(Rule.SECRET, WEEKLY, "jobs:", "env:\n  A: \\$\\{{ secrets.A }}\njobs:"),
        altered(
            Rule.PIN, WEEKLY, "timeout-minutes: 30", "timeout-minutes: 30\n    container: node:22"),
        altered(
            Rule.PIN,
            WEEKLY,
            "timeout-minutes: 30",
            "timeout-minutes: 30\n    services: {a: {image: redis}}"),
        altered(Rule.EXPRESSION, VERIFY, "github\\.ref }}", "github['event'].x }}"),
        altered(Rule.TIMEOUT, VERIFY, "    timeout-minutes: 60\n", ""),
        altered(Rule.TIMEOUT, WEEKLY, "timeout-minutes: 30", "timeout-minutes: 360"),
        altered(Rule.CONCURRENCY, RELEASE, "(?s)concurrency:.*?false\n", ""),
        altered(
            Rule.CREDENTIALS, VERIFY, "persist-credentials: false", "persist-credentials: true"),
        altered(Rule.CREDENTIALS, RELEASE, " +with:\n +persist-credentials: false\n", ""),
        altered(Rule.CACHE, RELEASE, "server-id: central", "cache: maven"),
        altered(Rule.COMMAND, VERIFY, "run: ./mvnw verify", "run: ./mvnw test"),
        altered(Rule.COMMAND, VERIFY, "run: ./mvnw verify", "run: ./mvnw verify || true"),
        altered(
            Rule.COMMAND,
            VERIFY,
            "run: ./mvnw verify",
            "run: |\n          cd x\n          mvn verify"),
        altered(Rule.COMMAND, RELEASE, " deploy\n", " -DskipTests deploy\n"),
        altered(Rule.COMMAND, WEEKLY, "\\.ci/copy-libraries", ".ci/no-such-script"),
        altered(Rule.MACHINE, VERIFY, "windows-2025", "windows-latest"),
        altered(Rule.MACHINE, VERIFY, "windows-2025", "self-hosted"),
        altered(Rule.MACHINE, VERIFY, "distribution: temurin", "distribution: zulu"),
        altered(
            Rule.MACHINE,
            VERIFY,
            "runs-on: windows",
            "continue-on-error: true\n    runs-on: windows"));
  }

  private static Arguments altered(Rule rule, String file, String pattern, String instead) {
    return Arguments.of(rule, file, pattern, instead);
  }

  @ParameterizedTest
  @MethodSource("altered")
  void workflow_alteredInOnePlace_breaksTheRule(
      Rule rule, String file, String pattern, String instead) throws Exception {
    String text = Pages.text(file).replaceFirst(pattern, instead);
    assertThat(text).isNotEqualTo(Pages.text(file));
    assertThat(new Workflow(text).faults(commands()))
        .isNotEmpty()
        .allSatisfy(fault -> assertThat(fault.rule()).as(fault.text()).isEqualTo(rule));
  }

  @Test
  void rule_ofEachKind_isSeenBroken() {
    Set<Rule> seen = EnumSet.noneOf(Rule.class);
    altered().forEach(each -> seen.add((Rule) each.get()[0]));
    assertThat(seen).containsExactlyInAnyOrder(Rule.values());
  }

  @Test
  void command_ofThePages_isReadWithoutItsComment() {
    String page = "```\n./mvnw a   # why\n.ci/b 'x'\n```\nSay `./mvnw c`, not ./mvnw d.\n";
    assertThat(Workflow.commands(page)).containsExactly("./mvnw a", "./mvnw c", ".ci/b 'x'");
  }

  /** The row of Java, and what the page says is to be tested. */
  private static Set<String> javasOfThePage() throws IOException {
    String page = Pages.text("docs/reference/compatibility.md");
    Set<String> javas = new TreeSet<>();
    Matcher row = Pattern.compile("\\| Java \\| (\\d+) \\| (\\d+) \\|").matcher(page);
    assertThat(row.find()).isTrue();
    javas.addAll(List.of(row.group(1), row.group(2)));
    Matcher planned = Pattern.compile("- \\*\\*Java (\\d+)\\*\\*").matcher(page);
    while (planned.find()) {
      javas.add(planned.group(1));
    }
    return javas;
  }

  @Test
  void javas_ofVerify_areThoseOfThePage() throws Exception {
    Workflow verify = new Workflow(Pages.text(VERIFY));
    assertThat(verify.javas("ubuntu")).isEqualTo(javasOfThePage()).contains("21");
    assertThat(verify.javas("windows")).containsExactly(javasOfThePage().iterator().next());
    assertThat(new Workflow(Pages.text(VERIFY).replace("17, 21, 25", "17, 25")).javas("ubuntu"))
        .containsExactly("17", "25");
  }

  /** Each tier is run by somebody, and the release by its command. */
  @Test
  void workflow_runsWhatItIsFor() throws Exception {
    Map<?, ?> triggers = triggers(VERIFY);
    assertThat(triggers.keySet())
        .extracting(Object::toString)
        .containsExactlyInAnyOrder("push", "pull_request", "merge_group");
    assertThat(Workflow.map(triggers.get("push")).get("branches")).isEqualTo(List.of("main"));
    assertThat(runs(VERIFY))
        .contains("./mvnw verify", "./mvnw -Plint -DskipTests verify")
        .anyMatch(run -> run.contains("-Dtest.forks=1"));
    assertThat(Workflow.map(triggers(RELEASE).get("push")))
        .isEqualTo(Map.of("tags", List.of("v*")));
    assertThat(runs(RELEASE)).anyMatch(run -> run.contains("-Prelease") && run.endsWith(" deploy"));
    assertThat(new Workflow(Pages.text(RELEASE)).actions())
        .anyMatch(action -> action.startsWith("actions/attest-build-provenance@"));
    assertThat(triggers(WEEKLY).keySet()).extracting(Object::toString).contains("schedule");
    assertThat(runs(WEEKLY))
        .anyMatch(run -> run.contains("-Dtest=OtherSitesIT"))
        .contains("./mvnw -T 1 -Pquick,deep verify", ".ci/release-check");
  }

  private static Map<?, ?> triggers(String file) throws IOException {
    return Workflow.map(Workflow.yaml(Pages.text(file)).get(true));
  }

  private static List<String> runs(String file) throws IOException {
    List<String> runs = new ArrayList<>();
    for (Object job : Workflow.map(Workflow.yaml(Pages.text(file)).get("jobs")).values()) {
      for (Object step : Workflow.list(Workflow.map(job).get("steps"))) {
        if (Workflow.map(step).get("run") instanceof String run) {
          runs.add(run.strip());
        }
      }
    }
    return runs;
  }

  /** What is wrong with the list of updates. */
  private static List<String> faultsOfUpdates(String text) {
    List<String> faults = new ArrayList<>();
    Set<String> systems = new TreeSet<>();
    for (Object each : Workflow.list(Workflow.yaml(text).get("updates"))) {
      Map<?, ?> update = Workflow.map(each);
      String system = String.valueOf(update.get("package-ecosystem"));
      systems.add(system);
      if (!"weekly".equals(Workflow.map(update.get("schedule")).get("interval"))) {
        faults.add(system + " is not weekly");
      }
      if (Workflow.map(update.get("groups")).isEmpty()) {
        faults.add(system + " is not grouped");
      }
      if (!"/".equals(update.get("directory"))) {
        faults.add(system + " is not the root's: " + update.get("directory"));
      }
    }
    if (!systems.equals(Set.of("maven", "github-actions"))) {
      faults.add("updates of " + systems);
    }
    return faults;
  }

  @Test
  void updates_areOfMavenAndActions_groupedAndWeekly() throws Exception {
    String text = Pages.text(UPDATES);
    assertThat(faultsOfUpdates(text)).isEmpty();
    assertThat(faultsOfUpdates(text.replace(": maven", ": gradle"))).hasSize(1);
    assertThat(faultsOfUpdates(text.replace("github-actions", "maven"))).hasSize(1);
    assertThat(faultsOfUpdates(text.replaceFirst("weekly", "daily"))).hasSize(1);
    assertThat(faultsOfUpdates(text.replace("groups:", "labels:"))).hasSize(2);
    assertThat(faultsOfUpdates(text.replace("directory: /", "directory: /.ci/libraries")))
        .hasSize(2);
  }

  /**
   * What the form of a bug does not ask for, and what may be left out though nothing goes without.
   */
  private static List<String> faultsOfBugForm(String text) {
    Map<String, Boolean> asked = new LinkedHashMap<>();
    for (Object each : Workflow.list(Workflow.yaml(text).get("body"))) {
      Map<?, ?> field = Workflow.map(each);
      Object label = Workflow.map(field.get("attributes")).get("label");
      Object required = Workflow.map(field.get("validations")).get("required");
      asked.put(String.valueOf(label), Boolean.TRUE.equals(required));
    }
    List<String> faults = new ArrayList<>();
    for (String what :
        List.of(
            "Version of Bartizan",
            "Version of Java",
            "Version of the framework",
            "Version of Redis",
            "Reason code",
            "expected",
            "happened")) {
      if (asked.keySet().stream().noneMatch(label -> label.contains(what))) {
        faults.add("does not ask for: " + what);
      }
    }
    for (String what : List.of("Bartizan", "Java", "expected", "happened")) {
      if (asked.entrySet().stream().noneMatch(e -> e.getKey().contains(what) && e.getValue())) {
        faults.add("may be left out: " + what);
      }
    }
    return faults;
  }

  @Test
  void bugForm_asksForVersionsReasonAndExpectation() throws Exception {
    String text = Pages.text(BUG);
    assertThat(faultsOfBugForm(text)).isEmpty();
    assertThat(faultsOfBugForm(text.replace("label: Reason code", "label: Anything")))
        .containsExactly("does not ask for: Reason code");
    assertThat(faultsOfBugForm(text.replace("Version of Redis", "Version of it")))
        .containsExactly("does not ask for: Version of Redis");
    assertThat(faultsOfBugForm(text.replace("required: true", "required: false"))).hasSize(4);
    String reason = text.replaceFirst("(?s).*id: reason.*?placeholder: (\\w+).*", "$1");
    assertThat(Pages.text("docs/reference/reason-codes.md")).contains("`" + reason + "`");
  }

  /** Fields of a form need ids that differ, or GitHub shows none of it. */
  @Test
  void form_ofEachIssue_isOneThatGitHubShows() throws Exception {
    for (String file : List.of(BUG, BUG.replace("bug", "feature"))) {
      Map<?, ?> form = Workflow.yaml(Pages.text(file));
      assertThat(form.keySet())
          .extracting(Object::toString)
          .contains("name", "description", "body");
      List<Object> ids = new ArrayList<>();
      for (Object each : Workflow.list(form.get("body"))) {
        Map<?, ?> field = Workflow.map(each);
        Collection<?> attributes = Workflow.map(field.get("attributes")).keySet();
        if ("markdown".equals(field.get("type"))) {
          assertThat(attributes.contains("value")).as(file).isTrue();
        } else {
          assertThat(Arrays.asList("input", "textarea").contains(field.get("type"))).isTrue();
          assertThat(attributes.contains("label")).as(file).isTrue();
          ids.add(field.get("id"));
        }
      }
      assertThat(ids).as(file).doesNotContainNull().doesNotHaveDuplicates().isNotEmpty();
    }
  }

  @Test
  void vulnerability_isReportedInPrivate() throws Exception {
    Map<?, ?> chooser = Workflow.yaml(Pages.text(CHOOSER));
    assertThat(chooser.get("blank_issues_enabled")).isEqualTo(false);
    assertThat(Workflow.list(chooser.get("contact_links")))
        .anySatisfy(
            link ->
                assertThat(link.toString())
                    .contains("url=https://", "vulnerability", "private")
                    .contains("Do not open a public issue"));
    assertThat(Pages.text(BUG)).contains("SECURITY.md");
  }
}
