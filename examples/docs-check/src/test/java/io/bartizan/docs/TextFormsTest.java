package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.redis.FailurePolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The page of text forms shows texts that are read, and what they print. */
class TextFormsTest {

  private static final Path PAGE = Pages.ROOT.resolve("docs/reference/text-forms.md");

  private static final List<String> TABLES =
      List.of("Rate limits", "Peer policies of mutual TLS", "Digests and images");

  private static final Map<String, Function<String, Object>> READ =
      Map.of(
          "Limit", Limit::parse,
          "Limits", Limits::parse,
          "FailurePolicy", FailurePolicy::parse,
          "PeerPolicy", PeerPolicy::parse,
          "Digest.parseSha256", Digest::parseSha256,
          "Digest.parseOci", Digest::parseOci,
          "Digest.parseSri", Digest::parseSri,
          "Digest.parseNi", Digest::parseNi,
          "ImageReference", ImageReference::parse);

  @Test
  void example_ofEachForm_isReadAndPrintedAsThePageSays() {
    List<String> faults = new ArrayList<>();
    Set<String> types = new HashSet<>();
    for (String table : TABLES) {
      for (List<String> row : Pages.rows(PAGE, table)) {
        types.add(row.get(0));
        String printed = row.get(3).equals("the same") ? row.get(2) : row.get(3);
        try {
          String is = READ.get(row.get(0)).apply(row.get(2)).toString();
          if (!is.equals(printed)) {
            faults.add(row.get(2) + " prints " + is);
          }
        } catch (IllegalArgumentException | VerificationException e) {
          faults.add(row.get(2) + ": " + e.getMessage());
        }
      }
    }
    assertThat(faults).isEmpty();
    assertThat(types).isEqualTo(READ.keySet());
  }
}
