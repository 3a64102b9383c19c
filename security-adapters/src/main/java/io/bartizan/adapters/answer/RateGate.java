package io.bartizan.adapters.answer;

import io.bartizan.adapters.AdapterReason;
import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.IncomingRequest;
import io.bartizan.core.Checked;
import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.house.RareLog;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a limiter about a request, or refuses a request that has not what it is counted by. */
public final class RateGate {

  private static final Logger LOG = LoggerFactory.getLogger(RateGate.class);

  /** The attribute of a request under which {@link Answer#told} is kept for its next limit. */
  public static final String TOLD = "io.bartizan.adapters.told";

  /** For all gates: a limit on a method of Spring has one for each call. */
  private static final Map<Reason, RareLog> MISPLACED = new ConcurrentHashMap<>();

  private final CallerKey caller;

  /**
   * A gate for one limit.
   *
   * @param caller by what it counts
   */
  public RateGate(CallerKey caller) {
    this.caller = Objects.requireNonNull(caller, "caller");
  }

  /**
   * Takes one permit.
   *
   * @param limiter counts; may wait for its server
   * @param request is counted
   * @param before {@link Answer#told} of the request's limit before this one, kept as {@link
   *     #TOLD}; null if none
   * @return what to answer
   */
  public Answer ask(KeyedRateLimiter limiter, IncomingRequest request, @Nullable Object before) {
    Checked<String> key = key(request);
    return key.fold(known -> Answer.of(limiter.tryAcquire(known), before), RateGate::answer);
  }

  /**
   * Takes one permit and never waits.
   *
   * @param limiter counts
   * @param request is counted
   * @param before {@link Answer#told} of the request's limit before this one, kept as {@link
   *     #TOLD}; null if none
   * @return what to answer
   */
  public CompletionStage<Answer> ask(
      AsyncKeyedRateLimiter limiter, IncomingRequest request, @Nullable Object before) {
    return key(request)
        .fold(
            known -> limiter.tryAcquire(known).thenApply(decision -> Answer.of(decision, before)),
            refusal -> CompletableFuture.completedStage(answer(refusal)));
  }

  /**
   * By what a request is counted. That the limit stands where nothing was verified is logged, at
   * most once a minute.
   *
   * @param request is counted
   * @return the key, or why there is none
   */
  public Checked<String> key(IncomingRequest request) {
    Checked<String> key = caller.check(request);
    if (key instanceof Checked.Rejected<String> refused && status(refused.refusal()) == 500) {
      log(refused.refusal());
    }
    return key;
  }

  /**
   * The answer where filters stand so that none of their requests can be served. That is logged, at
   * most once a minute.
   *
   * @param why what is to be changed
   * @return 500
   */
  public static Answer misplaced(Refusal why) {
    log(why);
    return Answer.of(500, why);
  }

  private static void log(Refusal why) {
    long requests = MISPLACED.computeIfAbsent(why.reason(), reason -> RareLog.create()).failed();
    if (requests > 0) {
      LOG.error("{} requests were refused: {}", requests, why.message());
    }
  }

  private static Answer answer(Refusal refusal) {
    return Answer.of(status(refusal), refusal);
  }

  /** What the sender lacks is 403; what the server's filters should have given is 500. */
  private static int status(Refusal refusal) {
    Reason reason = refusal.reason();
    return reason == AdapterReason.PEER_NOT_VERIFIED || reason == AdapterReason.CLAIM_MISSING
        ? 403
        : 500;
  }

  /** By what is counted. */
  @Override
  public String toString() {
    return caller.toString();
  }
}
