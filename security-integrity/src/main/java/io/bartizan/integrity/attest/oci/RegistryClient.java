package io.bartizan.integrity.attest.oci;

import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.http.BodyQueue;
import io.bartizan.integrity.http.Origins;
import io.bartizan.integrity.http.RedirectTarget;
import io.bartizan.integrity.http.RetryRule;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Asks a registry: follows redirects, logs in where it is told to, and asks again what passes by
 * itself. What is sent to log in goes to the registry's own origin, and from the first redirect to
 * another origin on to nobody.
 */
final class RegistryClient {

  private static final int MAX_REDIRECTS = 5;
  private static final Duration NEVER = Duration.ofDays(36_500);

  /** Reads an answer that is not "later"; may be called again if the connection breaks. */
  @FunctionalInterface
  interface Reader<T> {
    T read(RegistryAnswer answer) throws IOException;
  }

  /** What may pass by itself. */
  static final class Later extends IOException {
    private static final long serialVersionUID = 1L;

    final transient Duration retryAfter;

    Later(String message, Duration retryAfter) {
      super(message);
      this.retryAfter = retryAfter;
    }
  }

  private final HttpClient client;
  private final Predicate<URI> isAccepted;
  private final int attempts;
  private final RetryRule retry;
  private final Duration patience;
  private final RegistryLogin login;

  RegistryClient(
      HttpClient client,
      Predicate<URI> isAccepted,
      int attempts,
      RetryRule retry,
      Duration patience,
      RegistryLogin login) {
    this.client = client;
    this.isAccepted = isAccepted;
    this.attempts = attempts;
    this.retry = retry;
    this.patience = patience;
    this.login = login;
  }

  /**
   * Asks until there is an answer that is not "later". What the reader fails with is this machine's
   * own, a full disk for one, and thrown as it is.
   *
   * @param limit the longest time of one attempt, body included
   */
  <T> T get(URI address, String accept, Duration limit, Reader<T> reader) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Later later;
      try (RegistryAnswer answer = ask(address, accept, limit)) {
        if (!RetryRule.isLater(answer.status())) {
          return reader.read(answer);
        }
        later = later(answer);
      } catch (ClosedByInterruptException e) {
        throw new InterruptedIOException("interrupted while reading from a registry");
      } catch (Later e) {
        later = e;
      } catch (VerificationException e) {
        if (e.reason() != OciReason.REGISTRY_UNAVAILABLE) {
          throw e;
        }
        later = new Later(e.refusal().detail(), Duration.ZERO);
      }
      if (attempt == attempts || later.retryAfter.compareTo(retry.longest()) > 0) {
        throw new VerificationException(
            OciReason.REGISTRY_UNAVAILABLE,
            told(address, String.valueOf(later.getMessage())) + " (attempt " + attempt + ")");
      }
      pause(attempt, later.retryAfter);
    }
  }

  private void pause(int attempt, Duration asked) throws IOException {
    Duration usual = retry.pause(attempt);
    try {
      retry.waiting().pause(asked.compareTo(usual) < 0 ? usual : asked);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a registry");
    }
  }

  private Later later(RegistryAnswer answer) {
    Duration asked = retry.asked(answer.field("retry-after"), answer.field("date"));
    return new Later(
        "status "
            + answer.status()
            + (asked == null ? "" : ", to be asked again in " + Span.exact(asked)),
        asked == null ? Duration.ZERO : asked);
  }

  private RegistryAnswer ask(URI address, String accept, Duration limit) throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    RegistryAnswer first = follow(address, accept, login.current(), deadline);
    if (first.status() != 401 || !first.isOwn()) {
      return first;
    }
    first.close();
    String authorization =
        login.answer(
            Challenge.parse(first.fields("www-authenticate")), where -> token(where, deadline));
    return follow(address, accept, authorization, deadline);
  }

  /** The registry's token server; it is asked once and leads nowhere else. */
  private byte[] token(RegistryLogin.Request request, long deadline) throws IOException {
    try (RegistryAnswer answer =
        send(request.address(), "application/json", request.authorization(), deadline, true)) {
      if (RetryRule.isLater(answer.status())) {
        throw later(answer);
      }
      if (answer.status() != 200) {
        throw new VerificationException(
            OciReason.AUTHENTICATION_REFUSED,
            "the token server " + shown(request.address()) + " says status " + answer.status());
      }
      return answer.bytes(
          RegistryLogin.MAX_BYTES, OciReason.AUTHENTICATION_REFUSED, "the token server's answer");
    }
  }

  private RegistryAnswer follow(
      URI address, String accept, @Nullable String authorization, long deadline)
      throws IOException {
    URI at = address;
    boolean own = true;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      RegistryAnswer answer = send(at, accept, own ? authorization : null, deadline, own);
      int status = answer.status();
      if (status < 301 || status == 304 || status == 305 || status == 306 || status > 308) {
        return answer;
      }
      answer.close();
      at = RedirectTarget.of(at, answer.field("location"), OciReason.REDIRECT_REFUSED);
      if (at.getRawUserInfo() != null) {
        throw new VerificationException(
            OciReason.REDIRECT_REFUSED, "a redirect to an address with a user name");
      }
      own = own && Origins.isSame(address, at);
      if (!isAccepted.test(at)) {
        throw new VerificationException(
            OciReason.REDIRECT_REFUSED, "a redirect to plain http, which was not allowed");
      }
    }
    throw new VerificationException(
        OciReason.REDIRECT_REFUSED, "more than " + MAX_REDIRECTS + " redirects");
  }

  private RegistryAnswer send(
      URI at, String accept, @Nullable String authorization, long deadline, boolean own)
      throws IOException {
    CompletableFuture<HttpResponse<BodyQueue>> answer;
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(at).header("Accept", accept).header("Accept-Encoding", "identity");
      if (authorization != null) {
        request.header("Authorization", authorization);
      }
      answer =
          client.sendAsync(request.build(), info -> new BodyQueue(OciReason.REGISTRY_UNAVAILABLE));
    } catch (IllegalArgumentException e) {
      throw new Later(shown(at) + " is no address that can be asked", NEVER);
    }
    return new RegistryAnswer(head(answer, at, deadline), at, own, patience, deadline);
  }

  /** Waits for the head alone; a request's own time-out covers the body on some JDKs. */
  private HttpResponse<BodyQueue> head(
      CompletableFuture<HttpResponse<BodyQueue>> answer, URI at, long deadline) throws IOException {
    boolean arrived = false;
    try {
      long left = Math.min(patience.toNanos(), deadline - System.nanoTime());
      HttpResponse<BodyQueue> response = answer.get(Math.max(0, left), TimeUnit.NANOSECONDS);
      arrived = true;
      return response;
    } catch (TimeoutException e) {
      throw new Later("no answer in time", Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while asking a registry");
    } catch (ExecutionException e) {
      Exception cause = e.getCause() instanceof Exception known ? known : e;
      throw new Later(
          shown(at) + " can't be asked: " + said(cause),
          RetryRule.passes(cause) ? Duration.ZERO : NEVER);
    } finally {
      if (!arrived && !answer.cancel(true)) {
        var unused = answer.thenAccept(late -> late.body().close());
      }
    }
  }

  static Later broken(IOException e) {
    return new Later("the connection broke: " + said(e), Duration.ZERO);
  }

  /** With the address that was asked, once. */
  private static String told(URI address, String trouble) {
    String shown = shown(address);
    return trouble.startsWith(shown + " ") ? trouble : shown + ": " + trouble;
  }

  private static String said(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : SafeText.of(e.getMessage());
  }

  /** Without query, which may be a signature. */
  static String shown(URI address) {
    return address.getScheme() + "://" + address.getRawAuthority() + address.getRawPath();
  }
}
