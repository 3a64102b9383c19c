package io.bartizan.integrity.mac;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.regex.Pattern;

/** How a provider writes the time that it signs. */
enum TimeForm {
  SECONDS(12, 10),
  MILLISECONDS(15, 13),
  RFC3339(35, 0);

  /**
   * No such text is the beginning or the end of another one, so that it parts itself from its
   * neighbours.
   */
  private static final Pattern DATE_TIME =
      Pattern.compile(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
              + "(?:\\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})");

  private final int maxChars;
  private final int fixedDigits;

  TimeForm(int maxChars, int fixedDigits) {
    this.maxChars = maxChars;
    this.fixedDigits = fixedDigits;
  }

  /**
   * The time in seconds since 1970.
   *
   * @param text as received
   * @param parted whether a sign parts it from the body; otherwise only texts of one length or RFC
   *     3339 are read, whose end is known without it
   */
  long seconds(String text, boolean parted) {
    if (text.length() > maxChars) {
      throw WebhookGrammar.malformed("the time has more than " + maxChars + " characters");
    }
    if (this == RFC3339) {
      return dateTime(text);
    }
    if (!parted && text.length() != fixedDigits) {
      throw WebhookGrammar.malformed(
          "the time does not have "
              + fixedDigits
              + " digits, which alone part it from what is signed beside it");
    }
    long number = WebhookGrammar.number(text, maxChars);
    return this == MILLISECONDS ? number / 1000 : number;
  }

  private static long dateTime(String text) {
    if (DATE_TIME.matcher(text).matches()) {
      try {
        return OffsetDateTime.parse(text).toEpochSecond();
      } catch (DateTimeException e) {
        throw WebhookGrammar.malformed("the time is no date and time that exist");
      }
    }
    throw WebhookGrammar.malformed("the time is not of RFC 3339");
  }
}
