package io.bartizan.integrity.mac;

import io.bartizan.core.VerificationException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The grammar of one provider's headers; a new provider is one constant here and its published
 * sample in the tests.
 *
 * <p>Signatures of other versions are not looked at, so that a sender may add one; they count for
 * the cap all the same. Tags are compared as text with the one canonical form, which is why nothing
 * is decoded here.
 */
enum WebhookGrammar {
  /** standard-webhooks/standard-webhooks, spec: {@code id.timestamp.body}, base64. */
  STANDARD("webhook-signature") {
    @Override
    WebhookHeaders read(Function<String, @Nullable String> headers) {
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
          Optional.of(id), Optional.of(timestamp), id + '.' + timestamp + '.', tags, ed25519);
    }

    @Override
    String encode(byte[] tag) {
      return Base64.getEncoder().encodeToString(tag);
    }
  },

  /** stripe.com, webhooks: {@code timestamp.body}, hexadecimal, all in one header. */
  STRIPE("Stripe-Signature") {
    @Override
    WebhookHeaders read(Function<String, @Nullable String> headers) {
      String time = null;
      List<String> tags = new ArrayList<>();
      for (String entry : split(header(headers, signatureHeader()), ',', 1 + MAX_SIGNATURES)) {
        if (entry.startsWith("t=")) {
          if (time != null) {
            throw malformed(signatureHeader() + " has two times");
          }
          time = entry.substring(2);
        } else if (entry.startsWith("v1=")) {
          tags.add(entry.substring(3));
        }
      }
      if (time == null) {
        throw malformed(signatureHeader() + " has no time");
      }
      long timestamp = timestamp(time);
      return new WebhookHeaders(
          Optional.empty(), Optional.of(timestamp), timestamp + ".", tags, List.of());
    }
  },

  /** docs.github.com, validating webhook deliveries: the body alone, hexadecimal; no time. */
  GITHUB("X-Hub-Signature-256") {
    @Override
    WebhookHeaders read(Function<String, @Nullable String> headers) {
      List<String> tags = only("sha256=", header(headers, signatureHeader()));
      return new WebhookHeaders(Optional.empty(), Optional.empty(), "", tags, List.of());
    }
  },

  /** api.slack.com, verifying requests: {@code v0:timestamp:body}, hexadecimal. */
  SLACK("X-Slack-Signature") {
    @Override
    WebhookHeaders read(Function<String, @Nullable String> headers) {
      long timestamp = timestamp(header(headers, "X-Slack-Request-Timestamp"));
      List<String> tags = only("v0=", header(headers, signatureHeader()));
      return new WebhookHeaders(
          Optional.empty(), Optional.of(timestamp), "v0:" + timestamp + ':', tags, List.of());
    }
  };

  static final int MAX_HEADER_CHARS = 4096;
  static final int MAX_SIGNATURES = 8;
  static final int MAX_ED25519 = 2;

  private final String signatureHeader;

  WebhookGrammar(String signatureHeader) {
    this.signatureHeader = signatureHeader;
  }

  /** Its name for metrics. */
  String provider() {
    return name().toLowerCase(Locale.ROOT);
  }

  String signatureHeader() {
    return signatureHeader;
  }

  /** Reads the headers in linear time, or refuses. */
  abstract WebhookHeaders read(Function<String, @Nullable String> headers);

  /** The one form in which a tag is written. */
  String encode(byte[] tag) {
    return HexFormat.of().formatHex(tag);
  }

  byte[] encodedBytes(byte[] tag) {
    return encode(tag).getBytes(StandardCharsets.US_ASCII);
  }

  private static String header(Function<String, @Nullable String> headers, String name) {
    String value = headers.apply(name);
    if (value == null || value.isEmpty()) {
      throw malformed("the header " + name + " is absent");
    }
    if (value.length() > MAX_HEADER_CHARS) {
      throw new VerificationException(
          MacReason.TOO_LARGE,
          "the header "
              + name
              + " has "
              + value.length()
              + " characters, at most "
              + MAX_HEADER_CHARS
              + " are read");
    }
    return value;
  }

  private static List<String> split(String value, char separator, int max) {
    List<String> entries = new ArrayList<>();
    for (int start = 0; start <= value.length(); ) {
      int end = value.indexOf(separator, start);
      end = end < 0 ? value.length() : end;
      if (entries.size() == max) {
        throw new VerificationException(
            MacReason.TOO_MANY_SIGNATURES, "more than " + MAX_SIGNATURES + " signatures");
      }
      entries.add(value.substring(start, end));
      start = end + 1;
    }
    return entries;
  }

  private static List<String> only(String version, String value) {
    return value.startsWith(version) ? List.of(value.substring(version.length())) : List.of();
  }

  private static boolean isWord(String text) {
    return text.length() <= 256 && text.chars().allMatch(c -> c > 0x20 && c < 0x7f);
  }

  /** Decimal digits without sign or leading zero, at most 12 of them. */
  private static long timestamp(String text) {
    boolean canonical =
        text.length() <= 12
            && !text.isEmpty()
            && text.chars().allMatch(c -> c >= '0' && c <= '9')
            && (text.length() == 1 || text.charAt(0) != '0');
    if (!canonical) {
      throw malformed("the time is not a number of seconds");
    }
    return Long.parseLong(text);
  }

  private static VerificationException malformed(String detail) {
    return new VerificationException(MacReason.MALFORMED, detail);
  }
}
