package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Examples leave their imports out, so each page names the packages of Bartizan's types in them.
 */
class ImportsTest {

  private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern TYPE = Pattern.compile("(?<![\\w.])[A-Z]\\w+");

  /** Pages for those who know the sources, and quick starts, whose programs are whole. */
  private static final Pattern LEFT_OUT =
      Pattern.compile("docs/(decisions|design|quick-starts)/.*|(?!docs/).*");

  /** The types whose package a page does not name. */
  private static List<String> withoutPackage(String page, ApiNames api) {
    Set<String> types = new TreeSet<>();
    for (MatchResult example : EXAMPLE.matcher(page).results().toList()) {
      TYPE.matcher(example.group(1)).results().forEach(each -> types.add(each.group()));
    }
    return types.stream()
        .filter(type -> !api.packagesOf(type).isEmpty())
        .filter(
            type -> api.packagesOf(type).stream().noneMatch(at -> page.contains("`" + at + "`")))
        .map(type -> type + " of " + api.packagesOf(type))
        .toList();
  }

  @Test
  void pages_nameThePackagesOfTheirExamples() throws Exception {
    ApiNames api = ApiNames.ofBartizan();
    List<String> faults = new ArrayList<>();
    int withExamples = 0;
    for (var path : Pages.all()) {
      String name = Pages.ROOT.relativize(path).toString().replace('\\', '/');
      String page = Pages.text(name);
      if (!LEFT_OUT.matcher(name).matches() && EXAMPLE.matcher(page).find()) {
        withExamples++;
        withoutPackage(page, api).forEach(each -> faults.add(name + ": " + each));
      }
    }
    assertThat(faults).isEmpty();
    assertThat(withExamples).isGreaterThan(40);
  }

  @Test
  void type_whosePackageIsNotNamed_isFound() throws Exception {
    ApiNames api = ApiNames.ofBartizan();
    String example = "```java\nList<Limit> all = List.of(Limit.parse(\"1/s fixed\"));\n```\n";
    assertThat(withoutPackage(example, api)).containsExactly("Limit of [io.bartizan.ratelimit]");
    assertThat(withoutPackage("Package: `io.bartizan.ratelimit`.\n" + example, api)).isEmpty();
  }
}
