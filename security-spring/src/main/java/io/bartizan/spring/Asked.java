package io.bartizan.spring;

import java.util.List;
import java.util.stream.Stream;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;

/**
 * A request as routes see it.
 *
 * @param method in capitals
 * @param spellings of its path, each by which the framework could find a handler; one at least
 */
record Asked(String method, List<PathContainer> spellings) {

  private static final PathContainer ROOT = PathContainer.parsePath("/");

  /**
   * Also without a slash at the end, which an application may be set to pass over, and as the root
   * where nothing is left behind a base path, since routes begin with a slash.
   */
  Asked {
    spellings =
        spellings.stream()
            .map(path -> path.elements().isEmpty() ? ROOT : path)
            .flatMap(path -> Stream.of(path, withoutLastSlash(path)))
            .distinct()
            .toList();
  }

  private static PathContainer withoutLastSlash(PathContainer path) {
    List<PathContainer.Element> elements = path.elements();
    int last = elements.size() - 1;
    return last > 0 && elements.get(last) instanceof PathContainer.Separator
        ? path.subPath(0, last)
        : path;
  }

  boolean isAnySpelling(PathPattern pattern) {
    return spellings.stream().anyMatch(pattern::matches);
  }

  /** Whether each spelling fits one of the patterns. */
  boolean isEverySpelling(List<PathPattern> patterns) {
    return spellings.stream()
        .allMatch(path -> patterns.stream().anyMatch(pattern -> pattern.matches(path)));
  }
}
