package io.bartizan.spring.caller;

import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Plan;
import java.security.Principal;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The limits of each plan, and where a caller's plan stands: in a claim or among their authorities.
 * A plan is part of the key, so each plan has a count of its own. Whoever has none of them, and
 * whose key is too long to be kept as it is, has the limits of all others.
 */
public final class CallerPlans implements Plan {

  private static final String PRINCIPAL = "principal"; // as CallerKey.principal has it
  private static final String END = Key.of(PRINCIPAL, "&caller=").substring(PRINCIPAL.length() + 1);

  private final String text;
  private final @Nullable String claim;
  private final Limits others;
  private final Map<String, Limits> byName;
  private final Map<String, Limits> byBeginOfKey = new HashMap<>();

  private CallerPlans(
      String text, @Nullable String claim, Limits others, Map<String, Limits> byName) {
    this.text = text;
    this.claim = claim;
    this.others = others;
    this.byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
    byName.forEach(
        (plan, limits) ->
            byBeginOfKey.put(beginOfKey(Key.of(PRINCIPAL, nameOf(plan, ""))), limits));
  }

  /**
   * Plans of a setting.
   *
   * @param text {@code claim NAME} or {@code authority}
   * @param others the limits of callers without a plan
   * @param byName the limits of each plan; of several that a caller has, the first counts
   * @throws IllegalArgumentException if {@code text} is neither, or what it needs is not there
   */
  public static CallerPlans parse(String text, Limits others, Map<String, Limits> byName) {
    String[] words = text.trim().split(" +", -1);
    boolean isClaim = words.length == 2 && words[0].equals("claim");
    if (!isClaim && !(words.length == 1 && words[0].equals("authority"))) {
      throw new IllegalArgumentException(
          "a plan is found by \"claim NAME\", such as \"claim tier\", or by \"authority\"; a"
              + " header is not verified");
    }
    requirePresent(isClaim);
    return new CallerPlans(text.trim(), isClaim ? words[1] : null, others, byName);
  }

  /**
   * Requires what claims or authorities are read from.
   *
   * @throws IllegalArgumentException if it is not there
   */
  public static void requirePresent(boolean claims) {
    if (!VerifiedClaims.arePresent(claims)) {
      throw new IllegalArgumentException(
          claims
              ? "claims are those of tokens that Spring Security has verified: add"
                  + " spring-boot-starter-oauth2-resource-server"
              : "authorities are Spring Security's: add spring-boot-starter-security");
    }
  }

  @Override
  public Limits limitsOf(String key) {
    Limits limits = byBeginOfKey.get(beginOfKey(key));
    return limits == null ? others : limits;
  }

  /** The plan and the name, so that no name of a caller can be taken for a plan's. */
  String name(Principal caller, String own) {
    Set<String> has =
        claim == null ? VerifiedClaims.authorities(caller) : VerifiedClaims.texts(caller, claim);
    for (String plan : byName.keySet()) {
      if (has.contains(plan)) {
        return nameOf(plan, own);
      }
    }
    return Key.of("caller", own);
  }

  private static String nameOf(String plan, String own) {
    return Key.of("plan", plan, "caller", own);
  }

  private static String beginOfKey(String key) {
    int end = key.indexOf(END);
    return end < 0 ? "" : key.substring(0, end);
  }

  /** The limits of each plan, by its name, in the order of the settings. */
  public Map<String, Limits> byName() {
    return byName;
  }

  /** Where a caller's plan stands: {@code claim NAME} or {@code authority}. */
  @Override
  public String toString() {
    return text;
  }
}
