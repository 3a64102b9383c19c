package io.bartizan.spring;

import org.junit.jupiter.api.Tag;

/** Mutual TLS in Tomcat. */
@Tag("deep")
class MtlsIT extends MtlsContract {

  @Override
  Web web() {
    return Web.MVC;
  }
}
