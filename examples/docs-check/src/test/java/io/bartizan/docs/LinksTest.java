package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Links of the pages lead to files and headings that exist, and every page is found. */
class LinksTest {

  @Test
  void link_ofEveryPage_leadsToAFileAndAHeading() throws Exception {
    List<String> broken = new ArrayList<>();
    int followed = 0;
    for (Path page : Pages.all()) {
      for (String link : Pages.links(page)) {
        if (link.matches("[a-z]+:.*")) {
          continue;
        }
        followed++;
        String problem = problem(page, link);
        if (problem != null) {
          broken.add(Pages.ROOT.relativize(page) + " -> " + link + ": " + problem);
        }
      }
    }
    assertThat(broken).isEmpty();
    assertThat(followed).isGreaterThan(100);
  }

  private static String problem(Path page, String link) {
    int hash = link.indexOf('#');
    String file =
        URLDecoder.decode(hash < 0 ? link : link.substring(0, hash), StandardCharsets.UTF_8);
    Path target = file.isEmpty() ? page : page.resolveSibling(file).normalize();
    if (!Files.exists(target)) {
      return "no such file";
    }
    if (hash >= 0 && target.toString().endsWith(".md")) {
      String anchor = link.substring(hash + 1);
      return Pages.anchors(target).contains(anchor)
          ? null
          : "no such heading, there are " + Pages.anchors(target);
    }
    return null;
  }

  @Test
  void page_ofDocs_isTwoClicksFromTheReadme() throws Exception {
    Set<Path> reached = Pages.reached(Pages.ROOT.resolve("README.md"), 2);
    Path docs = Pages.ROOT.resolve("docs");
    assertThat(Pages.all().stream().filter(page -> page.startsWith(docs)))
        .allSatisfy(page -> assertThat(reached).contains(page));
  }
}
