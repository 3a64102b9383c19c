package io.bartizan.mtls;

import java.time.Instant;

/** Where knowledge of revoked certificates comes from. */
public final class Revocation {

  private static final Revocation NONE = new Revocation();

  private Revocation() {}

  /**
   * Nothing is asked: short-lived certificates are their own revocation.
   *
   * @return no revocation data
   */
  public static Revocation none() {
    return NONE;
  }

  RevocationData load(MaterialReader reader, Instant now) {
    return RevocationData.NONE;
  }

  /** What is asked. */
  @Override
  public String toString() {
    return "no revocation";
  }
}
