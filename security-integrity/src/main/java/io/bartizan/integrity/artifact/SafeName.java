package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;

/** Names from manifests: relative, below the root, the same file on every file system. */
final class SafeName {

  private static final Set<String> DEVICES = Set.of("con", "prn", "aux", "nul");

  private SafeName() {}

  /** Takes a leading {@code ./} off and refuses what leads elsewhere. */
  static String of(String listed) {
    String name = listed;
    while (name.startsWith("./")) {
      name = name.substring(2);
    }
    if (name.isEmpty() || name.equals("-")) {
      throw unsafe(listed, "names no file");
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '\0' || c == '\\' || c == ':') {
        throw unsafe(listed, "has a NUL, backslash or colon, which some file systems interpret");
      }
    }
    for (String segment : name.split("/", -1)) {
      requireSafe(listed, segment);
    }
    return name;
  }

  private static void requireSafe(String listed, String segment) {
    if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
      throw unsafe(listed, "is absolute or has an empty, \".\" or \"..\" segment");
    }
    if (segment.endsWith(".") || segment.endsWith(" ")) {
      throw unsafe(listed, "has a segment that ends with a dot or a blank");
    }
    int dot = segment.indexOf('.');
    String stem = (dot < 0 ? segment : segment.substring(0, dot)).toLowerCase(Locale.ROOT).strip();
    boolean port =
        stem.length() == 4
            && (stem.startsWith("com") || stem.startsWith("lpt"))
            && Character.isDigit(stem.charAt(3));
    if (DEVICES.contains(stem) || port) {
      throw unsafe(listed, "is the name of a device on Windows");
    }
  }

  /** What a file system that ignores case or Unicode composition makes of a name. */
  static String folded(String name) {
    String composed = Normalizer.normalize(name, Normalizer.Form.NFC);
    return Normalizer.normalize(
        composed.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT), Normalizer.Form.NFC);
  }

  /** The path below the root; refuses links on the way. */
  static Path resolve(Path root, String name) {
    try {
      Path path = root;
      for (String segment : name.split("/", -1)) {
        path = path.resolve(segment);
        if (Files.isSymbolicLink(path)) {
          throw unsafe(name, "is or passes a symbolic link");
        }
      }
      return path;
    } catch (InvalidPathException e) {
      throw unsafe(name, "can't be a path on this machine");
    }
  }

  private static VerificationException unsafe(String name, String why) {
    return new VerificationException(
        ArtifactReason.NAME_UNSAFE, "name \"" + DigestText.shortened(name) + "\" " + why);
  }
}
