package io.bartizan.integrity.lease;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HoldersTest {

  private final Holders holders = new Holders();

  @Test
  void take_ofAKeptName_givesItToOneWhoAsks() {
    holders.keep("a", "holder");
    assertThat(holders.take("b")).isNull();
    assertThat(holders.take("a")).isEqualTo("holder");
    assertThat(holders.take("a")).isNull();
    assertThat(Holders.newName()).hasSize(16).isNotEqualTo(Holders.newName());
  }

  @Test
  void keep_beyondItsBound_forgetsTheOldestAlone() {
    for (int i = 0; i < Holders.MAX_KEPT; i++) {
      holders.keep("message " + i, "holder " + i);
    }
    holders.keep("message 0", "newer"); // is the youngest now
    holders.keep("one more", "last");
    assertThat(holders.take("message 1")).isNull();
    assertThat(holders.take("message 0")).isEqualTo("newer");
    for (int i = 2; i < Holders.MAX_KEPT; i++) {
      assertThat(holders.take("message " + i)).isEqualTo("holder " + i);
    }
    assertThat(holders.take("one more")).isEqualTo("last");
  }
}
