package io.bartizan.benchmarks;

import io.github.bucket4j.Bucket;
import io.lettuce.core.RedisClient;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a capacity run found, for its JSON and its page. */
record CapacityReport(
    CapacityRun.Plan plan,
    String redisVersion,
    List<LoadResult> steps,
    List<LoadResult> knees,
    List<LoadResult> concurrency,
    List<Map<String, Object>> keyCost,
    Map<String, Object> connections) {

  Map<String, Object> json() {
    Map<String, Object> json =
        ReportPage.about("Capacity of rate limiters on one Redis", plan.command());
    json.put("redis", redisVersion);
    json.put("lettuce", Versions.of(RedisClient.class));
    json.put("bucket4j", Versions.of(Bucket.class));
    json.put("keys", plan.keys());
    json.put("threads", plan.threads());
    json.put("secondsPerStep", plan.step().toMillis() / 1000.0);
    json.put("budgetP99Micros", plan.budgetMicros());
    json.put("knees", knees.stream().map(knee -> knee.json("askedPerSecond")).toList());
    json.put("steps", steps.stream().map(this::step).toList());
    json.put("concurrency", concurrency.stream().map(r -> r.json("inFlight")).toList());
    json.put("keyCost", keyCost);
    json.put("connections", connections);
    List<LoadResult> fitted =
        Stream.concat(steps.stream(), concurrency.stream())
            .filter(load -> load.subject().mode() == LoadSubject.Mode.COALESCING)
            .filter(load -> !load.saturated() && load.errors() == 0)
            .filter(load -> load.subject().algorithm().equals("tokenBucket"))
            .filter(load -> load.redisCpu() > 0)
            .toList();
    json.put("tokenBucketCost", SizingRule.through(fitted).json());
    return json;
  }

  private Map<String, Object> step(LoadResult result) {
    Map<String, Object> json = result.json("askedPerSecond");
    json.put("withinBudget", result.within(plan.budgetMicros()));
    return json;
  }
}
