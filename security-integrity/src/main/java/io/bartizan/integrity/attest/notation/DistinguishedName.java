package io.bartizan.integrity.attest.notation;

import io.bartizan.integrity.der.Der;
import io.bartizan.integrity.der.DerException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** The attributes of a name, each by its object identifier; no name with one attribute twice. */
final class DistinguishedName {

  private static final String COUNTRY = "2.5.4.6";
  private static final String STATE = "2.5.4.8";
  private static final String ORGANIZATION = "2.5.4.10";
  private static final int BMP_STRING = 0x1e;
  private static final Map<Integer, Charset> CHARSETS =
      Map.of(
          0x0c,
          StandardCharsets.UTF_8,
          0x13,
          StandardCharsets.US_ASCII,
          0x14,
          StandardCharsets.ISO_8859_1,
          0x16,
          StandardCharsets.US_ASCII,
          BMP_STRING,
          StandardCharsets.UTF_16BE);

  private final Map<String, String> attributes;

  private DistinguishedName(Map<String, String> attributes) {
    this.attributes = attributes;
  }

  /** A trusted identity such as {@code C=US, ST=WA, O=acme}. */
  static DistinguishedName parse(String text) {
    if (text.contains("=#")) {
      throw new IllegalArgumentException(
          "identity \"" + text + "\" has a value in hexadecimal, a text is accepted");
    }
    DistinguishedName name = of(new X500Principal(text));
    if (name == null) {
      throw new IllegalArgumentException(
          "identity \"" + text + "\" has an attribute twice, joined by + or of another form");
    }
    if (!name.attributes.containsKey(COUNTRY)
        || !name.attributes.containsKey(STATE)
        || !name.attributes.containsKey(ORGANIZATION)) {
      throw new IllegalArgumentException(
          "identity \"" + text + "\" does not have all of C, ST and O");
    }
    return name;
  }

  /** Null if it is a name that could be read in two ways. */
  static @Nullable DistinguishedName of(X500Principal principal) {
    Map<String, String> found = new HashMap<>();
    try {
      Der names = Der.whole(principal.getEncoded(), Der.SEQUENCE);
      while (names.hasMore()) {
        Der one = names.enter(Der.SET);
        Der attribute = one.enter(Der.SEQUENCE);
        one.finish();
        String oid = attribute.oid();
        Charset charset = CHARSETS.get(attribute.tag());
        if (charset == null) {
          return null;
        }
        String value = new String(attribute.content(attribute.tag()), charset);
        attribute.finish();
        if (value.isEmpty() || found.put(oid, value) != null) {
          return null;
        }
      }
    } catch (DerException e) {
      return null;
    }
    return new DistinguishedName(found);
  }

  /** Whether all its attributes are those of another name, which may have more. */
  boolean isPartOf(DistinguishedName other) {
    return other.attributes.entrySet().containsAll(attributes.entrySet());
  }
}
