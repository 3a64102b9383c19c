package io.bartizan.integrity.artifact;

/**
 * The file names that a {@link Manifest} may list; under either rule they stay below the directory.
 *
 * <p>Absolute names, empty, {@code .} and {@code ..} segments and NUL are always refused.
 */
public enum NameRule {
  /**
   * Names that mean one and the same file on Linux, macOS and Windows; the default.
   *
   * <p>Refuses backslash, colon, names of Windows devices, segments that end with a dot or a blank,
   * and two names that differ only by case, by Unicode composition or by invisible characters.
   */
  PORTABLE,
  /**
   * Any name that Linux has: {@code libc6_2:2.36_amd64.deb}, {@code aux.c}, {@code README} beside
   * {@code readme}.
   *
   * <p>Only for files that stay on a file system that tells such names apart; where {@code /} does
   * not separate segments every file is refused.
   */
  POSIX_ONLY
}
