package io.bartizan.docs;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * A workflow of GitHub Actions, and what it does that one of this project must not do.
 *
 * <p>The rules are those by which a workflow was made to run or to leak what it should not: an
 * action that its owner moves, a token that may write, text of a stranger in a command, a cache
 * that another workflow filled.
 */
final class Workflow {

  /** What a workflow must hold to. */
  enum Rule {
    /** Each action is a commit, with its version beside it, and the version is no range. */
    PIN,
    /** The token reads; it may write in a job alone that runs no command. */
    PERMISSIONS,
    /** Nothing runs with more rights than the change has that it runs for. */
    TRIGGER,
    /** No command holds an expression, and no expression what a stranger wrote. */
    EXPRESSION,
    /** Secrets are for jobs of an environment, which a maintainer lets run. */
    SECRET,
    TIMEOUT,
    CONCURRENCY,
    /** The token is not left in the folder of the sources. */
    CREDENTIALS,
    /** What is published comes from no cache. */
    CACHE,
    /** What runs by Maven or by a script is what a developer runs. */
    COMMAND,
    /** The machine and the JDK are named, not "the latest", and a red job is red. */
    MACHINE
  }

  record Fault(Rule rule, String text) {}

  private static final Set<String> TRIGGERS =
      Set.of("push", "pull_request", "merge_group", "schedule", "workflow_dispatch");

  private static final Pattern USES = Pattern.compile("(?m)^[ \\-]*uses:.*$");
  private static final Pattern PINNED =
      Pattern.compile("[ \\-]*uses: ([\\w.-]+/[\\w./-]+)@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+");
  private static final Pattern EXPRESSION = Pattern.compile("(?s)\\$\\{\\{.*?}}");
  private static final Pattern OF_A_STRANGER =
      Pattern.compile("github\\.event\\b|github\\s*\\[|head_ref|\\binputs\\b|\\(\\s*github\\s*\\)");

  private final String text;
  private final Map<?, ?> root;
  private final List<Fault> faults = new ArrayList<>();

  Workflow(String text) {
    this.text = text;
    root = yaml(text);
  }

  static Map<?, ?> yaml(String text) {
    return map(new Yaml(new SafeConstructor(new LoaderOptions())).load(text));
  }

  static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  static Collection<?> list(@Nullable Object value) {
    return value instanceof Collection<?> list ? list : value == null ? List.of() : List.of(value);
  }

  /** The lines of code of pages, fenced or not, that a developer may type, without comments. */
  static Set<String> commands(String... pages) {
    Set<String> commands = new TreeSet<>();
    for (String page : pages) {
      Pattern.compile("(?m)^(\\.\\S+/?.*?)( +#.*)?$|`(\\.[^`\n]+)`")
          .matcher(page)
          .results()
          .forEach(found -> commands.add(found.group(1) == null ? found.group(3) : found.group(1)));
    }
    return commands;
  }

  /** The versions of the JDK on which jobs run whose machine's name begins so. */
  Set<String> javas(String machine) {
    Set<String> javas = new TreeSet<>();
    for (Object each : map(root.get("jobs")).values()) {
      Map<?, ?> job = map(each);
      if (String.valueOf(job.get("runs-on")).startsWith(machine)) {
        Object matrix = map(map(job.get("strategy")).get("matrix")).get("java");
        for (Object step : list(job.get("steps"))) {
          Object java = map(map(step).get("with")).get("java-version");
          Object named = "${{ matrix.java }}".equals(java) ? matrix : java;
          list(named).forEach(version -> javas.add(version.toString()));
        }
      }
    }
    return javas;
  }

  /** The actions, each with its commit and version as they are written. */
  Set<String> actions() {
    Set<String> actions = new TreeSet<>();
    USES.matcher(text)
        .results()
        .map(MatchResult::group)
        .forEach(line -> actions.add(line.replaceFirst("[ \\-]*uses: *", "")));
    return actions;
  }

  /** All that is wrong, where these are the commands of the documentation. */
  List<Fault> faults(Set<String> commands) {
    faults.clear();
    Object on = root.containsKey("on") ? root.get("on") : root.get(true); // YAML 1.1
    Collection<?> triggers = on instanceof Map<?, ?> map ? map.keySet() : list(on);
    if (triggers.isEmpty() || !TRIGGERS.containsAll(triggers)) {
      fault(Rule.TRIGGER, "is started by " + triggers);
    }
    if (!Map.of("contents", "read").equals(root.get("permissions"))) {
      fault(Rule.PERMISSIONS, "all jobs have " + root.get("permissions"));
    }
    if (String.valueOf(root.get("env")).contains("secrets")) {
      fault(Rule.SECRET, "all jobs have a secret");
    }
    if (!map(root.get("concurrency")).containsKey("group")) {
      fault(Rule.CONCURRENCY, "any number of runs at once");
    }
    EXPRESSION
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .filter(expression -> OF_A_STRANGER.matcher(expression).find())
        .forEach(expression -> fault(Rule.EXPRESSION, expression));
    boolean publishes = map(map(on).get("push")).containsKey("tags");
    int uses = 0;
    for (Map.Entry<?, ?> job : map(root.get("jobs")).entrySet()) {
      ofJob(String.valueOf(job.getKey()), map(job.getValue()));
      for (Object each : list(map(job.getValue()).get("steps"))) {
        Map<?, ?> step = map(each);
        uses += step.containsKey("uses") ? 1 : 0;
        ofStep(step, publishes);
        ofCommand(String.valueOf(step.get("run")), commands);
      }
    }
    List<String> lines = USES.matcher(text).results().map(MatchResult::group).toList();
    lines.stream()
        .filter(line -> !PINNED.matcher(line).matches())
        .forEach(line -> fault(Rule.PIN, line.strip()));
    if (lines.size() != uses) {
      fault(Rule.PIN, uses + " actions, of which " + lines.size() + " have a line of their own");
    }
    return List.copyOf(faults);
  }

  private void fault(Rule rule, String what) {
    faults.add(new Fault(rule, what));
  }

  private void ofJob(String name, Map<?, ?> job) {
    if (!(job.get("timeout-minutes") instanceof Integer minutes) || minutes > 180) {
      fault(Rule.TIMEOUT, name + " may take " + job.get("timeout-minutes") + " minutes");
    }
    if (job.containsKey("permissions")) {
      Object granted = job.get("permissions");
      boolean runs = list(job.get("steps")).stream().anyMatch(step -> map(step).containsKey("run"));
      if (!(granted instanceof Map<?, ?> map)
          || !Set.of("contents", "id-token", "attestations").containsAll(map.keySet())
          || "write".equals(map.get("contents"))
          || (runs && map.containsValue("write"))) {
        fault(Rule.PERMISSIONS, name + " has " + granted);
      }
    }
    if (job.toString().contains("secrets") && !job.containsKey("environment")) {
      fault(Rule.SECRET, name + " has a secret and no environment");
    }
    if (job.containsKey("uses") || job.containsKey("container") || job.containsKey("services")) {
      fault(Rule.PIN, name + " is another workflow's job, or needs an image");
    }
    if (!String.valueOf(job.get("runs-on")).matches("(ubuntu|windows)-\\d{2,4}(\\.\\d{2})?")) {
      fault(Rule.MACHINE, name + " runs on " + job.get("runs-on"));
    }
    if (job.toString().contains("continue-on-error")) {
      fault(Rule.MACHINE, name + " is green when it is red");
    }
  }

  private void ofStep(Map<?, ?> step, boolean publishes) {
    String action = String.valueOf(step.get("uses"));
    Map<?, ?> with = map(step.get("with"));
    if (action.startsWith("actions/checkout@")
        && !Boolean.FALSE.equals(with.get("persist-credentials"))) {
      fault(Rule.CREDENTIALS, action + " keeps the token");
    }
    if (publishes && (action.startsWith("actions/cache") || with.containsKey("cache"))) {
      fault(Rule.CACHE, action + " reads a cache");
    }
    if (action.startsWith("actions/setup-java@") && !"temurin".equals(with.get("distribution"))) {
      fault(Rule.MACHINE, action + " takes a JDK of " + with.get("distribution"));
    }
  }

  private void ofCommand(String run, Set<String> commands) {
    if (EXPRESSION.matcher(run).find()) {
      fault(Rule.EXPRESSION, run);
    }
    for (String line : run.split("\n", -1)) {
      if (Pattern.compile("\\bmvnw?\\b").matcher(line).find() && !commands.contains(line.strip())) {
        fault(Rule.COMMAND, "not in README.md or CONTRIBUTING.md: " + line);
      }
      Pattern.compile("\\.ci/[\\w.-]+")
          .matcher(line)
          .results()
          .map(MatchResult::group)
          .filter(script -> !Files.isRegularFile(Pages.ROOT.resolve(script)))
          .forEach(script -> fault(Rule.COMMAND, "no such script: " + script));
    }
  }
}
