package io.bartizan.integrity;

import io.bartizan.core.Health;
import io.bartizan.core.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Callbacks for every verification and every change of fetched keys, for metrics and audit.
 *
 * <p>It is never told a token, a value, a payload, a subject or a key, only names that the
 * application's own configuration gave, so everything here is safe to log and to put in a metric's
 * tag. A verification is told on the thread that asked, after its outcome is certain, so a listener
 * must be quick and thread-safe. What it throws changes nothing, reaches nobody and is logged once
 * a minute at most.
 *
 * <pre>{@code
 * IntegrityListener audit =
 *     new IntegrityListener() {
 *       @Override
 *       public void refused(Kind kind, String name, Refusal refusal) {
 *         log.info("{} {} refused: {}", kind, name, refusal.reason().code());
 *       }
 *     };
 * JwtVerifier api = JwtVerifier.builder(issuer, "my-api").withListener(audit).build();
 * }</pre>
 */
public interface IntegrityListener {

  /** What was verified. */
  enum Kind {
    /** A token; its name is the verifier's first audience, or first issuer if it ignores them. */
    JWT,
    /** A signed value; its name is the purpose. */
    SIGNED_VALUE,
    /** A webhook; its name is the provider's, such as {@code stripe}. */
    WEBHOOK
  }

  /**
   * Something was verified; calls {@link #accepted} or {@link #refused}.
   *
   * @param kind what it was
   * @param name which verifier decided
   * @param refusal why it was refused; null if it was accepted
   */
  default void verified(Kind kind, String name, @Nullable Refusal refusal) {
    if (refusal == null) {
      accepted(kind, name);
    } else {
      refused(kind, name, refusal);
    }
  }

  /**
   * Something was accepted.
   *
   * @param kind what it was
   * @param name which verifier accepted it
   */
  default void accepted(Kind kind, String name) {}

  /**
   * Something was refused.
   *
   * @param kind what it was
   * @param name which verifier refused it
   * @param refusal why; its detail is safe to log
   */
  default void refused(Kind kind, String name, Refusal refusal) {}

  /**
   * Fetched keys are other keys now, or other ones are left out; told on a thread of the source.
   *
   * @param source the URI they came from, the file or the source's name
   * @param usable how many keys are in use
   * @param leftOut why each other one is not, by its id or its place in the set; safe to log
   */
  default void keysChanged(String source, int usable, List<String> leftOut) {}

  /**
   * Keys could not be fetched; told on a thread of the HTTP client.
   *
   * @param source the URI they should have come from
   * @param health whether older keys still serve
   */
  default void keysFailed(String source, Health health) {}
}
