package io.bartizan.spiffe;

import io.bartizan.core.Health;
import io.bartizan.core.Refusal;
import io.bartizan.mtls.PushedMaterial;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pushes each good response as one piece of material, keeps the last good one through bad responses
 * and a lost agent, and says so in health. Told by one thread, asked by many.
 */
final class WorkloadFeed implements AgentStream.Sink {

  private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.spiffe");

  private static final Duration MIN_AGE = Duration.ofSeconds(1);
  private static final Duration MAX_AGE = Duration.ofDays(366);

  private final Function<byte[], WorkloadMaterial> reader;
  private final InstantSource clock;
  private final @Nullable Duration maxAge;
  private final CompletableFuture<PushedMaterial> first = new CompletableFuture<>();
  private volatile @Nullable PushedMaterial pushed;
  private volatile @Nullable WorkloadMaterial last;
  private volatile @Nullable Refusal fault;
  private volatile boolean closed;
  private boolean lastTaken = true; // of the one thread that tells

  WorkloadFeed(
      Function<byte[], WorkloadMaterial> reader, InstantSource clock, @Nullable Duration maxAge) {
    this.reader = reader;
    this.clock = clock;
    this.maxAge = maxAge;
  }

  @Override
  public boolean received(byte[] message) {
    WorkloadMaterial next;
    try {
      next = reader.apply(message);
    } catch (WorkloadApiException e) {
      refused(e.refusal());
      return false;
    } catch (RuntimeException | Error e) { // gRPC would ask for no further response
      LOG.error("a response of the agent could not be judged", e);
      refused(
          Refusal.of(
              WorkloadReason.RESPONSE_MALFORMED,
              "the response could not be judged: " + e.getClass().getSimpleName()));
      return false;
    }
    return publish(next);
  }

  /**
   * Whether every context took it. One that could not, since a file of its own was away in this
   * moment, is told again: the agent sends nothing more before the next renewal, which may be too
   * late.
   */
  private boolean publish(WorkloadMaterial next) {
    boolean taken = true;
    WorkloadMaterial before = last;
    fault = null;
    last = next;
    if (before == null || !before.notes().equals(next.notes())) {
      next.notes().forEach(note -> LOG.warn("{}", note));
    }
    PushedMaterial target = pushed;
    if (target == null) {
      PushedMaterial made = material(next);
      pushed = made;
      LOG.info("the agent gives {} and the bundles of {}", name(next), next.trustDomains());
      first.complete(made);
    } else {
      taken = target.push(next.identity(), next.anchors());
      if (!taken && lastTaken) {
        LOG.warn("a context could not use what the agent sent; its health says why");
      }
    }
    lastTaken = taken;
    if (closed) {
      closed(); // came while it was closed, and a push ends a stall
    }
    return taken;
  }

  private PushedMaterial material(WorkloadMaterial next) {
    PushedMaterial.Builder builder =
        PushedMaterial.builder(next.identity(), next.anchors()).withClock(clock);
    Duration life = next.life();
    if (maxAge != null) {
      builder = builder.withMaxAge(maxAge);
    } else if (life != null) {
      Duration age = life.multipliedBy(3).dividedBy(4);
      builder =
          builder.withMaxAge(
              age.compareTo(MIN_AGE) < 0 ? MIN_AGE : age.compareTo(MAX_AGE) > 0 ? MAX_AGE : age);
    }
    return builder.build();
  }

  @Override
  public void ended(Refusal why, boolean isLast) {
    refused(why);
    if (isLast) {
      LOG.error("the agent is not asked again: {}", why);
      first.completeExceptionally(new WorkloadApiException(why, null));
    }
  }

  private void refused(Refusal why) {
    if (closed) {
      return;
    }
    fault = why;
    PushedMaterial target = pushed;
    if (target != null) {
      target.stalled(why.message());
    }
  }

  void closed() {
    closed = true;
    PushedMaterial target = pushed;
    if (target != null) {
      target.stalled("the connection to the agent was closed by this process");
    }
  }

  /** Waits for the first material. */
  PushedMaterial await(Duration deadline) {
    try {
      return first.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      Refusal why = fault;
      throw why == null
          ? new WorkloadApiException(
              WorkloadReason.FIRST_RESPONSE_LATE,
              "the agent gave nothing within " + deadline.toMillis() + " ms")
          : new WorkloadApiException(
              (WorkloadReason) why.reason(),
              why.detail() + "; nothing better came within " + deadline.toMillis() + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WorkloadApiException(
          WorkloadReason.FIRST_RESPONSE_LATE, "interrupted while waiting for the agent", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WorkloadApiException refused) {
        throw new WorkloadApiException(refused.refusal(), refused);
      }
      throw new IllegalStateException("the agent's first response can't be used", e);
    }
  }

  WorkloadMaterial last() {
    WorkloadMaterial material = last;
    if (material == null) {
      throw new IllegalStateException("nothing came yet");
    }
    return material;
  }

  @Nullable Refusal fault() {
    return fault;
  }

  Health health() {
    WorkloadMaterial material = last();
    PushedMaterial source = pushed;
    String state = name(material);
    Instant end = material.end();
    if (closed) {
      return Health.down(state + "; closed, nothing is renewed any more");
    }
    if (end != null && clock.instant().isAfter(end)) {
      return Health.down(state + ", valid until " + end + ", which is past");
    }
    if (source != null) {
      Health fed = source.health();
      if (fed.status() != Health.Status.UP) {
        return Health.degraded(state + "; " + fed.detail());
      }
    }
    return material.notes().isEmpty()
        ? Health.up(state + ", trust domains " + material.trustDomains().size())
        : Health.degraded(state + "; " + String.join("; ", material.notes()));
  }

  private static String name(WorkloadMaterial material) {
    String id = material.spiffeId();
    return id == null ? "no identity" : id;
  }
}
