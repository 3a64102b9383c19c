package io.bartizan.integrity.json;

/**
 * The bounds of a {@link Json} text: bytes, depth and values.
 *
 * @param maxBytes the largest text, in bytes
 * @param maxDepth how deep objects and arrays may nest, 1 to 64; a flat object has depth 1
 * @param maxValues how many values of any kind, at every depth together
 * @param maxNumberChars the longest number, in characters
 */
public record JsonLimits(int maxBytes, int maxDepth, int maxValues, int maxNumberChars) {

  private static final int FREE_VALUES = 1024;
  private static final int BYTES_PER_VALUE = 24;

  /**
   * Limits that are all positive.
   *
   * @param maxBytes the largest text, in bytes
   * @param maxDepth how deep objects and arrays may nest, 1 to 64
   * @param maxValues how many values of any kind
   * @param maxNumberChars the longest number, in characters
   * @throws IllegalArgumentException if one is not in its range
   */
  public JsonLimits {
    atLeastOne("maxBytes", maxBytes);
    atLeastOne("maxDepth", maxDepth);
    atLeastOne("maxValues", maxValues);
    atLeastOne("maxNumberChars", maxNumberChars);
    if (maxDepth > 64) {
      throw new IllegalArgumentException("maxDepth is " + maxDepth + ", 1 to 64 is accepted");
    }
  }

  /**
   * Depth 16, 1024 values and numbers of 32 characters.
   *
   * @param maxBytes the largest text, in bytes
   * @return the limits of tokens
   */
  public static JsonLimits ofBytes(int maxBytes) {
    return new JsonLimits(maxBytes, 16, FREE_VALUES, 32);
  }

  /**
   * The same limits with more or fewer values.
   *
   * @param values how many values, at every depth together
   * @return new limits
   */
  public JsonLimits withMaxValues(int values) {
    return new JsonLimits(maxBytes, maxDepth, values, maxNumberChars);
  }

  /**
   * The limits for one text of few but long values: above {@value #FREE_VALUES} of them, each must
   * have {@value #BYTES_PER_VALUE} bytes of it on average. So what is built of the shortest values
   * stays within ten times the text.
   *
   * @param maxBytes the largest text, in bytes
   * @param text the text
   * @param maxValues how many values at most, at every depth together
   * @return the limits of that text
   */
  public static JsonLimits ofText(int maxBytes, byte[] text, int maxValues) {
    int sparse = Math.max(FREE_VALUES, text.length / BYTES_PER_VALUE);
    return ofBytes(maxBytes).withMaxValues(Math.min(maxValues, sparse));
  }

  private static void atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", at least 1 is needed");
    }
  }
}
