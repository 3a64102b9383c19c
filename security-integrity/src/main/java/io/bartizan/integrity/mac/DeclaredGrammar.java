package io.bartizan.integrity.mac;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The headers of a provider as a {@link WebhookFormat} declares them. */
final class DeclaredGrammar extends WebhookGrammar {

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
  boolean isUnique(byte[] body) {
    return format.idInJson && body.length > 0 && body[0] == '{';
  }

  @Override
  WebhookHeaders read(Function<String, @Nullable String> headers, @Nullable String target) {
    String time = format.timestampHeader == null ? null : header(headers, format.timestampHeader);
    List<String> tags = new ArrayList<>();
    String value = header(headers, presentHeader(headers));
    String entry = format.timestampEntry;
    if (format.separator == null) {
      add(tags, value);
      addOther(tags, headers);
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
    Long seconds =
        time == null ? null : format.timeForm.seconds(time, format.signed.isTimeParted());
    String id = format.idHeader == null ? null : id(format.idHeader, headers, time);
    return new WebhookHeaders(
        Optional.ofNullable(id),
        Optional.ofNullable(seconds),
        format.signed.prefix(id, time, signsTarget() ? signedTarget(target) : null),
        format.signed.suffix(time),
        tags,
        List.of());
  }

  @Override
  boolean signsTarget() {
    return format.signed.hasTarget();
  }

  @Override
  SignedBody signed(byte[] body, @Nullable String target) {
    if (format.bodySha256Parameter != null) {
      RequestTarget.requireSha256(signedTarget(target), format.bodySha256Parameter, body);
      return new SignedBody(new byte[0], Map.of());
    }
    if (format.signed.hasForm()) {
      SortedMap<String, String> form = FormParameters.parse(body);
      return new SignedBody(FormParameters.joined(form), form);
    }
    if (format.signed.isTargetBesideBody() && body.length > 0 && RequestTarget.has(body[0])) {
      throw malformed(
          "the body begins with a character of addresses, so that the signed text could be read as"
              + " another message");
    }
    return super.signed(body, target);
  }

  /** The signature header, or where it is absent the other one, if that is there. */
  private String presentHeader(Function<String, @Nullable String> headers) {
    String other = format.otherSignatureHeader;
    return other != null && isAbsent(headers, signatureHeader()) && !isAbsent(headers, other)
        ? other
        : signatureHeader();
  }

  private void addOther(List<String> tags, Function<String, @Nullable String> headers) {
    String other = format.otherSignatureHeader;
    if (other != null && !isAbsent(headers, signatureHeader()) && !isAbsent(headers, other)) {
      add(tags, header(headers, other));
    }
  }

  private static boolean isAbsent(Function<String, @Nullable String> headers, String name) {
    String value = headers.apply(name);
    return value == null || value.isEmpty();
  }

  private void add(List<String> tags, String value) {
    if (value.startsWith(format.prefix)) {
      tags.add(value.substring(format.prefix.length()));
    }
  }

  private String id(
      String name, Function<String, @Nullable String> headers, @Nullable String time) {
    String id = header(headers, name);
    if (!isWord(id) || !format.signed.isFound(id, time)) {
      throw malformed(
          name
              + " has characters other than visible ASCII, or would let the signed text be read as"
              + " another message");
    }
    return id;
  }

  /** As the sender wrote it, where a proxy has rewritten the beginning of its path. */
  private String signedTarget(@Nullable String target) {
    String received = RequestTarget.checked(target);
    return format.publicPath == null
        ? received
        : RequestTarget.moved(received, format.receivedPath, format.publicPath);
  }
}
