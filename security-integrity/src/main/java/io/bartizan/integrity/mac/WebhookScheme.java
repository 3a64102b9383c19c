package io.bartizan.integrity.mac;

import io.bartizan.core.SecretBytes;
import io.bartizan.core.house.Require;
import io.bartizan.integrity.replay.ReplayGuard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The signature scheme of a webhook provider (GitHub, Stripe, Slack, Standard Webhooks, or any that
 * a {@link WebhookFormat} declares), with one endpoint's secrets. Immutable and thread-safe.
 *
 * <p>Give each the secret as the provider shows it, and earlier ones while they are rotated; they
 * are neither kept nor closed. {@code docs/guides/webhooks.md} says what each provider signs and
 * does not.
 *
 * <pre>{@code
 * WebhookVerifier payments = WebhookVerifier.of(WebhookScheme.stripe(secret));
 * VerifiedWebhook event = payments.verify(request::getHeader, rawBody); // the bytes as received
 * }</pre>
 */
public final class WebhookScheme {

  /** The most keys of one verifier. */
  public static final int MAX_KEYS = 4;

  /** The most public keys of one verifier, since each try takes up to a millisecond. */
  public static final int MAX_PUBLIC_KEYS = 2;

  private final WebhookGrammar grammar;
  private final List<WebhookKey> keys;
  private final @Nullable ReplayGuard guard;
  private final Duration remember;

  private WebhookScheme(
      WebhookGrammar grammar,
      List<WebhookKey> keys,
      @Nullable ReplayGuard guard,
      Duration remember) {
    this.grammar = grammar;
    this.keys = keys;
    this.guard = guard;
    this.remember = remember;
  }

  private static WebhookScheme scheme(WebhookGrammar grammar, List<WebhookKey> keys) {
    return new WebhookScheme(grammar, keys, null, Duration.ZERO);
  }

  private static WebhookScheme declared(
      WebhookFormat format, SecretBytes secret, SecretBytes... more) {
    return scheme(
        new DeclaredGrammar(format), keys(each -> WebhookKey.of(format, each), secret, more));
  }

  /**
   * Any provider that signs a time, as it is declared.
   *
   * @param format how it signs
   * @param secret the endpoint's secret as shown; 16 to 512 bytes
   * @param more earlier secrets
   * @return the scheme with its keys
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the format signs no time, a secret is too short or too long
   *     or of another form, or there are too many
   */
  public static WebhookScheme of(WebhookFormat format, SecretBytes secret, SecretBytes... more) {
    if (!format.signsTime()) {
      throw new IllegalArgumentException(
          format
              + " signs no time, so that nothing but memory tells a replay; of(format, guard,"
              + " remember, secret) takes a guard");
    }
    return declared(format, secret, more);
  }

  /**
   * Any provider that signs no time, as it is declared: the guard remembers what was accepted, by
   * its signed id, else by its signature.
   *
   * @param format how it signs
   * @param once remembers what was accepted
   * @param remember how long, 1 minute to 366 days; a replay later than that is accepted
   * @param secret the endpoint's secret as shown; 16 to 512 bytes
   * @param more earlier secrets
   * @return the scheme with its keys
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the format signs a time, a secret is too short or too long
   *     or of another form, there are too many, or {@code remember} is out of range
   */
  public static WebhookScheme of(
      WebhookFormat format,
      ReplayGuard once,
      Duration remember,
      SecretBytes secret,
      SecretBytes... more) {
    if (format.signsTime()) {
      throw new IllegalArgumentException(
          format
              + " signs a time; of(format, secret) and the verifier's withReplayGuard are for it");
    }
    WebhookScheme scheme = declared(format, secret, more);
    return new WebhookScheme(
        scheme.grammar,
        scheme.keys,
        Objects.requireNonNull(once, "once"),
        Require.within("remember", remember, Duration.ofMinutes(1), Duration.ofDays(366)));
  }

  /**
   * Any provider that signs no time, without memory: whoever once saw a delivery can send it again
   * for ever, and the application must bear that, as with {@link
   * WebhookVerifier.Builder#withDeliveries} it can.
   *
   * @param format how it signs
   * @param secret the endpoint's secret as shown; 16 to 512 bytes
   * @param more earlier secrets
   * @return the scheme with its keys
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a secret is too short or too long or of another form, or
   *     there are too many
   */
  public static WebhookScheme acceptingReplays(
      WebhookFormat format, SecretBytes secret, SecretBytes... more) {
    return declared(format, secret, more);
  }

  /**
   * Standard Webhooks: v1 (HMAC-SHA-256) and v1a (Ed25519), headers {@code webhook-id}, {@code
   * webhook-timestamp} and {@code webhook-signature}, or the same with {@code svix-}.
   *
   * @param key {@code whsec_} and the base64 of 16 to 512 bytes, which verifies v1 alone, or {@code
   *     whpk_} and the base64 of an Ed25519 public key, which verifies v1a alone
   * @param more earlier or further keys, in the same forms
   * @return the scheme with its keys
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a key has another form, or there are too many
   */
  public static WebhookScheme standard(SecretBytes key, SecretBytes... more) {
    return scheme(StandardGrammar.INSTANCE, keys(WebhookKey::standard, key, more));
  }

  /**
   * Stripe: scheme v1, header {@code Stripe-Signature}.
   *
   * @param secret the endpoint's signing secret as shown, {@code whsec_} included; 16 to 512 bytes
   * @param more earlier secrets
   * @return the scheme with its keys
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a secret is too short or too long, or there are too many
   */
  public static WebhookScheme stripe(SecretBytes secret, SecretBytes... more) {
    return declared(WebhookFormat.STRIPE, secret, more);
  }

  /**
   * Slack: version v0, headers {@code X-Slack-Signature} and {@code X-Slack-Request-Timestamp}.
   *
   * @param secret the app's signing secret as shown; 16 to 512 bytes
   * @param more earlier secrets
   * @return the scheme with its keys
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a secret is too short or too long, or there are too many
   */
  public static WebhookScheme slack(SecretBytes secret, SecretBytes... more) {
    return declared(WebhookFormat.SLACK, secret, more);
  }

  /**
   * GitHub: header {@code X-Hub-Signature-256}; the SHA-1 header is never looked at.
   *
   * <p>GitHub signs neither a time nor the delivery id, so that nothing but memory tells a replay:
   * the guard remembers the signature of each accepted body. A redelivery, which has the same body,
   * is refused as long as it is remembered.
   *
   * @param once remembers what was accepted
   * @param remember how long, 1 minute to 366 days; a replay later than that is accepted
   * @param secret the hook's secret; 16 to 512 bytes
   * @param more earlier secrets
   * @return the scheme with its keys
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a secret is too short or too long, there are too many, or
   *     {@code remember} is out of range
   */
  public static WebhookScheme github(
      ReplayGuard once, Duration remember, SecretBytes secret, SecretBytes... more) {
    return of(WebhookFormat.GITHUB, once, remember, secret, more);
  }

  /**
   * GitHub without memory: whoever once saw a delivery can send it again for ever, and the
   * application must bear that.
   *
   * @param secret the hook's secret; 16 to 512 bytes
   * @param more earlier secrets
   * @return the scheme with its keys
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a secret is too short or too long, or there are too many
   */
  public static WebhookScheme githubAcceptingReplays(SecretBytes secret, SecretBytes... more) {
    return declared(WebhookFormat.GITHUB, secret, more);
  }

  private static List<WebhookKey> keys(
      Function<SecretBytes, WebhookKey> reader, SecretBytes first, SecretBytes... more) {
    if (more.length >= MAX_KEYS) {
      throw new IllegalArgumentException(
          (1 + more.length) + " keys were given, at most " + MAX_KEYS + " are accepted");
    }
    List<WebhookKey> keys = new ArrayList<>();
    keys.add(reader.apply(Objects.requireNonNull(first, "first key")));
    for (SecretBytes key : more) {
      keys.add(reader.apply(key));
    }
    long open = keys.stream().filter(WebhookKey::isPublic).count();
    if (open > MAX_PUBLIC_KEYS) {
      throw new IllegalArgumentException(
          open + " public keys were given, at most " + MAX_PUBLIC_KEYS + " are accepted");
    }
    return List.copyOf(keys);
  }

  WebhookGrammar grammar() {
    return grammar;
  }

  List<WebhookKey> keys() {
    return keys;
  }

  /** What remembers messages without a signed time; null if they may be replayed. */
  @Nullable ReplayGuard guard() {
    return guard;
  }

  /** How long it does. */
  Duration remember() {
    return remember;
  }

  /** The provider and the number of keys; never a key. */
  @Override
  public String toString() {
    return grammar + ", " + keys.size() + " keys";
  }
}
