package io.bartizan.examples.admission;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers an AdmissionReview of {@code admission.k8s.io/v1}. */
final class ReviewHandler implements HttpHandler {

  /** What the API server sends is at most twice what it takes, 3 MiB. */
  static final int MAX_BYTES = 8 * 1024 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(ReviewHandler.class);
  private static final String VERSION = "admission.k8s.io/v1";
  private static final int MAX_UID = 128;
  private static final int MAX_SENTENCES = 8;
  static final int MAX_READING = 4;

  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(64)
                          .maxTokenCount(400_000)
                          .maxStringLength(2 * 1024 * 1024)
                          .maxDocumentLength(MAX_BYTES)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final ImageGate gate;
  private final Semaphore reading = new Semaphore(MAX_READING);

  ReviewHandler(ImageGate gate) {
    this.gate = gate;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String type = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"));
      if (!exchange.getRequestMethod().equals("POST")) {
        send(exchange, 405, error("only POST is answered"));
      } else if (!type.split(";", 2)[0].strip().equalsIgnoreCase("application/json")) {
        send(exchange, 415, error("only application/json is read"));
      } else {
        answer(exchange);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(HttpExchange exchange) throws IOException, InterruptedException {
    long end = System.nanoTime() + gate.deadline().toNanos();
    // so that a few large reviews, not a hundred, are in memory
    if (!reading.tryAcquire(gate.deadline().toNanos(), TimeUnit.NANOSECONDS)) {
      String why = "other reviews were read for all of " + gate.deadline().toMillis() + " ms";
      LOG.warn("refused a review: {}", why);
      send(exchange, 503, error(why + "; this one is refused unread"));
      return;
    }
    Optional<Asked> read;
    try {
      read = read(exchange);
    } finally {
      reading.release();
    }
    if (read.isEmpty()) {
      return;
    }
    Asked asked = read.get();
    List<String> refusals = asked.refusals();
    if (refusals.isEmpty()) {
      Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
      refusals = gate.refusals(asked.images(), left);
    }
    refusals.forEach(each -> LOG.info("denied {}", each));
    send(exchange, 200, review(asked.uid(), refusals));
  }

  /**
   * All that a review is remembered by while a registry is waited for. Its object may take tens of
   * MiB, and a hundred may wait; so no variable of a method that waits may hold it.
   */
  private record Asked(String uid, Set<String> images, List<String> refusals) {}

  /** Empty if the body is no review, which is answered then. */
  private static Optional<Asked> read(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BYTES + 1);
    if (body.length > MAX_BYTES) {
      send(exchange, 413, error("more than " + MAX_BYTES + " bytes are not read"));
      return Optional.empty();
    }
    JsonNode request = request(body);
    String uid = request.path("uid").asText();
    if (uid.isEmpty() || uid.length() > MAX_UID) {
      send(exchange, 400, error("the body is no AdmissionReview of " + VERSION));
      return Optional.empty();
    }
    try {
      return Optional.of(new Asked(uid, Images.of(request), List.of()));
    } catch (IllegalArgumentException e) {
      return Optional.of(new Asked(uid, Set.of(), List.of(String.valueOf(e.getMessage()))));
    }
  }

  /** What the review asks; a missing node if the body is none. */
  private static JsonNode request(byte[] body) throws IOException {
    try {
      JsonNode review = JSON.readTree(body);
      if (review.path("apiVersion").asText().equals(VERSION)
          && review.path("kind").asText().equals("AdmissionReview")
          && review.path("request").isObject()) {
        return review.path("request");
      }
    } catch (JsonProcessingException e) {
      LOG.info("refused a review: {}", e.getClass().getSimpleName());
    }
    return MissingNode.getInstance();
  }

  private static ObjectNode review(String uid, List<String> refusals) {
    ObjectNode review = JSON.createObjectNode();
    review.put("apiVersion", VERSION).put("kind", "AdmissionReview");
    ObjectNode response = review.putObject("response");
    response.put("uid", uid).put("allowed", refusals.isEmpty());
    if (!refusals.isEmpty()) {
      response
          .putObject("status")
          .put("code", 403)
          .put("reason", "Forbidden")
          .put("message", String.join("; ", refusals.stream().limit(MAX_SENTENCES).toList()));
    }
    return review;
  }

  private static ObjectNode error(String message) {
    return JSON.createObjectNode().put("message", message);
  }

  private static void send(HttpExchange exchange, int status, ObjectNode json) throws IOException {
    byte[] body = JSON.writeValueAsBytes(json);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    if (status != 200) {
      exchange.getResponseHeaders().set("Connection", "close"); // what is left is not read
    }
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }
}
