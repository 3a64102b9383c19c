package io.bartizan.integrity.mac;

import io.bartizan.core.SafeText;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The way in which a provider of webhooks signs with HMAC: which headers, what is signed and how.
 * GitHub, Stripe and Slack are instances of it; declare any other one.
 *
 * <p>Names of headers are matched as the application's request does. Immutable and thread-safe.
 *
 * <pre>{@code
 * WebhookFormat zoom =
 *     WebhookFormat.builder("zoom", "x-zm-signature", WebhookEncoding.HEX)
 *         .withPrefix("v0=")
 *         .withTimestampHeader("x-zm-request-timestamp")
 *         .withSigned("v0:{timestamp}:{body}")
 *         .build();
 * WebhookVerifier meetings = WebhookVerifier.of(WebhookScheme.of(zoom, secret));
 * }</pre>
 */
public final class WebhookFormat {

  static final WebhookFormat STRIPE =
      builder("stripe", "Stripe-Signature", WebhookEncoding.HEX)
          .withPrefix("v1=")
          .withSeparator(',')
          .withTimestampEntry("t=")
          .withSigned("{timestamp}.{body}")
          .withIdInJson() // "id"
          .build();
  static final WebhookFormat GITHUB =
      builder("github", "X-Hub-Signature-256", WebhookEncoding.HEX).withPrefix("sha256=").build();
  static final WebhookFormat SLACK =
      builder("slack", "X-Slack-Signature", WebhookEncoding.HEX)
          .withPrefix("v0=")
          .withTimestampHeader("X-Slack-Request-Timestamp")
          .withSigned("v0:{timestamp}:{body}")
          .withIdInJson() // "event_id"; its forms may have none
          .build();

  final String name;
  final String signatureHeader;
  final WebhookEncoding encoding;
  final HmacAlgorithm algorithm;
  final String prefix;
  final SignedTemplate signed;
  final @Nullable String bodySha256Parameter;
  final String receivedPath;
  final @Nullable String publicPath;
  final @Nullable String idHeader;
  final @Nullable String timestampHeader;
  final @Nullable String timestampEntry;
  final boolean legacySha1;
  final @Nullable String otherSignatureHeader;
  final TimeForm timeForm;
  final @Nullable Character separator;
  final String secretPrefix;
  final @Nullable WebhookEncoding secretEncoding;
  final boolean idInJson;

  private WebhookFormat(Builder builder) {
    name = builder.name;
    signatureHeader = builder.signatureHeader;
    encoding = builder.encoding;
    algorithm = builder.algorithm;
    prefix = builder.prefix;
    legacySha1 = builder.legacySha1;
    otherSignatureHeader = builder.otherSignatureHeader;
    signed = builder.signed.at(builder.method, builder.url, builder.origin);
    bodySha256Parameter = builder.bodySha256Parameter;
    receivedPath = builder.receivedPath;
    publicPath = builder.publicPath;
    idHeader = builder.idHeader;
    timestampHeader = builder.timestampHeader;
    timestampEntry = builder.timestampEntry;
    timeForm = builder.timeForm;
    separator = builder.separator;
    secretPrefix = builder.secretPrefix;
    secretEncoding = builder.secretEncoding;
    idInJson = builder.idInJson;
  }

  /**
   * A provider that signs the body alone with HMAC-SHA-256, such as Shopify.
   *
   * @param name what to call it in logs and metrics, 1 to 40 of {@code a} to {@code z}, digits and
   *     {@code -}
   * @param signatureHeader the header that has the signature
   * @param encoding how the signature is written
   * @return the format
   * @throws IllegalArgumentException if a name is of another form
   */
  public static WebhookFormat of(String name, String signatureHeader, WebhookEncoding encoding) {
    return builder(name, signatureHeader, encoding).build();
  }

  /**
   * A provider that signs more than the body, or otherwise.
   *
   * @param name what to call it in logs and metrics, 1 to 40 of {@code a} to {@code z}, digits and
   *     {@code -}
   * @param signatureHeader the header that has the signature
   * @param encoding how the signature is written
   * @return a builder
   * @throws IllegalArgumentException if a name is of another form
   */
  public static Builder builder(String name, String signatureHeader, WebhookEncoding encoding) {
    return new Builder(name, signatureHeader, encoding);
  }

  /** Whether a time is signed, without which nothing but memory tells a replay. */
  boolean signsTime() {
    return signed.hasTimestamp();
  }

  /** Everything that is declared. */
  @Override
  public String toString() {
    return "WebhookFormat["
        + name
        + ", "
        + signatureHeader
        + ": "
        + prefix
        + encoding.name().toLowerCase(Locale.ROOT)
        + " of HMAC-"
        + (legacySha1 ? "SHA_1" : algorithm)
        + " over "
        + signed
        + "]";
  }

  /** Options for providers that sign more than the body alone. Not thread-safe. */
  public static final class Builder {

    private final String name;
    private final String signatureHeader;
    private final WebhookEncoding encoding;
    private HmacAlgorithm algorithm = HmacAlgorithm.SHA_256;
    private String prefix = "";
    private SignedTemplate signed = SignedTemplate.parse("{body}");
    private @Nullable String idHeader;
    private @Nullable String timestampHeader;
    private @Nullable String timestampEntry;
    private boolean legacySha1;
    private @Nullable String otherSignatureHeader;
    private @Nullable String method;
    private @Nullable String url;
    private @Nullable String origin;
    private @Nullable String bodySha256Parameter;
    private String receivedPath = "";
    private @Nullable String publicPath;
    private TimeForm timeForm = TimeForm.SECONDS;
    private @Nullable Character separator;
    private String secretPrefix = "";
    private @Nullable WebhookEncoding secretEncoding;
    private boolean idInJson;

    private Builder(String name, String signatureHeader, WebhookEncoding encoding) {
      if (!name.matches("[a-z0-9-]{1,40}")) {
        throw new IllegalArgumentException(
            "name is " + SafeText.of(name, 60) + ", 1 to 40 of a to z, 0 to 9 and - are accepted");
      }
      this.name = name;
      this.signatureHeader = header(signatureHeader);
      this.encoding = Objects.requireNonNull(encoding, "encoding");
    }

    /** A body that is JSON has the event's id, so that no other event has this body. */
    private Builder withIdInJson() {
      idInJson = true;
      return this;
    }

    private static String header(String header) {
      if (!header.matches("[A-Za-z0-9_-]{1,100}")) {
        throw new IllegalArgumentException(
            "header is " + SafeText.of(header, 120) + ", letters, digits, - and _ are accepted");
      }
      return header;
    }

    private static String word(String what, String text, int min) {
      if (text.length() < min
          || text.length() > 40
          || !text.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
        throw new IllegalArgumentException(
            what + " is " + SafeText.of(text, 60) + ", visible ASCII up to 40 is accepted");
      }
      return text;
    }

    /**
     * The hash; SHA-256 unless set.
     *
     * @param hash of the HMAC
     * @return this
     */
    public Builder withAlgorithm(HmacAlgorithm hash) {
      this.algorithm = Objects.requireNonNull(hash, "hash");
      return this;
    }

    /**
     * HMAC-SHA-1 in place of {@link #withAlgorithm}, only for senders who offer nothing else, such
     * as Vercel, Intercom and Trello. Nobody is known to be able to forge it, since the collisions
     * of SHA-1 do not help without the secret; but it is no choice for anything new.
     *
     * @return this
     */
    public Builder withLegacyHmacSha1() {
      this.legacySha1 = true;
      return this;
    }

    /**
     * A second header that has a signature, for providers such as Box that sign with two keys while
     * one is changed. One good signature in either is enough, and one of the two may be absent.
     *
     * @param header its name
     * @return this
     * @throws IllegalArgumentException if it is of another form
     */
    public Builder withOtherSignatureHeader(String header) {
      this.otherSignatureHeader = header(header);
      return this;
    }

    /**
     * The method that stands for {@code {method}}; declared, for the provider knows which it sends.
     *
     * @param name such as {@code POST}
     * @return this
     * @throws IllegalArgumentException if it is not of capital letters
     */
    public Builder withMethod(String name) {
      if (!name.matches("[A-Z]{1,20}")) {
        throw new IllegalArgumentException(
            "method is " + SafeText.of(name, 40) + ", 1 to 20 of A to Z are accepted");
      }
      this.method = name;
      return this;
    }

    /**
     * The address that stands for {@code {url}}, exactly as the provider was told it. It is
     * declared and never taken from a request, which a proxy changes and a sender chooses.
     *
     * @param address such as {@code https://shop.example/hooks/crm}
     * @return this
     * @throws IllegalArgumentException if it is not http or https, or not of visible ASCII, or has
     *     more than 1000 characters
     */
    public Builder withUrl(String address) {
      if (!address.matches("https?://[\\x21-\\x7e]{1,992}")) {
        throw new IllegalArgumentException(
            "url is " + SafeText.of(address, 100) + ", an address of visible ASCII is accepted");
      }
      this.url = address;
      return this;
    }

    /**
     * The public origin of addresses that differ from request to request: {@code {url}} is then
     * this and the path and query that are given to {@link WebhookVerifier#at}. It is declared and
     * never taken from {@code Host} or {@code X-Forwarded-Host}, which a sender chooses.
     *
     * @param address scheme, host and, where the provider signs it, port, such as {@code
     *     https://shop.example}
     * @return this
     * @throws IllegalArgumentException if it is of another form
     */
    public Builder withOrigin(String address) {
      if (!address.matches("https?://[A-Za-z0-9.\\-\\[\\]:]{1,260}")) {
        throw new IllegalArgumentException(
            "origin is " + SafeText.of(address, 100) + ", scheme, host and port are accepted");
      }
      this.origin = address;
      return this;
    }

    /**
     * A proxy in front rewrites the beginning of paths: what arrives below one path was sent, and
     * is signed, below another; needs {@link #withOrigin}. Declared like the origin and never taken
     * from {@code X-Forwarded-Prefix}, which a sender chooses. A request that arrives elsewhere is
     * refused.
     *
     * @param received where requests arrive here, such as {@code /twilio}; empty for everywhere
     * @param signed the public path in its place, such as {@code /hooks/twilio}; empty if the proxy
     *     adds {@code received}
     * @return this
     * @throws IllegalArgumentException if one is neither empty nor a path without a last slash
     */
    public Builder withPublicPath(String received, String signed) {
      if (!RequestTarget.isPath(received) || !RequestTarget.isPath(signed)) {
        throw new IllegalArgumentException(
            "public path is "
                + SafeText.of(signed, 100)
                + " for "
                + SafeText.of(received, 100)
                + "; paths such as /hooks, or none, are accepted");
      }
      this.receivedPath = received;
      this.publicPath = signed;
      return this;
    }

    /**
     * The query has the body's SHA-256, in hexadecimal of lower case, so that to sign {@code {url}}
     * is to sign the body, as Twilio does with JSON; needs {@link #withOrigin}.
     *
     * @param parameter its name, such as {@code bodySHA256}
     * @return this
     * @throws IllegalArgumentException if it is not of letters, digits, {@code -} and {@code _}
     */
    public Builder withBodySha256Parameter(String parameter) {
      this.bodySha256Parameter = header(parameter);
      return this;
    }

    /**
     * What stands before the signature, such as {@code sha256=}; signatures with another prefix are
     * not looked at.
     *
     * @param text visible ASCII, at most 40 characters
     * @return this
     * @throws IllegalArgumentException if it is of another form
     */
    public Builder withPrefix(String text) {
      this.prefix = word("prefix", text, 0);
      return this;
    }

    /**
     * What is signed: {@code {body}} once, {@code {id}} and {@code {timestamp}} at most once each,
     * {@code {method}}, {@code {url}} and literal text. {@code {body}} unless set.
     *
     * <p>{@code {form}} in the place of {@code {body}} is a form's parameters decoded and sorted by
     * name, each name and value with nothing between (Twilio). So {@code ab=c} and {@code a=bc} are
     * one signed text, and whoever has seen a request can send it in another reading; the guard
     * that such a format takes accepts one of them, the first. A name that comes twice is refused.
     *
     * <p>One signed text must never be two messages, so that {@code {id}} stands before the body
     * and needs after it a sign that no id may hold, or a time of RFC 3339. A time without a sign
     * after it, or after the body, is read only as RFC 3339 or with exactly 10 digits (13 of
     * milliseconds). After the address of {@link #withOrigin} comes a sign that no address holds,
     * or the body, which is then read only if it begins with one, as JSON does.
     *
     * @param template such as {@code {id}.{timestamp}.{body}}
     * @return this
     * @throws IllegalArgumentException if it is of another form
     */
    public Builder withSigned(String template) {
      this.signed = SignedTemplate.parse(template);
      return this;
    }

    /**
     * The header of the id that is signed; ids of visible ASCII up to 256 characters are read, if
     * they do not hold the sign that follows {@code {id}}, or no date where a time follows it.
     *
     * @param header its name
     * @return this
     * @throws IllegalArgumentException if it is of another form
     */
    public Builder withIdHeader(String header) {
      this.idHeader = header(header);
      return this;
    }

    /**
     * The header of the time that is signed, in seconds since 1970 unless {@link #withMilliseconds}
     * or {@link #withRfc3339} is said.
     *
     * @param header its name
     * @return this
     * @throws IllegalArgumentException if it is of another form
     */
    public Builder withTimestampHeader(String header) {
      this.timestampHeader = header(header);
      return this;
    }

    /**
     * The prefix of the entry of the signature header that has the time, for providers such as
     * Stripe ({@code t=}); needs {@link #withSeparator}.
     *
     * @param text visible ASCII, 1 to 40 characters
     * @return this
     * @throws IllegalArgumentException if it is of another form
     */
    public Builder withTimestampEntry(String text) {
      this.timestampEntry = word("timestampEntry", text, 1);
      return this;
    }

    /**
     * The time is in milliseconds.
     *
     * @return this
     */
    public Builder withMilliseconds() {
      this.timeForm = TimeForm.MILLISECONDS;
      return this;
    }

    /**
     * The time is a date and time of RFC 3339, such as {@code 2026-11-21T12:00:00Z}, with up to
     * nine digits of a fraction.
     *
     * @return this
     */
    public Builder withRfc3339() {
      this.timeForm = TimeForm.RFC3339;
      return this;
    }

    /**
     * The signature header has several entries, at most eight of them signatures; one good one is
     * enough. Blanks before an entry are passed over.
     *
     * @param sign between two entries, a comma, semicolon or blank
     * @return this
     * @throws IllegalArgumentException if it is another
     */
    public Builder withSeparator(char sign) {
      if (",; ".indexOf(sign) < 0) {
        throw new IllegalArgumentException(
            "separator is " + SafeText.of(String.valueOf(sign)) + "; , ; and blank are accepted");
      }
      this.separator = sign;
      return this;
    }

    /**
     * Secrets are shown encoded, such as {@code whsec_} and base64; otherwise the text that is
     * shown is itself the key.
     *
     * @param before what stands before the encoded secret; may be empty
     * @param form how the secret is written
     * @return this
     * @throws IllegalArgumentException if {@code before} is of another form
     */
    public Builder withSecretForm(String before, WebhookEncoding form) {
      this.secretPrefix = word("before", before, 0);
      this.secretEncoding = Objects.requireNonNull(form, "form");
      return this;
    }

    /**
     * The format.
     *
     * @return immutable and thread-safe
     * @throws IllegalArgumentException if an id or a time is named and not signed, or signed and
     *     not named, or the time is named twice, or one signed text could be two messages
     */
    public WebhookFormat build() {
      boolean time = timestampHeader != null || timestampEntry != null;
      if (time != signed.hasTimestamp() || (idHeader != null) != signed.hasId()) {
        throw new IllegalArgumentException(
            "signed is "
                + signed
                + "; {timestamp} and {id} are accepted with the header or entry that has them, and"
                + " such a header with them alone, for what is not signed proves nothing");
      }
      if (timestampHeader != null && timestampEntry != null) {
        throw new IllegalArgumentException(
            "the time is in a header and in an entry, one is needed");
      }
      if (timestampEntry != null && (separator == null || prefix.isEmpty())) {
        throw new IllegalArgumentException("an entry for the time needs a separator and a prefix");
      }
      if (timeForm != TimeForm.SECONDS && !time) {
        throw new IllegalArgumentException("no time is signed, so that it has no form");
      }
      if (legacySha1 && algorithm != HmacAlgorithm.SHA_256) {
        throw new IllegalArgumentException("two hashes are declared, one is needed");
      }
      if (otherSignatureHeader != null && separator != null) {
        throw new IllegalArgumentException(
            "several signatures are in two headers or in one with a separator, not both");
      }
      if (publicPath != null && origin == null) {
        throw new IllegalArgumentException("a public path needs withOrigin");
      }
      if (bodySha256Parameter == null) {
        signed.at(method, url, origin).requireUnambiguous(timeForm);
      } else if (!signed.isUrl() || origin == null) {
        throw new IllegalArgumentException(
            "signed is " + signed + "; a hash in the query is accepted with {url} and withOrigin");
      }
      return new WebhookFormat(this);
    }
  }
}
