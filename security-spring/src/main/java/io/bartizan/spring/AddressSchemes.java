package io.bartizan.spring;

import io.bartizan.integrity.mac.WebhookEncoding;
import io.bartizan.integrity.mac.WebhookFormat;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The formats of senders who sign the address that they call. */
final class AddressSchemes {

  static final Set<String> NAMES = Set.of("twilio", "twilio-json", "hubspot", "square");

  private static final Pattern ADDRESS =
      Pattern.compile("(https?://[A-Za-z0-9.\\-\\[\\]:]+)(/[^?#]*[^?#/])");
  private static final String NEEDED =
      "the address that the sender calls is needed, such as https://shop.example/hooks/calls,"
          + " without a query; the sender signs it, and headers that tell it can be forged";

  private AddressSchemes() {}

  /**
   * The format of a sender.
   *
   * @param at where its settings stand
   * @param received the path at which its requests arrive, with the application's own
   */
  static WebhookFormat of(String name, String at, @Nullable String address, String received) {
    String property = at + "public-address";
    String called = SettingException.required(property, address, NEEDED);
    Matcher parts = ADDRESS.matcher(called);
    if (!parts.matches()) {
      throw SettingException.of(property, called, NEEDED);
    }
    return SettingException.read(
        property,
        called,
        () ->
            builder(name)
                .withOrigin(parts.group(1))
                .withPublicPath(received, parts.group(2))
                .build());
  }

  private static WebhookFormat.Builder builder(String name) {
    return switch (name) {
      case "twilio" -> twilio(name).withSigned("{url}{form}");
      case "twilio-json" -> twilio(name).withSigned("{url}").withBodySha256Parameter("bodySHA256");
      case "hubspot" ->
          WebhookFormat.builder(name, "X-HubSpot-Signature-v3", WebhookEncoding.BASE64)
              .withTimestampHeader("X-HubSpot-Request-Timestamp")
              .withMilliseconds()
              .withMethod("POST")
              .withSigned("{method}{url}{body}{timestamp}");
      case "square" ->
          WebhookFormat.builder(name, "x-square-hmacsha256-signature", WebhookEncoding.BASE64)
              .withSigned("{url}{body}");
      default -> throw new IllegalArgumentException("no such scheme: " + name);
    };
  }

  private static WebhookFormat.Builder twilio(String name) {
    return WebhookFormat.builder(name, "X-Twilio-Signature", WebhookEncoding.BASE64)
        .withLegacyHmacSha1();
  }
}
