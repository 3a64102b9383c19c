package io.bartizan.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("deep")
class RedisTopologyIT {

  @Test
  void cluster_shares_the_slots_among_three_masters() {
    try (RedisCluster cluster = RedisCluster.start()) {
      assertThat(cluster.nodes()).hasSize(3);
      assertThat(cluster.nodes().get(0).command("CLUSTER", "KEYSLOT", "a")).isEqualTo("15495");
      assertThatThrownBy(() -> cluster.nodes().get(0).command("GET", "a"))
          .hasMessageContaining("MOVED 15495 127.0.0.1:" + cluster.nodes().get(2).port());
      assertThat(cluster.nodes().get(2).command("SET", "a", "1")).isEqualTo("OK");
    }
  }

  @Test
  void sentinel_promotes_the_replica_when_the_master_is_gone() {
    try (RedisSentinel redis = RedisSentinel.start()) {
      redis.first().command("SET", "k", "v");
      redis.first().command("WAIT", "1", "5000");
      redis.first().kill();

      redis.awaitPromotion();

      assertThat(redis.second().command("GET", "k")).isEqualTo("v");
      assertThat(redis.second().command("SET", "k", "w")).isEqualTo("OK");
    }
  }
}
