import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Prints PIT's mutations.xml class by class, and each change that no test noticed. Fails if of a
 * class fewer than 90 % are noticed, or than the page given says of this class with a reason.
 */
final class MutationTable {

  private static final int LEAST_PERCENT = 90;
  private static final Pattern ROW = Pattern.compile("\\| `([\\w.]+)` \\| (\\d+) % \\| .+ \\|");

  private int noticed;
  private int all;
  private final List<String> unnoticed = new ArrayList<>();

  public static void main(String[] args) throws Exception {
    NodeList changes =
        DocumentBuilderFactory.newDefaultInstance()
            .newDocumentBuilder()
            .parse(Path.of(args[0]).toFile())
            .getElementsByTagName("mutation");
    Map<String, MutationTable> classes = new TreeMap<>();
    for (int i = 0; i < changes.getLength(); i++) {
      Element change = (Element) changes.item(i);
      String name = text(change, "mutatedClass").replaceFirst("\\$.*", "");
      classes.computeIfAbsent(name, n -> new MutationTable()).add(change);
    }
    Map<String, Integer> listed = listed(Path.of(args[1]));
    List<String> below = new ArrayList<>();
    classes.forEach(
        (name, table) -> {
          int percent = 100 * table.noticed / table.all;
          System.out.printf("%3d %%  %d of %d  %s%n", percent, table.noticed, table.all, name);
          table.unnoticed.forEach(System.out::println);
          int least = listed.getOrDefault(name, LEAST_PERCENT);
          if (percent < least) {
            below.add(
                name + ": " + percent + " % of the changes are noticed, " + least + " needed");
          }
        });
    below.forEach(System.err::println);
    System.exit(below.isEmpty() ? 0 : 1);
  }

  /** The percent of each class that the page excuses. */
  private static Map<String, Integer> listed(Path page) throws IOException {
    Map<String, Integer> listed = new TreeMap<>();
    for (String line : Files.readAllLines(page)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        listed.put("io.bartizan." + row.group(1), Integer.valueOf(row.group(2)));
      }
    }
    return listed;
  }

  private void add(Element change) {
    all++;
    if (change.getAttribute("detected").equals("true")) {
      noticed++;
    } else {
      unnoticed.add(
          "         line %s, %s: %s"
              .formatted(
                  text(change, "lineNumber"),
                  text(change, "mutatedMethod"),
                  text(change, "description")));
    }
  }

  private static String text(Element parent, String child) {
    return parent.getElementsByTagName(child).item(0).getTextContent();
  }
}
