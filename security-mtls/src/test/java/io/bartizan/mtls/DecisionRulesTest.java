package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.testkit.BadCertificate;
import io.bartizan.testkit.ManualInstantSource;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * ML-08 to ML-11: what Bartizan itself refuses, each rule by a certificate that it alone refuses.
 */
class DecisionRulesTest {

  private final TestPki pki = TestPki.SHARED;
  private final ManualInstantSource clock =
      new ManualInstantSource(Instant.ofEpochSecond(Instant.now().getEpochSecond() + 5));
  private final TestAuthority root = TestAuthority.root("CN=Root", c -> {});

  private ServerTls server(X509Certificate... anchors) {
    return ServerTls.builder(
            TestPki.identity(pki.server),
            TrustAnchors.of(List.of(anchors)),
            PeerPolicy.anyTrustedPeer())
        .withClock(clock)
        .build();
  }

  private static String decision(MutualTls tls, X509Certificate... chain) {
    return tls.explain(List.of(chain), null).fold(a -> "accepted", r -> r.reason().name());
  }

  /** The same by a handshake. */
  private boolean handshake(ServerTls server, KeyPair keys, X509Certificate... chain) {
    try {
      ClientTls client =
          ClientTls.builder(
                  Identity.of(keys.getPrivate(), List.of(chain)),
                  TestPki.anchors(pki.ca),
                  PeerPolicy.requestedHost())
              .build();
      Engines.between(client.sslContext(), server.sslContext()).run();
      return true;
    } catch (SSLException e) {
      return false;
    }
  }

  private X509Certificate anchor(KeyPair keys, Instant from, Instant to, int pathLength) {
    return root.issue(
        "CN=Anchor",
        keys.getPublic(),
        from,
        to,
        c ->
            c.addExtension(
                Extension.basicConstraints,
                true,
                pathLength < 0 ? new BasicConstraints(true) : new BasicConstraints(pathLength)));
  }

  @Test
  void ML08_intermediateAsAnchor_isBoundByItsDates() throws Exception {
    KeyPair keys = TestAuthority.keys();
    Instant now = clock.instant();
    X509Certificate good = anchor(keys, now, now.plusSeconds(60), -1);
    X509Certificate lasting = anchor(keys, now.plusSeconds(200), now.plusSeconds(9000), -1);
    KeyPair leafKeys = TestAuthority.keys();
    X509Certificate leaf = issue("CN=leaf", leafKeys, "CN=Anchor", keys, c -> {});
    ServerTls server = server(good);
    assertThat(decision(server, leaf)).isEqualTo("accepted");
    assertThat(handshake(server, leafKeys, leaf)).isTrue();
    ClientTls resuming =
        ClientTls.of(
            Identity.of(leafKeys.getPrivate(), List.of(leaf)),
            TestPki.anchors(pki.ca),
            PeerPolicy.requestedHost());
    Engines.between(resuming.sslContext(), server.sslContext()).run();

    clock.advance(Duration.ofSeconds(60));
    assertThat(decision(server, leaf)).isEqualTo("accepted");
    Engines.between(resuming.sslContext(), server.sslContext()).run();
    clock.advance(Duration.ofSeconds(1));
    assertThat(decision(server, leaf)).isEqualTo("EXPIRED");
    assertThat(handshake(server, leafKeys, leaf)).isFalse();
    assertThatThrownBy(() -> Engines.between(resuming.sslContext(), server.sslContext()).run())
        .isInstanceOf(SSLException.class);

    clock.advance(Duration.ofSeconds(138));
    ServerTls early = server(lasting);
    assertThat(decision(early, leaf)).isEqualTo("NOT_YET_VALID");
    assertThat(handshake(early, leafKeys, leaf)).isFalse();
    clock.advance(Duration.ofSeconds(1));
    assertThat(decision(early, leaf)).isEqualTo("accepted");
    assertThat(handshake(early, leafKeys, leaf)).isTrue();
  }

  @Test
  void ML08_intermediateAsAnchor_isBoundByItsPathLength() throws Exception {
    Instant now = clock.instant();
    KeyPair leafKeys = TestAuthority.keys();
    for (int length = -1; length <= 2; length++) {
      KeyPair keys = TestAuthority.keys();
      ServerTls server = server(anchor(keys, now, now.plusSeconds(9000), length));
      for (int between = 0; between <= 3; between++) {
        List<X509Certificate> chain = new ArrayList<>();
        KeyPair signer = keys;
        String issuer = "CN=Anchor";
        for (int i = 0; i < between; i++) {
          KeyPair own = TestAuthority.keys();
          chain.add(0, issue("CN=Level " + i, own, issuer, signer, TestAuthority.authority()));
          signer = own;
          issuer = "CN=Level " + i;
        }
        chain.add(0, issue("CN=leaf", leafKeys, issuer, signer, c -> {}));
        X509Certificate[] all = chain.toArray(X509Certificate[]::new);
        boolean fits = length < 0 || between <= length;
        assertThat(decision(server, all))
            .as("%s between, %s allowed", between, length)
            .isEqualTo(fits ? "accepted" : "CHAIN_INVALID");
        assertThat(handshake(server, leafKeys, all)).isEqualTo(fits);
      }
    }
  }

  private static X509Certificate issue(
      String subject, KeyPair keys, String issuer, KeyPair signer, TestAuthority.Extender more)
      throws Exception {
    Instant now = Instant.now();
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Name(issuer),
            BigInteger.valueOf(System.nanoTime()),
            Date.from(now.minusSeconds(3600)),
            Date.from(now.plusSeconds(7200)),
            new X500Name(subject),
            keys.getPublic());
    more.extend(builder);
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(
                new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate())));
  }

  @Test
  void ML09_everyReason_hasACertificateThatOnlyItsRuleRefuses() throws Exception {
    PeerCast cast = PeerCast.SHARED;
    Map<PeerReason, Refusal> owners = new EnumMap<>(PeerReason.class);
    try (ServerTls lax = cast.server().withRevocation(Revocation.none()).build();
        ServerTls denying =
            cast.server()
                .withRevocation(
                    Revocation.none()
                        .withDeniedSerial(cast.goodClient.certificate().getSerialNumber()))
                .build();
        ClientTls stapled =
            cast.client(PeerPolicy.requestedHost()).withRevocation(Revocation.none()).build()) {
      for (BadCertificate kind : BadCertificate.values()) {
        put(owners, lax.explain(cast.clients.get(kind).chain(), null));
      }
      assertThat(lax.explain(cast.goodClient.chain(), null).isAccepted()).isTrue();
      put(owners, lax.explain(List.of(), null));
      put(owners, lax.explain(List.of(cast.ca.certificate()), null));
      put(owners, denying.explain(cast.goodClient.chain(), null));
      ClientTls host =
          ClientTls.of(
              TestPki.identity(cast.goodClient),
              TestPki.anchors(cast.ca),
              PeerPolicy.requestedHost());
      put(owners, host.explain(cast.goodServer.chain(), null));
      assertThat(host.explain(cast.goodServer.chain(), PeerCast.DNS).isAccepted()).isTrue();
      assertThat(stapled.generation()).isEqualTo(1);
    }
    TestAuthority listed = TestAuthority.root("CN=Listed", c -> {});
    Path file = Files.createTempFile("other", ".crl");
    Files.write(
        file,
        TestAuthority.root("CN=Elsewhere", c -> {})
            .crl(clock.instant(), clock.instant().plusSeconds(60), l -> {})
            .getEncoded());
    ServerTls unlisted =
        ServerTls.builder(
                TestPki.identity(pki.server), listed.anchors(), PeerPolicy.anyTrustedPeer())
            .withRevocation(Revocation.crls(file))
            .build();
    put(owners, unlisted.explain(List.of(listed.leaf("CN=x")), null));
    Files.delete(file);
    ServerTls bound =
        ServerTls.of(
            TestPki.identity(pki.server),
            listed.anchors().forTrustDomain("other.example"),
            PeerPolicy.anyTrustedPeer());
    put(owners, bound.explain(List.of(listed.leaf("CN=x")), null));
    assertThat(owners.keySet())
        .isEqualTo(
            EnumSet.complementOf(
                // These are no decisions about a chain.
                EnumSet.of(
                    PeerReason.HANDSHAKE_FAILED,
                    PeerReason.CONNECTION_UNKNOWN,
                    PeerReason.MATERIAL_UNAVAILABLE)));
  }

  private static void put(Map<PeerReason, Refusal> owners, Checked<AcceptedPeer> decision) {
    Refusal refusal = decision.fold(a -> null, r -> r);
    if (refusal != null) {
      owners.put((PeerReason) refusal.reason(), refusal);
    }
  }

  private static final KeyPurposeId[] NONE = {};

  static List<Arguments> usages() {
    List<Arguments> all = new ArrayList<>();
    for (TlsSide peer : TlsSide.values()) {
      KeyPurposeId own =
          peer == TlsSide.CLIENT ? KeyPurposeId.id_kp_clientAuth : KeyPurposeId.id_kp_serverAuth;
      KeyPurposeId other =
          peer == TlsSide.CLIENT ? KeyPurposeId.id_kp_serverAuth : KeyPurposeId.id_kp_clientAuth;
      for (boolean critical : new boolean[] {true, false}) {
        all.add(usage(peer, critical, true, true, NONE));
        all.add(usage(peer, critical, true, true, own));
        all.add(usage(peer, critical, true, true, other, own));
        all.add(usage(peer, critical, false, false, other));
        all.add(usage(peer, critical, false, true, KeyPurposeId.anyExtendedKeyUsage));
        all.add(usage(peer, critical, false, true, KeyPurposeId.anyExtendedKeyUsage, own));
        all.add(usage(peer, critical, false, false, KeyPurposeId.id_kp_codeSigning));
        all.add(usage(peer, critical, false, false, KeyPurposeId.id_kp_OCSPSigning, other));
      }
    }
    return all;
  }

  private static Arguments usage(
      TlsSide peer, boolean critical, boolean onLeaf, boolean onAuthority, KeyPurposeId... ids) {
    return Arguments.of(peer, critical, onLeaf, onAuthority, ids);
  }

  @ParameterizedTest
  @MethodSource("usages")
  void ML10_usages_onLeafAndAuthority(
      TlsSide peer, boolean critical, boolean onLeaf, boolean onAuthority, KeyPurposeId[] ids) {
    TestAuthority.Extender usage =
        c -> {
          if (ids.length > 0) {
            c.addExtension(Extension.extendedKeyUsage, critical, new ExtendedKeyUsage(ids));
          }
        };
    TestAuthority free = root.intermediate("CN=Free", c -> {});
    TestAuthority bound = root.intermediate("CN=Bound", usage);
    MutualTls tls =
        peer == TlsSide.CLIENT
            ? server(root.certificate)
            : ClientTls.of(
                TestPki.identity(pki.client), root.anchors(), PeerPolicy.anyTrustedPeer());
    KeyPair keys = TestAuthority.keys();
    assertThat(decision(tls, free.issue("CN=x", keys.getPublic(), usage), free.certificate))
        .isEqualTo(onLeaf ? "accepted" : "USAGE_WRONG");
    assertThat(decision(tls, bound.issue("CN=x", keys.getPublic(), c -> {}), bound.certificate))
        .isEqualTo(onAuthority ? "accepted" : "USAGE_WRONG");
  }

  /** Ways to name a digest in RSASSA-PSS. */
  enum Pss {
    SHA256(true),
    SHA1(false),
    ABSENT(false),
    UNREADABLE(false),
    MASK_SHA1(false);

    final boolean good;

    Pss(boolean good) {
      this.good = good;
    }

    ContentSigner signer(KeyPair keys) throws OperatorCreationException {
      return switch (this) {
        case SHA256 -> pss(keys, "SHA-256", MGF1ParameterSpec.SHA256, 32);
        case SHA1 -> pss(keys, "SHA-1", MGF1ParameterSpec.SHA1, 20);
        case MASK_SHA1 -> pss(keys, "SHA-256", MGF1ParameterSpec.SHA1, 32);
        case ABSENT ->
            named(
                pss(keys, "SHA-1", MGF1ParameterSpec.SHA1, 20),
                new AlgorithmIdentifier(PKCSObjectIdentifiers.id_RSASSA_PSS));
        case UNREADABLE ->
            named(
                pss(keys, "SHA-256", MGF1ParameterSpec.SHA256, 32),
                new AlgorithmIdentifier(PKCSObjectIdentifiers.id_RSASSA_PSS, DERNull.INSTANCE));
      };
    }

    private static ContentSigner pss(KeyPair keys, String digest, MGF1ParameterSpec mask, int salt)
        throws OperatorCreationException {
      try {
        Signature signature = Signature.getInstance("RSASSA-PSS", "SunRsaSign");
        signature.setParameter(new PSSParameterSpec(digest, "MGF1", mask, salt, 1));
        signature.initSign(keys.getPrivate());
        AlgorithmIdentifier name =
            new AlgorithmIdentifier(
                PKCSObjectIdentifiers.id_RSASSA_PSS,
                ASN1Primitive.fromByteArray(signature.getParameters().getEncoded()));
        return new RawSigner(signature, name);
      } catch (GeneralSecurityException | IOException e) {
        throw new OperatorCreationException("PSS", e);
      }
    }

    /** Signs what is written, under any name. */
    private record RawSigner(Signature signature, AlgorithmIdentifier name)
        implements ContentSigner {
      @Override
      public AlgorithmIdentifier getAlgorithmIdentifier() {
        return name;
      }

      @Override
      public OutputStream getOutputStream() {
        return new OutputStream() {
          @Override
          public void write(int octet) {
            write(new byte[] {(byte) octet}, 0, 1);
          }

          @Override
          public void write(byte[] octets, int offset, int length) {
            try {
              signature.update(octets, offset, length);
            } catch (SignatureException e) {
              throw new IllegalStateException(e);
            }
          }
        };
      }

      @Override
      public byte[] getSignature() {
        try {
          return signature.sign();
        } catch (SignatureException e) {
          throw new IllegalStateException(e);
        }
      }
    }

    private static ContentSigner named(ContentSigner signer, AlgorithmIdentifier name) {
      return new ContentSigner() {
        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
          return name;
        }

        @Override
        public OutputStream getOutputStream() {
          return signer.getOutputStream();
        }

        @Override
        public byte[] getSignature() {
          return signer.getSignature();
        }
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void ML11_weakDigestsOfPss_areRefusedOnLeafAndAuthority(Pss form) throws Exception {
    KeyPair rsa = TestAuthority.keys("RSA", 2048);
    TestAuthority top = TestAuthority.root("CN=Top", rsa, c -> {});
    ServerTls server = server(top.certificate);
    KeyPair issuing = TestAuthority.keys();
    X509Certificate authority =
        signed("CN=Issuing", issuing, form.signer(rsa), TestAuthority.authority());
    X509Certificate below = issue("CN=leaf", TestAuthority.keys(), "CN=Issuing", issuing, c -> {});
    String expected = form.good ? "accepted" : "ALGORITHM_WEAK";
    assertThat(decision(server, signed("CN=leaf", issuing, form.signer(rsa), c -> {})))
        .isEqualTo(expected);
    assertThat(decision(server, below, authority)).isEqualTo(expected);
  }

  private static X509Certificate signed(
      String subject, KeyPair keys, ContentSigner signer, TestAuthority.Extender more)
      throws IOException, GeneralSecurityException {
    Instant now = Instant.now();
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Name("CN=Top"),
            BigInteger.valueOf(System.nanoTime()),
            Date.from(now.minusSeconds(3600)),
            Date.from(now.plusSeconds(7200)),
            new X500Name(subject),
            keys.getPublic());
    more.extend(builder);
    return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
  }
}
