package io.bartizan.mtls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Refusal;
import io.bartizan.core.house.Listeners;
import io.bartizan.testkit.DevCertificate;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LocationAwareLogger;

/** A rejected handshake is a line of the log for those who ask for DEBUG, and for nobody else. */
@SuppressWarnings("SystemOut") // where slf4j-simple writes
class RejectedHandshakeLogTest {

  private final TestPki pki = TestPki.SHARED;
  private final Logger logger = LoggerFactory.getLogger("io.bartizan.mtls");
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final PrintStream before = System.err;
  private Field level;
  private int usual;

  @BeforeEach
  void listen() throws Exception {
    level = logger.getClass().getDeclaredField("currentLogLevel");
    level.setAccessible(true);
    usual = level.getInt(logger);
    System.setErr(new PrintStream(log, true, UTF_8));
  }

  @AfterEach
  void end() throws Exception {
    System.setErr(before);
    level.setInt(logger, usual);
  }

  private List<String> lines() {
    return log.toString(UTF_8).lines().filter(line -> line.contains("handshake")).toList();
  }

  private void stranger(ServerTls server) throws Exception {
    DevCertificate other = pki.ca.leaf("x").uri("spiffe://test.example/x").forClient().issue();
    ClientTls stranger =
        ClientTls.of(TestPki.identity(other), TestPki.anchors(pki.ca), PeerPolicy.requestedHost());
    assertThatThrownBy(() -> Engines.between(stranger.sslContext(), server.sslContext()).run())
        .isInstanceOf(SSLException.class);
  }

  @Test
  void rejectedHandshake_isOneLineAtDebug_withNamesAndReason() throws Exception {
    level.setInt(logger, LocationAwareLogger.DEBUG_INT);
    ServerTls server = pki.serverTls().build();
    stranger(server);
    assertThat(lines())
        .singleElement()
        .asString()
        .contains(
            "DEBUG io.bartizan.mtls - SERVER: full handshake rejected: policy-mismatch: ",
            "presented [uri:spiffe://test.example/x], host none, generation 1");
  }

  @Test
  void acceptedHandshake_isNoLine() throws Exception {
    level.setInt(logger, LocationAwareLogger.DEBUG_INT);
    Engines.between(pki.clientTls().build().sslContext(), pki.serverTls().build().sslContext())
        .run();
    assertThat(lines()).isEmpty();
  }

  @Test
  void rejectedHandshake_isNoLineAboveDebug() throws Exception {
    level.setInt(logger, LocationAwareLogger.INFO_INT);
    stranger(pki.serverTls().build());
    assertThat(lines()).isEmpty();
  }

  /** A client's host is the application's text; what a peer presents is made safe before. */
  @Test
  void hostAndReason_cannotForgeALine() throws Exception {
    level.setInt(logger, LocationAwareLogger.DEBUG_INT);
    Refusal refusal = Refusal.of(PeerReason.HANDSHAKE_FAILED, "x\nhandshake forged");
    Settings settings =
        new Settings(
            TlsSide.CLIENT,
            TestPki.identity(pki.ca.leaf("x").dns("x.example").forClient().issue()),
            TestPki.anchors(pki.ca),
            PeerPolicy.requestedHost(),
            null,
            Revocation.none(),
            Listeners.none(TlsListener.class),
            null,
            InstantSource.system(),
            Duration.ZERO,
            false,
            false,
            false);
    new Connections(settings, () -> null)
        .tell(PeerDecision.rejected(refusal, List.of(), 3), true, "h\nhandshake forged\u001b[0m");
    assertThat(lines())
        .singleElement()
        .asString()
        .contains("resumed handshake rejected: handshake-failed: x", "generation 3")
        .doesNotContain("\u001b");
  }
}
