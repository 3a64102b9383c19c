package io.bartizan.integrity.attest.policy;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The two formats of bills of materials, by their predicate types and their own first words. */
final class Sbom {

  private static final Pattern SPDX = Pattern.compile("https://spdx\\.dev/Document(?:/v[0-9.]+)?");
  private static final Pattern CYCLONEDX =
      Pattern.compile("https://cyclonedx\\.org/bom(?:/v[0-9.]+)?");

  private Sbom() {}

  static boolean isType(String predicateType) {
    return SPDX.matcher(predicateType).matches() || CYCLONEDX.matcher(predicateType).matches();
  }

  /** Refuses what only calls itself a bill of materials; its content is not judged. */
  static void require(String predicateType, Map<String, @Nullable Object> predicate) {
    Members bom = new Members(predicate, "bill of materials");
    if (CYCLONEDX.matcher(predicateType).matches()) {
      if (!bom.text("bomFormat").equals("CycloneDX") || bom.text("specVersion").isEmpty()) {
        throw bom.malformed("bomFormat is not CycloneDX");
      }
    } else if (bom.has("@context") && !bom.has("spdxVersion")) {
      if (bom.list("@graph").isEmpty()) {
        throw bom.malformed("@graph of SPDX 3 is missing");
      }
    } else if (!bom.text("spdxVersion").startsWith("SPDX-")) {
      throw bom.malformed("spdxVersion is not SPDX-…");
    }
  }
}
