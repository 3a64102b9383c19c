package io.bartizan.integrity.artifact;

import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks the mirrors in rounds: all that may still have the content, then a pause, then those again
 * whose failure may pass by itself.
 */
final class DownloadRounds {

  private final DownloadSettings settings;
  private final Expected expected;
  private final String name;
  private final PartFile part;
  private final List<String> failures = new ArrayList<>();
  private final List<String> details = new ArrayList<>();
  private final Set<Reason> reasons = new HashSet<>();
  private @Nullable Refusal last;
  private @Nullable Exception cause;
  private int status;

  DownloadRounds(DownloadSettings settings, Expected expected, String name, PartFile part) {
    this.settings = settings;
    this.expected = expected;
    this.name = name;
    this.part = part;
  }

  /** Leaves the verified content in the part file, or throws why no mirror gave it. */
  void fetch(List<URI> mirrors) throws IOException {
    try {
      List<URI> left = mirrors;
      int silent = 0;
      for (int round = 1; !left.isEmpty(); round++) {
        long before = part.channel().size();
        Duration asked = Duration.ZERO;
        List<URI> again = new ArrayList<>();
        for (URI mirror : left) {
          DownloadExchange.Failed failed = attempt(mirror);
          if (failed == null) {
            return;
          }
          if (failed.passes && round < settings.attempts() && isWithinBound(failed.retryAfter)) {
            again.add(mirror);
            asked = asked.compareTo(failed.retryAfter) < 0 ? failed.retryAfter : asked;
          }
        }
        left = again;
        silent = part.channel().size() > before ? 0 : silent + 1;
        if (!left.isEmpty() && silent > 0) {
          Duration pause = settings.retry().pause(silent);
          settings.retry().waiting().pause(asked.compareTo(pause) < 0 ? pause : asked);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while downloading");
    }
    List<String> said = reasons.size() == 1 ? details : failures; // one reason is said once
    throw new DownloadException(Objects.requireNonNull(last), failures, said, status, cause);
  }

  /** A server that asks for more than the longest pause is not asked again. */
  private boolean isWithinBound(Duration retryAfter) {
    return retryAfter.compareTo(settings.retry().longest()) <= 0;
  }

  private DownloadExchange.@Nullable Failed attempt(URI mirror)
      throws IOException, InterruptedException {
    DownloadExchange.Failed failed;
    try {
      new DownloadAttempt(settings, name, expected, part).fetch(mirror);
      return null;
    } catch (DownloadExchange.Failed e) {
      failed = e;
    } catch (VerificationException refused) {
      boolean passes =
          refused.reason() == ArtifactReason.CONNECTION_CLOSED
              || refused.reason() == ArtifactReason.STALLED;
      failed = new DownloadExchange.Failed(refused.refusal(), refused, passes, 0, Duration.ZERO);
    }
    last = failed.refusal;
    cause = failed.fault;
    status = failed.status;
    failures.add(address(mirror) + ": " + failed.refusal.message());
    details.add(address(mirror) + ": " + failed.refusal.detail());
    reasons.add(failed.refusal.reason());
    return failed;
  }

  /** Tells mirrors apart, without query and user information. */
  private static String address(URI mirror) {
    return mirror.getScheme()
        + "://"
        + mirror.getHost()
        + (mirror.getPort() < 0 ? "" : ":" + mirror.getPort())
        + mirror.getRawPath();
  }
}
