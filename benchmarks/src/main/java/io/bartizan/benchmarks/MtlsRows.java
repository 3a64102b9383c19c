package io.bartizan.benchmarks;

/** Mutual TLS. */
final class MtlsRows {
  private MtlsRows() {}

  static Row overhead() {
    return Row.of(
            "mtls-overhead",
            "full TLS 1.3 mutual handshake, P-256, with policy",
            Measure.TIME,
            0.97,
            Side.of("MutualTls", Versions.ours(), MtlsBenchmark.class, "policy"),
            Side.of("plain SSLContext", Versions.jdk(), MtlsBenchmark.class, "jdk"))
        .warmed(3);
  }
}
