package io.bartizan.mtls.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.List;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Subtrees and names themselves, without certificates: each name beside its nearest neighbour. */
class NameBoundsTest {

  private static GeneralName name(String kind, String value) {
    return switch (kind) {
      case "dns" -> new GeneralName(GeneralName.dNSName, value);
      case "mail" -> new GeneralName(GeneralName.rfc822Name, value);
      case "uri" -> new GeneralName(GeneralName.uniformResourceIdentifier, value);
      case "ip" -> new GeneralName(GeneralName.iPAddress, value);
      case "dn" -> new GeneralName(new X500Name(value));
      case "id" -> new GeneralName(GeneralName.registeredID, value);
      default -> throw new IllegalArgumentException(kind);
    };
  }

  private static boolean forbids(boolean excluding, GeneralName base, GeneralName name) {
    NameBounds bounds = new NameBounds(List.of(new GeneralSubtree(base)), excluding);
    String offending = bounds.offending(new CertificateNames(List.of(name)));
    assertThat(offending).isIn(null, name.toString());
    return offending != null;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          dns  | a.test          | a.test             | in
          dns  | a.test          | A.TEST.            | in
          dns  | A.Test.         | b.a.test           | in
          dns  | a.test          | c.b.a.test         | in
          dns  | a.test          | .a.test            | in
          dns  | a.test          | ba.test            | out
          dns  | a.test          | test               | out
          dns  | a.test          | a.test.x           | out
          dns  | ''              | a.test             | in
          mail | a.test          | x@a.test           | in
          mail | a.test          | x@A.TEST.          | in
          mail | a.test          | x@b.a.test         | out
          mail | .a.test         | x@b.a.test         | in
          mail | .a.test         | x@c.b.A.test       | in
          mail | .a.test         | x@.a.test          | in
          mail | .a.test         | x@a.test           | out
          mail | .a.test         | x@ba.test          | out
          mail | x@a.test        | x@A.test           | in
          mail | x@a.test        | X@a.test           | out
          mail | x@a.test        | y@a.test           | out
          mail | x@a.test        | x@b.test           | out
          mail | y@X@a.test      | y@X@A.test         | in
          mail | y@X@a.test      | y@x@a.test         | out
          mail | @a.test         | @a.test            | in
          mail | ''              | x@a.test           | in
          mail | a.test          | y@x@a.test         | in
          mail | a.test          | a.test             | neither
          uri  | a.test          | s://a.test         | in
          uri  | a.test          | s://A.test.:1/p    | in
          uri  | a.test          | s://u:p@a.test/p   | in
          uri  | a.test          | s://b.a.test/p     | out
          uri  | .a.test         | s://b.a.test/p     | in
          uri  | .a.test         | s://a.test/p       | out
          uri  | .               | s://a/p            | in
          uri  | ..              | s://a/p            | in
          uri  | ''              | s://a.test         | in
          uri  | a.test          | s:a.test           | neither
          uri  | a.test          | s:///a.test        | neither
          uri  | a.test          | s://:1/a.test      | neither
          uri  | ''              | s://[::1]/         | neither
          uri  | ''              | s://10.0.0.1/      | neither
          uri  | a.test          | s://a.test/%       | neither
          ip   | 10.1.0.0/16     | 10.1.0.0           | in
          ip   | 10.1.0.0/16     | 10.1.255.255       | in
          ip   | 10.1.0.0/16     | 10.0.255.255       | out
          ip   | 10.1.0.0/16     | 10.2.0.0           | out
          ip   | 10.1.2.3/16     | 10.1.0.0           | in
          ip   | 10.1.0.1/32     | 10.1.0.1           | in
          ip   | 10.1.0.1/32     | 10.1.0.0           | out
          ip   | 0.0.0.0/0       | 255.255.255.255    | in
          ip   | 0.0.0.0/0       | ::                 | out
          ip   | 8000::/1        | ffff::             | in
          ip   | 8000::/1        | 10.0.0.1           | out
          ip   | 2001:db8::/127  | 2001:db8::1        | in
          ip   | 2001:db8::/127  | 2001:db8::2        | out
          dn   | O=A             | O=a                | in
          dn   | O=A             | O=A,CN=x           | in
          dn   | O=A,CN=x        | O=A                | out
          dn   | O=A             | CN=x,O=A           | out
          dn   | O=A             | O=AB               | out
          id   | 1.2.3           | 1.2.3              | neither
          """)
  void MT03_name_isInOrOutOfASubtree(String kind, String base, String name, String where) {
    GeneralName asked = name(kind, name);
    assertThat(forbids(false, name(kind, base), asked))
        .as("permitted alone: %s", base)
        .isEqualTo(!where.equals("in"));
    assertThat(forbids(true, name(kind, base), asked))
        .as("excluded: %s", base)
        .isEqualTo(!where.equals("out"));
  }

  /** A dot at the start excludes a host and all below it, and permits nothing. */
  @Test
  void MT03_dotAtTheStartOfAHost_permitsNothing() {
    GeneralName dotted = name("dns", ".a.test");
    for (String host : List.of("a.test", "b.a.test")) {
      assertThat(forbids(true, dotted, name("dns", host))).isTrue();
      assertThat(forbids(false, dotted, name("dns", host))).isTrue();
    }
    assertThat(forbids(true, dotted, name("dns", "b.test"))).isFalse();
  }

  /** CVE-2025-61727. */
  @Test
  void MT03_wildcardThatCouldStandForAnExcludedHost_isForbidden() {
    GeneralName base = name("dns", "a.b.test");
    assertThat(forbids(true, base, name("dns", "*.b.test"))).isTrue();
    assertThat(forbids(true, base, name("dns", "*.a.b.test"))).isTrue();
    assertThat(forbids(true, base, name("dns", "*.test"))).isFalse();
    assertThat(forbids(true, base, name("dns", "x.b.test"))).isFalse();
    assertThat(forbids(false, base, name("dns", "*.b.test"))).isTrue();
    assertThat(forbids(false, base, name("dns", "*.a.b.test"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dns", "mail", "uri", "ip", "dn"})
  void MT03_kindsThatAreNotConstrained_areFree(String kind) {
    GeneralName id = name("id", "1.2.3");
    for (boolean excluding : new boolean[] {true, false}) {
      NameBounds none = new NameBounds(List.of(), excluding);
      String base = kind.equals("ip") ? "10.0.0.0/8" : kind.equals("dn") ? "O=A" : "a.test";
      NameBounds other = new NameBounds(List.of(new GeneralSubtree(name(kind, base))), excluding);
      for (NameBounds bounds : List.of(none, other)) {
        assertThat(bounds.offending(new CertificateNames(List.of(id)))).isNull();
        assertThat(bounds.offending(new CertificateNames(List.of()))).isNull();
      }
    }
  }

  @Test
  void MT03_everyNameAndEverySubtreeCounts() {
    NameBounds permitted =
        new NameBounds(
            List.of(
                new GeneralSubtree(name("dns", "a.test")),
                new GeneralSubtree(name("dns", "b.test")),
                new GeneralSubtree(name("ip", "10.0.0.0/8")),
                new GeneralSubtree(name("ip", "10.0.0.0/16")),
                new GeneralSubtree(name("ip", "11.0.0.0/8"))),
            false);
    GeneralName a = name("dns", "a.test");
    GeneralName b = name("dns", "x.b.test");
    GeneralName c = name("dns", "c.test");
    assertThat(permitted.offending(new CertificateNames(List.of(a, b)))).isNull();
    assertThat(permitted.offending(new CertificateNames(List.of(a, c, b)))).isEqualTo(c.toString());
    for (String in : List.of("10.9.0.0", "10.0.9.0", "11.1.1.1")) {
      assertThat(permitted.offending(new CertificateNames(List.of(name("ip", in))))).isNull();
    }
  }

  @Test
  void MT03_addressOfAnotherLength_isForbiddenByBoth() {
    GeneralName odd = new GeneralName(GeneralName.iPAddress, new DEROctetString(new byte[5]));
    assertThat(forbids(true, name("ip", "10.0.0.0/8"), odd)).isTrue();
    assertThat(forbids(false, name("ip", "0.0.0.0/0"), odd)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 7, 9, 16, 31, 33})
  void MT03_networkOfAnotherLength_isNone(int length) {
    GeneralName odd = new GeneralName(GeneralName.iPAddress, new DEROctetString(new byte[length]));
    assertThatThrownBy(() -> new NameBounds(List.of(new GeneralSubtree(odd)), true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(length + " bytes");
  }

  @Test
  void MT03_maskWithGapsAndSubtreeWithADistance_areNone() {
    byte[] gaps = {10, 0, 0, 0, -1, 0, -1, 0};
    GeneralName network = new GeneralName(GeneralName.iPAddress, new DEROctetString(gaps));
    assertThatThrownBy(() -> new NameBounds(List.of(new GeneralSubtree(network)), true))
        .hasMessageContaining("gaps");
    GeneralName base = name("dns", "a.test");
    for (GeneralSubtree distant :
        List.of(
            new GeneralSubtree(base, BigInteger.ONE, null),
            new GeneralSubtree(base, BigInteger.ZERO, BigInteger.TEN))) {
      assertThatThrownBy(() -> new NameBounds(List.of(distant), true))
          .hasMessageContaining("distance");
    }
  }
}
