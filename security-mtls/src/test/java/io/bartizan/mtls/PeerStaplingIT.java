package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.bartizan.core.Pem;
import io.bartizan.mtls.x509.Certificates;
import io.bartizan.testkit.ManualInstantSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * OpenSSL's server with a stapled OCSP response. The certificate names a responder, a list and an
 * issuer's file on a server that counts: nobody must call there.
 */
@Tag("deep")
class PeerStaplingIT {

  @SuppressWarnings("TimeInStaticInitializer")
  private static final Instant NOW = Instant.now();

  private static final Date LATER = Date.from(NOW.plus(Duration.ofHours(1)));
  private static final Date PAST = Date.from(NOW.minus(Duration.ofMinutes(5)));

  private final BadCertificateSocketIT sockets = new BadCertificateSocketIT();
  private final AtomicInteger calls = new AtomicInteger();
  private HttpServer counter;
  private Issuer issuer;
  @TempDir Path folder;

  @BeforeEach
  void start() throws IOException {
    counter = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    counter.createContext(
        "/",
        exchange -> {
          calls.incrementAndGet();
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    counter.start();
    String url = "http://127.0.0.1:" + counter.getAddress().getPort() + "/";
    issuer = issuer(url, false);
  }

  @AfterEach
  void nobodyCalled() {
    counter.stop(0);
    assertThat(calls).as("requests to responder, list and issuer").hasValue(0);
  }

  private static Issuer issuer(String url, boolean mustStaple) {
    GeneralName place = new GeneralName(GeneralName.uniformResourceIdentifier, url);
    return Issuer.create(
        "EC",
        leaf -> {
          leaf.addExtension(
              Extension.subjectAlternativeName,
              false,
              new GeneralNames(new GeneralName(GeneralName.dNSName, PeerCast.DNS)));
          leaf.addExtension(
              Extension.authorityInfoAccess,
              false,
              new AuthorityInformationAccess(
                  new AccessDescription[] {
                    new AccessDescription(AccessDescription.id_ad_ocsp, place),
                    new AccessDescription(AccessDescription.id_ad_caIssuers, place)
                  }));
          leaf.addExtension(
              Extension.cRLDistributionPoints,
              false,
              new CRLDistPoint(
                  new DistributionPoint[] {
                    new DistributionPoint(
                        new DistributionPointName(new GeneralNames(place)), null, null)
                  }));
          if (mustStaple) {
            leaf.addExtension(
                new org.bouncycastle.asn1.ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.24"),
                false,
                new DERSequence(new org.bouncycastle.asn1.ASN1Integer(5)));
          }
        });
  }

  private byte[] answer(CertificateStatus status, PrivateKey signer, @Nullable Date nextUpdate)
      throws Exception {
    return OcspAnswer.of(issuer.leaf(), issuer.certificate(), signer, status, NOW, nextUpdate);
  }

  private PeerProgram server(byte @Nullable [] staple, String protocol) throws Exception {
    Path cert =
        Files.writeString(
            folder.resolve("cert.pem"), Pem.encode("CERTIFICATE", issuer.leaf().getEncoded()));
    Path key =
        Files.writeString(
            folder.resolve("key.pem"), Pem.encode("PRIVATE KEY", issuer.leafKey().getEncoded()));
    List<String> command =
        new ArrayList<>(List.of("openssl", "s_server", "-accept", "127.0.0.1:0", "-www"));
    command.addAll(List.of("-cert", cert.toString(), "-key", key.toString(), protocol));
    if (staple != null) {
      Path file = Files.write(folder.resolve("staple.der"), staple);
      command.addAll(List.of("-status_file", file.toString()));
    }
    return PeerProgram.start(Map.of(), command.toArray(String[]::new));
  }

  private MutualTls.Builder<ClientTls> client(Revocation revocation, boolean bouncyCastle) {
    TestPki own = new TestPki();
    MutualTls.Builder<ClientTls> builder =
        ClientTls.builder(
                TestPki.identity(own.client), issuer.anchors(), PeerPolicy.requestedHost())
            .withRevocation(revocation);
    return bouncyCastle
        ? builder.withProvider(new BouncyCastleJsseProvider(new BouncyCastleProvider()))
        : builder;
  }

  private String fetch(
      byte @Nullable [] staple, String protocol, Revocation revocation, boolean bouncyCastle)
      throws Exception {
    try (PeerProgram server = server(staple, protocol);
        ClientTls tls = client(revocation, bouncyCastle).build()) {
      int port = port(server);
      return sockets.fetch(tls, port) + sockets.fetch(tls, port);
    }
  }

  private static int port(PeerProgram server) throws IOException {
    String line = server.line("ACCEPT");
    return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1).trim());
  }

  private void isRefused(
      byte @Nullable [] staple, String protocol, Revocation how, boolean bc, PeerReason reason) {
    assertThatThrownBy(() -> fetch(staple, protocol, how, bc))
        .rootCause()
        .isInstanceOfSatisfying(
            PeerRejectedException.class,
            e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
  }

  @ParameterizedTest
  @CsvSource({"-tls1_3, false", "-tls1_2, false", "-tls1_2, true"})
  void staple_ofEachKind_isHonoured(String protocol, boolean bc) throws Exception {
    Revocation required = Revocation.none().withStapledResponseRequired();
    PrivateKey key = issuer.key();
    byte[] good = answer(CertificateStatus.GOOD, key, LATER);
    assertThat(fetch(good, protocol, required, bc)).contains("200 ok");
    assertThat(fetch(good, protocol, Revocation.none(), bc)).contains("200 ok");
    byte[] revoked = answer(new RevokedStatus(PAST, 1), key, LATER);
    isRefused(revoked, protocol, Revocation.none(), bc, PeerReason.REVOKED);
    byte[] stale = answer(CertificateStatus.GOOD, key, PAST);
    isRefused(stale, protocol, Revocation.none(), bc, PeerReason.REVOCATION_UNKNOWN);
    Revocation grace = required.withStaleGrace(Duration.ofHours(1));
    assertThat(fetch(stale, protocol, grace, bc)).contains("200 ok");
    byte[] unknown = answer(new UnknownStatus(), key, LATER);
    isRefused(unknown, protocol, Revocation.none(), bc, PeerReason.REVOCATION_UNKNOWN);
    byte[] forged = answer(CertificateStatus.GOOD, issuer.leafKey(), LATER);
    isRefused(forged, protocol, Revocation.none(), bc, PeerReason.REVOCATION_UNKNOWN);
    assertThat(fetch(null, protocol, Revocation.none(), bc)).contains("200 ok");
    isRefused(null, protocol, required, bc, PeerReason.REVOCATION_UNKNOWN);
  }

  /** It does not show staples of TLS 1.3; then what demands one fails closed. */
  @Test
  void staple_onBouncyCastleWithTls13_isNotSeen() throws Exception {
    byte[] good = answer(CertificateStatus.GOOD, issuer.key(), LATER);
    assertThat(fetch(good, "-tls1_3", Revocation.none(), true)).contains("200 ok");
    Revocation required = Revocation.none().withStapledResponseRequired();
    isRefused(good, "-tls1_3", required, true, PeerReason.REVOCATION_UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource({"-tls1_3", "-tls1_2"})
  void certificateThatDemandsAStaple_isRefusedWithout(String protocol) throws Exception {
    issuer = issuer("http://127.0.0.1:" + counter.getAddress().getPort() + "/", true);
    isRefused(null, protocol, Revocation.none(), false, PeerReason.REVOCATION_UNKNOWN);
    byte[] good = answer(CertificateStatus.GOOD, issuer.key(), LATER);
    assertThat(fetch(good, protocol, Revocation.none(), false)).contains("200 ok");
  }

  /** A session outlives the staple that it began with by far: the JDK keeps it for a day. */
  @ParameterizedTest
  @CsvSource({"-tls1_3", "-tls1_2"})
  void staple_thatHasEnded_isNotLivedOnByResumption(String protocol) throws Exception {
    ManualInstantSource clock = new ManualInstantSource(NOW.plusSeconds(300));
    Instant end = NOW.plusSeconds(600);
    List<Boolean> resumed = new CopyOnWriteArrayList<>();
    Revocation required = Revocation.none().withStapledResponseRequired();
    try (PeerProgram server =
            server(answer(CertificateStatus.GOOD, issuer.key(), Date.from(end)), protocol);
        ClientTls tls =
            client(required, false)
                .withClock(clock)
                .withListener(
                    new TlsListener() {
                      @Override
                      public void decided(HandshakeEvent event) {
                        resumed.add(event.resumed());
                      }
                    })
                .build()) {
      int port = port(server);
      assertThat(sockets.fetch(tls, port)).contains("200 ok");
      assertThat(sockets.fetch(tls, port)).contains("200 ok");
      assertThat(resumed).containsExactly(false, true);
      clock.set(end.plusSeconds(1));
      byte[] renewed = answer(CertificateStatus.GOOD, issuer.key(), Date.from(end.plusSeconds(60)));
      Files.write(folder.resolve("staple.der"), renewed);
      assertThat(sockets.fetch(tls, port)).as("nobody is refused").contains("200 ok");
      assertThat(sockets.fetch(tls, port)).contains("200 ok");
      assertThat(resumed).containsExactly(false, true, false, true);
      try (Socket plain = PeerLoop.connect(port);
          Socket begun =
              tls.sslContext().getSocketFactory().createSocket(plain, PeerCast.DNS, port, true)) {
        clock.set(end.plusSeconds(61)); // between the choice of the session and its resumption
        assertThatThrownBy(() -> begun.getOutputStream().write(PeerLoop.REQUEST))
            .hasMessageContaining("stapled when this session began has ended");
      }
      assertThat(resumed).containsExactly(false, true, false, true, true);
      assertThatThrownBy(() -> sockets.fetch(tls, port))
          .rootCause()
          .isInstanceOfSatisfying(
              PeerRejectedException.class,
              e -> assertThat(e.reason()).isEqualTo(PeerReason.REVOCATION_UNKNOWN));
      assertThat(resumed).containsExactly(false, true, false, true, true, false);
    }
  }

  @Test
  void plainJdkWithRevocation_callsThere_andHereNeitherSideDoes() throws Exception {
    ServerTls server =
        ServerTls.builder(
                TestPki.identity(new TestPki().server),
                issuer.anchors(),
                PeerPolicy.dns(PeerCast.DNS))
            .build();
    ClientTls client =
        ClientTls.builder(
                issuer.identity(), TestPki.anchors(new TestPki().ca), PeerPolicy.anyTrustedPeer())
            .build();
    assertThat(server.explain(List.of(issuer.leaf()), null).isAccepted()).isTrue();
    assertThatThrownBy(() -> Engines.between(client.sslContext(), server.sslContext()).run())
        .isInstanceOf(IOException.class);
    assertThat(calls).hasValue(0);

    PKIXParameters plain = new PKIXParameters(Set.of(new TrustAnchor(issuer.certificate(), null)));
    CertPath path = Certificates.factory().generateCertPath(List.of(issuer.leaf()));
    CertPathValidator validator = CertPathValidator.getInstance("PKIX");
    plain.addCertPathChecker((PKIXRevocationChecker) validator.getRevocationChecker());
    assertThatThrownBy(() -> validator.validate(path, plain))
        .isInstanceOf(CertPathValidatorException.class);
    assertThat(calls.getAndSet(0)).as("the counter counts").isPositive();
  }
}
