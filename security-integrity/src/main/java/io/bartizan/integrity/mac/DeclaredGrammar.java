package io.bartizan.integrity.mac;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The headers of a provider as a {@link WebhookFormat} declares them. */
final class DeclaredGrammar extends WebhookGrammar {

  /** Milliseconds have three digits more than seconds. */
  private static final int MILLIS_DIGITS = 3;

  private final WebhookFormat format;

  DeclaredGrammar(WebhookFormat format) {
    super(format.name, format.signatureHeader, format.encoding);
    this.format = format;
  }

  @Override
  boolean signsTime() {
    return format.signsTime();
  }

  @Override
  WebhookHeaders read(Function<String, @Nullable String> headers) {
    String id = format.idHeader == null ? null : id(format.idHeader, headers);
    String time = format.timestampHeader == null ? null : header(headers, format.timestampHeader);
    List<String> tags = new ArrayList<>();
    String value = header(headers, signatureHeader());
    String entry = format.timestampEntry;
    if (format.separator == null) {
      add(tags, value);
    } else {
      int most = MAX_SIGNATURES + (entry == null ? 0 : 1);
      for (String entryText : split(value, format.separator, most)) {
        String each = entryText.stripLeading(); // WorkOS writes a blank after its comma
        if (entry == null || !each.startsWith(entry)) {
          add(tags, each);
        } else if (time != null) {
          throw malformed(signatureHeader() + " has two times");
        } else {
          time = each.substring(entry.length());
        }
      }
    }
    if (entry != null && time == null) {
      throw malformed(signatureHeader() + " has no time");
    }
    return new WebhookHeaders(
        Optional.ofNullable(id),
        Optional.ofNullable(time).map(this::seconds),
        format.signed.prefix(id, time),
        tags,
        List.of());
  }

  private void add(List<String> tags, String value) {
    if (value.startsWith(format.prefix)) {
      tags.add(value.substring(format.prefix.length()));
    }
  }

  private String id(String name, Function<String, @Nullable String> headers) {
    String id = header(headers, name);
    // the sign would let one signed text be read as another id, time and body
    if (!isWord(id) || id.indexOf(format.signed.afterId()) >= 0) {
      throw malformed(
          name + " has characters other than visible ASCII without " + format.signed.afterId());
    }
    return id;
  }

  private long seconds(String text) {
    return format.milliseconds
        ? number(text, MAX_TIME_DIGITS + MILLIS_DIGITS) / 1000
        : timestamp(text);
  }
}
