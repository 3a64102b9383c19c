package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Links to other sites lead to pages that are there. No tier runs this: {@code weekly.yml} does.
 */
@Tag("online")
class OtherSitesIT {

  private static final String CHOOSER = ".github/ISSUE_TEMPLATE/config.yml";

  @Test
  void link_toAnotherSite_isAnswered() throws Exception {
    Map<URI, Set<String>> linked = OtherSites.linked(Pages.all());
    assertThat(linked).isNotEmpty();
    Pattern.compile("(?m)^ *url: (https:.*)$")
        .matcher(Pages.text(CHOOSER))
        .results()
        .forEach(url -> linked.put(URI.create(url.group(1)), Set.of(CHOOSER)));
    assertThat(linked).containsValue(Set.of(CHOOSER));
    Map<String, Set<String>> broken = new TreeMap<>();
    new OtherSites(Duration.ofSeconds(30))
        .faults(linked.keySet())
        .forEach((page, fault) -> broken.put(page + ": " + fault, linked.get(page)));
    assertThat(broken).as("pages that are not there, and where they are linked").isEmpty();
  }
}
