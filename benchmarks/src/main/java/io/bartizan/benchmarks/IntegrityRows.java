package io.bartizan.benchmarks;

import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.util.ArrayList;
import java.util.List;
import org.jose4j.jwt.consumer.JwtConsumer;

/** HMAC, JWT and hashing. */
final class IntegrityRows {
  private IntegrityRows() {}

  static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    rows.add(hmac());
    rows.add(jwt("jwt-hs256", "HS256", 7.0, nimbus("HS256", "default")));
    rows.add(jwt("jwt-rs256", "RS256", 1.5, nimbus("RS256", "default")));
    rows.add(accp());
    rows.add(jwt("jwt-es256", "ES256", 15, nimbus("ES256", "default")));
    rows.add(jwt("jwt-es256-bc", "ES256", 3.0, nimbus("ES256", "BC")));
    rows.add(
        jwt(
            "jwt-ed25519",
            "ED25519",
            8.0,
            Side.of("jose4j", Versions.of(JwtConsumer.class), JwtPeerBenchmark.class, "jose4j")
                .with("algorithm", "ED25519")));
    rows.add(
        Row.of(
                "jwt-cached",
                "a repeated ES256 token",
                Measure.PROCESSOR_TIME,
                200,
                ours("verifyCached", "ES256"),
                ours("verify", "ES256"))
            .warmed(3));
    rows.add(reject());
    rows.add(sigstore());
    rows.add(file("sha256-file", "512 MiB file in the page cache", 0.95, "512", "file", "memory"));
    rows.add(
        file(
            "sha256-stream",
            "64 MiB verifying stream, drained in turn",
            1.05,
            "64",
            "verifyingStream",
            "digestInputStream"));
    rows.add(
        Row.of(
            "sha256-many",
            "files of 1 MiB, 2 threads",
            Measure.TIME,
            1.8,
            Side.of("FileBatch", Versions.ours(), FilesBenchmark.class, "batch")
                .with("files", "2000"),
            Side.of("read, then hash", Versions.jdk(), FilesBenchmark.class, "readThenHash")
                .with("files", "2000")));
    return rows;
  }

  /** Our side finds Amazon's provider on its class path by itself; nothing else here sees it. */
  private static Row accp() {
    Side ours = ours("verify", "RS256");
    return Row.of(
            "jwt-rs256-accp",
            "parse, signature, claims, RS256, with Amazon Corretto Crypto Provider",
            Measure.PROCESSOR_TIME,
            2.0,
            ours.in(ours.version() + " with ACCP", Versions.classPathWith("accp")),
            nimbus("RS256", "default"))
        .warmed(5);
  }

  private static Row sigstore() {
    String peer = Versions.classPathWith("sigstore");
    return Row.of(
            "sigstore-verify",
            "a keyless bundle (DSSE, Rekor v1), from JSON to verdict",
            Measure.PROCESSOR_TIME,
            3.0,
            Side.of("SigstoreVerifier", Versions.ours(), SigstoreBenchmark.class, "verify"),
            Side.of("sigstore-java", "", SigstorePeerBenchmark.class, "verify")
                .in(Versions.inFolder("sigstore", "sigstore-java"), peer))
        .warmed(5);
  }

  private static Row reject() {
    List<Side> ours = new ArrayList<>();
    for (String flaw : List.of("unknownAlgorithm", "badBase64", "unknownKey")) {
      ours.add(Side.of(flaw, Versions.ours(), JwtRejectBenchmark.class, flaw));
    }
    Side accept = Side.of("own HS256 accept", Versions.ours(), JwtRejectBenchmark.class, "accept");
    return Row.of(
            "jwt-reject",
            "the dearest of three refusals",
            Measure.PROCESSOR_TIME,
            2.5,
            accept,
            accept)
        .withWorstOf(ours)
        .warmed(3);
  }

  private static Row hmac() {
    return Row.of(
            "hmac-200",
            "HMAC-SHA256 of 200 bytes",
            Measure.PROCESSOR_TIME,
            2.0,
            Side.of("Hmac.sign", Versions.ours(), HmacBenchmark.class, "sign")
                .with("payload", "200"),
            Side.of("Mac.getInstance + init", Versions.jdk(), HmacBenchmark.class, "jdkEachTime")
                .with("payload", "200"))
        // Mac.getInstance is slow for three seconds, until its look-ups are compiled.
        .warmed(4);
  }

  private static Row jwt(String name, String algorithm, double goal, Side peer) {
    String what = "parse, signature, claims, " + algorithm;
    // BigInteger's arithmetic for RSA is compiled only after some seconds.
    int warmth = algorithm.equals("RS256") ? 5 : 3;
    return Row.of(name, what, Measure.PROCESSOR_TIME, goal, ours("verify", algorithm), peer)
        .warmed(warmth);
  }

  private static Side ours(String method, String algorithm) {
    return Side.of("own, uncached", Versions.ours(), JwtBenchmark.class, method)
        .with("algorithm", algorithm);
  }

  private static Side nimbus(String algorithm, String provider) {
    String name = provider.equals("BC") ? "Nimbus with Bouncy Castle" : "Nimbus";
    String version = Versions.of(DefaultJWTProcessor.class);
    return Side.of(name, version, JwtPeerBenchmark.class, "nimbus")
        .with("algorithm", algorithm)
        .with("provider", provider);
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
