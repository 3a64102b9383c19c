package io.bartizan.ratelimit;

import io.bartizan.core.SafeText;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A network of addresses; one address is a network of its full length. */
final class AddressRange {

  private static final int MAX_CHARS = 45;

  private static final AddressRange NAT64 = parse("64:ff9b::/96");
  private static final AddressRange SIX_TO_FOUR = parse("2002::/16");
  private static final AddressRange TEREDO = parse("2001::/32");

  private final byte[] network;
  private final int bits;
  private final String text;

  private AddressRange(byte[] network, int bits, String text) {
    this.network = network;
    this.bits = bits;
    this.text = text;
  }

  static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    byte[] address = address(slash < 0 ? text : text.substring(0, slash));
    int bits = address == null ? 0 : 8 * address.length;
    if (address != null && slash >= 0) {
      String length = text.substring(slash + 1);
      bits = length.matches("[0-9]{1,3}") ? Integer.parseInt(length) : 0;
    }
    if (address == null || bits < 1 || bits > 8 * address.length || !restIsZero(address, bits)) {
      throw new IllegalArgumentException(
          "proxy is \""
              + SafeText.of(text)
              + "\", an IP address or a network such as 10.0.0.0/8 is accepted");
    }
    return new AddressRange(address, bits, text);
  }

  private static boolean restIsZero(byte[] address, int bits) {
    for (int i = bits; i < 8 * address.length; i++) {
      if ((address[i / 8] >> (7 - i % 8) & 1) != 0) {
        return false;
      }
    }
    return true;
  }

  boolean contains(byte[] address) {
    if (address.length != network.length) {
      return false;
    }
    int whole = bits / 8;
    if (!Arrays.equals(network, 0, whole, address, 0, whole)) {
      return false;
    }
    return bits % 8 == 0
        || (network[whole] & 0xff) >> (8 - bits % 8) == (address[whole] & 0xff) >> (8 - bits % 8);
  }

  /** The bytes of an address in digits; null if it is anything else, a name above all. */
  static byte @Nullable [] address(String text) {
    boolean six = text.indexOf(':') >= 0;
    if (text.isEmpty() || text.length() > MAX_CHARS || !(six ? isSix(text) : isFour(text))) {
      return null;
    }
    try {
      return plain(InetAddress.getByName(six ? "[" + text + "]" : text).getAddress());
    } catch (UnknownHostException e) {
      return null;
    }
  }

  /** Four parts of 0 to 255 without leading zeros, which some read as octal (CVE-2021-29923). */
  private static boolean isFour(String text) {
    String[] parts = text.split("\\.", -1);
    boolean four = parts.length == 4;
    for (String part : parts) {
      four &= part.matches("0|[1-9][0-9]{0,2}") && Integer.parseInt(part) < 256;
    }
    return four;
  }

  /** Only characters of which no name and no zone can be made; the JDK judges their order. */
  private static boolean isSix(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > 'f' || (Character.digit(c, 16) < 0 && c != ':' && c != '.')) {
        return false;
      }
    }
    return true;
  }

  /** An IPv4 address mapped into IPv6 becomes IPv4. */
  static byte[] plain(byte[] address) {
    boolean mapped = address.length == 16 && address[10] == -1 && address[11] == -1;
    for (int i = 0; i < 10 && mapped; i++) {
      mapped = address[i] == 0;
    }
    return mapped ? Arrays.copyOfRange(address, 12, 16) : address;
  }

  /** The IPv4 address that an IPv6 address carries by a well-known prefix; else the same. */
  static byte[] carried(byte[] address) {
    if (address.length == 4) {
      return address;
    }
    if (NAT64.contains(address)) {
      return Arrays.copyOfRange(address, 12, 16);
    }
    if (SIX_TO_FOUR.contains(address)) {
      return Arrays.copyOfRange(address, 2, 6);
    }
    if (TEREDO.contains(address)) {
      byte[] hidden = Arrays.copyOfRange(address, 12, 16);
      for (int i = 0; i < 4; i++) {
        hidden[i] = (byte) ~hidden[i];
      }
      return hidden;
    }
    return address;
  }

  @Override
  public String toString() {
    return text;
  }
}
