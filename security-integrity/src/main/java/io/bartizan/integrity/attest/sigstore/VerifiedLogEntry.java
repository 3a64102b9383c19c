package io.bartizan.integrity.attest.sigstore;

/** An entry of a trusted transparency log that is about the signature. Immutable. */
public final class VerifiedLogEntry {

  private final String log;
  private final long index;
  private final boolean proven;

  VerifiedLogEntry(String log, long index, boolean proven) {
    this.log = log;
    this.index = index;
    this.proven = proven;
  }

  /**
   * Which log.
   *
   * @return its name in the trusted root, without scheme
   */
  public String log() {
    return log;
  }

  /**
   * Where the entry is, as the bundle says.
   *
   * @return the index in the whole log; signed by the log if the log promised a time
   */
  public long index() {
    return index;
  }

  /**
   * Whether the log proved that it has the entry, or only promised.
   *
   * @return true if an inclusion proof led to a checkpoint that the log signed
   */
  public boolean isProven() {
    return proven;
  }

  @Override
  public String toString() {
    return "VerifiedLogEntry[" + log + ", " + index + (proven ? ", proven]" : ", promised]");
  }
}
