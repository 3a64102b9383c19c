package io.bartizan.integrity.artifact;

/** The form in which a checksum file is written: GNU, BSD or a bare digest. */
public enum ManifestFormat {
  /** {@code sha256sum}: digits, two blanks, name; backslash, line feed and return escaped. */
  GNU,
  /** {@code sha256sum --zero}: the same, each entry ended by NUL, nothing escaped. */
  GNU_ZERO,
  /** {@code cksum --tag} and BSD: {@code SHA256 (name) = digits}, escaped like GNU. */
  BSD_TAG
}
