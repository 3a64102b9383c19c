package io.bartizan.integrity.artifact;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The folders below a root that listed names pass, each looked at once, and nothing below one that
 * is not there: so names cost what they are long, however deep and many.
 */
final class NameTree {

  private enum Kind {
    NOTHING,
    LINK,
    THERE
  }

  private static final class Folder {
    private final Path path;
    private final Kind kind;
    private final Map<String, Folder> folders = new HashMap<>();

    Folder(Path path) {
      this.path = path;
      this.kind = kindOf(path);
    }
  }

  private final Folder root;
  private final NameRule rule;

  NameTree(Path root, NameRule rule) {
    this.root = new Folder(root);
    this.rule = rule;
  }

  /** The file's path; null if it is not there; refuses links on the way. */
  @Nullable Path find(String name) {
    if (rule == NameRule.POSIX_ONLY && !root.path.getFileSystem().getSeparator().equals("/")) {
      throw SafeName.unsafe(name, "was read as POSIX only, and this is no such file system");
    }
    try {
      Folder at = root;
      int start = 0;
      for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', start)) {
        String segment = name.substring(start, slash);
        Folder next = at.folders.get(segment);
        if (next == null) {
          next = new Folder(at.path.resolve(segment));
          at.folders.put(segment, next);
        }
        if (next.kind == Kind.LINK) {
          throw SafeName.unsafe(name, "is or passes a symbolic link");
        }
        if (next.kind == Kind.NOTHING) {
          Path unused = next.path.resolve(name.substring(slash + 1)); // may be no path at all
          return null;
        }
        at = next;
        start = slash + 1;
      }
      Path file = at.path.resolve(name.substring(start));
      Kind kind = kindOf(file);
      if (kind == Kind.LINK) {
        throw SafeName.unsafe(name, "is or passes a symbolic link");
      }
      return kind == Kind.NOTHING ? null : file;
    } catch (InvalidPathException e) {
      String encoding = System.getProperty("sun.jnu.encoding", "unknown");
      throw SafeName.unsafe(
          name,
          "can't be a path on this machine, where the encoding of file names is "
              + encoding
              + "; a locale of UTF-8 has the most names");
    }
  }

  /** What can't be looked at is told when it is opened. */
  private static Kind kindOf(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .isSymbolicLink()
          ? Kind.LINK
          : Kind.THERE;
    } catch (NoSuchFileException e) {
      return Kind.NOTHING;
    } catch (IOException e) {
      return Kind.THERE;
    }
  }
}
