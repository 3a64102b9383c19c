package io.bartizan.mtls;

import io.bartizan.core.Health;
import io.bartizan.core.house.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the material serves, in one sentence. */
final class MaterialHealth {

  /** Of a certificate's life; agents renew at a half of it, cert-manager and step at two thirds. */
  private static final int WARNING_SHARE = 4;

  private static final Duration MAX_WARNING = Duration.ofHours(4);

  private MaterialHealth() {}

  /** {@code loop} is null where nothing is reloaded by itself. */
  static Health of(Generations generations, @Nullable ReloadLoop loop) {
    Settings settings = generations.settings();
    Instant now = settings.now();
    Generation newest = generations.current().orNull();
    if (newest == null) {
      return beforeMaterial(generations, loop);
    }
    Instant end = newest.identities().validUntil();
    String age = Span.rough(Duration.between(newest.created(), now));
    String state =
        settings.side()
            + " generation "
            + newest.number()
            + " of age "
            + age
            + (settings.hasIdentity()
                ? ", certificate valid until " + end
                : ", without a certificate of its own");
    if (generations.isClosed()) {
      return Health.down("closed, nothing is reloaded any more; " + state);
    }
    if (now.isAfter(end)) {
      return Health.down(state + ", which is past");
    }
    Instant begin = newest.identities().validFrom();
    if (now.isBefore(begin)) {
      return Health.down(state + "; not valid before " + begin + ", or the clock is behind");
    }
    if (newest.anchors().isExpired(now)) {
      return Health.down(state + "; every trust anchor expired, so no peer is accepted");
    }
    if (newest.anchors().isUseless(now)) {
      return Health.down(
          state + "; every trust anchor" + AnchorSet.USELESS + ", so no peer is accepted");
    }
    if (newest.revocation().isForeignTo(newest.anchors().certificates())) {
      return Health.down(
          state + "; no revocation list is of a trust anchor, so no peer is accepted");
    }
    TlsMaterialException fault = generations.lastFault();
    if (fault != null) {
      return Health.degraded(state + "; the last reload failed: " + fault.getMessage());
    }
    if (loop != null && loop.isOverdue()) {
      return Health.degraded(state + "; the reload hangs, perhaps its files can't be reached");
    }
    for (PushedMaterial feed : settings.feeds()) {
      Health fed = feed.health();
      if (fed.status() != Health.Status.UP) {
        return Health.degraded(state + "; " + fed.detail());
      }
    }
    List<String> useless = newest.anchors().uselessDomains(now);
    if (!useless.isEmpty()) {
      return Health.degraded(state + "; every trust anchor of " + useless + AnchorSet.USELESS);
    }
    String stale = newest.revocation().stale(now);
    if (stale != null) {
      return Health.degraded(state + "; " + stale);
    }
    String more = lists(newest.revocation(), now);
    return Duration.between(now, end).compareTo(warning(settings, begin, end)) < 0
        ? Health.degraded(state + ", which is soon" + more)
        : Health.up(state + more);
  }

  /** How long before the end health says so. */
  private static Duration warning(Settings settings, Instant begin, Instant end) {
    Duration told = settings.expiryWarning();
    if (told != null) {
      return told;
    }
    Duration share = Duration.between(begin, end).dividedBy(WARNING_SHARE);
    return share.compareTo(MAX_WARNING) < 0 ? share : MAX_WARNING;
  }

  private static Health beforeMaterial(Generations generations, @Nullable ReloadLoop loop) {
    String state = generations.settings().side() + " serves nobody, it has no material yet";
    TlsMaterialException fault = generations.lastFault();
    String why = fault == null ? "" : ": " + fault.getMessage();
    if (generations.isClosed()) {
      return Health.down("closed, nothing is reloaded any more; " + state + why);
    }
    return Health.down(
        state
            + why
            + (loop != null && loop.isOverdue()
                ? "; the reload hangs, perhaps its files can't be reached"
                : ""));
  }

  /** Age and use of revocation lists; the log tells of each that serves nobody. */
  private static String lists(LoadedRevocation revocation, Instant now) {
    Instant oldest = revocation.oldest(now);
    String age =
        oldest == null ? "" : "; oldest list of age " + Span.rough(Duration.between(oldest, now));
    int notes = revocation.notes().size();
    return notes == 0 ? age : age + "; lists that serve nobody: " + notes;
  }
}
