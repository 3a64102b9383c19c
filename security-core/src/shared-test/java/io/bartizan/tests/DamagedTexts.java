package io.bartizan.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.bartizan.core.VerificationException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * Reads many damaged copies of right texts on every core, and holds each reading to rule 5 of the
 * design: it gives something or a typed refusal whose words are safe to log, within 5 ms and ten
 * times the input and 64 KiB of memory; where signatures and certificates are judged too, within a
 * quarter of a second and the memory that the test says.
 *
 * <p>A million of a small text take a second or two, so nothing here is made for each but the text.
 * The seed is {@link SeededCases}' and named with the case that failed.
 */
public final class DamagedTexts {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final String LIKELY =
      "\n\r\0 \t\\*#=-:;,()/.\"{}[]?%_+@09afAFeEéа\u200b\ufeff\ud800";
  private static final long MAX_NANOS = 5_000_000;
  private static final long MAX_JUDGED_NANOS = 250_000_000;
  private static final int BATCH = 1_000;
  private static final LongAccumulator MOST_BYTES = new LongAccumulator(Math::max, 0);
  private static final LongAdder ACCEPTED = new LongAdder();
  private static final LongAdder NANOS = new LongAdder();
  private static final long PARSED = 64 * 1024;

  private DamagedTexts() {}

  /** Reads a text; a refusal is a {@link VerificationException}. */
  @FunctionalInterface
  public interface TextReader {
    Object read(String text);
  }

  /** Reads bytes; a refusal is a {@link VerificationException}. */
  @FunctionalInterface
  public interface BytesReader {
    Object read(byte[] bytes);
  }

  /** Damages texts by characters. */
  public static void check(int count, List<String> right, TextReader reader) {
    run(
        count,
        right,
        (damaged, random) -> {
          String text = damaged.toString();
          bounded(text.length(), () -> reader.read(text));
        });
  }

  /** Damages the bytes of texts, UTF-8 or not. */
  public static void checkBytes(int count, List<String> right, BytesReader reader) {
    checkBytes(count, right, PARSED, reader);
  }

  /** The same, where a reading may take more memory: certificates and signatures are judged. */
  public static void checkBytes(
      int count, List<String> right, long bytesBeside, BytesReader reader) {
    run(
        count,
        right,
        (damaged, random) -> {
          byte[] bytes = damaged.toString().getBytes(random.nextInt(4) == 0 ? ISO_8859_1 : UTF_8);
          bounded(bytes.length, bytesBeside, () -> reader.read(bytes));
        });
  }

  /** Damages bytes that are no text: DER, CBOR. */
  public static void checkBinary(
      int count, List<byte[]> right, long bytesBeside, BytesReader reader) {
    List<String> texts = right.stream().map(each -> new String(each, ISO_8859_1)).toList();
    run(
        count,
        texts,
        false,
        (text, random) -> {
          byte[] bytes = text.toString().getBytes(ISO_8859_1);
          for (int i = random.nextInt(1, 4); i > 0; i--) {
            bytes = DamagedJson.damage(bytes, random);
          }
          byte[] damaged = bytes;
          bounded(damaged.length, bytesBeside, () -> reader.read(damaged));
        });
  }

  /**
   * How many cases the deep tier runs: {@code -Dbartizan.mutations=N} if it is given.
   *
   * @param otherwise a number that takes some seconds
   */
  public static int deep(int otherwise) {
    return Integer.getInteger("bartizan.mutations", otherwise);
  }

  /** Holds one reading to the bounds. */
  public static void bounded(int size, Callable<?> reading) {
    bounded(size, PARSED, reading);
  }

  /** Holds one reading to a bound of memory: ten times its size and so many bytes. */
  public static void bounded(int size, long bytesBeside, Callable<?> reading) {
    long limit = 10L * size + bytesBeside;
    long maxNanos = bytesBeside <= PARSED ? MAX_NANOS : MAX_JUDGED_NANOS;
    long nanos = Long.MAX_VALUE;
    long bytes = Long.MAX_VALUE;
    // Again when it was too much: the machine may be busy, and a first use of a class is no cost.
    for (int i = 0; i < 20 && (nanos > maxNanos || bytes > limit); i++) {
      long bytesBefore = THREADS.getCurrentThreadAllocatedBytes();
      long before = i == 0 ? System.nanoTime() : THREADS.getCurrentThreadCpuTime();
      typed(reading);
      nanos =
          Math.min(
              nanos, (i == 0 ? System.nanoTime() : THREADS.getCurrentThreadCpuTime()) - before);
      bytes = Math.min(bytes, THREADS.getCurrentThreadAllocatedBytes() - bytesBefore);
    }
    if (nanos > maxNanos || bytes > limit) {
      throw new AssertionError(
          nanos + " ns and " + bytes + " bytes of memory for " + size + " bytes of input");
    }
    MOST_BYTES.accumulate(bytes);
  }

  private static void typed(Callable<?> reading) {
    try {
      if (reading.call() == null) {
        throw new AssertionError("null");
      }
      ACCEPTED.increment();
    } catch (VerificationException refused) {
      String words = String.valueOf(refused.getMessage());
      for (int i = 0; i < words.length(); i++) {
        if (Character.isISOControl(words.charAt(i))) {
          throw new AssertionError("a refusal with a control character", refused);
        }
      }
      if (refused.reason() == null) {
        throw new AssertionError("an untyped refusal", refused);
      }
    } catch (Exception e) {
      throw new AssertionError("no typed refusal: " + e, e);
    }
  }

  private static String caller() {
    return StackWalker.getInstance()
        .walk(
            all ->
                all.filter(each -> !each.getClassName().equals(DamagedTexts.class.getName()))
                    .findFirst()
                    .map(each -> each.getClassName() + "." + each.getMethodName())
                    .orElse(""));
  }

  /** One damaged text and the generator it came from. */
  private interface Case {
    void check(StringBuilder damaged, SplittableRandom random);
  }

  private static void run(int count, List<String> right, Case reading) {
    run(count, right, true, reading);
  }

  private static void run(int count, List<String> right, boolean damaged, Case reading) {
    long seed = Long.getLong("cases.seed", 20261121L);
    MOST_BYTES.reset();
    ACCEPTED.reset();
    NANOS.reset();
    AtomicInteger next = new AtomicInteger();
    Callable<Void> worker =
        () -> {
          StringBuilder text = new StringBuilder();
          for (int from = next.getAndAdd(BATCH); from < count; from = next.getAndAdd(BATCH)) {
            for (int i = from; i < Math.min(count, from + BATCH); i++) {
              one(seed + i, text, right, damaged, reading);
            }
          }
          NANOS.add(THREADS.getCurrentThreadCpuTime());
          return null;
        };
    int threads = Math.min(count / BATCH + 1, Runtime.getRuntime().availableProcessors());
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (var done : pool.invokeAll(java.util.Collections.nCopies(threads, worker))) {
        assertThat(done).succeedsWithin(java.time.Duration.ZERO);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      pool.shutdownNow();
    }
    if (Integer.getInteger("bartizan.mutations") != null) {
      System.out.printf(
          "%s: %,d damaged, %,d still read, %,d ms of processor time, at most %,d bytes allocated%n",
          caller(), count, ACCEPTED.sum(), NANOS.sum() / 1_000_000, MOST_BYTES.get());
    }
  }

  private static void one(
      long seed, StringBuilder text, List<String> right, boolean damaged, Case reading) {
    SplittableRandom random = new SplittableRandom(seed);
    text.setLength(0);
    text.append(right.get(random.nextInt(right.size())));
    for (int i = damaged ? random.nextInt(1, 5) : 0; i > 0; i--) {
      damage(text, random);
    }
    try {
      reading.check(text, random);
    } catch (Throwable failure) {
      throw new AssertionError("failed; replay with -Dcases.seed=" + seed, failure);
    }
  }

  /** Inserts, removes, cuts, doubles or changes something; in JSON its structure at times. */
  public static void damage(StringBuilder text, SplittableRandom random) {
    if (text.length() > 0 && text.charAt(0) == '{' && random.nextInt(2) == 0) {
      DamagedJson.damage(text, random);
      return;
    }
    int at = random.nextInt(text.length() + 1);
    char c =
        random.nextInt(4) == 0
            ? (char) random.nextInt(0x10000)
            : LIKELY.charAt(random.nextInt(LIKELY.length()));
    switch (random.nextInt(6)) {
      case 0 -> text.insert(at, c);
      case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(1, 5)));
      case 2 -> text.setLength(at);
      case 3 -> text.insert(at, text.substring(at, Math.min(text.length(), at + 70)));
      default -> {
        if (at < text.length()) {
          text.setCharAt(at, c);
        }
      }
    }
  }
}
