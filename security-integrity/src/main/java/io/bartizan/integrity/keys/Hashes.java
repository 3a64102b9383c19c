package io.bartizan.integrity.keys;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The JDK's hashes, by its names and by the labels that digests of artifacts bear. */
public final class Hashes {

  private Hashes() {}

  /**
   * A hash by its label.
   *
   * @param label such as {@code sha256}
   * @return a fresh one, for one thread
   * @throws IllegalStateException if it is the label of none
   */
  public static MessageDigest ofLabel(String label) {
    return named(standardName(label));
  }

  /**
   * A hash by the name that the JDK has for it.
   *
   * @param name such as {@code SHA-256}
   * @return a fresh one, for one thread
   * @throws IllegalStateException if the JDK has none of this name
   */
  public static MessageDigest named(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + name, e);
    }
  }

  /**
   * The JDK's name of a hash.
   *
   * @param label such as {@code sha256}
   * @return such as {@code SHA-256}
   */
  public static String standardName(String label) {
    return "SHA-" + label.substring(3);
  }
}
