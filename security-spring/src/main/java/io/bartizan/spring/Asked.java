package io.bartizan.spring;

import java.util.List;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;

/**
 * A request as routes see it.
 *
 * @param method in capitals
 * @param spellings of its path, each by which the framework could find a handler; one at least
 */
record Asked(String method, List<PathContainer> spellings) {

  Asked {
    spellings = List.copyOf(spellings);
  }

  boolean isAnySpelling(PathPattern pattern) {
    return spellings.stream().anyMatch(pattern::matches);
  }

  boolean isEverySpelling(PathPattern pattern) {
    return spellings.stream().allMatch(pattern::matches);
  }
}
