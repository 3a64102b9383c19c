package io.bartizan.examples.modular;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.ratelimit.Limit;
import java.util.List;
import org.junit.jupiter.api.Test;

class ApplicationTest {

  @Test
  void application_onTheModulePath_seesNamedModules() {
    assertTrue(Application.class.getModule().isNamed());
    for (Class<?> type : List.of(Limit.class, PeerPolicy.class, Digest.class)) {
      assertTrue(type.getModule().isNamed(), type.getName());
      assertFalse(type.getModule().getDescriptor().isAutomatic(), type.getName());
    }
  }

  @Test
  void application_eachLibrary_works() {
    assertTrue(Application.oncePerHour());
    assertTrue(Application.emptyDigest().startsWith("e3b0c442"));
    assertEquals("hello", Application.signedAndBack("hello"));
    assertTrue(Application.policy().contains("billing.internal"));
  }

  @Test
  void application_hiddenPackage_isNotExported() {
    Module integrity = Digest.class.getModule();
    assertFalse(integrity.isExported("io.bartizan.integrity.json"));
    assertTrue(integrity.isExported("io.bartizan.integrity.artifact"));
  }
}
