package io.bartizan.benchmarks;

import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.HandshakeEvent;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.MutualTls;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TlsListener;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** TLS 1.3 handshakes with a client certificate, P-256, both ends in one thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MtlsBenchmark {
  /** It writes two lines a handshake otherwise; held, for a logger that nobody holds is reset. */
  private static final Logger BOUNCY = Logger.getLogger("org.bouncycastle.jsse");

  private final Handshake handshake = new Handshake();
  private final Resumption resumption = new Resumption();
  private @Nullable ServerTls server;
  private @Nullable ClientTls client;
  private @Nullable ServerTls bouncyServer;
  private @Nullable ClientTls bouncyClient;
  private @Nullable SSLContext plainServer;
  private @Nullable SSLContext plainClient;

  @Setup
  public void build() throws GeneralSecurityException {
    DevCa ca = DevCa.of("benchmark");
    DevCertificate a = ca.leaf("server").dns("server.test").forServer().issue();
    DevCertificate b = ca.leaf("client").dns("client.test").forClient().issue();
    TrustAnchors anchors = TrustAnchors.of(List.of(ca.certificate()));
    server = server(a, anchors).withListener(resumption).build();
    client = client(b, anchors).build();
    // As its README advises where it is not installed: both by instance.
    BOUNCY.setLevel(Level.SEVERE);
    Provider bouncy = new BouncyCastleJsseProvider(new BouncyCastleProvider());
    bouncyServer = server(a, anchors).withProvider(bouncy).build();
    bouncyClient = client(b, anchors).withProvider(bouncy).build();
    plainServer = plain(a, ca);
    plainClient = plain(b, ca);
  }

  private static MutualTls.Builder<ServerTls> server(DevCertificate own, TrustAnchors anchors) {
    return ServerTls.builder(
        Identity.of(own.privateKey(), own.chain()), anchors, PeerPolicy.dns("client.test"));
  }

  private static MutualTls.Builder<ClientTls> client(DevCertificate own, TrustAnchors anchors) {
    return ClientTls.builder(
        Identity.of(own.privateKey(), own.chain()), anchors, PeerPolicy.dns("server.test"));
  }

  @TearDown
  public void close() {
    for (MutualTls tls : new @Nullable MutualTls[] {server, client, bouncyServer, bouncyClient}) {
      if (tls != null) {
        tls.close();
      }
    }
  }

  /** As the JSSE reference guide builds one: key and trust manager factories by default name. */
  private static SSLContext plain(DevCertificate own, DevCa ca) throws GeneralSecurityException {
    char[] password = "benchmark".toCharArray();
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own.keyStore(password), password);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(ca.trustStore());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  @Benchmark
  @SuppressWarnings("NullAway") // set up by JMH
  public SSLSession policy() throws SSLException {
    return full(client.sslContext(), server.sslContext());
  }

  /** The same rules on Bouncy Castle's TLS. */
  @Benchmark
  @SuppressWarnings("NullAway")
  public SSLSession bouncyCastle() throws SSLException {
    return full(bouncyClient.sslContext(), bouncyServer.sslContext());
  }

  /** Each handshake takes up the session of the one before it. */
  @Benchmark
  @SuppressWarnings("NullAway")
  public SSLSession resumed() throws SSLException {
    SSLEngine caller = client.sslContext().createSSLEngine("server.test", 443);
    SSLSession session = between(caller, server.sslContext().createSSLEngine());
    if (!resumption.latest && resumption.any) {
      throw new SSLException("a full handshake, not a resumed one");
    }
    resumption.any = true;
    return session;
  }

  @Benchmark
  @SuppressWarnings("NullAway")
  public SSLSession jdk() throws SSLException {
    return full(plainClient, plainServer);
  }

  /** No host and no port: nothing under which a client could find a session to resume. */
  private SSLSession full(SSLContext from, SSLContext to) throws SSLException {
    return between(from.createSSLEngine(), to.createSSLEngine());
  }

  private SSLSession between(SSLEngine caller, SSLEngine callee) throws SSLException {
    caller.setUseClientMode(true);
    callee.setUseClientMode(false);
    callee.setNeedClientAuth(true);
    handshake.run(caller, callee);
    SSLSession session = callee.getSession();
    if (!session.getProtocol().equals("TLSv1.3") || session.getPeerCertificates().length == 0) {
      throw new SSLException("not the handshake to be measured: " + session.getProtocol());
    }
    return session;
  }

  /** Whether the server resumed the latest handshake; both ends are in one thread. */
  private static final class Resumption implements TlsListener {
    boolean any;
    boolean latest;

    @Override
    public void decided(HandshakeEvent event) {
      latest = event.resumed();
    }
  }
}
