package io.bartizan.benchmarks;

import io.bartizan.core.Checked;
import io.bartizan.mtls.AcceptedPeer;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The decision about a client that was never seen before, outside of any handshake.
 *
 * <p>A certificate object remembers the key that verified it, and the JDK's certificate factory
 * remembers 750 objects by their bytes; so more leaves than that take turns and each is parsed
 * anew, outside of what is measured.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TrustBenchmark {
  private static final int LEAVES = 1_000;

  private final byte[][] encoded = new byte[LEAVES][];
  private final X509Certificate[] last = new X509Certificate[LEAVES];
  private int at;
  private X509Certificate[] chain = new X509Certificate[0];
  private @Nullable CertificateFactory factory;
  private @Nullable ServerTls server;
  private @Nullable X509TrustManager jdk;

  @Setup
  public void build() throws GeneralSecurityException {
    factory = CertificateFactory.getInstance("X.509");
    DevCa ca = DevCa.of("benchmark");
    for (int i = 0; i < LEAVES; i++) {
      encoded[i] =
          ca.leaf("client").dns("client.test").forClient().issue().certificate().getEncoded();
    }
    DevCertificate own = ca.leaf("server").dns("server.test").forServer().issue();
    server =
        ServerTls.of(
            Identity.of(own.privateKey(), own.chain()),
            TrustAnchors.of(List.of(ca.certificate())),
            PeerPolicy.dns("client.test"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(ca.trustStore());
    jdk = (X509TrustManager) trust.getTrustManagers()[0];
  }

  @TearDown
  public void close() {
    if (server != null) {
      server.close();
    }
  }

  /** Half a millisecond each: long enough for a set-up around each one. */
  @Setup(Level.Invocation)
  @SuppressWarnings({"NullAway", "ReferenceEquality"}) // set up by JMH; the very same object
  public void meet() throws CertificateException {
    at = (at + 1) % LEAVES;
    X509Certificate leaf =
        (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(encoded[at]));
    if (leaf == last[at]) {
      throw new IllegalStateException("the JDK remembered this certificate");
    }
    last[at] = leaf;
    chain = new X509Certificate[] {leaf};
  }

  /** Path, the anchor's own constraints, strength, the JDK's rules, names, policy. */
  @Benchmark
  @SuppressWarnings("NullAway")
  public Checked<AcceptedPeer> policy() {
    Checked<AcceptedPeer> decision = server.explain(List.of(chain), null);
    if (!decision.isAccepted()) {
      throw new IllegalStateException("refused: " + decision);
    }
    return decision;
  }

  @Benchmark
  @SuppressWarnings("NullAway")
  public X509Certificate[] jdk() throws CertificateException {
    jdk.checkClientTrusted(chain, "UNKNOWN");
    return chain;
  }
}
