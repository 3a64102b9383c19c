package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Guides and reference pages use the words of {@code docs/reference/glossary.md} and sentences that
 * are read once. Decisions and pages on the design are for those who know already.
 */
class ProseTest {

  private static final int MOST_WORDS = 25;
  private static final int MOST_WORDS_OF_A_CELL = 25; // 15 is the aim
  private static final int MOST_WORDS_OF_JAVADOC = 25; // 20 is the aim

  /** The most lines of README.md, and of each page of a folder; the rest may have any number. */
  private static final Map<String, Integer> MOST_LINES =
      Map.of(
          "README.md", 130, "docs/guides/", 100, "docs/operations/", 100, "docs/frameworks/", 100);

  private static final List<String> DESIGN = List.of("docs/decisions/", "docs/design/");

  /** The words of {@code prose-words.txt}, each with what to write instead. */
  private static final Map<Pattern, String> WORDS = words();

  private static Map<Pattern, String> words() {
    Map<Pattern, String> words = new LinkedHashMap<>();
    try (InputStream in = ProseTest.class.getResourceAsStream("/prose-words.txt")) {
      String list = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : list.lines().filter(each -> each.contains("=")).toList()) {
        if (!line.startsWith("#")) {
          String[] sides = line.split("=", 2);
          String any = sides[0].strip().replaceAll("\\s*,\\s*", "|");
          words.put(
              Pattern.compile("\\b(" + any + ")\\b", Pattern.CASE_INSENSITIVE), sides[1].strip());
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return words;
  }

  /** What is wrong with a text; {@code where} is said before each fault. */
  private static List<String> faults(String where, Prose.Block block, int most) {
    List<String> faults = new ArrayList<>();
    WORDS.forEach(
        (word, instead) ->
            word.matcher(block.text())
                .results()
                .forEach(
                    found ->
                        faults.add(
                            "%s: \"%s\" in \"%s\": write %s"
                                .formatted(where, found.group(), block.around(found), instead))));
    for (String sentence : block.sentences()) {
      int length = sentence.split("\\s+").length;
      if (length > most) {
        faults.add("%s: %d words, at most %d: \"%s\"".formatted(where, length, most, sentence));
      }
    }
    return faults;
  }

  private static List<String> faults(String where, Prose.Block block) {
    return faults(where, block, block.isCell() ? MOST_WORDS_OF_A_CELL : MOST_WORDS);
  }

  @Test
  void guides_useTheTermsOfTheField_inSentencesThatAreReadOnce() throws Exception {
    List<String> faults = new ArrayList<>();
    int read = 0;
    for (Path page : Pages.all()) {
      String name = Pages.ROOT.relativize(page).toString().replace('\\', '/');
      if ((name.equals("README.md") || name.startsWith("docs/"))
          && DESIGN.stream().noneMatch(name::startsWith)) {
        read++;
        for (Prose.Block block : Prose.of(Pages.parsed(page))) {
          faults.addAll(faults(name, block));
          if (block.text().contains(";") && !block.isCell()) {
            faults.add(name + ": a semicolon, write two sentences: \"" + block.text() + '"');
          }
        }
      }
    }
    assertThat(faults).isEmpty();
    assertThat(read).isGreaterThan(40);
  }

  @Test
  void page_ofATask_isReadAtOnce() throws Exception {
    List<String> faults = new ArrayList<>();
    int read = 0;
    for (Path page : Pages.all()) {
      String name = Pages.ROOT.relativize(page).toString().replace('\\', '/');
      int lines = Pages.text(name).split("\n").length;
      for (Map.Entry<String, Integer> most : MOST_LINES.entrySet()) {
        if (name.startsWith(most.getKey())) {
          read++;
          if (lines > most.getValue()) {
            faults.add("%s: %d lines, at most %d".formatted(name, lines, most.getValue()));
          }
        }
      }
    }
    assertThat(faults).isEmpty();
    assertThat(read).isGreaterThan(25);
  }

  @Test
  void firstSentences_ofPackagesAndPublicTypes_areShortAndSayWhatItIs() throws Exception {
    List<String> faults = new ArrayList<>();
    List<FirstSentences.Sentence> sentences = FirstSentences.ofPublicTypes();
    for (FirstSentences.Sentence each : sentences) {
      faults.addAll(
          faults(each.where(), new Prose.Block(each.text(), false), MOST_WORDS_OF_JAVADOC));
      if (each.text().matches("(What|Who|Whom|Where|Whether|Why)\\b.*")) {
        faults.add(each.where() + ": begins with a question: " + each.text());
      }
    }
    assertThat(faults).isEmpty();
    assertThat(sentences).hasSizeGreaterThan(250);
  }

  @Test
  void fault_ofEachKind_isFound() {
    String longOne = "word ".repeat(MOST_WORDS + 1) + "end.";
    assertThat(faults("page", new Prose.Block("A listener hears of it.", false)))
        .singleElement()
        .asString()
        .contains("\"hears\"", "receive");
    assertThat(faults("page", new Prose.Block("Short. " + longOne, false))).hasSize(1);
    assertThat(faults("page", new Prose.Block(longOne, true))).hasSize(1);
    assertThat(faults("page", new Prose.Block("The headroom is wheaten. Shear it.", false)))
        .isEmpty();
    List<Prose.Block> blocks =
        Prose.of(Pages.parsed("One `nobody` here.\nSecond.\n\n```\nnobody\n```\n\n- told\n"));
    assertThat(blocks).extracting(Prose.Block::text).containsExactly("One X here. Second.", "told");
    assertThat(blocks.get(0).sentences()).containsExactly("One X here.", "Second.");
  }
}
