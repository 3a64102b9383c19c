package io.bartizan.integrity.jwt;

/**
 * Stands for a key that came later and that the provider can't use, so that the other keys stay
 * usable and its tokens are refused as what they are: undecided, not forged.
 */
record UnusableKey(String provider) implements SignatureEngine {

  @Override
  public boolean verify(byte[] data, int length, byte[] signature) {
    throw new IllegalStateException(provider + " can't use the key");
  }
}
