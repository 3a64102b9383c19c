package io.bartizan.spring;

import org.junit.jupiter.api.Tag;

/** Mutual TLS in Reactor Netty. */
@Tag("deep")
class MtlsNettyIT extends MtlsContract {

  @Override
  Web web() {
    return Web.WEBFLUX;
  }
}
