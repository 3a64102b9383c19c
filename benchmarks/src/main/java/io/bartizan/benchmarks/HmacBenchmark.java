package io.bartizan.benchmarks;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.mac.Hmac;
import io.bartizan.integrity.mac.HmacAlgorithm;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** HMAC-SHA256 with one key, raw bytes in and out. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HmacBenchmark {
  @Param({"16", "200", "4096"})
  public int payload = 200;

  private final byte[] secret = new byte[32];
  private byte[] message = new byte[0];
  private byte[] tag = new byte[0];
  private Key key = new SecretKeySpec(new byte[32], "HmacSHA256");
  private Hmac hmac = hmac();

  @Setup
  public void build() throws GeneralSecurityException {
    Random random = new Random(1);
    message = new byte[payload];
    random.nextBytes(message);
    random.nextBytes(secret);
    key = new SecretKeySpec(secret, "HmacSHA256");
    hmac = hmac();
    tag = jdkEachTime();
    hmac.verify(message, tag);
  }

  private Hmac hmac() {
    try (SecretBytes bytes = SecretBytes.copyOf(secret)) {
      return Hmac.of(HmacAlgorithm.SHA_256, bytes);
    }
  }

  @Benchmark
  public byte[] sign() {
    return hmac.sign(message);
  }

  @Benchmark
  public byte[] verify() {
    hmac.verify(message, tag);
    return tag;
  }

  /** What application code does: a Mac is not thread-safe, so each call makes one. */
  @Benchmark
  public byte[] jdkEachTime() throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(key);
    return mac.doFinal(message);
  }
}
