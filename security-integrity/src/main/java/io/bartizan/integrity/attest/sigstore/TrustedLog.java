package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Sha256;
import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.integrity.x509.Signatures;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A transparency or certificate log of the trusted root. */
final class TrustedLog {

  private static final byte ED25519_NOTE = 1;
  private static final int POINT = 32;

  private final byte[] id;
  private final String name;
  private final KeyGate.Passed key;
  private final Window window;

  private TrustedLog(byte[] id, String name, KeyGate.Passed key, Window window) {
    this.id = id;
    this.name = name;
    this.key = key;
    this.window = window;
  }

  /** Null if its key or hash is of a kind that is not read: then it does not exist. */
  static @Nullable TrustedLog read(ProtoFields log, boolean certificates) {
    ProtoFields publicKey = log.object("publicKey");
    Window window = Window.read(publicKey);
    byte[] id = log.object("logId").bytes("keyId");
    KeyDetails details = KeyDetails.ofName(publicKey.textOrEmpty("keyDetails"));
    if (details == null || !log.textOrEmpty("hashAlgorithm").equals("SHA2_256")) {
      return null;
    }
    KeyGate.Passed key;
    try {
      key = details.read(publicKey.bytes("rawBytes"));
    } catch (IllegalArgumentException e) {
      throw publicKey.refused("rawBytes: " + e.getMessage());
    }
    if (!details.fits(key)) {
      throw publicKey.refused("the key is not of the kind " + details);
    }
    TrustedLog read = new TrustedLog(id, name(log.textOrEmpty("baseUrl")), key, window);
    if (!read.isDerived(certificates)) {
      throw log.refused("logId is not derived from the log's key");
    }
    return read;
  }

  private static String name(String baseUrl) {
    String name = baseUrl.substring(baseUrl.indexOf("://") < 0 ? 0 : baseUrl.indexOf("://") + 3);
    return name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
  }

  private boolean isDerived(boolean certificates) {
    return Arrays.equals(id, Sha256.of(key.spki()))
        || (!certificates
            && Signatures.isEd25519(key)
            && !name.isEmpty()
            && Arrays.equals(id, Sha256.of(noteKey())));
  }

  private byte[] noteKey() {
    byte[] origin = (name + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(origin, origin.length + 1 + POINT);
    all[origin.length] = ED25519_NOTE;
    System.arraycopy(key.spki(), key.spki().length - POINT, all, origin.length + 1, POINT);
    return all;
  }

  /** The first four bytes that a checkpoint's signature of this log begins with. */
  byte[] checkpointHint() {
    byte[] hash = Sha256.of(Signatures.isEd25519(key) ? noteKey() : key.spki());
    return Arrays.copyOf(hash, 4);
  }

  boolean hasId(byte[] wanted) {
    return Arrays.equals(id, wanted);
  }

  /** The bytes that entries name it by. */
  byte[] id() {
    return id.clone();
  }

  /** Base64 of the id. */
  String idText() {
    return Base64.getEncoder().encodeToString(id);
  }

  /** What its checkpoints are signed as: the address without its scheme; may be empty. */
  String name() {
    return name;
  }

  KeyGate.Passed key() {
    return key;
  }

  Window window() {
    return window;
  }

  static void requireDistinct(List<TrustedLog> logs, String what) {
    Set<String> ids = new HashSet<>();
    for (TrustedLog each : logs) {
      if (!ids.add(each.idText())) {
        throw new VerificationException(
            SigstoreReason.ROOT_MALFORMED, "two " + what + " have the id " + each.idText());
      }
    }
  }

  @Override
  public String toString() {
    return name.isEmpty() ? "log " + idText() : name;
  }
}
