package io.bartizan.integrity.tuf;

/**
 * Shell patterns of delegated paths: {@code *}, {@code ?} and {@code [a-z]}, none of which matches
 * a slash. In time proportional to pattern times path.
 */
final class PathPattern {

  private final String pattern;
  private final String path;

  private PathPattern(String pattern, String path) {
    this.pattern = pattern;
    this.path = path;
  }

  static boolean matches(String pattern, String path) {
    return new PathPattern(pattern, path).matches();
  }

  /** Only the last star is ever tried again: what an earlier one took is never too little. */
  private boolean matches() {
    int p = 0;
    int t = 0;
    int star = -1;
    int taken = 0;
    while (t < path.length()) {
      int next = p < pattern.length() ? one(p, path.charAt(t)) : -1;
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        taken = t;
      } else if (next >= 0) {
        if (path.charAt(t) == '/') {
          star = -1; // a star ends with its segment
        }
        p = next;
        t++;
      } else if (star >= 0 && path.charAt(taken) != '/') {
        p = star + 1;
        t = ++taken;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  /** The place in the pattern after what matches this character; negative if it does not. */
  private int one(int at, char c) {
    char wanted = pattern.charAt(at);
    if (wanted == '?') {
      return c == '/' ? -1 : at + 1;
    }
    int end = wanted == '[' ? closing(at) : -1;
    if (end < 0) {
      return wanted == c ? at + 1 : -1;
    }
    int from = at + 1;
    boolean negated = pattern.charAt(from) == '!';
    if (negated) {
      from++;
    }
    return c != '/' && isAmong(from, end, c) != negated ? end + 1 : -1;
  }

  /** Of a set, whose first character may be the bracket itself; negative if it is none. */
  private int closing(int open) {
    int from = open + 1;
    if (from < pattern.length() && pattern.charAt(from) == '!') {
      from++;
    }
    return pattern.indexOf(']', from + 1);
  }

  private boolean isAmong(int from, int end, char c) {
    for (int i = from; i < end; i++) {
      if (i + 2 < end && pattern.charAt(i + 1) == '-') {
        if (pattern.charAt(i) <= c && c <= pattern.charAt(i + 2)) {
          return true;
        }
        i += 2;
      } else if (pattern.charAt(i) == c) {
        return true;
      }
    }
    return false;
  }
}
