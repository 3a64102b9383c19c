package io.bartizan.integrity.attest.sigstore;

import static io.bartizan.integrity.attest.sigstore.Outcomes.accepted;
import static io.bartizan.integrity.attest.sigstore.Outcomes.byRoot;
import static io.bartizan.integrity.attest.sigstore.Outcomes.changed;
import static io.bartizan.integrity.attest.sigstore.Outcomes.refused;
import static io.bartizan.testkit.json.JsonTree.array;
import static io.bartizan.testkit.json.JsonTree.at;
import static io.bartizan.testkit.json.JsonTree.list;
import static io.bartizan.testkit.json.JsonTree.object;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.sigstore.draft.Stamp;
import io.bartizan.testkit.sigstore.draft.Tree;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;

/** Entries P01 to P16 of the attack matrix. */
class TimestampMatrixTest {

  private static final World WORLD = new World();

  private static Draft stamp(Consumer<Stamp> change) {
    Draft draft = Draft.v2(WORLD);
    draft.stamps.set(0, change);
    return draft;
  }

  private static void invalid(Consumer<Stamp> change) {
    refused(stamp(change).check(), SigstoreReason.TIMESTAMP_INVALID);
  }

  @Test
  void P01_tokenOverOtherBytes_isRefused() {
    invalid(s -> s.over = new byte[] {1});
    invalid(s -> s.over = Draft.ARTIFACT);
    Draft draft = Draft.v2(WORLD);
    draft.stamps.set(0, s -> s.over = draft.certificate());
    refused(draft.check(), SigstoreReason.TIMESTAMP_INVALID);
  }

  private static Consumer<Stamp> foreign(boolean embedded) {
    World other = new World();
    X509Certificate certificate =
        World.build(
            other.certificateLike("CN=foreign", "CN=foreign root"),
            World.signer(other.tsaRootKey.getPrivate()));
    return s -> {
      s.key = other.tsaKey.getPrivate();
      s.certificate = certificate;
      s.named = certificate;
      if (embedded) {
        s.embedded.add(certificate);
        s.embedded.add(other.tsaRoot);
      }
    };
  }

  @Test
  void P02_authorityOutsideTheRoot_countsForNothing() {
    refused(stamp(foreign(false)).check(), SigstoreReason.TIME_MISSING);
    refused(stamp(foreign(true)).check(), SigstoreReason.TIME_MISSING);
    World other = new World(); // an authority of the same name and number, and another key
    invalid(
        s -> {
          s.key = other.tsaKey.getPrivate();
          s.embedded.add(other.tsa);
        });
  }

  @Test
  void P03_certificatesInside_changeNothing() {
    accepted(stamp(s -> {}).check());
    accepted(stamp(s -> s.embedded.add(WORLD.tsa)).check());
    accepted(
        stamp(
                s -> {
                  s.embedded.add(WORLD.tsa);
                  s.embedded.add(WORLD.tsaRoot);
                })
            .check());
  }

  @Test
  void P04_foreignCertificateFirst_isNotTheSigners() {
    KeyPair eve = World.ec("secp256r1");
    X509Certificate evil = WORLD.tsa(eve, true, KeyPurposeId.id_kp_timeStamping);
    accepted(
        stamp(
                s -> {
                  s.embedded.add(evil);
                  s.embedded.add(WORLD.tsa);
                  s.embedded.add(WORLD.tsaRoot);
                })
            .check());
    invalid(
        s -> {
          s.key = eve.getPrivate();
          s.embedded.add(evil);
          s.embedded.add(WORLD.tsa);
          s.embedded.add(WORLD.tsaRoot);
        });
    invalid(
        s -> {
          s.key = eve.getPrivate();
          s.certificate = evil;
          s.embedded.add(evil);
        });
  }

  private static Draft by(X509Certificate tsa) {
    return stamp(
        s -> {
          s.certificate = tsa;
          s.named = tsa;
        });
  }

  private static Consumer<Map<String, Object>> authority(X509Certificate tsa) {
    return r ->
        r.put(
            "timestampAuthorities", array(World.chain("https://tsa.example", tsa, WORLD.tsaRoot)));
  }

  @Test
  void P05_timeOutsideTheAuthority_isRefused() {
    Instant at = World.SIGNED;
    KeyPurposeId purpose = KeyPurposeId.id_kp_timeStamping;
    X509Certificate early = WORLD.tsa(WORLD.tsaKey, true, World.START, at.minusSeconds(1), purpose);
    X509Certificate late =
        WORLD.tsa(WORLD.tsaKey, true, at.plusSeconds(1), at.plusSeconds(9), purpose);
    X509Certificate just = WORLD.tsa(WORLD.tsaKey, true, at, at, purpose);
    refused(byRoot(by(early), authority(early)), SigstoreReason.TIMESTAMP_INVALID);
    refused(byRoot(by(late), authority(late)), SigstoreReason.TIMESTAMP_INVALID);
    accepted(byRoot(by(just), authority(just)));
    refused(
        byRoot(
            Draft.v2(WORLD),
            r ->
                at(r, "timestampAuthorities", 0)
                    .put("validFor", object("start", at.plusSeconds(1).toString()))),
        SigstoreReason.TIMESTAMP_INVALID);
  }

  @Test
  void P06_authorityExpiredToday_isJudgedAtItsTime() {
    X509Certificate expired =
        WORLD.tsa(
            WORLD.tsaKey,
            true,
            World.START,
            World.SIGNED.plusSeconds(1),
            KeyPurposeId.id_kp_timeStamping);
    assertThat(Instant.now()).isAfter(World.SIGNED.plusSeconds(1));
    accepted(byRoot(by(expired), authority(expired)));
  }

  @Test
  void P07_timeOutsideTheLeaf_isRefused() {
    for (long seconds : new long[] {-301, 301}) {
      refused(
          stamp(s -> s.at(World.SIGNED.plusSeconds(seconds))).check(),
          SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME);
    }
    accepted(stamp(s -> s.at(World.SIGNED.plusSeconds(300))).check());
    accepted(stamp(s -> s.at(World.SIGNED.minusSeconds(300))).check());
  }

  @Test
  void P08_purposeOfTheAuthority_isTimeStampingAloneAndCritical() {
    X509Certificate[] wrong = {
      WORLD.tsa(WORLD.tsaKey, true, KeyPurposeId.id_kp_codeSigning),
      WORLD.tsa(WORLD.tsaKey, true, KeyPurposeId.anyExtendedKeyUsage),
      WORLD.tsa(WORLD.tsaKey, false, KeyPurposeId.id_kp_timeStamping),
      WORLD.tsa(
          WORLD.tsaKey, true, KeyPurposeId.id_kp_timeStamping, KeyPurposeId.id_kp_codeSigning),
    };
    for (X509Certificate each : wrong) {
      refused(byRoot(by(each), authority(each)), SigstoreReason.TIMESTAMP_INVALID);
    }
    X509Certificate right = WORLD.tsa(WORLD.tsaKey, true, KeyPurposeId.id_kp_timeStamping);
    accepted(byRoot(by(right), authority(right)));
  }

  @Test
  void P09_responseWithoutOneSignerWhoNamesHisCertificate_isRefused() {
    invalid(s -> s.status = 2);
    accepted(stamp(s -> s.status = 1).check());
    invalid(s -> s.token = false);
    invalid(s -> s.signers = 0);
    invalid(s -> s.signers = 2);
    invalid(s -> s.signingCertificate = false);
    invalid(s -> s.certificate = WORLD.tsaRoot);
    accepted(stamp(s -> s.oldSigningCertificate = true).check());
    invalid(
        s -> {
          s.oldSigningCertificate = true;
          s.certificate = WORLD.tsaRoot;
        });
  }

  @Test
  void P09_structuresOfAnotherVersionOrType_areRefused() {
    for (int version : new int[] {0, 1, 4, 5}) {
      invalid(s -> s.dataVersion = version);
    }
    invalid(s -> s.infoVersion = 0);
    invalid(s -> s.infoVersion = 2);
    invalid(s -> s.dataType = "1.2.840.113549.1.7.3"); // enveloped data
    invalid(s -> s.infoType = "1.2.840.113549.1.7.1"); // plain data
    invalid(s -> s.attributeType = "1.2.840.113549.1.7.1");
    invalid(s -> s.digested = new byte[5]);
    accepted(stamp(s -> s.ordering = new byte[] {1, 1, (byte) 0xff}).check());
    invalid(s -> s.ordering = new byte[] {1, 1, 0}); // a default that DER leaves out
  }

  @Test
  void P10_imprint_isOfSha2AndOfItsLength() {
    invalid(
        s -> {
          s.imprintHash = "SHA-1";
          s.imprintOid = "1.3.14.3.2.26";
        });
    invalid(
        s -> {
          s.imprintHash = "MD5";
          s.imprintOid = "1.2.840.113549.2.5";
        });
    invalid(s -> s.imprintHash = "SHA-512");
    invalid(s -> s.imprintHash = "SHA-1");
    accepted(
        stamp(
                s -> {
                  s.imprintHash = "SHA-512";
                  s.imprintOid = "2.16.840.1.101.3.4.2.3";
                })
            .check());
  }

  @Test
  void P11_signedAttributes_areCompleteAndSorted() {
    invalid(s -> s.contentType = false);
    invalid(s -> s.messageDigest = false);
    invalid(s -> s.sorted = false);
    invalid(s -> s.signedWith = "1.2.840.10045.4.3.4");
    invalid(s -> s.signedWith = "1.2.840.10045.4.1");
    invalid(s -> s.signedWith = "1.3.101.112");
  }

  @Test
  void P11_signedAttributes_areThereOnceAndFew() {
    invalid(
        s ->
            s.further.add(
                Stamp.attribute("1.2.840.113549.1.9.4", new DEROctetString(new byte[0]))));
    for (int count : new int[] {13, 14}) { // beside the three that are needed
      Draft draft =
          stamp(
              s -> {
                for (int i = 0; i < count; i++) {
                  s.further.add(Stamp.attribute("1.2.3." + i, DERNull.INSTANCE));
                }
              });
      if (count == 13) {
        accepted(draft.check());
      } else {
        refused(draft.check(), SigstoreReason.TIMESTAMP_INVALID);
      }
    }
  }

  @Test
  void P11_algorithmOfAnEd25519Authority_isItsOwn() {
    KeyPair key = World.ed25519();
    X509Certificate certificate = WORLD.tsa(key, true, KeyPurposeId.id_kp_timeStamping);
    for (String algorithm : new String[] {"1.3.101.112", "1.3.101.113", "1.2.3"}) {
      Draft draft =
          stamp(
              s -> {
                s.key = key.getPrivate();
                s.certificate = certificate;
                s.named = certificate;
                s.signedWith = algorithm;
              });
      if (algorithm.equals("1.3.101.112")) {
        accepted(byRoot(draft, authority(certificate)));
      } else {
        refused(byRoot(draft, authority(certificate)), SigstoreReason.TIMESTAMP_INVALID);
      }
    }
  }

  @Test
  void P12_oneAuthorityTwice_countsOnce() {
    Draft twice = Draft.v2(WORLD);
    twice.stamps.add(stamp -> stamp.at(World.SIGNED.plusSeconds(5)));
    accepted(twice.check());
    SigstoreVerifier one =
        SigstoreVerifier.builder(WORLD.trusted(), Draft.policy())
            .withTimestampAuthorities(1)
            .build();
    SigstoreVerifier two =
        SigstoreVerifier.builder(WORLD.trusted(), Draft.policy())
            .withTimestampAuthorities(2)
            .build();
    accepted(twice.check(one));
    refused(twice.check(two), SigstoreReason.TIME_MISSING);
    refused(Draft.v1(WORLD).check(one), SigstoreReason.TIME_MISSING);
  }

  @Test
  void P13_brokenTokenBesideAGoodOne_isRefusedIfItsAuthorityIsTrusted() {
    Draft broken = Draft.v2(WORLD);
    broken.stamps.add(s -> s.over = new byte[1]);
    refused(broken.check(), SigstoreReason.TIMESTAMP_INVALID);
    Draft beside = Draft.v2(WORLD);
    beside.stamps.add(0, foreign(true));
    accepted(beside.check());
    Draft promised = Draft.v1(WORLD);
    promised.stamps.add(s -> s.over = new byte[1]);
    refused(promised.check(), SigstoreReason.TIMESTAMP_INVALID);
    refused(
        changed(
            Draft.v2(WORLD),
            b ->
                list(
                        at(b, "verificationMaterial", "timestampVerificationData"),
                        "rfc3161Timestamps")
                    .add(object("signedTimestamp", "MAA="))),
        SigstoreReason.TIMESTAMP_INVALID);
  }

  @Test
  void P13_tokenThatIsNotRead_countsForNothingUnlessATrustedAuthorityIsNamed() {
    String pss = "1.2.840.113549.1.1.10";
    List<Consumer<Stamp>> unread =
        List.of(
            s -> s.signedWith = pss,
            s -> s.imprintOid = "1.3.14.3.2.26",
            s -> s.infoVersion = 2,
            s -> s.dataVersion = 4,
            s -> s.sorted = false,
            s -> s.messageDigest = false);
    for (Consumer<Stamp> change : unread) {
      Draft beside = Draft.v2(WORLD);
      beside.stamps.add(0, foreign(true).andThen(change));
      accepted(beside.check());
      refused(stamp(foreign(true).andThen(change)).check(), SigstoreReason.TIME_MISSING);
      Draft trusted = Draft.v2(WORLD);
      trusted.stamps.add(change);
      refused(trusted.check(), SigstoreReason.TIMESTAMP_INVALID);
    }
    Draft nobody = Draft.v2(WORLD);
    nobody.stamps.add(foreign(true).andThen(s -> s.signers = 0));
    refused(nobody.check(), SigstoreReason.TIMESTAMP_INVALID);
  }

  @Test
  void P14_authorityOfAnUnknownKindOfKey_doesNotExist() throws Exception {
    java.security.KeyPairGenerator generator = java.security.KeyPairGenerator.getInstance("Ed448");
    KeyPair ed448 = generator.generateKeyPair();
    X509Certificate unknown = WORLD.tsa(ed448, true, KeyPurposeId.id_kp_timeStamping);
    Draft draft = Draft.v1(WORLD);
    draft.stamps.add(
        s -> {
          s.certificate = unknown;
          s.named = unknown;
        });
    accepted(byRoot(draft, authority(unknown)));
    Draft alone = by(unknown);
    refused(byRoot(alone, authority(unknown)), SigstoreReason.TIME_MISSING);
  }

  @Test
  void P15_time_isUtcWithAnyFractionAndExactEnough() {
    accepted(stamp(s -> s.time = "20260601120500.123Z").check());
    accepted(stamp(s -> s.time = "20260601120500.5Z").check());
    for (String time :
        new String[] {
          "20260601120500",
          "20260601120500+0000",
          "20260601120500.50Z",
          "20260601120500.Z",
          "202606011205Z",
          "20260631120500Z",
          "20260601126000Z",
          "20260601250000Z"
        }) {
      invalid(s -> s.time = time);
    }
    accepted(stamp(s -> s.accuracy = Stamp.seconds(1)).check());
    accepted(stamp(s -> s.accuracy = Stamp.seconds(60)).check());
    invalid(s -> s.accuracy = Stamp.seconds(61));
    invalid(s -> s.accuracy = Stamp.seconds(1L << 40));
    invalid(s -> s.accuracy = Stamp.seconds(-1));
    accepted(stamp(s -> s.accuracy = Stamp.millis(500)).check());
    invalid(s -> s.accuracy = Stamp.millis(0));
    invalid(s -> s.accuracy = Stamp.millis(1_000));
  }

  @Test
  void P16_lengthsAndNestingThatLie_areRefusedAtOnce() {
    byte[] good = new Stamp(WORLD, new byte[8], World.SIGNED).make();
    byte[] nested = new byte[20_000];
    for (int i = 0; i < nested.length; i += 2) {
      nested[i] = 0x30;
      nested[i + 1] = (byte) 0x80;
    }
    byte[][] bad = {
      {0x30, (byte) 0x80, 0, 0},
      {0x30, (byte) 0x84, 0x40, 0, 0, 0},
      {0x30, (byte) 0x84, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff},
      {0x30, (byte) 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0},
      {0x30},
      nested,
      Tree.join(good, new byte[1]),
      java.util.Arrays.copyOf(good, good.length - 1),
    };
    for (byte[] each : bad) {
      refused(
          changed(
              Draft.v2(WORLD),
              b ->
                  at(b, "verificationMaterial", "timestampVerificationData", "rfc3161Timestamps", 0)
                      .put("signedTimestamp", World.base64(each))),
          SigstoreReason.TIMESTAMP_INVALID);
    }
  }
}
