package io.bartizan.integrity.jwt;

/** One key under one algorithm, ready to verify. Thread-safe. */
interface SignatureEngine {

  /**
   * Whether the signature fits the first {@code length} bytes.
   *
   * @param data holds the message from its start
   * @param length bytes of the message
   * @param signature the decoded signature, of any length
   * @return false for every wrong signature; never throws for one
   */
  boolean verify(byte[] data, int length, byte[] signature);

  /** Where the arithmetic comes from, such as {@code SunRsaSign}. */
  String provider();
}
