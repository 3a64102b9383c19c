package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Health;
import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.ManualInstantSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevocationTest {

  private final TestPki pki = TestPki.SHARED;
  private final ManualInstantSource clock = new ManualInstantSource(Instant.now());
  @TempDir Path folder;

  private ServerTls server(Revocation data) {
    return pki.serverTls().withRevocation(data).withClock(clock).build();
  }

  private Reason reason(ServerTls server) {
    return server.explain(pki.client.chain(), null).fold(a -> null, r -> r.reason());
  }

  @Test
  void crl_namesThePeer_isRefusedAndOthersAreNot() throws Exception {
    Files.writeString(folder.resolve("a.crl"), DevCa.pem(pki.ca.crl()));
    ServerTls server = server(Revocation.crls(folder));
    assertThat(reason(server)).isNull();

    Files.write(folder.resolve("b.crl"), pki.ca.crl(pki.server.certificate()).getEncoded());
    assertThat(server.reload()).isTrue();
    assertThat(reason(server)).isNull();

    Files.write(folder.resolve("c.crl"), pki.ca.crl(pki.client.certificate()).getEncoded());
    clock.advance(Duration.ofSeconds(5));
    assertThat(server.reload()).isTrue();
    assertThat(reason(server)).isEqualTo(PeerReason.REVOKED);
  }

  @Test
  void crl_stale_isRefusedAfterTheGraceAndOnResumption() throws Exception {
    Path file = folder.resolve("a.crl");
    Files.writeString(file, DevCa.pem(pki.ca.crl(clock.instant(), Duration.ofHours(1))));
    ServerTls server = server(Revocation.crls(file).withStaleGrace(Duration.ofHours(2)));
    ClientTls client = pki.clientTls().build();
    Engines.between(client.sslContext(), server.sslContext()).run();

    clock.advance(Duration.ofMinutes(179));
    assertThat(reason(server)).isNull();
    clock.advance(Duration.ofMinutes(2));
    assertThat(reason(server)).isEqualTo(PeerReason.REVOCATION_UNKNOWN);
    assertThatThrownBy(() -> Engines.between(client.sslContext(), server.sslContext()).run())
        .rootCause()
        .hasMessageContaining("is stale since");
  }

  @Test
  void crl_ofATwinWithTheSameName_saysNothing() throws Exception {
    DevCa twin = DevCa.of("Test Root");
    Files.writeString(folder.resolve("a.crl"), DevCa.pem(twin.crl()));
    assertThat(reason(server(Revocation.crls(folder)))).isEqualTo(PeerReason.REVOCATION_UNKNOWN);
    assertThat(reason(server(Revocation.crls(folder).withUnlistedIssuersAccepted()))).isNull();
  }

  @Test
  void crl_ofAClockThatIsAhead_revokesAtOnceAndEverywhere() throws Exception {
    Path old = folder.resolve("a.crl");
    Files.writeString(old, DevCa.pem(pki.ca.crl(clock.instant(), Duration.ofHours(1))));
    ServerTls server = server(Revocation.crls(folder));
    ClientTls client = pki.clientTls().build();
    Engines open = Engines.between(client.sslContext(), server.sslContext()).run();

    Files.writeString(
        folder.resolve("b.crl"),
        DevCa.pem(
            pki.ca.crl(
                clock.instant().plusSeconds(90), Duration.ofHours(1), pki.client.certificate())));
    assertThat(server.reload()).isTrue();
    assertThat(reason(server)).isEqualTo(PeerReason.REVOKED);
    assertThatThrownBy(open::run).hasMessageContaining("revoked");
    assertThatThrownBy(() -> Engines.between(client.sslContext(), server.sslContext()).run())
        .isInstanceOf(SSLException.class);
    clock.advance(Duration.ofSeconds(100));
    assertThat(reason(server)).isEqualTo(PeerReason.REVOKED);
  }

  @Test
  void crl_ofTheIssuersNextKey_doesNotFreshenTheOldOne() throws Exception {
    DevCa nextKey = DevCa.of("Test Root");
    Files.writeString(
        folder.resolve("a.crl"),
        DevCa.pem(pki.ca.crl(clock.instant().minusSeconds(600), Duration.ofMinutes(70))));
    Files.writeString(
        folder.resolve("b.crl"), DevCa.pem(nextKey.crl(clock.instant(), Duration.ofHours(9))));
    ServerTls server = server(Revocation.crls(folder));
    ClientTls client = pki.clientTls().build();
    Engines.between(client.sslContext(), server.sslContext()).run();

    clock.advance(Duration.ofMinutes(59));
    Engines.between(client.sslContext(), server.sslContext()).run();
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
    clock.advance(Duration.ofMinutes(2));
    assertThatThrownBy(() -> Engines.between(client.sslContext(), server.sslContext()).run())
        .rootCause()
        .hasMessageContaining("is stale since");
  }

  @Test
  void crl_stale_isSeenByHealth() throws Exception {
    Path file = folder.resolve("a.crl");
    Files.writeString(file, DevCa.pem(pki.ca.crl(clock.instant(), Duration.ofHours(1))));
    ServerTls server = server(Revocation.crls(file));
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
    clock.advance(Duration.ofMinutes(61));
    assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);
    assertThat(server.health().detail()).contains("is stale since");
  }

  @Test
  void crl_emptyFolderOrGarbage_isRefusedAtLoad() throws Exception {
    assertThatThrownBy(() -> server(Revocation.crls(folder)))
        .isInstanceOf(TlsMaterialException.class)
        .hasMessageContaining("hold no list");
    Files.writeString(folder.resolve("a.crl"), "garbage");
    assertThatThrownBy(() -> server(Revocation.crls(folder)))
        .hasMessageContaining("a.crl")
        .hasMessageContaining("can't be parsed");
  }

  @Test
  void denied_bySerialOrKey_isRefused() throws Exception {
    assertThat(
            reason(
                server(
                    Revocation.none()
                        .withDeniedSerial(pki.client.certificate().getSerialNumber()))))
        .isEqualTo(PeerReason.REVOKED);
    String pin = PeerIdentity.of(pki.client.certificate()).spkiPin();
    assertThat(reason(server(Revocation.none().withDeniedKey(pin)))).isEqualTo(PeerReason.REVOKED);

    Path file = folder.resolve("denied.txt");
    Files.writeString(file, "# nobody\nserial 00:01 # x\n\n");
    ServerTls server = server(Revocation.none().withDenyList(file));
    assertThat(reason(server)).isNull();
    Files.writeString(file, "\n" + pin + " # stolen\n");
    assertThat(server.reload()).isTrue();
    assertThat(reason(server)).isEqualTo(PeerReason.REVOKED);
    Files.writeString(file, "client\n");
    assertThatThrownBy(server::reload).hasMessageContaining("in line 1");
  }

  @Test
  void denied_whileConnected_endsConnectionAndTickets() throws Exception {
    Path file = Files.createFile(folder.resolve("denied.txt"));
    List<Reason> told = Collections.synchronizedList(new ArrayList<>());
    ServerTls server =
        pki.serverTls()
            .withRevocation(Revocation.none().withDenyList(file))
            .withListener(
                new TlsListener() {
                  @Override
                  public void noLongerAccepted(SSLSession session, Refusal why) {
                    told.add(why.reason());
                  }
                })
            .build();
    ClientTls client = pki.clientTls().build();
    Engines open = Engines.between(client.sslContext(), server.sslContext()).run();
    open.run();

    Files.writeString(file, "serial " + pki.client.certificate().getSerialNumber().toString(16));
    assertThat(server.reload()).isTrue();

    assertThat(told).containsExactly(PeerReason.REVOKED);
    assertThatThrownBy(open::run).isInstanceOf(SSLException.class);
    assertThatThrownBy(() -> Engines.between(client.sslContext(), server.sslContext()).run())
        .isInstanceOf(SSLException.class);
  }
}
