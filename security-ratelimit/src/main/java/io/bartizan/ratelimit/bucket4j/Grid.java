package io.bartizan.ratelimit.bucket4j;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.BucketProxy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * A proxy manager's buckets, asked asynchronously whether it can or not. Where one is made, a proxy
 * that asks nothing shows whether this Bucket4j has what is needed.
 */
interface Grid {

  CompletableFuture<ConsumptionProbe> consume(String key, long permits);

  CompletableFuture<EstimationProbe> estimate(String key, long permits);

  /** Takes permits below zero if need be, and tells of one more. */
  CompletableFuture<EstimationProbe> charge(String key, long permits);

  CompletableFuture<Void> add(String key, long permits);

  static Grid async(
      AsyncProxyManager<String> manager, BucketConfiguration configuration, String anyKey) {
    AsyncBucketProxy unused =
        manager.getProxy(anyKey, () -> CompletableFuture.completedFuture(configuration));
    return new Grid() {
      private AsyncBucketProxy bucket(String key) {
        return manager.getProxy(key, () -> CompletableFuture.completedFuture(configuration));
      }

      @Override
      public CompletableFuture<ConsumptionProbe> consume(String key, long permits) {
        return bucket(key).tryConsumeAndReturnRemaining(permits);
      }

      @Override
      public CompletableFuture<EstimationProbe> estimate(String key, long permits) {
        return bucket(key).estimateAbilityToConsume(permits);
      }

      @Override
      public CompletableFuture<EstimationProbe> charge(String key, long permits) {
        AsyncBucketProxy bucket = bucket(key);
        return bucket
            .consumeIgnoringRateLimits(permits)
            .thenCompose(penalty -> bucket.estimateAbilityToConsume(1));
      }

      @Override
      public CompletableFuture<Void> add(String key, long permits) {
        return bucket(key).addTokens(permits);
      }
    };
  }

  static Grid blocking(
      ProxyManager<String> manager,
      BucketConfiguration configuration,
      String anyKey,
      Executor executor) {
    BucketProxy unused = manager.getProxy(anyKey, () -> configuration);
    return new Grid() {
      /** Asks unless the answer has come too late already: then the time-out has ended it. */
      private <T> CompletableFuture<T> ask(String key, Function<BucketProxy, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        executor.execute(
            () -> {
              if (!answer.isDone()) {
                try {
                  answer.complete(question.apply(manager.getProxy(key, () -> configuration)));
                } catch (Throwable e) {
                  answer.completeExceptionally(e);
                }
              }
            });
        return answer;
      }

      @Override
      public CompletableFuture<ConsumptionProbe> consume(String key, long permits) {
        return ask(key, bucket -> bucket.tryConsumeAndReturnRemaining(permits));
      }

      @Override
      public CompletableFuture<EstimationProbe> estimate(String key, long permits) {
        return ask(key, bucket -> bucket.estimateAbilityToConsume(permits));
      }

      @Override
      public CompletableFuture<EstimationProbe> charge(String key, long permits) {
        return ask(
            key,
            bucket -> {
              long unusedPenalty = bucket.consumeIgnoringRateLimits(permits);
              return bucket.estimateAbilityToConsume(1);
            });
      }

      @Override
      public CompletableFuture<Void> add(String key, long permits) {
        return ask(
                key,
                bucket -> {
                  bucket.addTokens(permits);
                  return bucket;
                })
            .thenApply(bucket -> null);
      }
    };
  }
}
