package io.bartizan.adapters.answer;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the IP address of a connection as containers spell it; never looks up a name. */
public final class AddressText {

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final int MAX_CHARS = 64;

  private AddressText() {}

  /**
   * The address of a text.
   *
   * @param text IPv4, or IPv6 with or without brackets and zone
   * @return the address; empty if the text is none, such as the path of a UNIX domain socket
   */
  public static Optional<InetAddress> parse(@Nullable String text) {
    if (text == null || text.isEmpty() || text.length() > MAX_CHARS) {
      return Optional.empty();
    }
    try {
      if (IPV4.matcher(text).matches()) {
        byte[] bytes = new byte[4];
        String[] parts = text.split("\\.", -1);
        for (int i = 0; i < 4; i++) {
          int part = Integer.parseInt(parts[i]);
          if (part > 255) {
            return Optional.empty();
          }
          bytes[i] = (byte) part;
        }
        return Optional.of(InetAddress.getByAddress(bytes));
      }
      if (text.indexOf(':') < 0) {
        return Optional.empty();
      }
      String bare =
          text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
      int zone = bare.indexOf('%');
      // the JDK takes what is in brackets for an address or throws
      return Optional.of(
          InetAddress.getByName("[" + (zone < 0 ? bare : bare.substring(0, zone)) + "]"));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
