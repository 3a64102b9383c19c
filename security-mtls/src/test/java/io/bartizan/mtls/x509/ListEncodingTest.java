package io.bartizan.mtls.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CRLException;
import java.security.cert.CRLReason;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

/** The entries of lists, beside what the JDK reads of the same bytes. */
class ListEncodingTest {

  private static final Date DATE = Date.from(Instant.ofEpochSecond(1_700_000_000));
  private final KeyPair keys = keys();

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private interface Entries {
    void addTo(X509v2CRLBuilder builder);
  }

  private byte[] list(Entries entries) throws Exception {
    X509v2CRLBuilder builder = new X509v2CRLBuilder(new X500Name("CN=Lists"), DATE);
    builder.setNextUpdate(Date.from(DATE.toInstant().plusSeconds(60)));
    entries.addTo(builder);
    return new JcaX509CRLConverter()
        .getCRL(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())))
        .getEncoded();
  }

  private static X509CRL byTheJdk(byte[] der) throws CRLException {
    return (X509CRL) Certificates.factory().generateCRL(new java.io.ByteArrayInputStream(der));
  }

  @Test
  void entries_ofAnyNumberAndReason_areFoundAsByTheJdk() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<BigInteger> serials = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      serials.add(new BigInteger(1 + random.nextInt(159), random));
    }
    byte[] der =
        list(
            builder -> {
              for (int i = 0; i < serials.size(); i += 2) {
                int reason = random.nextInt(12) - 1; // -1 and 7 are no reasons
                if (reason < 0 || reason == 7) {
                  builder.addCRLEntry(serials.get(i), DATE, 0);
                } else if (reason == 10) {
                  builder.addCRLEntry(serials.get(i), DATE, 1, DATE);
                } else {
                  builder.addCRLEntry(serials.get(i), DATE, reason);
                }
              }
            });
    X509CRL jdk = byTheJdk(der);
    ListEncoding list = ListEncoding.of(der);

    assertThat(list.count()).isEqualTo(1000);
    assertThat(list.withoutEntries().getIssuerX500Principal())
        .isEqualTo(jdk.getIssuerX500Principal());
    assertThat(list.withoutEntries().getNextUpdate()).isEqualTo(jdk.getNextUpdate());
    assertThat(list.hasUnknownCriticalInEntries()).isFalse();
    for (BigInteger serial : serials) {
      // Of two entries with one number the JDK knows one alone.
      if (serials.stream().filter(serial::equals).count() == 1) {
        assertThat(list.named(serial))
            .as("seed %d, serial %x", seed, serial)
            .isEqualTo(of(jdk, serial));
      }
    }
    assertThat(list.isSignedBy(keys.getPublic())).isTrue();
    assertThat(list.isSignedBy(keys().getPublic())).isFalse();
  }

  private static CRLReason of(X509CRL jdk, BigInteger serial) {
    X509CRLEntry entry = jdk.getRevokedCertificate(serial);
    if (entry == null) {
      return null;
    }
    return entry.getRevocationReason() == null
        ? CRLReason.UNSPECIFIED
        : entry.getRevocationReason();
  }

  @Test
  void twoEntriesOfOneNumber_theStricterCounts() throws Exception {
    for (int[] order : new int[][] {{8, 1}, {1, 8}, {6, 1}, {1, 6}}) {
      ListEncoding list =
          ListEncoding.of(
              list(
                  builder -> {
                    builder.addCRLEntry(BigInteger.TEN, DATE, order[0]);
                    builder.addCRLEntry(BigInteger.TEN, DATE, order[1]);
                  }));
      assertThat(list.named(BigInteger.TEN)).isEqualTo(CRLReason.KEY_COMPROMISE);
    }
  }

  @Test
  void list_withoutEntries_namesNobody() throws Exception {
    ListEncoding list = ListEncoding.of(list(builder -> {}));
    assertThat(list.count()).isZero();
    assertThat(list.named(BigInteger.ONE)).isNull();
    assertThat(list.isSignedBy(keys.getPublic())).isTrue();
  }

  @Test
  void serial_thatIsNotInDer_refusesTheList() throws Exception {
    byte[] der = list(builder -> builder.addCRLEntry(BigInteger.valueOf(0x1234), DATE, 0));
    ListEncoding good = ListEncoding.of(der);
    assertThat(good.named(BigInteger.valueOf(0x1234))).isEqualTo(CRLReason.UNSPECIFIED);
    for (int i = 0; i + 3 < der.length; i++) {
      if (der[i] == 2 && der[i + 1] == 2 && der[i + 2] == 0x12 && der[i + 3] == 0x34) {
        der[i + 2] = 0;
      }
    }
    assertThatThrownBy(() -> ListEncoding.of(der)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Each is read differently by others, or by nobody, and none may make a revoked one good. */
  @Test
  void entry_ofAnotherForm_refusesTheList() throws Exception {
    String serial = "02021234";
    String date = "170d3233313131343232313332305a";
    String reason = "300c300a0603551d1504030a0101";
    assertThat(ofEntry(serial + date + reason).named(BigInteger.valueOf(0x1234)))
        .isEqualTo(CRLReason.KEY_COMPROMISE);
    String critical = "300f300d0603551d150101ff04030a0101";
    assertThat(ofEntry(serial + date + critical).named(BigInteger.valueOf(0x1234)))
        .isEqualTo(CRLReason.KEY_COMPROMISE);
    String unknownCritical = "300d300b0603551d630101ff040100";
    assertThat(ofEntry(serial + date + unknownCritical).hasUnknownCriticalInEntries()).isTrue();
    String writtenDefault = "300d300b0603551d63010100040100";
    assertThat(ofEntry(serial + date + writtenDefault).hasUnknownCriticalInEntries()).isFalse();
    assertThat(ofEntry(serial + date + writtenDefault).named(BigInteger.valueOf(0x1234)))
        .isEqualTo(CRLReason.UNSPECIFIED);
    String onceMore = "300a0603551d1504030a0108300a0603551d1504030a0101";
    String[] forms = {
      serial + date + "300a30080603551d150101ff", // critical, and no value
      serial + date + "300d300b0603551d1504040a020108", // two bytes of reason
      serial + date + "300c300a0603551d150403020108", // an integer
      serial + date + "300a30080603551d15800108", // no octet string
      serial + date + "3018" + onceMore, // two reasons
      serial + date + "300930070603551d150400", // an empty value
      serial + date + "300e300c0603551d63010200ff040100", // a longer boolean
      serial + date + "300e300c0603551d1504030a01010500", // more in an extension
      serial + date + "300a0603551d1504030a0101", // an extension in the place of extensions
      serial + "1700" + reason, // no date
      serial + "170a32333131313432323133" + reason, // no zone
      serial + date + reason + "0500", // more behind the extensions
      "0200" + date + reason, // no serial number
      "0241" + "11".repeat(65) + date + reason, // a long one
    };
    for (String form : forms) {
      assertThatThrownBy(() -> ofEntry(form)).as(form).isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(ofEntry("0240" + "11".repeat(64) + date + reason).count()).isEqualTo(1);
  }

  @Test
  void list_ofAnotherForm_isRefused() throws Exception {
    byte[] der = list(builder -> builder.addCRLEntry(BigInteger.TEN, DATE, 1));
    byte[] twice = Arrays.copyOf(der, 2 * der.length);
    System.arraycopy(der, 0, twice, der.length, der.length);
    assertThatThrownBy(() -> ListEncoding.of(twice)).hasMessage("more bytes than one list");
    assertThatThrownBy(() -> ListEncoding.of(withEntries("3000" + sequence(ONE))))
        .hasMessageContaining("an element of another type");
    assertThatThrownBy(() -> ListEncoding.of(withEntries(sequence(ONE) + "0500")))
        .hasMessageContaining("an element of another type");
    assertThatThrownBy(() -> ListEncoding.of(withEntries(sequence(ONE) + "a0023000" + "0500")))
        .hasMessage("more than extensions after the entries");
    String extensions = "a084" + String.format("%08x", 1 << 20) + "00".repeat(1 << 20);
    assertThatThrownBy(() -> ListEncoding.of(withEntries(sequence(ONE) + extensions)))
        .hasMessage("too many bytes beside the entries");
  }

  private static final String ONE = sequence("02010a" + "170d3233313131343232313332305a");

  private static String sequence(String hex) {
    return "3084" + String.format("%08x", hex.length() / 2) + hex;
  }

  private ListEncoding ofEntry(String hex) throws Exception {
    return ListEncoding.of(withEntries(sequence(sequence(hex))));
  }

  /** A list whose entries, and whatever follows them, are these bytes; its signature is wrong. */
  private byte[] withEntries(String hex) throws Exception {
    byte[] empty = list(builder -> {});
    // What is signed of a list without entries and extensions ends with nextUpdate.
    byte[] signed = byTheJdk(empty).getTBSCertList();
    int signature = 3 + signed.length; // behind 30 81 and a length
    assertThat(empty).startsWith(0x30, 0x81, empty.length - 3);
    HexFormat format = HexFormat.of();
    String head = format.formatHex(signed, 2, signed.length); // without 30 and a length
    String tail = format.formatHex(empty, signature, empty.length);
    return format.parseHex(sequence(sequence(head + hex) + tail));
  }

  @Test
  void bytes_cutOrChanged_areRefusedOrReadButNeverFailLater() throws Exception {
    byte[] der =
        list(
            builder -> {
              builder.addCRLEntry(BigInteger.valueOf(0x1234), DATE, 1, DATE);
              builder.addCRLEntry(BigInteger.valueOf(0x5678), DATE, 6);
            });
    int read = 0;
    int refused = 0;
    for (int i = 0; i < der.length; i++) {
      for (int change : new int[] {0x01, 0x7f, 0x80, 0xff}) {
        byte[] changed = der.clone();
        changed[i] ^= (byte) change;
        ListEncoding list = orNull(changed);
        if (list == null) {
          refused++;
        } else {
          read++;
          CRLReason unused = list.named(BigInteger.valueOf(0x1234));
          unused = list.named(BigInteger.valueOf(0x5678));
          if (i >= 8 && i < der.length - 90) { // within what is signed
            assertThat(list.isSignedBy(keys.getPublic())).as("byte %d", i).isFalse();
          }
        }
      }
      assertThat(orNull(Arrays.copyOf(der, i))).as("cut at %d", i).isNull();
    }
    assertThat(read).isPositive();
    assertThat(refused).isPositive();
  }

  private static ListEncoding orNull(byte[] der) {
    try {
      return ListEncoding.of(der);
    } catch (CRLException | IllegalArgumentException e) {
      return null;
    }
  }
}
