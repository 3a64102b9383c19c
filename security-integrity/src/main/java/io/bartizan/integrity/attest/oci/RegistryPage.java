package io.bartizan.integrity.attest.oci;

import java.net.URI;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A page of a list, and where the next one is. */
record RegistryPage(List<Descriptor> manifests, @Nullable URI next) {

  /** RFC 8288, as the distribution specification writes it. */
  private static final Pattern NEXT =
      Pattern.compile("<([^<>\\s]{1,4096})>\\s*;\\s*rel=\"?next\"?(?:\\s*[;,].*)?");

  /** What the answer's {@code Link} names; null if there is no more. */
  static @Nullable URI next(RegistryAnswer answer) {
    for (String field : answer.fields("link")) {
      Matcher link = NEXT.matcher(field.strip());
      if (link.matches()) {
        try {
          return answer.at().resolve(link.group(1));
        } catch (IllegalArgumentException e) {
          return null;
        }
      }
    }
    return null;
  }
}
