package io.bartizan.ratelimit.adaptive;

import org.junit.jupiter.api.Tag;

/** The same with twenty seeds. */
@Tag("deep")
class AdaptiveSoundnessDeepTest extends AdaptiveSoundnessTest {

  @Override
  int seeds() {
    return 20;
  }
}
