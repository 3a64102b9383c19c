package io.bartizan.mtls;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/**
 * What a revocation list of so many entries costs: {@code LargeListMain ENTRIES}. The list is
 * written piece by piece, so that the heap of this process is for what reads it.
 */
final class LargeListMain {

  private static final int ENTRY_BYTES = 39;
  private static final DateTimeFormatter UTC =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final byte[] ECDSA_WITH_SHA256 = {
    0x30, 0x0a, 0x06, 0x08, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02
  };

  private LargeListMain() {}

  public static void main(String[] arguments) throws Exception {
    int entries = Integer.parseInt(arguments[0]);
    TestAuthority root = TestAuthority.root("CN=Large", c -> {});
    TestPki pki = new TestPki();
    Path file = Files.createTempFile("large", ".crl");
    try {
      Instant now = Instant.now();
      write(file, root, entries, now.minusSeconds(60));
      long before = used();
      long start = System.nanoTime();
      ServerTls server =
          ServerTls.builder(
                  TestPki.identity(pki.server), root.anchors(), PeerPolicy.anyTrustedPeer())
              .withRevocation(Revocation.crls(file).withMaxListBytes(256 << 20))
              .build();
      System.out.printf("loaded in %d ms%n", millis(start));
      System.out.printf("file %d bytes%n", Files.size(file));
      System.out.printf("heap %.1f bytes an entry%n", (used() - before) / (double) entries);
      X509Certificate good = root.leaf("CN=good", TestAuthority.dns("good.example"));
      start = System.nanoTime();
      accepts(server, good);
      System.out.printf("first decision %d ms%n", millis(start));
      long cpu = cpuOf(() -> accepts(server, good));
      System.out.printf("decision %d microseconds%n", cpu / 1000);
      write(file, root, entries + 1, now.minusSeconds(30));
      start = System.nanoTime();
      if (!server.reload()) {
        throw new IllegalStateException("not reloaded");
      }
      System.out.printf("reloaded in %d ms%n", millis(start));
      accepts(server, good);
      System.out.printf("heap of %d MB was enough%n", Runtime.getRuntime().maxMemory() >> 20);
    } finally {
      Files.delete(file);
    }
  }

  private static long millis(long start) {
    return (System.nanoTime() - start) / 1_000_000;
  }

  private static void accepts(ServerTls server, X509Certificate leaf) {
    if (!server.explain(List.of(leaf), null).isAccepted()) {
      throw new IllegalStateException("refused: " + server.explain(List.of(leaf), null));
    }
  }

  private static long cpuOf(Runnable work) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 2000; i++) {
      long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      work.run();
      least =
          Math.min(least, ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before);
    }
    return least;
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** The serial number of an entry, of 20 bytes. */
  static BigInteger serial(int entry) {
    return new BigInteger(
            1, Long.toHexString(entry * 0x9e3779b97f4a7c15L).getBytes(StandardCharsets.US_ASCII))
        .mod(BigInteger.ONE.shiftLeft(150))
        .setBit(158)
        .clearBit(159)
        .xor(BigInteger.valueOf(entry));
  }

  static void write(Path file, TestAuthority root, int entries, Instant thisUpdate)
      throws IOException, GeneralSecurityException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    head.writeBytes(new byte[] {0x02, 0x01, 0x01});
    head.writeBytes(ECDSA_WITH_SHA256);
    head.writeBytes(root.certificate.getSubjectX500Principal().getEncoded());
    head.writeBytes(time(thisUpdate));
    head.writeBytes(time(thisUpdate.plusSeconds(86_400)));
    head.writeBytes(header(0x30, entries * ENTRY_BYTES));
    byte[] signedHeader = header(0x30, head.size() + entries * ENTRY_BYTES);
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(root.keys.getPrivate());
    Path next = file.resolveSibling(file.getFileName() + ".tmp");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(next))) {
      // The length of the signature is known once all before it is signed: 72 bytes at most, and
      // the outer length is written again below.
      put(out, null, header(0x30, 0));
      put(out, signature, signedHeader);
      put(out, signature, head.toByteArray());
      byte[] date = time(thisUpdate);
      for (int i = 0; i < entries; i++) {
        put(out, signature, new byte[] {0x30, ENTRY_BYTES - 2, 0x02, 20});
        put(out, signature, serial(i).toByteArray());
        put(out, signature, date);
      }
      byte[] value = signature.sign();
      put(out, null, ECDSA_WITH_SHA256);
      put(out, null, new byte[] {0x03, (byte) (value.length + 1), 0});
      put(out, null, value);
    }
    try (java.io.RandomAccessFile whole = new java.io.RandomAccessFile(next.toFile(), "rw")) {
      whole.write(header(0x30, (int) whole.length() - 6));
    }
    Files.move(next, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  private static void put(OutputStream out, Signature signature, byte[] bytes)
      throws IOException, GeneralSecurityException {
    out.write(bytes);
    if (signature != null) {
      signature.update(bytes);
    }
  }

  private static byte[] time(Instant instant) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0x17);
    out.write(13);
    out.writeBytes(UTC.format(instant).getBytes(StandardCharsets.US_ASCII));
    return out.toByteArray();
  }

  private static byte[] header(int tag, int length) {
    return new byte[] {
      (byte) tag,
      (byte) 0x84,
      (byte) (length >>> 24),
      (byte) (length >>> 16),
      (byte) (length >>> 8),
      (byte) length
    };
  }
}
