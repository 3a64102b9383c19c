package io.bartizan.benchmarks;

import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.MutualTls;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Full TLS 1.3 handshakes with a client certificate, P-256, both ends in one thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MtlsBenchmark {
  private final Handshake handshake = new Handshake();
  private @Nullable ServerTls server;
  private @Nullable ClientTls client;
  private @Nullable SSLContext plainServer;
  private @Nullable SSLContext plainClient;

  @Setup
  public void build() throws GeneralSecurityException {
    DevCa ca = DevCa.create("benchmark");
    DevCertificate a = ca.leaf("server").dns("server.test").forServer().issue();
    DevCertificate b = ca.leaf("client").dns("client.test").forClient().issue();
    TrustAnchors anchors = TrustAnchors.of(List.of(ca.certificate()));
    server =
        MutualTls.server(
                Identity.of(a.privateKey(), a.chain()), anchors, PeerPolicy.dns("client.test"))
            .build();
    client =
        MutualTls.client(
                Identity.of(b.privateKey(), b.chain()), anchors, PeerPolicy.dns("server.test"))
            .build();
    plainServer = plain(a, ca);
    plainClient = plain(b, ca);
  }

  @TearDown
  public void close() {
    if (server != null && client != null) {
      server.close();
      client.close();
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

  @Benchmark
  @SuppressWarnings("NullAway")
  public SSLSession jdk() throws SSLException {
    return full(plainClient, plainServer);
  }

  /** No host and no port: nothing under which a client could find a session to resume. */
  private SSLSession full(SSLContext from, SSLContext to) throws SSLException {
    SSLEngine caller = from.createSSLEngine();
    caller.setUseClientMode(true);
    SSLEngine callee = to.createSSLEngine();
    callee.setUseClientMode(false);
    callee.setNeedClientAuth(true);
    handshake.run(caller, callee);
    SSLSession session = callee.getSession();
    if (!session.getProtocol().equals("TLSv1.3") || session.getPeerCertificates().length == 0) {
      throw new SSLException("not the handshake to be measured: " + session.getProtocol());
    }
    return session;
  }
}
