package io.bartizan.integrity.attest.oci;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.http.RedirectTarget;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A page of a list, and where the next one is. */
record RegistryPage(List<Descriptor> manifests, @Nullable URI next) {

  private static final int MAX_CHARS = 8_192;

  /** RFC 8288 section 3: a name, and perhaps a value, quoted or not. */
  private static final Pattern PARAMETER =
      Pattern.compile(
          "\\s*+;\\s*+([^\\s;,=\"<>]++)"
              + "(?:\\s*+=\\s*+(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s;,\"]*+)))?+");

  private static final Pattern LINK = Pattern.compile("<([^<>]*+)>((?:" + PARAMETER + ")*+)");

  /** Where no page can be, so that whoever goes there tells that the list goes on. */
  private static final URI NOWHERE = URI.create("unreadable:link");

  /** What the answer's {@code Link} names; null if there is no more. */
  static @Nullable URI next(RegistryAnswer answer) {
    for (String field : answer.fields("link")) {
      Matcher link = LINK.matcher(field.length() > MAX_CHARS ? "" : field);
      while (link.find()) {
        if (isNext(link.group(2))) {
          try {
            return RedirectTarget.of(answer.at(), link.group(1), OciReason.ANSWER_UNEXPECTED);
          } catch (VerificationException e) {
            return NOWHERE;
          }
        }
      }
    }
    return null;
  }

  /** By the first relation alone (section 3.3). */
  private static boolean isNext(String parameters) {
    Matcher each = PARAMETER.matcher(parameters);
    while (each.find()) {
      if (each.group(1).equalsIgnoreCase("rel")) {
        String types = each.group(2) == null ? each.group(3) : each.group(2);
        return types != null
            && Arrays.asList(types.toLowerCase(Locale.ROOT).split("\\s+")).contains("next");
      }
    }
    return false;
  }
}
