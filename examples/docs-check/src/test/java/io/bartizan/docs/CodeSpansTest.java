package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.junit.jupiter.api.Test;

/**
 * Types and methods in code spans and diagrams of README.md and the pages below docs exist: those
 * of Bartizan in {@code api/*.txt}, the JDK's in this JDK, tests and examples in their sources, and
 * all else in {@code code-names.txt}. What tests of examples compile is not looked at again.
 */
class CodeSpansTest {

  /** Pages for those who know the sources: they may name what is not public. */
  private static final List<String> INSIDE =
      List.of("docs/design/", "docs/decisions/", "docs/reference/unnoticed-changes.md");

  private static final Pattern TEXT = Pattern.compile("\"[^\"]*\"");

  /** A type, perhaps with its package in front and with members behind. */
  private static final Pattern CHAIN =
      Pattern.compile(
          "(?<![\\w.:$/-])(?:[a-z]\\w*\\.)*+([A-Z][a-zA-Z0-9]*+)(?:(?:\\.|::|#)\\w++)*+"
              + "(?![\\w-]*-|[/$*_…])");

  private static final Pattern OPTION = Pattern.compile("(?<![\\w$/-])(with[A-Z]\\w*)(?![\\w-])");

  /** {@code RateLimiter}, not {@code Decision}: in a sentence, a word with one capital is prose. */
  private static final Pattern TWO_HUMPS = Pattern.compile("[A-Z]\\w*?[a-z]\\w*?[A-Z]\\w*");

  private static final Pattern FILE = Pattern.compile("\\w+\\.(java|kt|md|jar|txt)");

  private final ApiNames api;
  private final Set<String> others = new TreeSet<>();

  /** Names of tests, of classes of examples, and of alerts. */
  private final Set<String> tests = new TreeSet<>();

  private final Set<String> inside = new TreeSet<>();
  private final Set<String> usedOthers = new TreeSet<>();

  CodeSpansTest() throws IOException {
    api = ApiNames.ofBartizan();
    Pattern.compile("- alert: (\\w+)")
        .matcher(Pages.text("docs/operations/prometheus-alerts.yml"))
        .results()
        .forEach(alert -> tests.add("." + alert.group(1)));
    try (InputStream in = CodeSpansTest.class.getResourceAsStream("/code-names.txt")) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.contains("=") && !line.startsWith("#"))
          .forEach(line -> others.addAll(List.of(line.split("=", 2)[1].strip().split(",\\s*"))));
    }
    Files.walkFileTree(
        Pages.ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes unused) {
            String name = folder.getFileName().toString();
            return name.equals("target") || (name.startsWith(".") && !name.equals(".ci"))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes unused) {
            String name = file.getFileName().toString();
            if (name.endsWith(".java")) {
              String where = Pages.ROOT.relativize(file).toString().replace('\\', '/');
              boolean library = where.matches("security-[^/]+/src/main/.*");
              (library ? inside : tests)
                  .add("." + where.replace('/', '.').replaceFirst("\\.java$", ""));
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** What a code span names that does not exist. */
  private List<String> faults(String span, boolean isInside) {
    String code = TEXT.matcher(span).replaceAll("\"\"");
    List<String> faults = new ArrayList<>();
    for (MatchResult chain : CHAIN.matcher(code).results().toList()) {
      boolean isProse =
          code.contains(" ")
              && !chain.group().contains(".")
              && !code.startsWith("(", chain.end())
              && !code.substring(0, chain.start()).matches(".*(@|new |\\()");
      if (!FILE.matcher(chain.group()).matches() && !isKnown(chain, isProse, isInside)) {
        faults.add(chain.group());
      }
    }
    for (MatchResult option : OPTION.matcher(code).results().toList()) {
      if (!api.hasMember(option.group(1)) && !isOther(option.group(1))) {
        faults.add(option.group(1));
      }
    }
    return faults;
  }

  private boolean isKnown(MatchResult chain, boolean isProse, boolean isInside) {
    String type = chain.group(1);
    String whole = chain.group().replaceAll("::|#", ".");
    if (type.equals(type.toUpperCase(java.util.Locale.ROOT))
        || (isProse && !TWO_HUMPS.matcher(type).matches())) {
      return true; // a constant, or a word
    }
    return api.has(whole)
        || ApiNames.jdkHas(whole)
        || isOther(whole)
        || (!api.hasType(type)
            && (isOther(type) || isOf(tests, chain) || (isInside && isOf(inside, chain))));
  }

  /** Whether a source's path ends in the type, and the package in front of it. */
  private static boolean isOf(Set<String> sources, MatchResult chain) {
    String type = "." + chain.group().substring(0, chain.end(1) - chain.start());
    return sources.stream().anyMatch(source -> source.endsWith(type));
  }

  private boolean isOther(String name) {
    if (others.contains(name)) {
      usedOthers.add(name);
      return true;
    }
    return false;
  }

  /** What a Mermaid diagram names that does not exist. */
  private List<String> diagramFaults(String diagram) {
    List<String> faults = new ArrayList<>();
    boolean isFlow = diagram.strip().matches("(?s)(flowchart|graph)\\b.*");
    String nodes =
        diagram.replaceAll("\\[[^]]*]|\\{[^}]*}|\\|[^|]*\\||\\([^)]*\\)|\"[^\"]*\"", " ");
    for (MatchResult chain : CHAIN.matcher(isFlow ? nodes : "").results().toList()) {
      if (!isKnown(chain, false, false)) {
        faults.add(chain.group()); // the name of a node
      }
    }
    for (MatchResult chain : CHAIN.matcher(diagram).results().toList()) {
      if (!isKnown(chain, !chain.group().contains("."), false) && !faults.contains(chain.group())) {
        faults.add(chain.group());
      }
    }
    return faults;
  }

  private static List<String> spans(String markdown) {
    List<String> spans = new ArrayList<>();
    Pages.parsed(markdown)
        .accept(
            new AbstractVisitor() {
              @Override
              public void visit(Code code) {
                spans.add(code.getLiteral());
              }
            });
    return spans;
  }

  private static List<String> diagrams(String markdown) {
    List<String> diagrams = new ArrayList<>();
    Pages.parsed(markdown)
        .accept(
            new AbstractVisitor() {
              @Override
              public void visit(FencedCodeBlock block) {
                if (block.getInfo().equals("mermaid")) {
                  diagrams.add(block.getLiteral());
                }
              }
            });
    return diagrams;
  }

  @Test
  void name_inACodeSpanOrDiagram_exists() throws Exception {
    List<String> faults = new ArrayList<>();
    int spans = 0;
    int diagrams = 0;
    for (Path page : Pages.all()) {
      String name = Pages.ROOT.relativize(page).toString().replace('\\', '/');
      if (!name.equals("README.md") && !name.startsWith("docs/")) {
        continue;
      }
      boolean isInside = INSIDE.stream().anyMatch(name::startsWith);
      String markdown = Files.readString(page);
      for (String span : spans(markdown)) {
        spans++;
        faults(span, isInside)
            .forEach(fault -> faults.add("%s: %s in `%s`".formatted(name, fault, span)));
      }
      for (String diagram : diagrams(markdown)) {
        diagrams++;
        diagramFaults(diagram)
            .forEach(fault -> faults.add("%s: %s in a diagram".formatted(name, fault)));
      }
    }
    assertThat(faults).isEmpty();
    assertThat(spans).isGreaterThan(3000);
    assertThat(diagrams).isGreaterThan(1);
    assertThat(usedOthers).as("names of code-names.txt that are on a page").isEqualTo(others);
  }

  @Test
  void fault_ofEachKind_isFound() {
    for (String span :
        List.of(
            "Decison",
            "RateLimitr",
            "Decision.isAllowedd()",
            "Decision.Source.NEITHER",
            "Decision::isNotThere",
            "ratelimit.JwtVerifier",
            "io.bartizan.ratelimit.Permits",
            "RateLimiter.of(Limt.parse(\"1/s\"))",
            "new RateLimitr(1)",
            "limiter is a RateLimitr",
            "@RateLimted(\"api\")",
            "withTimeouts(…)",
            "builder(x).withTimeouts(y)",
            "Duration.ofSecond(1)",
            "java.time.Durations",
            "HttpClients",
            "RateLimiter.create2",
            "NoSuchThingIT",
            "mtls.jsse.CrlIndex",
            "CrlIndex")) {
      assertThat(faults(span, false)).as(span).hasSize(1);
    }
    for (String span :
        List.of(
            "Decision",
            "Decision.isAllowed()",
            "Decision.Source.FAILED_OPEN",
            "Decision.toString()",
            "RedisRateLimiter.Builder.withTimeout",
            "adapters.servlet.RateLimitFilter.of",
            "servlet.RateLimitFilter",
            "io.bartizan.core.Checked",
            "JwtReason.valueOf",
            "KEYS_UNAVAILABLE",
            "withTimeout(Duration.ofMillis(100))",
            "Hello.java",
            "X-Forwarded-For: Unknown",
            "kind: Issuer",
            "say(\"Nothing.at(all)\")",
            "RateLimiter.create(50)",
            "CodeSpansTest",
            "tls.sslContext()")) {
      assertThat(faults(span, false)).as(span).isEmpty();
    }
    assertThat(faults("mtls.CrlIndex", true)).isEmpty();
    assertThat(faults("mtls.jsse.CrlIndex", true)).hasSize(1);
    assertThat(faults("CrlIndexes", true)).hasSize(1);
    assertThat(spans("a `b` c\n\n| `d` |\n|---|\n| `e` |\n\n```java\nf\n```\n"))
        .containsExactly("b", "d", "e");
  }

  @Test
  void faultOfADiagram_isFound() {
    assertThat(
            diagramFaults(
                """
                flowchart LR
                  need{What do You need?} --> calls[Limit calls]
                  calls -->|Per Key| RateLimiter & RateLimitr
                  calls --> Decison --> b["RedisRateLimiter.blockin()"] & Downloads
                """))
        .containsExactly("RateLimitr", "Decison", "RedisRateLimiter.blockin");
    assertThat(
            diagramFaults(
                """
                sequenceDiagram
                  participant Client
                  participant RateLimitFilter
                  Client->>RateLimitFilter: Request
                  RateLimitFilter->>Redis: RedisRateLimiter.tryAcquire, JwtVerifer
                  Note over Redis: Decides
                """))
        .containsExactly("JwtVerifer");
    assertThat(diagrams("```mermaid\na\n```\n\n```java\nb\n```\n")).containsExactly("a\n");
  }
}
