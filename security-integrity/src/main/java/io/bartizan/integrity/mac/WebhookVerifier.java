package io.bartizan.integrity.mac;

import io.bartizan.core.Checked;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.IntegrityListener.Kind;
import io.bartizan.integrity.listening.ContainedListener;
import io.bartizan.integrity.replay.ReplayGuard;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the webhooks of one provider on the raw bytes of the body; made by {@link Webhooks}.
 *
 * <p>Order: the headers' form and size, the signature, both bounds of time, the guard. Nothing of
 * the body is read as anything but bytes. Headers of more than 4096 characters and more than eight
 * signatures are refused. Thread-safe.
 */
public final class WebhookVerifier {

  private final WebhookScheme scheme;
  private final List<WebhookKey> keys;
  private final Duration tolerance;
  private final InstantSource clock;
  private final @Nullable ReplayGuard guard;
  private final Duration remember;
  private final IntegrityListener listener;

  private WebhookVerifier(Builder builder) {
    scheme = builder.scheme;
    keys = builder.keys;
    tolerance = builder.tolerance;
    clock = builder.clock;
    guard = builder.guard;
    remember = builder.remember;
    listener = builder.listener;
  }

  /**
   * Verifies a request.
   *
   * @param headers gives a header's value by its name in any case, or null; such as {@code
   *     request::getHeader}
   * @param body the bytes as received, before any decoding or parsing
   * @return the verified webhook
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with a {@link MacReason}
   */
  public VerifiedWebhook verify(Function<String, @Nullable String> headers, byte[] body) {
    VerifiedWebhook verified;
    try {
      verified = decide(headers, body);
    } catch (VerificationException refused) {
      listener.refused(Kind.WEBHOOK, scheme.provider(), refused.reason());
      throw refused;
    }
    listener.accepted(Kind.WEBHOOK, scheme.provider());
    return verified;
  }

  private VerifiedWebhook decide(Function<String, @Nullable String> headers, byte[] body) {
    byte[] signed = body.clone();
    WebhookHeaders read = scheme.read(headers);
    if (read.tags().isEmpty() && read.ed25519().isEmpty()) {
      throw new VerificationException(
          MacReason.NO_ACCEPTED_SIGNATURE,
          scheme.signatureHeader() + " has no signature of an accepted version");
    }
    byte[] prefix = read.prefixBytes();
    List<byte[]> ids = new ArrayList<>();
    boolean valid = false;
    for (WebhookKey key : keys) {
      byte[] tag = key.tag(prefix, signed);
      valid |= isSigned(key, tag, read, prefix, signed);
      // what is signed names the message; a tag stands for the body where no id is signed
      byte[] id = read.id().map(text -> text.getBytes(StandardCharsets.US_ASCII)).orElse(tag);
      ids.add(Objects.requireNonNull(id, "public keys belong to a scheme that signs an id"));
    }
    if (!valid) {
      throw new VerificationException(
          MacReason.SIGNATURE_INVALID, "no signature belongs to the body and a known key");
    }
    Instant until = checkTime(read);
    if (guard != null) {
      burn(guard, ids, until);
    }
    return new VerifiedWebhook(read, signed);
  }

  /**
   * The same as {@link #verify}, with the refusal as a value.
   *
   * @param headers gives a header's value by its name in any case, or null
   * @param body the bytes as received
   * @return the verified webhook or the refusal
   * @throws NullPointerException if an argument is null
   */
  public Checked<VerifiedWebhook> check(Function<String, @Nullable String> headers, byte[] body) {
    return Checked.of(() -> verify(headers, body));
  }

  /** Whether a signature is this key's; looks at all of them. */
  private boolean isSigned(
      WebhookKey key, byte @Nullable [] tag, WebhookHeaders read, byte[] prefix, byte[] body) {
    boolean valid = false;
    if (tag != null) {
      byte[] expected = scheme.encodedBytes(tag);
      for (String presented : read.tags()) {
        valid |= ConstantTime.equal(expected, presented.getBytes(StandardCharsets.UTF_8));
      }
    } else {
      for (String presented : read.ed25519()) {
        valid |= key.verifies(presented, prefix, body);
      }
    }
    return valid;
  }

  /** Until when the message is accepted. */
  private Instant checkTime(WebhookHeaders read) {
    Instant now = clock.instant();
    if (read.timestamp().isEmpty()) {
      return now.plus(remember);
    }
    Instant sent = Instant.ofEpochSecond(read.timestamp().get());
    Duration age = Duration.between(sent, now.truncatedTo(ChronoUnit.SECONDS));
    if (age.compareTo(tolerance) > 0) {
      throw new VerificationException(
          MacReason.EXPIRED, "sent " + age.toSeconds() + " s ago, at most " + tolerance);
    }
    if (age.negated().compareTo(tolerance) > 0) {
      throw new VerificationException(
          MacReason.NOT_YET_VALID,
          "sent " + -age.toSeconds() + " s from now, at most " + tolerance);
    }
    return sent.plus(tolerance).plusSeconds(1);
  }

  /**
   * Uses the message up for every key, always in the same order: while keys are rotated it carries
   * a signature for each, and a replay that keeps only another one of them is the same message.
   */
  private void burn(ReplayGuard once, List<byte[]> ids, Instant until) {
    for (int i = 0; i < ids.size(); i++) {
      switch (once.use(keys.get(i).scope(), ids.get(i), until)) {
        case FIRST -> {}
        case REPEATED ->
            throw new VerificationException(MacReason.REPLAYED, "the webhook was accepted before");
        case UNDECIDED ->
            throw new VerificationException(
                MacReason.REPLAY_UNDECIDED, "the guard can't tell whether it was accepted before");
      }
    }
  }

  /** Provider and settings; never a key. */
  @Override
  public String toString() {
    String time =
        scheme == WebhookScheme.GITHUB ? "no signed time" : "tolerance " + tolerance + " both ways";
    String memory = scheme == WebhookScheme.GITHUB ? "remembered for " + remember : "each once";
    return "WebhookVerifier["
        + scheme
        + ", "
        + keys.size()
        + " keys, "
        + time
        + ", "
        + (guard == null ? "replays accepted within it" : memory)
        + "]";
  }

  /** The optional settings of {@link WebhookVerifier}; not thread-safe. */
  public static final class Builder {
    private final WebhookScheme scheme;
    private final List<WebhookKey> keys;
    private Duration tolerance = Duration.ofMinutes(5);
    private Duration remember = Duration.ZERO;
    private InstantSource clock = InstantSource.system();
    private @Nullable ReplayGuard guard;
    private IntegrityListener listener = ContainedListener.nobody();

    Builder(WebhookScheme scheme, List<WebhookKey> keys) {
      this.scheme = scheme;
      this.keys = keys;
    }

    /**
     * How far the signed time may lie in the past or in the future; 5 minutes unless set. Zero
     * means the same second; nothing switches the check off.
     *
     * @param duration 0 to 1 hour
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     * @throws IllegalStateException if the provider signs no time
     */
    public Builder withTolerance(Duration duration) {
      if (scheme == WebhookScheme.GITHUB) {
        throw new IllegalStateException("GitHub signs no time, so that no tolerance applies");
      }
      if (duration.isNegative() || duration.compareTo(Duration.ofHours(1)) > 0) {
        throw new IllegalArgumentException(
            "tolerance is " + duration + ", 0 to 1 hour are accepted");
      }
      tolerance = duration;
      return this;
    }

    /**
     * Accept each message once: by its id where it is signed, else by its signature. A sender's
     * retry of a message that was accepted is refused too, with {@link MacReason#REPLAYED}: answer
     * it with success.
     *
     * @param once remembers what was accepted
     * @return this builder
     * @throws NullPointerException if {@code once} is null
     * @throws IllegalStateException if the provider signs no time, which {@link Webhooks#github}
     *     asks for
     */
    public Builder withReplayGuard(ReplayGuard once) {
      if (scheme == WebhookScheme.GITHUB) {
        throw new IllegalStateException(
            "GitHub signs no time; Webhooks.github(guard, remember, secret) takes both");
      }
      guard = Objects.requireNonNull(once, "guard");
      return this;
    }

    Builder remembering(ReplayGuard once, Duration duration) {
      guard = Objects.requireNonNull(once, "once");
      remember = duration;
      return this;
    }

    /**
     * The clock; the system's unless set. For webhooks that wait in a queue, let it give the time
     * at which the request was received.
     *
     * @param source tells the time
     * @return this builder
     * @throws NullPointerException if {@code source} is null
     */
    public Builder withClock(InstantSource source) {
      clock = Objects.requireNonNull(source, "clock");
      return this;
    }

    /**
     * Who hears of each verification; nobody unless set.
     *
     * @param hears gets the provider's name and the reason, no part of a webhook
     * @return this builder
     * @throws NullPointerException if {@code hears} is null
     */
    public Builder withListener(IntegrityListener hears) {
      listener = ContainedListener.of(hears);
      return this;
    }

    /**
     * The verifier with these settings.
     *
     * @return immutable and thread-safe
     */
    public WebhookVerifier build() {
      return new WebhookVerifier(this);
    }
  }
}
