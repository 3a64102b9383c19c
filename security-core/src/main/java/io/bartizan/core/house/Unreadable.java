package io.bartizan.core.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Words for a file that can't be read, which say what to change. */
public final class Unreadable {

  private static final int MOST_NAMES = 8;

  /** Names that are safe to log; hidden ones, such as a mounted secret's links, say nothing. */
  private static final Pattern PLAIN = Pattern.compile("\\w[\\w.+@=-]{0,63}");

  private Unreadable() {}

  /** A clause for a message, safe to log; never the file's content. */
  public static String why(Path file, IOException e) {
    if (e instanceof AccessDeniedException) {
      return "this process has no permission for it";
    }
    return e instanceof NoSuchFileException
        ? "there is no such file, and its folder " + held(file.toAbsolutePath().getParent())
        : e.getClass().getSimpleName();
  }

  /** What a folder holds instead, by which a wrong name or layout is seen at once. */
  private static String held(@Nullable Path folder) {
    if (folder == null || !Files.isDirectory(folder)) {
      return "is not there either";
    }
    try (Stream<Path> files = Files.list(folder)) {
      String names =
          files
              .map(each -> String.valueOf(each.getFileName()))
              .filter(each -> PLAIN.matcher(each).matches())
              .limit(MOST_NAMES)
              .sorted()
              .collect(Collectors.joining(", "));
      return names.isEmpty() ? "holds no plain name" : "holds " + names;
    } catch (IOException | UncheckedIOException e) {
      return "can't be listed";
    }
  }
}
