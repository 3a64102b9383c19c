package io.bartizan.benchmarks;

import io.github.bucket4j.Bucket;
import io.lettuce.core.RedisClient;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a capacity run found, for its JSON and its page.
 *
 * @param connections of one process to one server, by the name of the limiter
 */
record CapacityReport(
    CapacityRun.Plan plan,
    RedisTarget target,
    String redisVersion,
    List<LoadResult> steps,
    List<LoadResult> concurrency,
    List<Map<String, Object>> keyCost,
    Map<String, Double> connections,
    Health health) {

  /** What the run itself saw of the load's JVM and of Redis. */
  record Health(double gcShare, double idleCores, long evicted, long maxMemory) {}

  RunJudgement judgement() {
    return RunJudgement.of(
        steps,
        plan.wanted(),
        plan.step().toMillis() / 1000.0,
        new RunJudgement.Facts(
            target.isHere(),
            Runtime.getRuntime().availableProcessors(),
            health.gcShare(),
            health.idleCores(),
            health.evicted(),
            health.maxMemory(),
            advice().first().bytesToGive(),
            plan.wanted().processes(),
            target.processes()));
  }

  CapacityAdvice advice() {
    return CapacityAdvice.of(plan.wanted(), answers());
  }

  private List<CapacityAnswer> answers() {
    List<WayCost> ways = ways();
    WayCost together = ways.get(0);
    WayCost single = ways.get(1);
    List<CapacityAnswer> answers = new ArrayList<>();
    for (WayCost way : ways) {
      WayCost master = target.isCluster() ? way : way.onMaster(single, together);
      answers.add(CapacityAnswer.of(plan.wanted(), way, master, bytesPerKey()));
    }
    return answers;
  }

  private List<WayCost> ways() {
    return LoadSubject.waysOf(plan.algorithm()).stream().map(this::way).toList();
  }

  private WayCost way(LoadSubject subject) {
    double rate = plan.wanted().rate();
    LoadResult knee = knee(subject);
    LoadResult at =
        steps.stream()
            .filter(step -> step.subject().equals(subject) && step.asked() == rate)
            .filter(this::isWithin)
            .min(Comparator.comparingLong(LoadResult::p99))
            .orElse(knee);
    double connected = connections.getOrDefault(subject.name(), 1.0);
    if (knee == null || at == null) {
      return new WayCost(subject.mode(), 0, false, 0, connected, null, "measured");
    }
    boolean isAtLeast =
        steps.stream().noneMatch(s -> s.subject().equals(subject) && s.asked() > knee.asked());
    int servers = target.gauge().servers();
    double hottest = KeyChoice.hottestShare(plan.keys(), plan.wanted().skew());
    double share = hottest + (1 - hottest) / servers;
    return new WayCost(
        subject.mode(),
        // On a Cluster: what the master with the hottest key carried.
        knee.asked() * share,
        isAtLeast,
        at.cpuMicros(),
        connected,
        at.asked() == rate ? at.p99() : null,
        servers == 1
            ? "measured"
            : String.format(
                Locale.ROOT,
                "measured: %d masters carried %s, the one with the hottest key %s %% of it, that"
                    + " is %s %% + the rest ÷ %d",
                servers,
                CapacityAnswer.n(knee.asked()),
                CapacityAnswer.n(100 * share),
                CapacityAnswer.n(100 * hottest),
                servers));
  }

  private @Nullable LoadResult knee(LoadSubject subject) {
    return steps.stream()
        .filter(step -> step.subject().equals(subject) && isWithin(step))
        .max(Comparator.comparingDouble(LoadResult::asked))
        .orElse(null);
  }

  private boolean isWithin(LoadResult step) {
    return step.within(plan.wanted().p99Micros());
  }

  /** With as many keys as were measured at most, for our limiter. */
  private double bytesPerKey() {
    return keyCost.stream()
        .filter(point -> String.valueOf(point.get("mode")).startsWith("Bartizan"))
        .filter(point -> plan.algorithm().equals(point.get("algorithm")))
        .reduce((first, last) -> last)
        .map(point -> point.get("bytesPerKey") instanceof Double bytes ? bytes : Double.NaN)
        .orElse(Double.NaN);
  }

  Map<String, Object> json() {
    Map<String, Object> json = ReportPage.about("Capacity of rate limits on Redis", plan.command());
    json.put("wanted", plan.wanted().json());
    json.put("judgement", judgement().json());
    json.put("answer", advice().json());
    json.put("answers", answers().stream().map(CapacityAnswer::json).toList());
    json.put("ways", ways().stream().map(WayCost::json).toList());
    json.put("algorithm", plan.algorithm());
    json.put("bytesPerKey", bytesPerKey());
    json.put("redis", redisVersion);
    json.put("servers", target.gauge().servers());
    json.put("cluster", target.isCluster());
    json.put("tls", target.isTls());
    json.put("sameMachine", target.isHere());
    json.put("lettuce", Versions.of(RedisClient.class));
    json.put("bucket4j", Versions.of(Bucket.class));
    json.put("keys", plan.keys());
    json.put("processes", target.processes());
    json.put("threads", plan.threads());
    json.put("secondsPerStep", plan.step().toMillis() / 1000.0);
    json.put("budgetP99Micros", plan.wanted().p99Micros());
    json.put(
        "knees",
        steps.stream()
            .map(LoadResult::subject)
            .distinct()
            .map(this::knee)
            .flatMap(Stream::ofNullable)
            .map(knee -> knee.json("askedPerSecond"))
            .toList());
    json.put("steps", steps.stream().map(this::step).toList());
    json.put("concurrency", concurrency.stream().map(r -> r.json("inFlight")).toList());
    json.put("keyCost", keyCost);
    json.put("connections", connections);
    json.put("tokenBucketCost", SizingRule.through(fitted()).json());
    return json;
  }

  private List<LoadResult> fitted() {
    return Stream.concat(steps.stream(), concurrency.stream())
        .filter(load -> load.subject().mode() == LoadSubject.Mode.COALESCING)
        .filter(load -> !load.saturated() && load.errors() == 0)
        .filter(load -> load.subject().algorithm().equals("tokenBucket"))
        .filter(load -> load.redisCpu() > 0)
        .toList();
  }

  private Map<String, Object> step(LoadResult result) {
    Map<String, Object> json = result.json("askedPerSecond");
    json.put("withinBudget", isWithin(result));
    return json;
  }
}
