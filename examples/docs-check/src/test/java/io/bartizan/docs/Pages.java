package io.bartizan.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableHead;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.CustomNode;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;

/** The project's Markdown pages, read as a viewer reads them. */
final class Pages {

  static final Path ROOT =
      Path.of(System.getProperty("bartizan.root", "../..")).toAbsolutePath().normalize();

  private static final Parser PARSER =
      Parser.builder()
          .extensions(List.of(TablesExtension.create()))
          .includeSourceSpans(IncludeSourceSpans.BLOCKS)
          .build();

  /** A heading, the anchor that GitHub gives to it, and its line in the page, from 0. */
  record Section(String heading, String anchor, int line) {}

  private Pages() {}

  static String text(String page) throws IOException {
    return Files.readString(ROOT.resolve(page));
  }

  static Node parsed(String markdown) {
    return PARSER.parse(markdown);
  }

  static Node parsed(Path page) {
    try {
      return parsed(Files.readString(page));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** README.md, CONTRIBUTING.md and the like, and everything below docs. */
  static List<Path> all() throws IOException {
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(top, docs)
          .filter(path -> path.toString().endsWith(".md"))
          .sorted()
          .toList();
    }
  }

  /** Where links and images of a page lead. */
  static List<String> links(Path page) {
    List<String> links = new ArrayList<>();
    parsed(page)
        .accept(
            new AbstractVisitor() {
              @Override
              public void visit(Link link) {
                links.add(link.getDestination());
                visitChildren(link);
              }

              @Override
              public void visit(Image image) {
                links.add(image.getDestination());
              }
            });
    return links;
  }

  static List<String> headings(Path page) {
    return sections(parsed(page)).stream().map(Section::heading).toList();
  }

  static List<String> anchors(Path page) {
    return sections(parsed(page)).stream().map(Section::anchor).toList();
  }

  static List<Section> sections(Node page) {
    List<Section> sections = new ArrayList<>();
    Map<String, Integer> seen = new LinkedHashMap<>();
    page.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Heading heading) {
            String words = words(heading);
            String anchor =
                words
                    .toLowerCase(java.util.Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-');
            int before = seen.merge(anchor, 1, Integer::sum) - 1;
            sections.add(
                new Section(
                    words,
                    before == 0 ? anchor : anchor + "-" + before,
                    heading.getSourceSpans().get(0).getLineIndex()));
          }
        });
    return sections;
  }

  /** The pages that one can reach from a page by so many clicks at most. */
  static Set<Path> reached(Path from, int clicks) {
    Set<Path> reached = new LinkedHashSet<>();
    Set<Path> last = Set.of(from);
    for (int click = 0; click < clicks; click++) {
      Set<Path> next = new LinkedHashSet<>();
      for (Path page : last) {
        for (String link : Files.exists(page) ? links(page) : List.<String>of()) {
          String file = link.replaceFirst("#.*", "");
          if (file.endsWith(".md") && !link.matches("[a-z]+:.*")) {
            next.add(page.resolveSibling(file).normalize());
          }
        }
      }
      reached.addAll(next);
      last = next;
    }
    return reached;
  }

  /** The rows of all tables below a heading that holds this text, without their heads. */
  static List<List<String>> rows(Path page, String heading) {
    List<List<String>> rows = new ArrayList<>();
    parsed(page)
        .accept(
            new AbstractVisitor() {
              private boolean within;

              @Override
              public void visit(Heading node) {
                within = words(node).contains(heading);
              }

              @Override
              public void visit(CustomNode node) {
                if (node instanceof TableHead) {
                  return;
                }
                if (within && node instanceof TableRow) {
                  List<String> cells = new ArrayList<>();
                  for (Node cell = node.getFirstChild(); cell != null; cell = cell.getNext()) {
                    if (cell instanceof TableCell) {
                      cells.add(words(cell));
                    }
                  }
                  rows.add(cells);
                }
                visitChildren(node);
              }
            });
    return rows;
  }

  /** Every main source of the libraries in one text, string constants that go on joined. */
  static String sources() throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      return modules
          .filter(module -> module.getFileName().toString().startsWith("security-"))
          .map(module -> module.resolve("src/main/java"))
          .filter(Files::isDirectory)
          .flatMap(Pages::files)
          .map(Pages::read)
          .collect(Collectors.joining("\n"))
          .replaceAll("\"\\s*\\+\\s*\"", "");
    }
  }

  private static Stream<Path> files(Path folder) {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(path -> path.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String words(Node node) {
    StringBuilder words = new StringBuilder();
    node.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Text text) {
            words.append(text.getLiteral());
          }

          @Override
          public void visit(Code code) {
            words.append(code.getLiteral());
          }
        });
    return words.toString();
  }
}
