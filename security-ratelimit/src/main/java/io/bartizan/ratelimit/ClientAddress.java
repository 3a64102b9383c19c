package io.bartizan.ratelimit;

import io.bartizan.core.SafeText;
import io.bartizan.core.house.Require;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Finds the client IP address to limit by, behind trusted proxies and no others ({@code
 * X-Forwarded-For}, {@code Forwarded}).
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
 * <p>IPv6 clients are grouped by their /64, the smallest network a subscriber gets; where most get
 * more, {@link #withNetworkBits} says so. An IPv6 address that carries an IPv4 address by a
 * well-known prefix is keyed by that: mapped (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056) and
 * Teredo (RFC 4380). No name is ever looked up. Immutable, thread-safe, linear in the field's
 * length, of which the last {@value #MAX_CHARS} characters are read.
 */
public final class ClientAddress {

  /** How many characters of a field are looked at, from its end. */
  public static final int MAX_CHARS = 4096;

  private static final int SUBSCRIBER_BITS = 64;

  private final List<AddressRange> trusted;
  private final int networkBits;

  private ClientAddress(List<AddressRange> trusted, int networkBits) {
    this.trusted = trusted;
    this.networkBits = networkBits;
  }

  /**
   * For a server that clients reach directly: forwarding fields are not believed.
   *
   * @return a rule that trusts no proxy
   */
  public static ClientAddress direct() {
    return new ClientAddress(List.of(), SUBSCRIBER_BITS);
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
    return new ClientAddress(List.copyOf(ranges), SUBSCRIBER_BITS);
  }

  /**
   * Groups IPv6 clients by wider or narrower networks than the /64, which is right where a
   * subscriber has no more than that. RFC 6177 gives a home a /56 to a /48: at /64 such a client
   * has 256 to 65 536 keys; at /56 up to 256 small subscribers share one.
   *
   * @param bits the bits of the address that tell clients apart; 32 to 128
   * @return a rule that differs in this only
   * @throws IllegalArgumentException if {@code bits} is outside its range
   */
  public ClientAddress withNetworkBits(int bits) {
    return new ClientAddress(trusted, Require.within("bits", bits, 32, 128));
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

  private String group(byte[] address) {
    byte[] own = AddressRange.carried(address);
    if (own.length == 4 || networkBits == 128) {
      return text(own);
    }
    byte[] network = new byte[16];
    for (int i = 0; i < networkBits; i++) {
      network[i / 8] |= (byte) (own[i / 8] & 0x80 >> i % 8);
    }
    // the JDK prints eight groups, the last of which are 0 here
    String[] groups = text(network).split(":", -1);
    int shown = (networkBits + 15) / 16;
    return String.join(":", Arrays.copyOf(groups, shown)) + (shown < 8 ? "::/" : "/") + networkBits;
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
    return "ClientAddress[trusted proxies " + trusted + ", IPv6 by /" + networkBits + "]";
  }
}
