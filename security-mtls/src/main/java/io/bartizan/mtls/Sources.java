package io.bartizan.mtls;

import java.util.function.Supplier;

/** Calls suppliers of the application, whose failures are faults of the material. */
final class Sources {

  private Sources() {}

  static <T> T get(String source, Supplier<T> supplier) {
    T value;
    try {
      value = supplier.get();
    } catch (RuntimeException e) {
      throw new TlsMaterialException(
          TlsReason.FILE_UNREADABLE, source, "can't be had: " + e.getClass().getSimpleName());
    }
    if (value == null) {
      throw new TlsMaterialException(TlsReason.FILE_UNREADABLE, source, "is null");
    }
    return value;
  }
}
