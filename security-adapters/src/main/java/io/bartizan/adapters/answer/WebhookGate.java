package io.bartizan.adapters.answer;

import io.bartizan.adapters.AdapterReason;
import io.bartizan.adapters.IncomingRequest;
import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.core.house.Require;
import io.bartizan.integrity.mac.VerifiedWebhook;
import io.bartizan.integrity.mac.WebhookVerifier;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;

/** Reads and verifies the body of a webhook and says what to answer to a refused one. */
public final class WebhookGate {

  private static final int MOST_BYTES = 1 << 26;

  private final WebhookVerifier verifier;
  private final int maxBytes;
  private final Refusal tooLarge;

  /**
   * A gate for one sender.
   *
   * @param verifier decides
   * @param maxBytes the longest body, 1 to 64 MiB
   * @throws IllegalArgumentException if {@code maxBytes} is out of range
   */
  public WebhookGate(WebhookVerifier verifier, int maxBytes) {
    this.verifier = Objects.requireNonNull(verifier, "verifier");
    this.maxBytes = Require.within("maxBytes", maxBytes, 1, MOST_BYTES);
    tooLarge =
        Refusal.of(AdapterReason.BODY_TOO_LARGE, "the body is longer than " + maxBytes + " bytes");
  }

  /**
   * Reads the body, at most one byte more than is allowed, and verifies it.
   *
   * @param declared the content length that the request declares, negative if none
   * @param body the raw body
   * @param request gives the headers, of which one that stands twice counts as absent, and, where
   *     the provider signs it, the {@linkplain IncomingRequest#target target}
   * @return the verified webhook or the refusal
   * @throws IOException if the body can't be read to its end: nothing was verified then
   */
  public Checked<VerifiedWebhook> check(long declared, InputStream body, IncomingRequest request)
      throws IOException {
    if (declared > maxBytes) {
      return tooLarge();
    }
    return check(body.readNBytes(maxBytes + 1), request);
  }

  /**
   * Verifies a body that was read.
   *
   * @param body the raw body, at most one byte longer than is allowed
   * @param request gives the headers, of which one that stands twice counts as absent, and, where
   *     the provider signs it, the {@linkplain IncomingRequest#target target}
   * @return the verified webhook or the refusal
   */
  public Checked<VerifiedWebhook> check(byte[] body, IncomingRequest request) {
    if (body.length > maxBytes) {
      return tooLarge();
    }
    WebhookVerifier judge =
        verifier.isTargetSigned() ? verifier.at(request.target().orElse(null)) : verifier;
    return judge.check(
        name -> {
          List<String> values = request.headers(name);
          return values.size() == 1 ? values.get(0) : null;
        },
        body);
  }

  /**
   * The refusal of a body of which more came than is allowed.
   *
   * @return always a refusal
   */
  public Checked<VerifiedWebhook> tooLarge() {
    return Checked.rejected(tooLarge);
  }

  /**
   * How long a body may be.
   *
   * @return bytes
   */
  public int maxBytes() {
    return maxBytes;
  }

  /**
   * What to answer to a refused webhook, so that its sender does what is right.
   *
   * @param refusal of {@link #check}
   * @return 413, or the status of {@link WebhookVerifier#status}: 200 for one handled before
   */
  public Answer answer(Refusal refusal) {
    int status =
        refusal.reason() == AdapterReason.BODY_TOO_LARGE ? 413 : verifier.status(refusal.reason());
    return Answer.of(status, refusal);
  }

  /**
   * Completes a webhook that was handled, and abandons one that was not, so that the sender's next
   * attempt is accepted.
   *
   * @param webhook was verified
   * @param status the handler's response, or 0 if it threw
   */
  public static void end(VerifiedWebhook webhook, int status) {
    if (status / 100 == 2) {
      webhook.complete();
    } else {
      webhook.abandon();
    }
  }

  /** The verifier's settings, and the longest body. */
  @Override
  public String toString() {
    return verifier + ", at most " + maxBytes + " bytes";
  }
}
