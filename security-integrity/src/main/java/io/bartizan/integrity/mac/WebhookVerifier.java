package io.bartizan.integrity.mac;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Require;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.IntegrityListener.Kind;
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
 * Verifies the webhooks of one provider on the raw bytes of the body.
 *
 * <p>Order: the headers' form and size, the signature, both bounds of time, the guard. Nothing of
 * the body is read as anything but bytes. Headers of more than 4096 characters and more than eight
 * signatures are refused. Thread-safe.
 *
 * <pre>{@code
 * WebhookVerifier payments = WebhookVerifier.of(WebhookScheme.stripe(secret));
 * VerifiedWebhook event = payments.verify(request::getHeader, rawBody); // the bytes as received
 * }</pre>
 */
public final class WebhookVerifier {

  private final WebhookGrammar grammar;
  private final List<WebhookKey> keys;
  private final Duration tolerance;
  private final InstantSource clock;
  private final @Nullable ReplayGuard guard;
  private final Duration remember;
  private final Listeners<IntegrityListener> listeners;

  private WebhookVerifier(Builder builder) {
    grammar = builder.scheme.grammar();
    keys = builder.scheme.keys();
    tolerance = builder.tolerance;
    clock = builder.clock;
    guard = builder.guard;
    remember = builder.scheme.remember();
    listeners = builder.listeners;
  }

  /**
   * A verifier with all defaults: 5 minutes of tolerance.
   *
   * @param scheme how the provider signs, with the endpoint's keys
   * @return immutable and thread-safe
   * @throws NullPointerException if {@code scheme} is null
   */
  public static WebhookVerifier of(WebhookScheme scheme) {
    return builder(scheme).build();
  }

  /**
   * A verifier with settings.
   *
   * @param scheme how the provider signs, with the endpoint's keys
   * @return a builder
   * @throws NullPointerException if {@code scheme} is null
   */
  public static Builder builder(WebhookScheme scheme) {
    return new Builder(scheme);
  }

  /**
   * Verifies a request.
   *
   * @param headers gives a header's value by its name in any case, or null; such as {@code
   *     request::getHeader}
   * @param body the bytes as received, before any decoding or parsing; null is refused
   * @return the verified webhook
   * @throws NullPointerException if {@code headers} is null
   * @throws VerificationException with a {@link MacReason}
   */
  public VerifiedWebhook verify(
      Function<String, @Nullable String> headers, byte @Nullable [] body) {
    return check(headers, body).orThrow();
  }

  private VerifiedWebhook decide(
      Function<String, @Nullable String> headers, byte @Nullable [] body) {
    if (body == null) {
      throw new VerificationException(MacReason.MALFORMED, "there is no body");
    }
    byte[] signed = body.clone();
    WebhookHeaders read = grammar.read(headers);
    if (read.tags().isEmpty() && read.ed25519().isEmpty()) {
      throw new VerificationException(
          MacReason.NO_ACCEPTED_SIGNATURE,
          grammar.signatureHeader() + " has no signature of an accepted version");
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
   * @param body the bytes as received; null is refused
   * @return the verified webhook or the refusal
   * @throws NullPointerException if {@code headers} is null
   */
  public Checked<VerifiedWebhook> check(
      Function<String, @Nullable String> headers, byte @Nullable [] body) {
    Objects.requireNonNull(headers, "headers");
    Checked<VerifiedWebhook> result = Checked.of(() -> decide(headers, body));
    if (result instanceof Checked.Rejected<VerifiedWebhook> rejected) {
      Refusal refusal = rejected.refusal();
      listeners.tell(listener -> listener.refused(Kind.WEBHOOK, grammar.provider(), refusal));
    } else {
      listeners.tell(listener -> listener.accepted(Kind.WEBHOOK, grammar.provider()));
    }
    return result;
  }

  /** Whether a signature is this key's; looks at all of them. */
  private boolean isSigned(
      WebhookKey key, byte @Nullable [] tag, WebhookHeaders read, byte[] prefix, byte[] body) {
    boolean valid = false;
    if (tag != null) {
      byte[] expected = grammar.encodedBytes(tag);
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
        grammar == WebhookGrammar.GITHUB
            ? "no signed time"
            : "tolerance " + tolerance + " both ways";
    String memory = grammar == WebhookGrammar.GITHUB ? "remembered for " + remember : "each once";
    return "WebhookVerifier["
        + grammar
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
    private Duration tolerance = Duration.ofMinutes(5);
    private InstantSource clock = InstantSource.system();
    private @Nullable ReplayGuard guard;
    private Listeners<IntegrityListener> listeners = Listeners.none(IntegrityListener.class);

    private Builder(WebhookScheme scheme) {
      this.scheme = scheme;
      this.guard = scheme.guard();
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
      if (scheme.grammar() == WebhookGrammar.GITHUB) {
        throw new IllegalStateException("GitHub signs no time, so that no tolerance applies");
      }
      tolerance = Require.within("tolerance", duration, Duration.ZERO, Duration.ofHours(1));
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
     * @throws IllegalStateException if the provider signs no time, which {@link
     *     WebhookScheme#github} asks for
     */
    public Builder withReplayGuard(ReplayGuard once) {
      if (scheme.grammar() == WebhookGrammar.GITHUB) {
        throw new IllegalStateException(
            "GitHub signs no time; WebhookScheme.github(guard, remember, secret) takes both");
      }
      guard = Objects.requireNonNull(once, "guard");
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
     * Adds one who is told of each verification; what it throws is logged and changes nothing.
     *
     * @param listener gets the provider's name and the reason, no part of a webhook
     * @return this builder
     * @throws NullPointerException if {@code listener} is null
     */
    public Builder withListener(IntegrityListener listener) {
      listeners = listeners.and(listener);
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
