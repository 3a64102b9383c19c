package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The questions of {@code questions.txt} are answered within a minute: the index leads to the page,
 * and the words of the question stand where a reader looks first, in the page's title, in the
 * heading of the answer and in the lines below it.
 */
class QuestionsTest {

  /** Lines below a heading that a reader takes in at once, and how wide such a line is. */
  private static final int FIRST_LINES = 3;

  private static final int COLUMNS = 160;

  /** Words without which a question means the same. */
  private static final Set<String> STOP_WORDS =
      Set.of(
          ("a an the i me my it its he that this which what why when where how who whose and or not"
                  + " no is are be was do does did can should would have has get need want of in on"
                  + " at by to for from with without into after before behind between until than"
                  + " only all every some certain although if as so there put says")
              .split(" "));

  /** The question in its words, the page relative to the root, and the anchor of the answer. */
  record Question(String words, String page, String anchor) {

    static Question of(String line) {
      String[] sides = line.split(" -> ", 2);
      String[] place = sides[1].split("#", 2);
      return new Question(sides[0], place[0], place[1]);
    }
  }

  private static List<Question> questions() throws IOException {
    try (InputStream in = QuestionsTest.class.getResourceAsStream("/questions.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("# "))
          .map(Question::of)
          .toList();
    }
  }

  /** What keeps a reader of README.md or docs/README.md below a root from the answer. */
  private static List<String> faults(Path root, Question question) throws IOException {
    return faults(
        root,
        Pages.reached(root.resolve("README.md"), 2),
        Pages.reached(root.resolve("docs/README.md"), 1),
        question);
  }

  private static List<String> faults(
      Path root, Set<Path> twoClicks, Set<Path> ofTheIndex, Question question) throws IOException {
    Path page = root.resolve(question.page());
    String which = "\"" + question.words() + "\" -> " + question.page() + ": ";
    if (!Files.exists(page)) {
      return List.of(which + "no such page");
    }
    List<String> faults = new ArrayList<>();
    if (!twoClicks.contains(page)) {
      faults.add(which + "more than two clicks from README.md");
    }
    if (!ofTheIndex.contains(page)) {
      faults.add(which + "docs/README.md has no link to it");
    }
    String markdown = Files.readString(page);
    List<Pages.Section> sections = Pages.sections(Pages.parsed(markdown));
    Pages.Section answer =
        sections.stream()
            .filter(section -> section.anchor().equals(question.anchor()))
            .findFirst()
            .orElse(null);
    if (answer == null) {
      List<String> anchors = sections.stream().map(Pages.Section::anchor).toList();
      faults.add(which + "no heading #" + question.anchor() + " among " + anchors);
      return faults;
    }
    String seen =
        sections.get(0).heading() + "\n" + answer.heading() + "\n" + firstLines(markdown, answer);
    Set<String> missing = words(question.words());
    missing.removeAll(words(seen));
    if (!missing.isEmpty()) {
      faults.add(which + missing + " not found in: " + seen);
    }
    return faults;
  }

  /** As a viewer shows them: no addresses of links, wrapped, up to the next heading. */
  private static String firstLines(String markdown, Pages.Section section) {
    StringBuilder lines = new StringBuilder();
    int count = 0;
    for (String line : markdown.lines().skip(section.line() + 1L).toList()) {
      String shown = line.replaceAll("\\]\\([^)]*\\)", "]").strip();
      if (shown.startsWith("#")) {
        break;
      }
      if (shown.isEmpty() || shown.startsWith("```") || shown.matches("[|: -]+")) {
        continue;
      }
      int wrapped = (shown.length() + COLUMNS - 1) / COLUMNS;
      int most = (FIRST_LINES - count) * COLUMNS;
      lines.append(shown, 0, Math.min(shown.length(), most)).append('\n');
      count += wrapped;
      if (count >= FIRST_LINES) {
        break;
      }
    }
    return lines.toString();
  }

  private static Set<String> words(String text) {
    return Pattern.compile("[^\\p{L}\\p{N}]+")
        .splitAsStream(text.toLowerCase(Locale.ROOT))
        .filter(word -> word.length() > 1 && !STOP_WORDS.contains(word))
        .map(QuestionsTest::stem)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** One form for limit, limits and limiting; for verify and verifies; for revoke and revoked. */
  private static String stem(String word) {
    String stem = word;
    if (stem.length() > 3) {
      stem = stem.replaceFirst("(?<![sui])s$", "");
      stem = stem.replaceFirst("ie(?=d?$)", "y").replaceFirst("yd$", "y");
      if (stem.length() > 4) {
        stem = stem.replaceFirst("(ing|ed)$", "");
      }
      stem = stem.replaceFirst("e$", "").replaceFirst("([^\\d])\\1$", "$1");
    }
    return stem;
  }

  @Test
  void question_ofANewcomer_isAnsweredWhereTheReaderLooksFirst() throws Exception {
    List<String> faults = new ArrayList<>();
    List<Question> questions = questions();
    Set<Path> twoClicks = Pages.reached(Pages.ROOT.resolve("README.md"), 2);
    Set<Path> ofTheIndex = Pages.reached(Pages.ROOT.resolve("docs/README.md"), 1);
    for (Question question : questions) {
      faults.addAll(faults(Pages.ROOT, twoClicks, ofTheIndex, question));
    }
    assertThat(faults).isEmpty();
    assertThat(questions).hasSizeGreaterThan(60);
    assertThat(questions.stream().map(Question::page).distinct()).hasSizeGreaterThan(40);
  }

  @Test
  void fault_ofEachKind_isFound(@TempDir Path root) throws Exception {
    Files.createDirectories(root.resolve("docs"));
    Files.writeString(
        root.resolve("README.md"), "[all](docs/README.md), [other](docs/other.md#any)");
    Files.writeString(root.resolve("docs/README.md"), "[limits](limits.md#burst)");
    Files.writeString(root.resolve("docs/other.md"), "# Tokens\n");
    Files.writeString(root.resolve("docs/hidden.md"), "# Tokens\n");
    Files.writeString(
        root.resolve("docs/limits.md"),
        """
        # Rate limits

        ## Burst `now`

        Requests of a user. [See](hidden-words.md)

        ```java
        second();
        ```
        third
        fourth
        ## Next
        %s
        """
            .formatted("wide ".repeat(96) + "beyond"));

    assertThat(faults(root, Question.of("rate limiting user request, now? -> docs/limits.md#next")))
        .singleElement()
        .asString()
        .contains("[now, request, user] not found");
    for (String found : List.of("limiting bursts now", "the third user", "rate limited second")) {
      assertThat(faults(root, new Question(found, "docs/limits.md", "burst-now"))).isEmpty();
    }
    for (String word : List.of("fourth", "next", "hidden", "words", "beyond", "java")) {
      assertThat(faults(root, new Question("burst " + word, "docs/limits.md", "burst-now")))
          .singleElement()
          .asString()
          .contains("not found in");
    }
    assertThat(faults(root, Question.of("wide -> docs/limits.md#next"))).isEmpty();
    assertThat(faults(root, Question.of("beyond -> docs/limits.md#next"))).hasSize(1);
    assertThat(faults(root, Question.of("rate -> docs/limits.md#bursts")))
        .singleElement()
        .asString()
        .contains("no heading #bursts among [rate-limits, burst-now, next]");
    assertThat(faults(root, Question.of("rate -> docs/none.md#rate")))
        .singleElement()
        .asString()
        .contains("no such page");
    assertThat(faults(root, Question.of("token -> docs/other.md#tokens")))
        .singleElement()
        .asString()
        .contains("docs/README.md has no link to it");
    assertThat(faults(root, Question.of("token -> docs/hidden.md#tokens")))
        .hasSize(2)
        .anySatisfy(fault -> assertThat(fault).contains("more than two clicks"));
  }

  @Test
  void form_ofAWord_isOne() {
    assertThat(words("limit limits limiting limited Limits")).hasSize(1);
    assertThat(words("verify verifies verified verifying")).hasSize(1);
    assertThat(words("revoke revokes revoked revoking")).hasSize(1);
    assertThat(words("run runs running")).hasSize(1);
    assertThat(words("address addresses")).hasSize(1);
    assertThat(words("webhook web hook")).hasSize(3);
    assertThat(words("429 Retry-After")).containsExactly("429", "retry");
    assertThat(words("How do I get the")).isEmpty();
  }
}
