package io.bartizan.integrity.artifact;

import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.http.BodyQueue;
import io.bartizan.integrity.http.Origins;
import io.bartizan.integrity.http.RedirectTarget;
import io.bartizan.integrity.http.RetryRule;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** One answer of a mirror, after its redirects, and what its fields say of the content. */
final class DownloadExchange implements AutoCloseable {

  private static final int MAX_REDIRECTS = 5;
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

  /** Why an attempt failed, and whether that may pass by itself. */
  static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;

    final transient Refusal refusal;
    final transient Exception fault;
    final boolean passes;

    /** Of the answer; 0 if there was none, or it was a success. */
    final int status;

    /** How long the server asks to wait. */
    final Duration retryAfter;

    Failed(Refusal refusal, Exception fault, boolean passes, int status, Duration retryAfter) {
      super(refusal.message(), fault, false, false);
      this.refusal = refusal;
      this.fault = fault;
      this.passes = passes;
      this.status = status;
      this.retryAfter = retryAfter;
    }
  }

  private final HttpResponse<BodyQueue> response;

  private DownloadExchange(HttpResponse<BodyQueue> response) {
    this.response = response;
  }

  /**
   * Asks for the content from an offset on, if it is still of that entity tag; from zero without.
   */
  static DownloadExchange ask(DownloadSettings settings, URI mirror, long from, String tag)
      throws InterruptedException, Failed {
    URI at = mirror;
    boolean own = true;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      HttpResponse<BodyQueue> response = send(settings, at, own, from, tag);
      int status = response.statusCode();
      boolean redirect = status == 301 || status == 302 || status == 303;
      if (!redirect && status != 307 && status != 308) {
        return new DownloadExchange(response);
      }
      response.body().close();
      at =
          RedirectTarget.of(
              at,
              response.headers().firstValue("location").orElse(""),
              ArtifactReason.REDIRECT_REFUSED);
      own = own && Origins.isSame(mirror, at);
    }
    throw refused(ArtifactReason.REDIRECT_REFUSED, "more than " + MAX_REDIRECTS + " redirects");
  }

  private static HttpResponse<BodyQueue> send(
      DownloadSettings settings, URI at, boolean own, long from, String tag)
      throws InterruptedException, Failed {
    CompletableFuture<HttpResponse<BodyQueue>> answer;
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(at).header("Accept-Encoding", "identity");
      if (from > 0) {
        request.header("Range", "bytes=" + from + "-").header("If-Range", tag);
      }
      settings.headers().addTo(request, at, own);
      answer =
          settings
              .client()
              .sendAsync(request.build(), info -> new BodyQueue(ArtifactReason.STALLED));
    } catch (IllegalArgumentException e) {
      throw failed(e);
    }
    return head(answer, settings.stallTimeout());
  }

  /**
   * Waits for the head alone: the request's own time-out covers the body too from JDK 26 on, and
   * would end every transfer that takes longer than a server may be silent.
   */
  private static HttpResponse<BodyQueue> head(
      CompletableFuture<HttpResponse<BodyQueue>> answer, Duration stall)
      throws InterruptedException, Failed {
    boolean arrived = false;
    try {
      HttpResponse<BodyQueue> response = answer.get(stall.toNanos(), TimeUnit.NANOSECONDS);
      arrived = true;
      return response;
    } catch (TimeoutException e) {
      throw refused(ArtifactReason.STALLED, "no answer for " + stall.toMillis() + " ms");
    } catch (ExecutionException e) {
      // The JDK's client throws runtime exceptions for a garbled content-length and absurd ports.
      throw failed(e.getCause() instanceof Exception cause ? cause : e);
    } finally {
      if (!arrived && !answer.cancel(true)) {
        var unused = answer.thenAccept(late -> late.body().close());
      }
    }
  }

  private static Failed failed(Exception e) {
    String said = e.getMessage();
    return new Failed(
        Refusal.of(
            ArtifactReason.CONNECTION_FAILED, said == null ? e.getClass().getSimpleName() : said),
        e,
        RetryRule.passes(e),
        0,
        Duration.ZERO);
  }

  int status() {
    return response.statusCode();
  }

  BodyQueue body() {
    return response.body();
  }

  /** The entity tag, empty if there is none. */
  String tag() {
    return field("etag", "");
  }

  /** How long the body is said to be; -1 if nothing is said. */
  long announced() {
    String length = field("content-length", "");
    return length.matches("\\d{1,18}") ? Long.parseLong(length) : -1;
  }

  /** RFC 9110 section 15.3.7: the rest must start where we stopped, of the same representation. */
  boolean continues(Expected expected, long from, String tag) {
    Matcher range = CONTENT_RANGE.matcher(field("content-range", ""));
    if (!range.matches() || !field("etag", tag).equals(tag)) {
      return false;
    }
    long total = Long.parseLong(range.group(3));
    return Long.parseLong(range.group(1)) == from
        && Long.parseLong(range.group(2)) == total - 1
        && total <= expected.maxSize()
        && (expected.size().isEmpty() || total == expected.size().getAsLong());
  }

  /** The answer is no success: whether to come back is the status's word, when is the server's. */
  Failed unexpected(RetryRule rule) {
    VerificationException refused = refused(ArtifactReason.STATUS_UNEXPECTED, "status " + status());
    Duration asked = rule.asked(field("retry-after", ""), field("date", ""));
    return new Failed(
        refused.refusal(),
        refused,
        RetryRule.isLater(status()),
        status(),
        asked == null ? Duration.ZERO : asked);
  }

  /** How the body is said to be encoded; empty if it is what it is. */
  String encoding() {
    return response.headers().allValues("content-encoding").stream()
        .filter(encoding -> !encoding.equalsIgnoreCase("identity"))
        .collect(Collectors.joining(", "));
  }

  /**
   * What else to say of bytes that are not the expected ones. They count as they come, since a
   * digest is published of a file as it lies on a server; nothing is ever decoded.
   */
  VerificationException explained(VerificationException mismatch) {
    return encoding().isEmpty()
        ? mismatch
        : refused(
            ArtifactReason.CONTENT_ENCODED,
            "sent with content encoding \""
                + DigestText.shortened(encoding())
                + "\", which was not asked for: "
                + mismatch.getMessage());
  }

  /** Refuses a body that would end elsewhere than it must, if it starts there. */
  void requireSize(Expected expected, long start) {
    long announced = announced();
    if (announced < 0) {
      return;
    }
    long total = announced > Long.MAX_VALUE - start ? Long.MAX_VALUE : start + announced;
    if (total > expected.maxSize()
        || (expected.size().isPresent() && total != expected.maxSize())) {
      VerificationException mismatch =
          refused(
              expected.size().isPresent() ? ArtifactReason.SIZE_MISMATCH : ArtifactReason.TOO_LARGE,
              "expected "
                  + (expected.size().isPresent() ? "" : "at most ")
                  + expected.maxSize()
                  + " bytes, "
                  + total
                  + " are announced");
      throw explained(mismatch);
    }
  }

  private String field(String name, String otherwise) {
    return response.headers().firstValue(name).orElse(otherwise);
  }

  private static VerificationException refused(ArtifactReason reason, String detail) {
    return new VerificationException(reason, detail);
  }

  @Override
  public void close() {
    response.body().close();
  }
}
