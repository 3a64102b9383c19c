package io.bartizan.integrity.mac;

import java.security.MessageDigest;

/** The one comparison of tags in this package. */
final class ConstantTime {

  private ConstantTime() {}

  /**
   * Whether the tags are equal, in time that depends on their public lengths alone. What was
   * computed comes first, since {@link MessageDigest#isEqual} loops over its first argument.
   */
  static boolean equal(byte[] computed, byte[] presented) {
    return computed.length == presented.length && MessageDigest.isEqual(computed, presented);
  }
}
