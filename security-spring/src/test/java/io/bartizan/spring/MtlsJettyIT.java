package io.bartizan.spring;

import org.junit.jupiter.api.Tag;

/** Mutual TLS in Jetty. */
@Tag("deep")
class MtlsJettyIT extends MtlsContract {

  @Override
  Web web() {
    return Web.MVC_ON_JETTY;
  }
}
