package io.bartizan.ratelimit.redis;

import org.junit.jupiter.api.Tag;

/** The same contract over many more traces. */
@Tag("deep")
class RedisContractDeepIT extends RedisContractIT {

  @Override
  protected int cases() {
    return 20;
  }
}
