package io.bartizan.integrity.mac;

import io.bartizan.integrity.json.StrictBase64;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The forms in which webhook providers write signatures, each of them read in one encoding. */
public enum WebhookEncoding {
  /** Hexadecimal in lower case. */
  HEX {
    @Override
    String encode(byte[] tag) {
      return HexFormat.of().formatHex(tag);
    }

    @Override
    byte @Nullable [] decode(String text) {
      try {
        return HexFormat.of().parseHex(text);
      } catch (IllegalArgumentException e) {
        return null;
      }
    }
  },
  /** Base64 with padding (RFC 4648 section 4). */
  BASE64 {
    @Override
    String encode(byte[] tag) {
      return Base64.getEncoder().encodeToString(tag);
    }

    @Override
    byte @Nullable [] decode(String text) {
      return StrictBase64.decodeStandard(text);
    }
  },
  /** Base64url without padding (RFC 4648 section 5). */
  BASE64URL {
    @Override
    String encode(byte[] tag) {
      return Base64.getUrlEncoder().withoutPadding().encodeToString(tag);
    }

    @Override
    byte @Nullable [] decode(String text) {
      return StrictBase64.decodeUrl(text);
    }
  };

  abstract String encode(byte[] tag);

  /** Null if it is of another form. */
  abstract byte @Nullable [] decode(String text);
}
