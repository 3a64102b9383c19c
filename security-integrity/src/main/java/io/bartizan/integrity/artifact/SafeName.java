package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;

/** Names from manifests: relative, below the root, the same file on every file system. */
final class SafeName {

  private static final List<String> DEVICES =
      List.of("con", "prn", "aux", "nul", "conin$", "conout$");

  /** Windows takes the superscript digits for ports too. */
  private static final String PORT_DIGITS = "0123456789\u00b9\u00b2\u00b3";

  private SafeName() {}

  /** Takes a leading {@code ./} off and refuses what leads elsewhere. */
  static String of(String listed, NameRule rule) {
    int dots = 0;
    while (listed.startsWith("./", dots)) {
      dots += 2;
    }
    String name = listed.substring(dots);
    if (name.isEmpty() || name.equals("-")) {
      throw unsafe(listed, "names no file");
    }
    int start = 0;
    int segments = 0;
    for (int i = 0; i <= name.length(); i++) {
      char c = i < name.length() ? name.charAt(i) : '/';
      if (c == '/') {
        if (++segments > Manifest.MAX_SEGMENTS) {
          throw unsafe(listed, "is deeper than " + Manifest.MAX_SEGMENTS + " segments");
        }
        requireSafe(listed, name, start, i, rule);
        start = i + 1;
      } else if (c == '\0') {
        throw unsafe(listed, "has a NUL");
      } else if (rule == NameRule.PORTABLE && (c == '\\' || c == ':')) {
        throw unsafe(listed, "has a backslash or colon, which some file systems interpret");
      }
    }
    return name;
  }

  private static void requireSafe(String listed, String name, int start, int end, NameRule rule) {
    boolean dot = end - start == 1 && name.charAt(start) == '.';
    boolean dots = end - start == 2 && name.startsWith("..", start);
    if (start == end || dot || dots) {
      throw unsafe(listed, "is absolute or has an empty, \".\" or \"..\" segment");
    }
    if (rule == NameRule.POSIX_ONLY) {
      return;
    }
    if (name.charAt(end - 1) == '.' || name.charAt(end - 1) == ' ') {
      throw unsafe(listed, "has a segment that ends with a dot or a blank");
    }
    if (isDevice(name, start, end)) {
      throw unsafe(listed, "is the name of a device on Windows");
    }
  }

  private static boolean isDevice(String name, int start, int end) {
    int stop = start;
    while (stop < end && name.charAt(stop) != '.') {
      stop++;
    }
    while (stop > start && name.charAt(stop - 1) == ' ') {
      stop--;
    }
    while (start < stop && name.charAt(start) == ' ') {
      start++;
    }
    int length = stop - start;
    for (int i = 0; i < DEVICES.size(); i++) { // an iterator for each segment would add up
      String device = DEVICES.get(i);
      if (length == device.length() && name.regionMatches(true, start, device, 0, length)) {
        return true;
      }
    }
    return length == 4
        && (name.regionMatches(true, start, "com", 0, 3)
            || name.regionMatches(true, start, "lpt", 0, 3))
        && PORT_DIGITS.indexOf(name.charAt(start + 3)) >= 0;
  }

  /**
   * What a file system that ignores case, Unicode composition or invisible characters (as HFS+
   * does) makes of a name.
   */
  static String folded(String name) {
    if (isAscii(name)) {
      return name.toLowerCase(Locale.ROOT);
    }
    String lower =
        Normalizer.normalize(visible(name), Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    // There and back once more: the capital sharp s becomes the small one, and that two letters.
    return Normalizer.normalize(
        lower.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT), Normalizer.Form.NFC);
  }

  private static boolean isAscii(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) > 0x7f) {
        return false;
      }
    }
    return true;
  }

  private static String visible(String name) {
    StringBuilder kept = new StringBuilder(name.length());
    name.codePoints()
        .filter(c -> Character.getType(c) != Character.FORMAT)
        .forEach(kept::appendCodePoint);
    return kept.toString();
  }

  static VerificationException unsafe(String name, String why) {
    return new VerificationException(
        ArtifactReason.NAME_UNSAFE, "name \"" + DigestText.shortened(name) + "\" " + why);
  }
}
