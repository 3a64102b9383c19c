package io.bartizan.benchmarks;

import java.util.List;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;

/** Mutual TLS. */
final class MtlsRows {
  private MtlsRows() {}

  static List<Row> rows() {
    Side policy = Side.of("MutualTls", Versions.ours(), MtlsBenchmark.class, "policy");
    String jsse = "with Bouncy Castle " + Versions.of(BouncyCastleJsseProvider.class);
    return List.of(
        row(
            "mtls-overhead",
            "full TLS 1.3 mutual handshake, P-256, with policy",
            0.97,
            4,
            policy,
            Side.of("plain SSLContext", Versions.jdk(), MtlsBenchmark.class, "jdk")),
        row(
            "mtls-trust",
            "trust decision about a new leaf",
            0.95,
            8,
            Side.of("MutualTls", Versions.ours(), TrustBenchmark.class, "policy"),
            Side.of("the JDK's trust manager", Versions.jdk(), TrustBenchmark.class, "jdk")),
        row(
            "mtls-full-bc",
            "the full handshake " + jsse,
            3.0,
            10,
            Side.of(jsse, Versions.ours(), MtlsBenchmark.class, "bouncyCastle"),
            policy.named("own on the JDK's TLS")),
        row(
            "mtls-resume",
            "resumed TLS 1.3 handshake",
            5.0,
            8,
            Side.of("resumed", Versions.ours(), MtlsBenchmark.class, "resumed"),
            policy.named("own full handshake")));
  }

  /**
   * A handshake, and a decision, takes a millisecond and more and runs through some hundred
   * methods, so warming takes long.
   */
  private static Row row(String name, String what, double goal, int warmth, Side ours, Side peer) {
    return Row.of(name, what, Measure.PROCESSOR_TIME, goal, ours, peer).warmed(warmth);
  }
}
