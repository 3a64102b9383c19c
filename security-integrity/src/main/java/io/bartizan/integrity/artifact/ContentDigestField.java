package io.bartizan.integrity.artifact;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The part of RFC 8941 that RFC 9530 needs: a dictionary whose members are byte sequences. */
final class ContentDigestField {

  private static final String FORM = "sha-256=:base64:";

  private static final Pattern PARAMETERS =
      Pattern.compile(
          "(?:; *[a-z*][a-z0-9_.*-]*+(?:=(?:[A-Za-z0-9*?.!#$%&'+/^_`|~-]++|\"[^\"\\\\]*+\"|:[A-Za-z0-9+/=]*+:))?+)++");

  private ContentDigestField() {}

  static List<Digest> parse(CharSequence fieldValue) {
    DigestText.requireBounded(fieldValue);
    List<Digest> digests = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (String padded : fieldValue.toString().split(",", -1)) {
      String member = withoutParameters(trim(padded));
      int equals = member.indexOf('=');
      if (equals < 1
          || member.length() < equals + 3
          || member.charAt(equals + 1) != ':'
          || member.charAt(member.length() - 1) != ':'
          || !isKey(member, equals)) {
        throw DigestText.malformed(
            "member \"" + DigestText.shortened(member) + "\" has not the form " + FORM);
      }
      String key = member.substring(0, equals);
      if (!keys.add(key)) {
        throw DigestText.malformed("\"" + DigestText.shortened(key) + "\" is given twice");
      }
      for (DigestAlgorithm algorithm : List.of(DigestAlgorithm.SHA_256, DigestAlgorithm.SHA_512)) {
        if (algorithm.registeredName().equals(key)) {
          digests.add(
              DigestText.base64(algorithm, member.substring(equals + 2, member.length() - 1)));
        }
      }
    }
    if (digests.isEmpty()) {
      throw DigestAlgorithm.refused(String.join(", ", keys));
    }
    return List.copyOf(digests);
  }

  /** RFC 8941 section 3.1.2 allows parameters after any member; none means anything here. */
  private static String withoutParameters(String member) {
    int end = member.indexOf(':', member.indexOf(':') + 1);
    boolean more = end > 0 && end + 1 < member.length() && member.charAt(end + 1) == ';';
    return more && PARAMETERS.matcher(member.substring(end + 1)).matches()
        ? member.substring(0, end + 1)
        : member;
  }

  private static boolean isKey(String member, int end) {
    for (int i = 0; i < end; i++) {
      char c = member.charAt(i);
      boolean letter = c >= 'a' && c <= 'z';
      boolean later = (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
      if (!letter && (i == 0 || !later) && c != '*') {
        return false;
      }
    }
    return true;
  }

  /** Optional white space of HTTP: blanks and tabs only. */
  private static String trim(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && (text.charAt(start) == ' ' || text.charAt(start) == '\t')) {
      start++;
    }
    while (end > start && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
      end--;
    }
    return text.substring(start, end);
  }
}
