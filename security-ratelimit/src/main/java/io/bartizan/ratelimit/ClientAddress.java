package io.bartizan.ratelimit;

import io.bartizan.core.SafeText;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Finds the address by which a client is limited, behind proxies that are trusted and no others.
 *
 * <p>Whoever believes {@code X-Forwarded-For} from everyone gives each request of an attacker a
 * bucket of its own. Here the peer of the connection is the client unless it is a trusted proxy;
 * then the field is read from its end, and the client is the first address that is not a trusted
 * proxy. What can't be understood ends the search at the last proxy that could.
 *
 * <pre>{@code
 * ClientAddress clients = ClientAddress.behind(List.of("10.0.0.0/8", "fd00::/8"));
 * String key = Key.of("address", clients.xForwardedFor(peer, request.headers("X-Forwarded-For")));
 * }</pre>
 *
 * <p>IPv6 clients are grouped by their /64, the smallest network a subscriber gets; IPv4 addresses
 * mapped into IPv6 count as IPv4. No name is ever looked up. Immutable, thread-safe, linear in the
 * field's length, of which the last {@value #MAX_CHARS} characters are read.
 */
public final class ClientAddress {

  /** How many characters of a field are looked at, from its end. */
  public static final int MAX_CHARS = 4096;

  private final List<AddressRange> trusted;

  private ClientAddress(List<AddressRange> trusted) {
    this.trusted = trusted;
  }

  /**
   * For a server that clients reach directly: forwarding fields are not believed.
   *
   * @return a rule that trusts no proxy
   */
  public static ClientAddress direct() {
    return new ClientAddress(List.of());
  }

  /**
   * For a server behind proxies.
   *
   * @param proxies addresses or networks such as {@code 10.0.0.0/8} and {@code 2001:db8::1}
   * @return a rule that trusts these proxies
   * @throws NullPointerException if {@code proxies} or an element is null
   * @throws IllegalArgumentException if {@code proxies} is empty or an element is not an address or
   *     a network, or a network trusts everyone
   */
  public static ClientAddress behind(List<String> proxies) {
    if (proxies.isEmpty()) {
      throw new IllegalArgumentException(
          "proxies is empty, at least one is needed; use direct() without a proxy");
    }
    List<AddressRange> ranges = new ArrayList<>();
    for (String proxy : proxies) {
      ranges.add(AddressRange.parse(proxy));
    }
    return new ClientAddress(List.copyOf(ranges));
  }

  /**
   * The client of a request with {@code X-Forwarded-For}.
   *
   * @param peer the other end of the connection
   * @param values the values of all fields of this name, in their order; empty if there is none
   * @return an address, or for IPv6 a network such as {@code 2001:db8:1:2::/64}
   * @throws NullPointerException if an argument is null
   */
  public String xForwardedFor(InetAddress peer, List<String> values) {
    return client(peer, ForwardedFor.list(values));
  }

  /**
   * The client of a request with {@code Forwarded} (RFC 7239).
   *
   * @param peer the other end of the connection
   * @param values the values of all fields of this name, in their order; empty if there is none
   * @return an address, or for IPv6 a network such as {@code 2001:db8:1:2::/64}
   * @throws NullPointerException if an argument is null
   */
  public String forwarded(InetAddress peer, List<String> values) {
    return client(peer, ForwardedFor.forwarded(values));
  }

  /** {@code hops} from the farthest to the nearest; an empty one is not understood. */
  private String client(InetAddress peer, List<String> hops) {
    byte[] client = AddressRange.plain(Objects.requireNonNull(peer, "peer").getAddress());
    for (int i = hops.size() - 1; i >= 0 && isTrusted(client); i--) {
      byte[] next = AddressRange.address(hops.get(i));
      if (next == null) {
        break;
      }
      client = next;
    }
    return group(client);
  }

  private boolean isTrusted(byte[] address) {
    for (AddressRange range : trusted) {
      if (range.contains(address)) {
        return true;
      }
    }
    return false;
  }

  private static String group(byte[] address) {
    if (address.length == 4) {
      return text(address);
    }
    byte[] network = new byte[16];
    System.arraycopy(address, 0, network, 0, 8);
    // the JDK prints eight groups, the last four of which are 0 here
    String text = text(network);
    return text.substring(0, text.length() - "0:0:0:0".length()) + ":/64";
  }

  private static String text(byte[] address) {
    try {
      return InetAddress.getByAddress(address).getHostAddress();
    } catch (UnknownHostException e) {
      throw new AssertionError(SafeText.of(e.toString()), e);
    }
  }

  @Override
  public String toString() {
    return "ClientAddress[trusted proxies " + trusted + "]";
  }
}
