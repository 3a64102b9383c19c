package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.tests.SeededCases;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientAddressTest {

  private final ClientAddress clients = ClientAddress.behind(List.of("10.0.0.0/9", "2001:db8::1"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          203.0.113.9 | 198.51.100.1                       | 203.0.113.9
          10.0.0.1    | 198.51.100.1                       | 198.51.100.1
          10.0.0.1    | 6.6.6.6, 198.51.100.1              | 198.51.100.1
          10.0.0.1    | 6.6.6.6, 198.51.100.1, 10.1.2.3    | 198.51.100.1
          10.0.0.1    | 6.6.6.6 , 10.127.255.255,10.1.2.3  | 6.6.6.6
          10.0.0.1    | 6.6.6.6, 10.128.0.0                | 10.128.0.0
          10.0.0.1    | 10.0.0.2                           | 10.0.0.2
          10.0.0.1    | ''                                 | 10.0.0.1
          10.0.0.1    | 6.6.6.6, unknown, 10.0.0.7         | 10.0.0.7
          10.0.0.1    | 6.6.6.6, localhost                 | 10.0.0.1
          10.0.0.1    | 6.6.6.6, 1.2.3                     | 10.0.0.1
          10.0.0.1    | 6.6.6.6, 010.0.0.1                 | 10.0.0.1
          10.0.0.1    | 6.6.6.6, 1.2.3.256                 | 10.0.0.1
          10.0.0.1    | 198.51.100.1:4711                  | 198.51.100.1
          10.0.0.1    | 198.51.100.1:port                  | 10.0.0.1
          10.0.0.1    | [2001:db8:1:2:3::4]:80             | 2001:db8:1:2::/64
          10.0.0.1    | 2001:db8:1:2:ffff::9              | 2001:db8:1:2::/64
          10.0.0.1    | ::ffff:198.51.100.1                | 198.51.100.1
          10.0.0.1    | fe80::1%eth0                       | 10.0.0.1
          10.0.0.1    | 1::2::3                            | 10.0.0.1
          2001:db8::1 | 198.51.100.1                       | 198.51.100.1
          2001:db8::2 | 198.51.100.1                       | 2001:db8:0:0::/64
          ::ffff:10.0.0.1 | 198.51.100.1                   | 198.51.100.1
          """)
  void x_forwarded_for_is_believed_from_trusted_proxies_only(
      String peer, String field, String client) throws UnknownHostException {
    assertThat(clients.xForwardedFor(address(peer), field.isEmpty() ? List.of() : List.of(field)))
        .isEqualTo(client);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          10.0.0.1    | for=198.51.100.1                               | 198.51.100.1
          10.0.0.1    | For="198.51.100.1:80";proto=https;by=10.0.0.1  | 198.51.100.1
          10.0.0.1    | for=6.6.6.6, for="[2001:db8:1:2::5]:4711"      | 2001:db8:1:2::/64
          10.0.0.1    | for=198.51.100.1, proto=https                  | 10.0.0.1
          10.0.0.1    | for=198.51.100.1;for=6.6.6.6                   | 10.0.0.1
          10.0.0.1    | for=_hidden                                    | 10.0.0.1
          10.0.0.1    | for=unknown                                    | 10.0.0.1
          10.0.0.1    | for="6.6.6.6, for=198.51.100.1                 | 198.51.100.1
          203.0.113.9 | for=198.51.100.1                               | 203.0.113.9
          """)
  void forwarded_is_believed_from_trusted_proxies_only(String peer, String field, String client)
      throws UnknownHostException {
    assertThat(clients.forwarded(address(peer), List.of(field))).isEqualTo(client);
  }

  @Test
  void several_fields_are_one_list() throws UnknownHostException {
    List<String> fields = List.of("6.6.6.6", "198.51.100.1, 10.0.0.2", "10.0.0.3");
    assertThat(clients.xForwardedFor(address("10.0.0.1"), fields)).isEqualTo("198.51.100.1");
    assertThat(ClientAddress.direct().xForwardedFor(address("10.0.0.1"), fields))
        .isEqualTo("10.0.0.1");
  }

  @ParameterizedTest
  @CsvSource({
    "64:ff9b::1.2.3.4, 1.2.3.4",
    "64:ff9b::9.9.9.9, 9.9.9.9",
    "64:ff9b:0:0:0:1::1, 64:ff9b:0:0::/64",
    "64:ff9b:1::1.2.3.4, 64:ff9b:1:0::/64",
    "2002:102:304:5::6, 1.2.3.4",
    "2001:0:102:304:0:f8:f6f6:f6f6, 9.9.9.9",
    "2001:1:102:304:0:f8:f6f6:f6f6, 2001:1:102:304::/64"
  })
  void RL13_client_whose_address_carries_an_IPv4_address_is_keyed_by_it(String peer, String client)
      throws UnknownHostException {
    assertThat(ClientAddress.direct().xForwardedFor(address(peer), List.of())).isEqualTo(client);
    assertThat(clients.xForwardedFor(address("10.0.0.1"), List.of(peer))).isEqualTo(client);
  }

  @ParameterizedTest
  @CsvSource({
    "32, 2001:db8::/32",
    "48, 2001:db8:1::/48",
    "56, 2001:db8:1:100::/56",
    "60, 2001:db8:1:1f0::/60",
    "64, 2001:db8:1:1ff::/64",
    "127, 2001:db8:1:1ff:0:0:0:4/127",
    "128, 2001:db8:1:1ff:0:0:0:5"
  })
  void RL13_width_of_a_subscribers_network_can_be_set(int bits, String network)
      throws UnknownHostException {
    ClientAddress wide = clients.withNetworkBits(bits);
    List<String> six = List.of("2001:db8:1:1ff::5");
    assertThat(wide.xForwardedFor(address("10.0.0.1"), six)).isEqualTo(network);
    assertThat(wide.xForwardedFor(address("10.0.0.1"), List.of("1.2.3.4"))).isEqualTo("1.2.3.4");
    assertThat(wide.toString()).endsWith("IPv6 by /" + bits + "]");
  }

  @Test
  void RL13_subscriber_with_a_56_has_one_key_and_his_neighbour_another()
      throws UnknownHostException {
    ClientAddress homes = ClientAddress.direct().withNetworkBits(56);
    String first = homes.xForwardedFor(address("2001:db8:1:100::1"), List.of());
    assertThat(homes.xForwardedFor(address("2001:db8:1:1ff::1"), List.of())).isEqualTo(first);
    assertThat(homes.xForwardedFor(address("2001:db8:1:200::1"), List.of())).isNotEqualTo(first);
    assertThatThrownBy(() -> homes.withNetworkBits(31)).hasMessageContaining("bits is 31");
    assertThatThrownBy(() -> homes.withNetworkBits(129)).hasMessageContaining("bits is 129");
  }

  @Test
  void RL13_address_that_carries_a_trusted_one_is_not_trusted() throws UnknownHostException {
    assertThat(clients.xForwardedFor(address("64:ff9b::10.0.0.1"), List.of("6.6.6.6")))
        .isEqualTo("10.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.1/8", "0.0.0.0/0", "::/0"})
  void bad_proxy_is_refused(String proxy) {
    assertThatThrownBy(() -> ClientAddress.behind(List.of(proxy)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("proxy is \"" + proxy + "\"");
  }

  @Test
  void hostile_field_gives_an_address_and_nothing_else() {
    SeededCases.check(
        3000,
        random -> {
          StringBuilder field = new StringBuilder();
          String alphabet = "0123456789abcdef.:,;[]=\"% for\\\u0000\ud800";
          int length = random.nextInt(200);
          for (int i = 0; i < length; i++) {
            field.append(alphabet.charAt(random.nextInt(alphabet.length())));
          }
          List<String> fields = List.of(field.toString());
          assertThat(clients.xForwardedFor(address("10.0.0.1"), fields)).matches("[0-9a-f.:/]+");
          assertThat(clients.forwarded(address("10.0.0.1"), fields)).matches("[0-9a-f.:/]+");
        });
  }

  @Test
  void long_field_is_read_from_its_end() throws UnknownHostException {
    String field = "6.6.6.6, ".repeat(200_000) + "198.51.100.1";
    assertThat(clients.xForwardedFor(address("10.0.0.1"), List.of(field, "10.0.0.4")))
        .isEqualTo("198.51.100.1");
  }

  private static InetAddress address(String text) throws UnknownHostException {
    return InetAddress.getByName(text);
  }
}
