package io.bartizan.adapters.answer;

import io.bartizan.adapters.AdapterReason;
import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.RateLimitFields;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** An HTTP response of an adapter, or only the fields of a request that goes on. Immutable. */
public final class Answer {

  /** Seconds after which a sender may try again where nobody could decide. */
  static final String UNDECIDED_RETRY_SECONDS = "5";

  private static final int SERVED = 0;

  private final int status;
  private final Map<String, String> fields;
  private final String problem;
  private final String sentence;
  private final @Nullable Told told;

  private Answer(
      int status,
      Map<String, String> fields,
      String problem,
      String sentence,
      @Nullable Told told) {
    this.status = status;
    this.fields = fields;
    this.problem = problem;
    this.sentence = sentence;
    this.told = told;
  }

  /**
   * The answer to a decision: 429, or 503 where nobody counted, or to go on; each with its fields.
   *
   * @param decision of a limiter
   * @param before {@link #told} of the limit that was asked about the request before this one, with
   *     which its fields are told together; null or any other object if none
   * @return the answer
   */
  public static Answer of(Decision decision, @Nullable Object before) {
    RateLimitFields limit = RateLimitFields.of(decision);
    Told told = Told.of(before, decision);
    Map<String, String> fields = new LinkedHashMap<>();
    limit.forEach(fields::put);
    if (before instanceof Told) {
      told.forEach(fields::put);
    }
    if (decision.isAllowed()) {
      return new Answer(SERVED, fields, "", "", told);
    }
    int status = limit.refusalStatus();
    String sentence =
        status == 429 ? "the rate limit is reached" : "nobody could count the request";
    return new Answer(status, fields, limit.problem(), sentence, told);
  }

  /**
   * The answer to a refusal. The body tells an adapter's own reason and sentence, which hold
   * nothing of the request, and of other refusals nothing but the status.
   *
   * @param status from 400, or 200 for what needs no other handling, which has no body
   * @param refusal why
   * @return the answer, with {@code Retry-After} for 503
   */
  static Answer of(int status, Refusal refusal) {
    if (status < 400) {
      return new Answer(status, Map.of(), "", "", null);
    }
    Reason reason = refusal.reason();
    String own =
        reason instanceof AdapterReason
            ? ",\"detail\":\"" + refusal.detail() + "\",\"reason\":\"" + reason.code() + "\""
            : "";
    String body =
        "{\"type\":\"about:blank\",\"title\":\""
            + title(status)
            + "\",\"status\":"
            + status
            + own
            + "}";
    return new Answer(
        status,
        status == 503 ? Map.of("Retry-After", UNDECIDED_RETRY_SECONDS) : Map.of(),
        body,
        reason instanceof AdapterReason ? refusal.detail() : title(status),
        null);
  }

  /**
   * The same answer with one more field.
   *
   * @param name the field's name
   * @param value its value
   * @return a new answer
   */
  Answer with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(fields);
    more.put(name, value);
    return new Answer(status, more, problem, sentence, told);
  }

  /**
   * Whether the request goes on; else this is the response.
   *
   * @return true if only the fields are to be set
   */
  public boolean isServed() {
    return status == SERVED;
  }

  /**
   * Why, for protocols that have no body: an adapter's own sentence, or no more than the status.
   *
   * @return safe to send; empty if there is nothing to say
   */
  public String sentence() {
    return sentence;
  }

  /**
   * What the fields tell, for the next limit of the same request.
   *
   * @return to be handed to {@link #of(Decision, Object)}; null if no limit was asked
   */
  public @Nullable Object told() {
    return told;
  }

  /**
   * The status of a response.
   *
   * @return from 400, or 200 for a webhook that was handled before
   */
  public int status() {
    return status;
  }

  /**
   * Hands over each header field but {@code Content-Type} and {@code Content-Length}.
   *
   * @param consumer sets a field
   */
  public void fields(BiConsumer<String, String> consumer) {
    fields.forEach(consumer);
  }

  /**
   * The body, of the media type {@link RateLimitFields#PROBLEM_MEDIA_TYPE}.
   *
   * @return a new array, empty for 200
   */
  public byte[] body() {
    return problem.getBytes(StandardCharsets.UTF_8);
  }

  private static String title(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 409 -> "Conflict";
      case 413 -> "Content Too Large";
      case 503 -> "Service Unavailable";
      default -> "Internal Server Error";
    };
  }

  @Override
  public String toString() {
    return "Answer[" + status + " " + fields + "]";
  }
}
