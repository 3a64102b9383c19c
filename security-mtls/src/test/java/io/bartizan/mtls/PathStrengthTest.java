package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.mtls.x509.PeerPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v1CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * ML-09, ML-10, ML-11: each rule of {@code PathStrength}, at each place of a path. Nothing here
 * verifies signatures, so nobody signs these certificates.
 */
class PathStrengthTest {

  private static final PublicKey EC = TestAuthority.keys().getPublic();
  private static final AlgorithmIdentifier ECDSA =
      new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
  private static final TestAuthority.Extender NOTHING = c -> {};

  private static X509Certificate certificate(
      PublicKey key, AlgorithmIdentifier algorithm, TestAuthority.Extender more) {
    try {
      Instant now = Instant.now();
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              new X500Name("CN=Issuer"),
              BigInteger.TEN,
              Date.from(now.minusSeconds(60)),
              Date.from(now.plusSeconds(60)),
              new X500Name("CN=Subject"),
              key);
      more.extend(builder);
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new Unsigned(algorithm)));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate leaf(TestAuthority.Extender more) {
    return certificate(EC, ECDSA, more);
  }

  private static X509Certificate authority(TestAuthority.Extender more) {
    return certificate(EC, ECDSA, TestAuthority.authority().and(more));
  }

  /** No bytes for a signature, under any name. */
  private record Unsigned(AlgorithmIdentifier name) implements ContentSigner {
    @Override
    public AlgorithmIdentifier getAlgorithmIdentifier() {
      return name;
    }

    @Override
    public OutputStream getOutputStream() {
      return new ByteArrayOutputStream();
    }

    @Override
    public byte[] getSignature() {
      return new byte[70];
    }
  }

  private static String decision(TlsSide peer, X509Certificate anchor, X509Certificate... path) {
    try {
      PathStrength.check(new PeerPath(List.of(path), anchor), peer);
      return "accepted";
    } catch (PeerRejectedException e) {
      return e.getMessage();
    }
  }

  /** The same certificate as leaf, as intermediate and as anchor of otherwise good paths. */
  private static List<String> everywhere(PublicKey key, AlgorithmIdentifier algorithm) {
    X509Certificate peer = leaf(NOTHING);
    X509Certificate top = authority(NOTHING);
    X509Certificate odd = certificate(key, algorithm, TestAuthority.authority());
    return List.of(
        decision(TlsSide.CLIENT, top, certificate(key, algorithm, NOTHING), top),
        decision(TlsSide.CLIENT, top, peer, odd),
        decision(TlsSide.CLIENT, top, peer, top, odd),
        decision(TlsSide.CLIENT, odd, peer));
  }

  @Test
  void ML09_formOfALeaf_isAPeersAndNothingElse() throws Exception {
    X509Certificate top = authority(NOTHING);
    Instant now = Instant.now();
    X509Certificate old =
        new JcaX509CertificateConverter()
            .getCertificate(
                new JcaX509v1CertificateBuilder(
                        new X500Name("CN=Issuer"),
                        BigInteger.TEN,
                        Date.from(now),
                        Date.from(now.plusSeconds(60)),
                        new X500Name("CN=Old"),
                        EC)
                    .build(new Unsigned(ECDSA)));
    assertThat(decision(TlsSide.CLIENT, top, old))
        .isEqualTo("chain-invalid: \"CN=Old\" (serial a) has version 1, 3 is needed");
    assertThat(decision(TlsSide.CLIENT, top, leaf(NOTHING), old)).isEqualTo("accepted");
    for (BasicConstraints authority :
        List.of(new BasicConstraints(true), new BasicConstraints(0), new BasicConstraints(1))) {
      assertThat(
              decision(
                  TlsSide.CLIENT,
                  top,
                  leaf(c -> c.addExtension(Extension.basicConstraints, true, authority))))
          .isEqualTo(
              "leaf-is-ca: \"CN=Subject\" (serial a) is a certificate authority, not a peer");
    }
    assertThat(
            decision(
                TlsSide.CLIENT,
                top,
                leaf(
                    c ->
                        c.addExtension(
                            Extension.basicConstraints, true, new BasicConstraints(false)))))
        .isEqualTo("accepted");
    TestAuthority.Extender bounds = TestAuthority.permitted(TestAuthority.dns("a.example"));
    assertThat(decision(TlsSide.CLIENT, top, leaf(bounds)))
        .startsWith("chain-invalid: ")
        .endsWith("has name constraints, which only authorities may have");
    assertThat(decision(TlsSide.CLIENT, top, leaf(NOTHING), authority(bounds)))
        .isEqualTo("accepted");
  }

  @ParameterizedTest
  @EnumSource
  void ML10_eachUsage_onLeafAuthorityAndAnchor(TlsSide peer) {
    KeyPurposeId server = KeyPurposeId.id_kp_serverAuth;
    KeyPurposeId client = KeyPurposeId.id_kp_clientAuth;
    KeyPurposeId own = peer == TlsSide.SERVER ? server : client;
    KeyPurposeId other = peer == TlsSide.SERVER ? client : server;
    KeyPurposeId any = KeyPurposeId.anyExtendedKeyUsage;
    String without =
        "usage-wrong: \"CN=Subject\" (serial a) has an extended key usage without "
            + (peer == TlsSide.SERVER ? "serverAuth" : "clientAuth");
    String anyPurpose =
        "usage-wrong: \"CN=Subject\" (serial a) has an extended key usage for any purpose";
    assertUsage(peer, "accepted", "accepted", usage(own));
    assertUsage(peer, "accepted", "accepted", usage(other, own));
    assertUsage(peer, without, without, usage(other));
    assertUsage(peer, without, without, usage(KeyPurposeId.id_kp_codeSigning));
    assertUsage(peer, anyPurpose, "accepted", usage(any));
    assertUsage(peer, anyPurpose, "accepted", usage(own, any));
    assertUsage(peer, anyPurpose, "accepted", usage(other, any));
    assertUsage(peer, "accepted", "accepted", NOTHING);
    // Not to be read, and so of no use.
    assertUsage(
        peer,
        without,
        without,
        c -> c.addExtension(Extension.extendedKeyUsage, false, DERNull.INSTANCE));
  }

  private static TestAuthority.Extender usage(KeyPurposeId... ids) {
    return c -> c.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(ids));
  }

  private static void assertUsage(
      TlsSide peer, String onLeaf, String onAuthority, TestAuthority.Extender usage) {
    X509Certificate top = authority(NOTHING);
    X509Certificate bound = authority(usage);
    X509Certificate free = leaf(NOTHING);
    assertThat(decision(peer, top, leaf(usage))).isEqualTo(onLeaf);
    assertThat(decision(peer, top, leaf(usage), top)).isEqualTo(onLeaf);
    assertThat(decision(peer, top, free, bound)).isEqualTo(onAuthority);
    assertThat(decision(peer, top, free, top, bound)).isEqualTo(onAuthority);
    assertThat(decision(peer, bound, free)).as("the anchor's own").isEqualTo("accepted");
  }

  private static PublicKey rsa(int bits) throws GeneralSecurityException {
    BigInteger modulus = BigInteger.ONE.shiftLeft(bits - 1).setBit(0);
    return KeyFactory.getInstance("RSA")
        .generatePublic(new RSAPublicKeySpec(modulus, BigInteger.valueOf(65537)));
  }

  private static PublicKey curve(String name) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
    generator.initialize(new ECGenParameterSpec(name));
    return generator.generateKeyPair().getPublic();
  }

  @Test
  void ML09_weakKey_isRefusedAtEachPlaceOfAPath() throws Exception {
    PublicKey dsa = TestAuthority.keys("DSA", 2048).getPublic();
    for (PublicKey weak : List.of(rsa(1024), rsa(2047), dsa)) {
      assertThat(PathStrength.isWeak(weak)).isTrue();
      assertThat(everywhere(weak, ECDSA))
          .containsOnly(
              "algorithm-weak: \"CN=Subject\" (serial a), whose key is weak; RSA from 2048 and EC"
                  + " from 256 bits are accepted");
    }
    List<PublicKey> strong = new ArrayList<>(List.of(rsa(2048), rsa(3072), EC));
    for (String name : List.of("Ed25519", "Ed448")) {
      strong.add(TestAuthority.keys(name, 0).getPublic());
    }
    for (PublicKey good : strong) {
      assertThat(PathStrength.isWeak(good)).isFalse();
      assertThat(everywhere(good, ECDSA)).containsOnly("accepted");
    }
    for (String small : List.of("secp192r1", "secp224r1", "sect163k1", "brainpoolP224r1")) {
      assertThat(PathStrength.isWeak(curve(small))).as(small).isTrue();
    }
    for (String large : List.of("secp256r1", "secp384r1", "brainpoolP256r1")) {
      assertThat(PathStrength.isWeak(curve(large))).as(large).isFalse();
    }
  }

  private static AlgorithmIdentifier named(ASN1ObjectIdentifier oid) {
    return new AlgorithmIdentifier(oid, DERNull.INSTANCE);
  }

  @Test
  void ML11_digestOfASignature_countsOnLeafAndAuthorityAndNotOnTheAnchor() {
    for (ASN1ObjectIdentifier weak :
        List.of(
            PKCSObjectIdentifiers.sha1WithRSAEncryption,
            PKCSObjectIdentifiers.md5WithRSAEncryption,
            PKCSObjectIdentifiers.md2WithRSAEncryption,
            X9ObjectIdentifiers.ecdsa_with_SHA1)) {
      List<String> seen = everywhere(EC, named(weak));
      assertThat(seen.subList(0, 3))
          .allSatisfy(
              said ->
                  assertThat(said)
                      .startsWith("algorithm-weak: \"CN=Subject\" (serial a) is signed with "));
      assertThat(seen.get(3)).isEqualTo("accepted");
    }
    for (ASN1ObjectIdentifier good :
        List.of(
            PKCSObjectIdentifiers.sha256WithRSAEncryption,
            PKCSObjectIdentifiers.sha512WithRSAEncryption,
            X9ObjectIdentifiers.ecdsa_with_SHA384)) {
      assertThat(everywhere(EC, named(good))).containsOnly("accepted");
    }
  }

  private static AlgorithmIdentifier pss(ASN1ObjectIdentifier digest, AlgorithmIdentifier mask) {
    return pss(new RSASSAPSSparams(named(digest), mask, new ASN1Integer(32), new ASN1Integer(1)));
  }

  private static AlgorithmIdentifier pss(ASN1Encodable parameters) {
    return new AlgorithmIdentifier(PKCSObjectIdentifiers.id_RSASSA_PSS, parameters);
  }

  private static AlgorithmIdentifier mask(ASN1ObjectIdentifier digest) {
    return new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, named(digest));
  }

  @Test
  void ML11_digestOfPss_isReadFromItsParameters() {
    ASN1ObjectIdentifier sha256 = NISTObjectIdentifiers.id_sha256;
    ASN1ObjectIdentifier sha1 = OIWObjectIdentifiers.idSHA1;
    ASN1ObjectIdentifier md5 = PKCSObjectIdentifiers.md5;
    for (AlgorithmIdentifier good :
        List.of(pss(sha256, mask(sha256)), pss(NISTObjectIdentifiers.id_sha512, mask(sha256)))) {
      assertThat(everywhere(EC, good)).containsOnly("accepted");
    }
    for (AlgorithmIdentifier weak :
        List.of(
            pss(sha1, mask(sha1)),
            pss(sha1, mask(sha256)),
            pss(sha256, mask(sha1)),
            pss(md5, mask(sha256)),
            pss(new RSASSAPSSparams()), // SHA-1 by default
            pss(DERNull.INSTANCE),
            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_RSASSA_PSS))) {
      assertThat(everywhere(EC, weak).subList(0, 3))
          .containsOnly("algorithm-weak: \"CN=Subject\" (serial a) is signed with RSASSA-PSS");
    }
  }
}
