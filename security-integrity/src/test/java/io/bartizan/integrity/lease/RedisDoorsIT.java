package io.bartizan.integrity.lease;

import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.RedisGuard;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RedisDoorsIT extends DoorsContractTest {

  private static RedisGuard shared;

  @BeforeAll
  static void start() {
    shared = new RedisGuard();
  }

  @AfterAll
  static void stop() {
    shared.close();
  }

  @Override
  DeliveryGuard guard() {
    return shared.guard();
  }

  @Override
  InstantSource clock() {
    return InstantSource.system();
  }

  @Override
  void pass(Duration time) {
    RedisGuard.pass(time);
  }
}
