package io.bartizan.ratelimit.bucket4j;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.BucketProxy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * A proxy manager's buckets, asked asynchronously whether it can or not. Where one is made, a proxy
 * that asks nothing shows whether this Bucket4j has what is needed.
 */
interface Grid {

  /**
   * Bucket4j takes nothing at all where a debt would last longer than some 292 years; then this
   * part is tried, until it takes one or is as far in debt as can be.
   */
  int PART = 16;

  CompletableFuture<ConsumptionProbe> consume(String key, long permits);

  CompletableFuture<EstimationProbe> estimate(String key, long permits);

  /** Takes permits below zero if need be, and tells of one more. */
  CompletableFuture<EstimationProbe> charge(String key, long permits);

  CompletableFuture<Void> add(String key, long permits);

  private static boolean isTooMuch(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof IllegalArgumentException;
  }

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
        return owe(bucket, permits).thenCompose(penalty -> bucket.estimateAbilityToConsume(1));
      }

      private CompletableFuture<Long> owe(AsyncBucketProxy bucket, long permits) {
        return permits == 0
            ? CompletableFuture.completedFuture(0L)
            : bucket
                .consumeIgnoringRateLimits(permits)
                .exceptionallyCompose(
                    failure ->
                        isTooMuch(failure)
                            ? owe(bucket, permits / PART)
                            : CompletableFuture.failedFuture(failure));
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
              owe(bucket, permits);
              return bucket.estimateAbilityToConsume(1);
            });
      }

      private void owe(BucketProxy bucket, long permits) {
        for (long part = permits; part > 0; part /= PART) {
          try {
            long unusedPenalty = bucket.consumeIgnoringRateLimits(part);
            return;
          } catch (IllegalArgumentException tooMuch) {
            // a part is tried
          }
        }
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
