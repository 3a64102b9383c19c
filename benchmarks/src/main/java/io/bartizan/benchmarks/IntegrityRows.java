package io.bartizan.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** HMAC, JWT and hashing. */
final class IntegrityRows {
  private IntegrityRows() {}

  static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    rows.add(hmac());
    rows.add(file("sha256-file", "512 MiB file in the page cache", 0.95, "512", "file", "memory"));
    rows.add(
        file(
            "sha256-stream",
            "64 MiB verifying stream, drained in turn",
            1.05,
            "64",
            "verifyingStream",
            "digestInputStream"));
    return rows;
  }

  private static Row hmac() {
    return Row.of(
        "hmac-200",
        "HMAC-SHA256 of 200 bytes",
        Measure.TIME,
        1.9,
        Side.of("Hmac.sign", Versions.ours(), HmacBenchmark.class, "sign").with("payload", "200"),
        Side.of("Mac.getInstance + init", Versions.jdk(), HmacBenchmark.class, "jdkEachTime")
            .with("payload", "200"));
  }

  private static Row file(
      String name, String what, double goal, String mebibytes, String ours, String peer) {
    return Row.of(
        name,
        what,
        Measure.TIME,
        goal,
        Side.of(ours, Versions.ours(), ArtifactBenchmark.class, ours).with("mebibytes", mebibytes),
        Side.of(peer, Versions.jdk(), ArtifactBenchmark.class, peer).with("mebibytes", mebibytes));
  }
}
