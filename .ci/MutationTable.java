import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Prints PIT's mutations.xml class by class, and each change that no test noticed. */
final class MutationTable {

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
    classes.forEach(
        (name, table) -> {
          int percent = 100 * table.noticed / table.all;
          System.out.printf("%3d %%  %d of %d  %s%n", percent, table.noticed, table.all, name);
          table.unnoticed.forEach(System.out::println);
        });
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
