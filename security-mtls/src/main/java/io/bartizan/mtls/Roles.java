package io.bartizan.mtls;

/** A context's policy is about peers of one kind, so its connections keep one role. */
final class Roles {

  private Roles() {}

  static void require(TlsSide side, boolean clientMode) {
    if (clientMode != (side == TlsSide.CLIENT)) {
      throw new IllegalArgumentException(
          "clientMode is "
              + clientMode
              + ", this context was made by MutualTls."
              + (side == TlsSide.CLIENT ? "client" : "server"));
    }
  }
}
