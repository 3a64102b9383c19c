package io.bartizan.examples.deploy;

import java.util.regex.Pattern;

/**
 * Names of meters, as docs/reference/meters.md has them and as the Prometheus adapter shows them.
 */
final class Meters {

  private Meters() {}

  /** The rate of a counter of the page, by the adapter's rule in docs/operations/deploy.md. */
  static String perSecond(String counter) {
    String page = Yaml.text(Manifests.ROOT.resolve("docs/reference/meters.md"));
    String row = "| `" + counter + "` | counter |";
    if (!page.contains(row)) {
      throw new IllegalStateException("docs/reference/meters.md has no counter " + counter);
    }
    return Pattern.compile("[^a-z0-9]").matcher(counter).replaceAll("_") + "_per_second";
  }
}
