package io.bartizan.examples.admission;

import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.OciReason;
import io.bartizan.integrity.attest.oci.OciRegistry;
import io.bartizan.integrity.attest.policy.ImagePolicy;
import io.bartizan.integrity.attest.policy.PolicyReport;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Judges images by a policy, each digest once in a while. Whatever goes wrong is a refusal. */
final class ImageGate implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ImageGate.class);
  private static final Duration ACCEPTED = Duration.ofMinutes(10);
  private static final Duration REFUSED = Duration.ofSeconds(15);
  private static final int WORKERS = 16;

  /**
   * What the operator chose.
   *
   * @param places the hosts that may be asked, or parts of them such as {@code host/team}: a
   *     stranger's pod must not choose whom the webhook calls
   * @param deadline of a review, from its arrival on; below the API server's
   * @param maxRemembered of how many images a decision is kept; the longest unasked goes first
   * @param login sets credentials
   */
  record Settings(
      Set<String> places,
      Duration deadline,
      int maxRemembered,
      UnaryOperator<OciRegistry.Builder> login) {}

  private record Decision(String refusal, Instant until) {}

  private final Settings settings;
  private final ImagePolicy policy;
  private final InstantSource clock;
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();
  private final ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
  private final Map<String, Decision> remembered =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Decision> eldest) {
              return size() > settings().maxRemembered();
            }
          });

  ImageGate(Settings settings, ImagePolicy policy, InstantSource clock) {
    this.settings = settings;
    this.policy = policy;
    this.clock = clock;
  }

  private Settings settings() {
    return settings;
  }

  /** How long a review may take, from its arrival on. */
  Duration deadline() {
    return settings.deadline();
  }

  /**
   * Why some of the images may not run, one sentence each; empty if all may.
   *
   * @param left what is left of the review's deadline; an image that is not judged then is refused
   */
  List<String> refusals(Collection<String> images, Duration left) throws InterruptedException {
    List<String> refusals = new ArrayList<>();
    List<Future<String>> judged =
        workers.invokeAll(
            images.stream().<Callable<String>>map(each -> () -> judge(each)).toList(),
            left.toNanos(),
            TimeUnit.NANOSECONDS);
    int i = 0;
    for (String image : images) {
      String refusal;
      try {
        refusal = judged.get(i++).get();
      } catch (CancellationException e) {
        refusal = "not judged within the " + settings.deadline().toMillis() + " ms of a review";
      } catch (ExecutionException e) {
        LOG.error("cannot judge {}", SafeText.of(image), e.getCause());
        refusal = "cannot be judged, the webhook's log says why";
      }
      if (!refusal.isEmpty()) {
        refusals.add(SafeText.of(image) + ": " + refusal);
      }
    }
    return refusals;
  }

  private String judge(String text) throws IOException {
    try {
      ImageReference asked = ImageReference.parse(text);
      String host = asked.registry().orElse("").toLowerCase(Locale.ROOT);
      String place = host + "/" + asked.repository();
      if (settings.places().stream().noneMatch(each -> isIn(each, place))) {
        return "only images of " + settings.places() + " may run, named with their registry";
      }
      if (asked.digest().isEmpty()) {
        return "it has no digest, and a tag can be moved: write NAME@sha256:...";
      }
      Duration each = Duration.ofMillis(Math.max(10, settings.deadline().toMillis() / 2));
      OciRegistry registry =
          settings
              .login()
              .apply(OciRegistry.builder(client, asked).plainHttpOnLoopback())
              .withTimeout(each)
              .withAttempts(2)
              .withRetryPauses(Duration.ofMillis(100), Duration.ofSeconds(1))
              .build();
      return decision(registry, asked, place + "@" + asked.requireDigest());
    } catch (VerificationException e) {
      return e.refusal().message();
    }
  }

  private static boolean isIn(String allowed, String place) {
    return place.startsWith(allowed.endsWith("/") ? allowed : allowed + "/")
        || place.equals(allowed);
  }

  private String decision(OciRegistry registry, ImageReference image, String name)
      throws IOException {
    Decision known = remembered.get(name);
    if (known != null && clock.instant().isBefore(known.until())) {
      return known.refusal();
    }
    PolicyReport report = policy.check(registry, image);
    report.explanation().forEach(LOG::info);
    String refusal = report.refusal().map(each -> each.message()).orElse("");
    boolean passing =
        report
            .refusal()
            .filter(each -> each.reason() == OciReason.REGISTRY_UNAVAILABLE)
            .isPresent();
    if (!passing) {
      Duration span = refusal.isEmpty() ? ACCEPTED : REFUSED;
      remembered.put(name, new Decision(refusal, clock.instant().plus(span)));
    }
    return refusal;
  }

  /** How many decisions are remembered. */
  int size() {
    return remembered.size();
  }

  @Override
  public void close() {
    workers.shutdownNow();
  }
}
