package io.bartizan.spring.caller;

import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * By what of an authenticated caller a limit counts: their name or a claim, and their plan.
 *
 * @param claim whose text counts in the place of the name; null for the name
 * @param plans by which their limits are chosen; null if all have the same
 */
public record CountedCaller(@Nullable String claim, @Nullable CallerPlans plans) {

  /** A caller under the name that a limit counts by. */
  private record Counted(String getName) implements Principal {}

  /** Whether the caller's own principal says it all. */
  public boolean isPlain() {
    return claim == null && plans == null;
  }

  /** The caller as the limit counts them; with a blank name if they have no name or claim. */
  public Principal of(Principal caller) {
    String own = claim == null ? caller.getName() : VerifiedClaims.key(caller, claim);
    if (own == null || own.isBlank()) {
      return new Counted("");
    }
    return new Counted(plans == null ? own : plans.name(caller, own));
  }
}
