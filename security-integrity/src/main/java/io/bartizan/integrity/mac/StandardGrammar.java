package io.bartizan.integrity.mac;

import io.bartizan.core.VerificationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** standard-webhooks/standard-webhooks, spec: {@code id.timestamp.body}, base64. */
final class StandardGrammar extends WebhookGrammar {

  static final StandardGrammar INSTANCE = new StandardGrammar();

  private StandardGrammar() {
    super("standard", "webhook-signature", WebhookEncoding.BASE64);
  }

  @Override
  boolean signsTime() {
    return true;
  }

  @Override
  WebhookHeaders read(Function<String, @Nullable String> headers, @Nullable String target) {
    // Svix sends its own names, of the same grammar; one family of them is read, never a mixture
    String family = headers.apply("webhook-id") == null ? "svix-" : "webhook-";
    if (family.equals("svix-") && headers.apply("svix-id") == null) {
      throw malformed("the header webhook-id is absent");
    }
    String id = header(headers, family + "id");
    // a dot would let one signed text be read as another id, time and body
    if (!isWord(id) || id.indexOf('.') >= 0) {
      throw malformed("webhook-id has characters other than visible ASCII without dots");
    }
    long timestamp = timestamp(header(headers, family + "timestamp"));
    List<String> tags = new ArrayList<>();
    List<String> ed25519 = new ArrayList<>();
    for (String entry : split(header(headers, family + "signature"), ' ', MAX_SIGNATURES)) {
      if (entry.startsWith("v1,")) {
        tags.add(entry.substring(3));
      } else if (entry.startsWith("v1a,")) {
        ed25519.add(entry.substring(4));
      }
    }
    if (ed25519.size() > MAX_ED25519) {
      throw new VerificationException(
          MacReason.TOO_MANY_SIGNATURES,
          ed25519.size() + " v1a signatures, at most " + MAX_ED25519 + " are looked at");
    }
    return new WebhookHeaders(
        Optional.of(id), Optional.of(timestamp), id + '.' + timestamp + '.', "", tags, ed25519);
  }
}
