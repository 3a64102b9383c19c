package io.bartizan.spring;

import io.bartizan.adapters.CallerKey;
import io.bartizan.ratelimit.ClientAddress;
import java.util.List;

/** By what a limit counts, and whether it stands before or behind authentication. */
record LimitKey(CallerKey caller, boolean isAfterAuthentication, String text) {

  private static final String ACCEPTED =
      "\"address\", \"peer\", \"principal\" and \"principal otherwise address\" are accepted";

  /** The key of a setting; {@code property} is named if it is none. */
  static LimitKey parse(String property, String text, ClientAddress clients) {
    List<String> words = List.of(text.trim().split(" +otherwise +", -1));
    if (words.size() > 2) {
      throw SettingException.of(property, text, ACCEPTED);
    }
    CallerKey caller = word(property, text, words.get(0), clients);
    if (words.size() == 2) {
      caller = caller.otherwise(word(property, text, words.get(1), clients));
    }
    return new LimitKey(caller, words.contains("principal"), text);
  }

  private static CallerKey word(String property, String text, String word, ClientAddress clients) {
    return switch (word) {
      case "address" -> CallerKey.address(clients);
      case "peer" -> CallerKey.peer();
      case "principal" -> CallerKey.principal();
      default ->
          throw SettingException.of(
              property,
              text,
              word.startsWith("header")
                  ? "a header is not verified: a stranger who sends another's value would spend"
                      + " that caller's permits, and one who changes it would get a full bucket"
                      + " each time; authenticate by the header and count by \"principal\"; "
                      + ACCEPTED
                  : ACCEPTED);
    };
  }
}
