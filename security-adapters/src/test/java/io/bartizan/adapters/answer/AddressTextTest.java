package io.bartizan.adapters.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTextTest {

  @Test
  void address_inAnySpelling_isRead() throws Exception {
    assertThat(AddressText.parse("203.0.113.7")).contains(InetAddress.getByName("203.0.113.7"));
    InetAddress six = InetAddress.getByName("2001:db8::7");
    assertThat(AddressText.parse("2001:db8::7")).contains(six);
    assertThat(AddressText.parse("[2001:db8::7]")).contains(six);
    assertThat(AddressText.parse("2001:db8:0:0:0:0:0:7%0")).contains(six);
  }

  /** A name would be looked up, and a client may have chosen it. */
  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "localhost",
        "unknown",
        "_hidden",
        "999.1.1.1",
        "1.2.3",
        "1.2.3.4.5",
        "::g",
        "a:b",
        "/run/socket",
        "1.2.3.4:80",
        "[",
        "[]",
        ":",
        "%"
      })
  void text_thatIsNoAddress_isNone(String text) {
    assertThat(AddressText.parse(text)).isEmpty();
  }
}
