package io.bartizan.mtls;

import io.bartizan.core.SafeText;
import io.bartizan.mtls.x509.NameKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Reads {@code anyOf(dns(a.example), uri("urn:x(1)"))}; recursive, with a bound on depth. */
final class PolicyParser {

  private static final int MAX_CHARS = 64 * 1024;
  private static final int MAX_DEPTH = 32;
  private static final int MAX_SHOWN = 200;

  private final String text;
  private int position;

  PolicyParser(String text) {
    this.text = Objects.requireNonNull(text, "text");
  }

  PeerPolicy parse() {
    if (text.length() > MAX_CHARS) {
      throw new IllegalArgumentException(
          "policy has " + text.length() + " characters, at most " + MAX_CHARS + " are read");
    }
    PeerPolicy policy = policy(0);
    skipBlanks();
    if (position < text.length()) {
      throw unexpected("the end (several rules are anyOf(…) or allOf(…))");
    }
    return policy;
  }

  private PeerPolicy policy(int depth) {
    if (depth > MAX_DEPTH) {
      throw unexpected("at most " + MAX_DEPTH + " nested rules");
    }
    skipBlanks();
    int start = position;
    String word = word();
    expect('(');
    PeerPolicy policy =
        switch (word) {
          case "requestedHost" -> PeerPolicy.requestedHost();
          case "anyTrustedPeer" -> PeerPolicy.anyTrustedPeer();
          case "allOf" -> Rule.allOf(policies(depth));
          case "anyOf" -> Rule.anyOf(policies(depth));
          default -> name(word, start);
        };
    expect(')');
    return policy;
  }

  private List<PeerPolicy> policies(int depth) {
    List<PeerPolicy> policies = new ArrayList<>();
    do {
      policies.add(policy(depth + 1));
      skipBlanks();
    } while (take(','));
    return policies;
  }

  private PeerPolicy name(String word, int start) {
    for (NameKind kind : NameKind.values()) {
      if (kind.word().equals(word)) {
        return Rule.name(kind, argument());
      }
    }
    position = start;
    throw unexpected("a rule such as dns(...) or anyOf(...)");
  }

  private String word() {
    int start = position;
    while (position < text.length() && Character.isLetter(text.charAt(position))) {
      position++;
    }
    return text.substring(start, position);
  }

  private String argument() {
    skipBlanks();
    if (!take('"')) {
      int start = position;
      while (position < text.length() && NameKind.isBare(text.charAt(position))) {
        position++;
      }
      return text.substring(start, position);
    }
    StringBuilder quoted = new StringBuilder();
    while (position < text.length() && text.charAt(position) != '"') {
      if (text.charAt(position) == '\\') {
        position++;
      }
      if (position < text.length()) {
        quoted.append(text.charAt(position++));
      }
    }
    expect('"');
    return quoted.toString();
  }

  private void skipBlanks() {
    while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
      position++;
    }
  }

  private boolean take(char c) {
    boolean there = position < text.length() && text.charAt(position) == c;
    if (there) {
      position++;
    }
    return there;
  }

  private void expect(char c) {
    if (c != '"') {
      skipBlanks();
    }
    if (!take(c)) {
      throw unexpected("'" + c + (c == '(' ? "', as in dns(billing.internal)" : "'"));
    }
  }

  private IllegalArgumentException unexpected(String wanted) {
    boolean isLong = text.length() > MAX_SHOWN;
    return new IllegalArgumentException(
        "policy at character "
            + position
            + ": expected "
            + wanted
            + ", in \""
            + SafeText.of(isLong ? text.substring(0, MAX_SHOWN) : text)
            + (isLong ? "…\"" : "\""));
  }
}
