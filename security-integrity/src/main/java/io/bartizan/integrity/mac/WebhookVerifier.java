package io.bartizan.integrity.mac;

import io.bartizan.core.Checked;
import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.SecretReason;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.IntegrityListener.Kind;
import io.bartizan.integrity.lease.Delivery;
import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.ReplayGuard;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
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

  private static final Duration MAX_TOLERANCE = Duration.ofHours(1);
  private static final byte[] NOTHING = {};

  private final WebhookGrammar grammar;
  private final List<WebhookKey> keys;
  private final Duration tolerance;
  private final InstantSource clock;
  private final @Nullable OnceForEachKey guard;
  private final Duration remember;
  private final Delivery.@Nullable Memory deliveries;
  private final Duration rememberHandled;
  private final Listeners<IntegrityListener> listeners;
  private final boolean isTargetMissing;
  private final @Nullable String target;

  private WebhookVerifier(Builder builder) {
    grammar = builder.scheme.grammar();
    // each once, and in one order on all instances: of two that ask a guard for one message, one
    // then is the first
    Map<String, WebhookKey> byScope = new TreeMap<>();
    builder.scheme.keys().forEach(key -> byScope.put(key.scope(), key));
    keys = List.copyOf(byScope.values());
    tolerance = builder.tolerance;
    clock = builder.clock;
    guard = builder.guard == null ? null : new OnceForEachKey(builder.guard, keys);
    remember = builder.scheme.remember();
    deliveries = builder.deliveries;
    rememberHandled = builder.rememberHandled;
    listeners = builder.listeners;
    isTargetMissing = grammar.signsTarget();
    target = null;
  }

  private WebhookVerifier(WebhookVerifier same, @Nullable String target) {
    grammar = same.grammar;
    keys = same.keys;
    tolerance = same.tolerance;
    clock = same.clock;
    guard = same.guard;
    remember = same.remember;
    deliveries = same.deliveries;
    rememberHandled = same.rememberHandled;
    listeners = same.listeners;
    isTargetMissing = false;
    this.target = target;
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
   * Whether the provider signs addresses that differ from request to request, so that this verifies
   * only what {@link #at} gives.
   *
   * @return true for formats with {@link WebhookFormat.Builder#withOrigin}
   */
  public boolean isTargetSigned() {
    return grammar.signsTarget();
  }

  /**
   * This verifier for one request, of a provider that signs addresses which differ from request to
   * request.
   *
   * <pre>{@code
   * String query = request.getQueryString();
   * String target = request.getRequestURI() + (query == null ? "" : "?" + query);
   * int status = calls.at(target).handle(request::getHeader, rawBody, call -> route(call.form()));
   * }</pre>
   *
   * @param received path and query as the sender wrote them, neither decoded nor rewritten by a
   *     proxy; null or other than RFC 3986 has them is refused with the request
   * @return a view of this verifier, with the same memory
   * @throws IllegalStateException if not {@link #isTargetSigned}
   */
  public WebhookVerifier at(@Nullable String received) {
    if (!grammar.signsTarget()) {
      throw new IllegalStateException(grammar + " signs no address that differs by request");
    }
    return new WebhookVerifier(this, received);
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
    byte[] received = body.clone();
    WebhookHeaders read = grammar.read(headers, target);
    if (read.tags().isEmpty() && read.ed25519().isEmpty()) {
      throw new VerificationException(
          MacReason.NO_ACCEPTED_SIGNATURE,
          grammar.signatureHeader() + " has no signature of an accepted version");
    }
    WebhookGrammar.SignedBody content = grammar.signed(received, target);
    byte[] signed = content.bytes();
    byte[] prefix = read.prefixBytes();
    byte[] suffix = read.suffixBytes();
    List<byte[]> ids = new ArrayList<>();
    boolean isNamedByBody = deliveries != null && grammar.isUnique(received);
    boolean valid = false;
    for (WebhookKey key : keys) {
      byte[] tag = key.tag(prefix, signed, suffix);
      valid |= isSigned(key, tag, read, prefix, signed);
      // what is signed names the message; a tag stands for the body where no id is signed
      byte[] named = isNamedByBody ? key.tag(NOTHING, signed, NOTHING) : tag;
      byte[] id = read.id().map(text -> text.getBytes(StandardCharsets.US_ASCII)).orElse(named);
      ids.add(Objects.requireNonNull(id, "public keys belong to a scheme that signs an id"));
    }
    if (!valid) {
      throw new VerificationException(
          MacReason.SIGNATURE_INVALID, "no signature belongs to the body and a known key");
    }
    Instant until = checkTime(read);
    Delivery delivery = null;
    if (deliveries != null) {
      List<String> scopes = keys.stream().map(WebhookKey::scope).toList();
      delivery =
          Delivery.begin(deliveries, () -> end(until), scopes, ids, form(prefix, signed, suffix))
              .orThrow();
    } else if (guard != null) {
      guard.use(ids, until);
    }
    return new VerifiedWebhook(read, received, content.form(), delivery);
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
    if (isTargetMissing) {
      throw new IllegalStateException(grammar + " signs each request's address; use at(target)");
    }
    Checked<VerifiedWebhook> result = Checked.of(() -> decide(headers, body));
    Refusal refusal = result.fold(webhook -> null, refused -> refused);
    listeners.tell(listener -> listener.verified(Kind.WEBHOOK, grammar.provider(), refusal));
    return result;
  }

  /** Of what was handled: never before its signed time is too old for every verifier. */
  private Instant end(Instant untilTooOld) {
    Instant remembered = clock.instant().plus(rememberHandled);
    return grammar.signsTime() && untilTooOld.isAfter(remembered) ? untilTooOld : remembered;
  }

  /** What was signed, which an attempt that is signed anew has with another time. */
  private static byte[] form(byte[] prefix, byte[] body, byte[] suffix) {
    return ByteBuffer.allocate(prefix.length + body.length + suffix.length)
        .put(prefix)
        .put(body)
        .put(suffix)
        .array();
  }

  /**
   * The handler of a verified webhook.
   *
   * @param <X> what it may throw
   */
  @FunctionalInterface
  public interface Handler<X extends Exception> {

    /**
     * Handles an event; to return is to have done it.
     *
     * @param webhook verified
     * @throws X if it could not be handled, so that the sender shall try again
     */
    void handle(VerifiedWebhook webhook) throws X;
  }

  /**
   * Verifies a request, handles what is accepted, and says what to answer. With {@link
   * Builder#withDeliveries} each event is handled at least once, and once where the handler
   * returns: what it throws abandons the event, and the sender's next attempt is handled.
   *
   * <pre>{@code
   * int status = payments.handle(request::getHeader, rawBody, event -> store(event.text()));
   * }</pre>
   *
   * @param <X> what the handler may throw
   * @param headers gives a header's value by its name in any case, or null
   * @param body the bytes as received; null is refused
   * @param handler is called if the request is accepted
   * @return 200 if it was handled now, else {@link #status} of the refusal
   * @throws X what the handler throws; answer it with 500
   * @throws NullPointerException if {@code headers} or {@code handler} is null
   */
  public <X extends Exception> int handle(
      Function<String, @Nullable String> headers, byte @Nullable [] body, Handler<X> handler)
      throws X {
    Objects.requireNonNull(handler, "handler");
    Checked<VerifiedWebhook> checked = check(headers, body);
    if (checked instanceof Checked.Rejected<VerifiedWebhook> rejected) {
      return status(rejected.refusal().reason());
    }
    VerifiedWebhook webhook = checked.orThrow();
    Delivery.<X>handle(() -> handler.handle(webhook), webhook::complete, webhook::abandon);
    return 200;
  }

  /**
   * The HTTP status to answer a refused webhook with, so that the sender does what is right.
   *
   * @param reason why it was refused
   * @return 200 for what was handled before ({@link MacReason#DUPLICATE}, and with {@link
   *     Builder#withDeliveries} also {@link MacReason#REPLAYED}); 503 where the sender should try
   *     again ({@link MacReason#IN_PROGRESS}, {@link MacReason#REPLAY_UNDECIDED}, {@link
   *     SecretReason#SECRET_UNAVAILABLE} of a {@code Rotating} verifier); 409 for {@link
   *     MacReason#REPLAYED} of a guard that is at most once, for nobody knows whether it was
   *     handled; else 400
   * @throws NullPointerException if {@code reason} is null
   */
  public int status(Reason reason) {
    Objects.requireNonNull(reason, "reason");
    if (reason == MacReason.DUPLICATE) {
      return 200;
    }
    if (reason == MacReason.REPLAYED) {
      return deliveries != null ? 200 : 409;
    }
    return MacReason.isUndecided(reason) ? 503 : 400;
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

  /** Until when a verifier with any allowed tolerance could accept the message. */
  private Instant checkTime(WebhookHeaders read) {
    Instant now = clock.instant();
    if (read.timestamp().isEmpty()) {
      return now.plus(remember);
    }
    Instant sent = Instant.ofEpochSecond(read.timestamp().get());
    Duration age = Duration.between(sent, now.truncatedTo(ChronoUnit.SECONDS));
    if (age.compareTo(tolerance) > 0) {
      throw new VerificationException(
          MacReason.EXPIRED,
          "sent " + age.toSeconds() + " s ago, at most " + Span.exact(tolerance));
    }
    if (age.negated().compareTo(tolerance) > 0) {
      throw new VerificationException(
          MacReason.NOT_YET_VALID,
          "sent " + -age.toSeconds() + " s from now, at most " + Span.exact(tolerance));
    }
    return sent.plus(MAX_TOLERANCE).plusSeconds(1);
  }

  /** Provider and settings; never a key. */
  @Override
  public String toString() {
    String time =
        grammar.signsTime()
            ? "tolerance " + Span.exact(tolerance) + " both ways"
            : "no signed time";
    String memory = grammar.signsTime() ? "each once" : "remembered for " + Span.exact(remember);
    return "WebhookVerifier["
        + grammar
        + ", "
        + keys.size()
        + " keys, "
        + time
        + ", "
        + (deliveries != null
            ? "each handled once, lease "
                + Span.exact(deliveries.lease())
                + ", remembered for "
                + Span.exact(rememberHandled)
            : guard == null ? "replays accepted within it" : memory)
        + "]";
  }

  /** The optional settings of {@link WebhookVerifier}; not thread-safe. */
  public static final class Builder {
    private final WebhookScheme scheme;
    private Duration tolerance = Duration.ofMinutes(5);
    private InstantSource clock = InstantSource.system();
    private @Nullable ReplayGuard guard;
    private Delivery.@Nullable Memory deliveries;
    private Duration rememberHandled = Duration.ZERO;
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
      if (!scheme.grammar().signsTime()) {
        throw new IllegalStateException(
            scheme.grammar() + " signs no time, so that no tolerance applies");
      }
      tolerance = Require.within("tolerance", duration, Duration.ZERO, MAX_TOLERANCE);
      return this;
    }

    /**
     * Handle each event once: by its signed id, by its JSON body for Stripe and Slack, who put the
     * event's id there, else by its signature. An accepted message is begun and must be {@link
     * VerifiedWebhook#complete completed} or {@link VerifiedWebhook#abandon abandoned}, as {@link
     * WebhookVerifier#handle} does; a process that crashes in between keeps the event from others
     * until the lease is over. What was completed is refused as long as it is remembered, however
     * late and often its sender signs it anew; only where a format has a time and no id, a repeat
     * that is signed anew is another event.
     *
     * @param deliveries remembers the events
     * @param lease longer than the handler takes at most, 1 second to 1 day; a handler that takes
     *     longer may see a second one beside it
     * @param remember longer than the sender tries again, 1 minute to 366 days; a repeat after that
     *     is handled again, but never one that some verifier could take for new by its signed time
     * @return this builder
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if a duration is out of range
     */
    public Builder withDeliveries(DeliveryGuard deliveries, Duration lease, Duration remember) {
      rememberHandled =
          Require.within("remember", remember, Duration.ofMinutes(1), Duration.ofDays(366));
      this.deliveries =
          Delivery.Memory.of(
              Objects.requireNonNull(deliveries, "deliveries"),
              Require.within("lease", lease, Duration.ofSeconds(1), Duration.ofDays(1)),
              new DeliveryRefusals("the webhook"));
      return this;
    }

    /**
     * Accept each message at most once: by its id where it is signed, else by its signature. It is
     * used up before the application has done anything: if handling it then fails, the sender's
     * next attempt is refused all the same, with {@link MacReason#REPLAYED}, and the event is lost.
     * For events that matter use {@link #withDeliveries}.
     *
     * @param once remembers what was accepted
     * @return this builder
     * @throws NullPointerException if {@code once} is null
     * @throws IllegalStateException if the provider signs no time: its scheme takes the guard
     */
    public Builder withReplayGuard(ReplayGuard once) {
      if (!scheme.grammar().signsTime()) {
        throw new IllegalStateException(
            scheme.grammar()
                + " signs no time; WebhookScheme.github(guard, remember, secret) or of(format,"
                + " guard, remember, secret) takes both");
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
