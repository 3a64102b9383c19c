package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.mtls.x509.SubjectNames;
import io.bartizan.testkit.DevCa;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a file of denied serial numbers and keys may hold, and whom it denies. */
class DenyListTest {

  private static final DenyList NONE = new DenyList(Set.of(), Set.of());
  private static final String PIN = "sha256/" + "A".repeat(42) + "A=";

  private static Set<BigInteger> serials(String text) {
    return NONE.and("denied.txt", text).serials();
  }

  @ParameterizedTest
  @CsvSource({
    "serial 1f, 1f",
    "SERIAL 1F, 1f",
    "serial\t0A:0b, a0b",
    "'  serial   00ff  ', ff",
    "serial ff # of the old host, ff",
    "serial ff#comment, ff"
  })
  void serial_isReadInHexadecimal_inAnyOfItsForms(String line, String hex) {
    assertThat(serials(line)).containsExactly(new BigInteger(hex, 16));
  }

  @Test
  void serial_of64Digits_isRead_andALongerOneIsNot() {
    String most = "f".repeat(64);
    assertThat(serials("serial " + most)).containsExactly(new BigInteger(most, 16));
    assertRefused("serial f" + most, 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1f",
        "serial",
        "serial1f",
        "serial g",
        "serial -1",
        "serial 1f 2f",
        "serial :",
        "sha256/AA==",
        "SHA256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "everybody"
      })
  void anyOtherLine_isRefusedWithItsNumber(String line) {
    assertRefused(line, 1);
    assertRefused("# first\n\nserial 5\n" + line + "\nserial 6", 4);
  }

  private static void assertRefused(String text, int line) {
    assertThatThrownBy(() -> serials(text))
        .isInstanceOf(TlsMaterialException.class)
        .hasMessageContaining("denied.txt")
        .hasMessageEndingWith("in line " + line);
  }

  @Test
  void list_growsByEachFile_andTheFormerStaysAsItWas() {
    DenyList one = NONE.and("a", "serial 1\n" + PIN + "\r\n\n# nothing\nserial 1\n");
    assertThat(one.serials()).containsExactly(BigInteger.ONE);
    assertThat(one.pins()).containsExactly(PIN);
    DenyList two = one.and("b", "serial 2");
    assertThat(two.serials()).containsExactlyInAnyOrder(BigInteger.ONE, BigInteger.TWO);
    assertThat(two.pins()).containsExactly(PIN);
    assertThat(one.serials()).hasSize(1);
    assertThat(NONE.and("c", "# nobody\n").isEmpty()).isTrue();
    assertThat(NONE.and("c", PIN).isEmpty()).isFalse();
    assertThat(NONE.and("c", "serial 0").isEmpty()).isFalse();
  }

  @Test
  void certificate_isDeniedByItsSerialOrByItsKey_andNoOtherIs() {
    DevCa ca = DevCa.of("Root");
    X509Certificate denied = ca.leaf("denied").dns("a.example").forClient().issue().certificate();
    X509Certificate other = ca.leaf("other").dns("b.example").forClient().issue().certificate();
    DenyList bySerial = NONE.and("a", "serial " + denied.getSerialNumber().toString(16));
    assertThat(bySerial.denies(denied)).isTrue();
    assertThat(bySerial.deniesKey(denied)).isFalse();
    assertThat(bySerial.denies(other)).isFalse();
    DenyList byKey = NONE.and("a", SubjectNames.spkiPin(denied));
    assertThat(byKey.denies(denied)).isTrue();
    assertThat(byKey.deniesKey(denied)).isTrue();
    assertThat(byKey.denies(other)).isFalse();
    assertThat(byKey.deniesKey(other)).isFalse();
    assertThat(NONE.denies(denied)).isFalse();
  }
}
