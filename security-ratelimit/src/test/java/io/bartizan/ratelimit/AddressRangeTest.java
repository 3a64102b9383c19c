package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.tests.SeededCases;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks and addresses against arithmetic on whole numbers. */
class AddressRangeTest {

  private static final String FORWARDED = "198.51.100.1";

  @ParameterizedTest
  @ValueSource(ints = {32, 128})
  void ML01_network_of_every_length_contains_what_arithmetic_says(int size) {
    for (int length = 1; length <= size; length++) {
      int bits = length;
      SeededCases.check(
          2,
          random -> {
            BigInteger hosts = BigInteger.ONE.shiftLeft(size - bits);
            BigInteger first = new BigInteger(1, network(random, size)).andNot(last(hosts));
            Asked asked = new Asked(size, bits, first);
            asked.is(first, true);
            asked.is(first.add(last(hosts)), true);
            asked.is(first.subtract(BigInteger.ONE), false);
            asked.is(first.add(hosts), false);
            for (int i = 0; i < 4; i++) {
              BigInteger host = new BigInteger(1, bytes(random, size)).and(last(hosts));
              asked.is(first.or(host), true);
              asked.is(new BigInteger(1, bytes(random, size)));
            }
            BigInteger inside = first.or(new BigInteger(1, bytes(random, size)).and(last(hosts)));
            for (int bit = 0; bit < size; bit++) {
              boolean unused = asked.contains(inside.flipBit(bit), bit < size - bits);
            }
          });
    }
  }

  /** One network, which is asked for an address as bytes, as a peer, and as a hop of a proxy. */
  private static final class Asked {

    private static final byte[] PROXY = {(byte) 192, 0, 2, 77};

    private final int size;
    private final int bits;
    private final BigInteger first;
    private final AddressRange range;
    private final ClientAddress clients;

    Asked(int size, int bits, BigInteger first) {
      this.size = size;
      this.bits = bits;
      this.first = first;
      String network = text(padded(first, size)) + "/" + bits;
      range = AddressRange.parse(network);
      clients = ClientAddress.behind(List.of(network, "192.0.2.77/32"));
    }

    void is(BigInteger address) throws UnknownHostException {
      is(address, address.shiftRight(size - bits).equals(first.shiftRight(size - bits)));
    }

    void is(BigInteger address, boolean inside) throws UnknownHostException {
      if (contains(address, inside)) {
        byte[] asked = padded(address, size);
        String peer = clients.xForwardedFor(InetAddress.getByAddress(asked), List.of(FORWARDED));
        assertThat(peer.equals(FORWARDED)).as("%s in %s", text(asked), range).isEqualTo(inside);
        List<String> hops = List.of(FORWARDED + ", " + text(asked));
        assertThat(clients.xForwardedFor(InetAddress.getByAddress(PROXY), hops)).isEqualTo(peer);
      }
    }

    /** False if it is no IPv6 or IPv4 address, or one of those that this test can't tell apart. */
    boolean contains(BigInteger address, boolean inside) {
      if (address.signum() < 0 || address.bitLength() > size) {
        return false;
      }
      byte[] asked = padded(address, size);
      assertThat(range.contains(asked)).as("%s in %s", text(asked), range).isEqualTo(inside);
      return !isMapped(asked) && !Arrays.equals(asked, PROXY) && !text(asked).equals(FORWARDED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0/8", "10.0.0.0/9", "10.0.0.1", "0.0.0.0/1", "10.0.0.0/31"})
  void ML01_address_that_only_looks_mapped_is_no_proxy(String network) throws Exception {
    byte[] mapped = HexFormat.of().parseHex("00000000000000000000ffff0a000001");
    ClientAddress clients = ClientAddress.behind(List.of(network));
    assertThat(clients.xForwardedFor(InetAddress.getByAddress(mapped), List.of(FORWARDED)))
        .isEqualTo(FORWARDED);
    assertThat(AddressRange.plain(mapped)).containsExactly(10, 0, 0, 1);
    assertThat(AddressRange.address("::ffff:a00:1")).containsExactly(10, 0, 0, 1);
    for (int bit = 0; bit < 96; bit++) {
      byte[] near = mapped.clone();
      near[bit / 8] ^= (byte) (0x80 >> bit % 8);
      assertIsNoProxy(clients, near);
    }
  }

  /** Forms in which others carry an IPv4 address, and which are IPv6 all the same. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "2001:db8::ffff:a00:1",
        "2001:db8::ffff:10.0.0.1",
        "::a00:1",
        "::10.0.0.1",
        "::ffff:0:a00:1",
        "::fffe:a00:1",
        "::ff:a00:1",
        "::ffff:ffff:a00:1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2001:0:a00:1::",
        "fe80::5efe:10.0.0.1",
        "fe80::ffff:10.0.0.1",
        "1::ffff:a00:1",
        "0:0:0:0:1:ffff:a00:1",
        "a00:1::",
        "::1"
      })
  void ML01_address_that_carries_a_trusted_one_is_no_proxy(String text) throws Exception {
    ClientAddress clients =
        ClientAddress.behind(List.of("10.0.0.0/8", "10.0.0.1", "127.0.0.0/8", "0.0.0.0/1"));
    byte[] address = AddressRange.address(text);
    assertThat(address).hasSize(16).isEqualTo(InetAddress.getByName(text).getAddress());
    assertIsNoProxy(clients, address);
  }

  private static void assertIsNoProxy(ClientAddress clients, byte[] address)
      throws UnknownHostException {
    InetAddress peer = InetAddress.getByAddress(address);
    String itself = ClientAddress.direct().xForwardedFor(peer, List.of());
    assertThat(itself).isNotEqualTo(FORWARDED);
    assertThat(clients.xForwardedFor(peer, List.of(FORWARDED))).as("%s", peer).isEqualTo(itself);
    assertThat(clients.forwarded(peer, List.of("for=" + FORWARDED))).isEqualTo(itself);
    InetAddress proxy = InetAddress.getByName("10.0.0.1");
    assertThat(clients.xForwardedFor(proxy, List.of(FORWARDED + ", " + text(address))))
        .as("%s", peer)
        .isEqualTo(itself);
  }

  /** The last number that is one, and the next. */
  @ParameterizedTest
  @CsvSource({
    "10.0.0.255,        10.0.0.256",
    "10.0.255.0,        10.0.256.0",
    "10.255.0.0,        10.256.0.0",
    "255.0.0.0,         256.0.0.0",
    "10.0.0.99,         10.0.0.999",
    "10.0.0.1,          10.0.0.4294967297",
    "10.0.0.0,          10.0.0",
    "10.0.0.0,          10.0.0.0.0",
    "10.0.0.0,          10.0.0.00",
    "10.0.0.1,          10.0.0.01",
    "10.0.0.1,          10.0.0.-1",
    "10.0.0.1,          10.0.0.0x1",
    "10.0.0.1,          167772161",
    "2001:db8::ffff,    2001:db8::10000",
    "2001:db8::,        12001:db8::",
    "1:2:3:4:5:6:7:8,   1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::,   1:2:3:4:5:6:7",
    "::ffff:10.0.0.255, ::ffff:10.0.0.256",
    "::f,               ::g",
    "::1,               ::1::"
  })
  void ML01_number_just_too_large_is_no_address(String last, String next) throws Exception {
    assertThat(AddressRange.address(last)).isEqualTo(InetAddress.getByName(last).getAddress());
    assertThat(AddressRange.address(next)).isNull();
    assertThat(ClientAddress.behind(List.of(last)).toString()).contains(last);
    assertRefused(next);
    ClientAddress clients = ClientAddress.behind(List.of("192.0.2.77"));
    assertThat(clients.xForwardedFor(InetAddress.getByName("192.0.2.77"), List.of(next)))
        .isEqualTo("192.0.2.77");
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 128})
  void ML01_length_outside_the_address_and_host_bits_are_refused(int size) {
    String zeros = size == 32 ? "0.0.0.0/" : "::/";
    for (int bits = 1; bits <= size; bits++) {
      assertThat(AddressRange.parse(zeros + bits).contains(new byte[size / 8])).isTrue();
      byte[] network = new byte[size / 8];
      for (int bit = 0; bit < size; bit++) {
        byte[] one = network.clone();
        one[bit / 8] = (byte) (0x80 >> bit % 8);
        String text = text(one) + "/" + bits;
        if (bit < bits) {
          assertThat(AddressRange.parse(text).contains(one)).as(text).isTrue();
        } else {
          assertRefused(text);
        }
      }
    }
    for (String bits :
        List.of("0", "-1", "+8", " 8", "8 ", "", "1e1", "256", "999", "4294967304")) {
      assertRefused(zeros + bits);
    }
    assertRefused(zeros + (size + 1));
    assertRefused(zeros + "8/8");
  }

  private static void assertRefused(String proxy) {
    assertThatThrownBy(() -> ClientAddress.behind(List.of(proxy)))
        .as(proxy)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("proxy is \"");
  }

  /** Random bytes, of which many are all zeros or all ones, where carries and signs are. */
  private static byte[] network(SplittableRandom random, int size) {
    byte[] bytes = bytes(random, size);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] =
          switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> Byte.MIN_VALUE;
            default -> bytes[i];
          };
    }
    return bytes;
  }

  private static byte[] bytes(SplittableRandom random, int size) {
    byte[] bytes = new byte[size / 8];
    random.nextBytes(bytes);
    return bytes;
  }

  private static BigInteger last(BigInteger hosts) {
    return hosts.subtract(BigInteger.ONE);
  }

  private static byte[] padded(BigInteger number, int size) {
    byte[] padded = new byte[size / 8];
    byte[] all = number.toByteArray();
    int length = Math.min(all.length, padded.length);
    System.arraycopy(all, all.length - length, padded, padded.length - length, length);
    return padded;
  }

  private static boolean isMapped(byte[] address) {
    return address.length == 16
        && new BigInteger(1, address).shiftRight(32).equals(BigInteger.valueOf(0xffff));
  }

  /** In full, without a formatter of the JDK. */
  private static String text(byte[] address) {
    return address.length == 4
        ? IntStream.range(0, 4)
            .mapToObj(i -> Integer.toString(address[i] & 0xff))
            .collect(Collectors.joining("."))
        : IntStream.range(0, 8)
            .mapToObj(i -> HexFormat.of().formatHex(address, 2 * i, 2 * i + 2))
            .collect(Collectors.joining(":"));
  }
}
