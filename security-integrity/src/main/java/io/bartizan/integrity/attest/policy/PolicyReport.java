package io.bartizan.integrity.attest.policy;

import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.OciReason;
import io.bartizan.integrity.attest.search.ImageSearch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Report of what an {@link ImagePolicy} found at a source, what held, and what is missing and why.
 * Immutable, thread-safe.
 */
public final class PolicyReport {

  private static final int TOLD = 8;

  private final ImageReference image;
  private final List<RuleOutcome> outcomes;
  private final List<Refusal> passedOver;
  private final @Nullable Refusal unreadable;

  /** With why the source itself could not be read; null if it could. */
  PolicyReport(
      ImageReference image,
      List<RuleOutcome> outcomes,
      List<Refusal> passedOver,
      @Nullable Refusal unreadable) {
    this.image = image;
    this.outcomes = List.copyOf(outcomes);
    this.passedOver = List.copyOf(passedOver);
    this.unreadable = unreadable;
  }

  /**
   * The image that was asked about.
   *
   * @return a reference with a digest
   */
  public ImageReference image() {
    return image;
  }

  /**
   * Whether the image may be used.
   *
   * @return whether all rules hold
   */
  public boolean isAccepted() {
    return outcomes.stream().allMatch(RuleOutcome::isHeld);
  }

  /**
   * How each rule fared.
   *
   * @return unmodifiable, in the order of the policy
   */
  public List<RuleOutcome> outcomes() {
    return outcomes;
  }

  /**
   * What was found and is of no kind that a rule asks for, or could not be read.
   *
   * @return one refusal each, at most 100
   */
  public List<Refusal> passedOver() {
    return passedOver;
  }

  /**
   * The image, if all rules hold.
   *
   * @return the image, approved
   * @throws VerificationException with the {@link PolicyReason} of the first rule that does not
   *     hold, whose detail tells of the others; with a reason of the source if that could not be
   *     read, such as {@link OciReason#REGISTRY_UNAVAILABLE}, since then what is missing may be
   *     there
   */
  public ApprovedImage orThrow() {
    Optional<Refusal> refusal = refusal();
    if (refusal.isPresent()) {
      throw new VerificationException(refusal.get());
    }
    Map<ImageRule, List<VerifiedEvidence>> evidence = new LinkedHashMap<>();
    for (RuleOutcome each : outcomes) {
      evidence.put(each.rule(), each.evidence());
    }
    return new ApprovedImage(image, evidence);
  }

  /**
   * Why the image is refused.
   *
   * @return empty if all rules hold
   */
  public Optional<Refusal> refusal() {
    if (isAccepted()) {
      return Optional.empty();
    }
    Refusal cause = unread();
    if (cause != null) {
      return Optional.of(cause);
    }
    RuleOutcome first = outcomes.stream().filter(each -> !each.isHeld()).findFirst().orElseThrow();
    String others =
        outcomes.stream()
            .filter(each -> !each.isHeld() && each != first)
            .map(each -> each.rule().title())
            .collect(Collectors.joining("; "));
    return Optional.of(
        Refusal.of(
            first.rule().missing(),
            "image "
                + image
                + " has no "
                + first.rule().title()
                + (first.failures().isEmpty()
                    ? ", and nothing that claims to be one"
                    : "; the first candidate: " + first.failures().get(0))
                + (others.isEmpty() ? "" : "; missing too: " + others)));
  }

  /** Why the source was not read, or not all of it; null if it was. */
  private @Nullable Refusal unread() {
    return unreadable != null ? unreadable : ImageSearch.unread(passedOver);
  }

  /**
   * Everything in lines for people: the verdict, why the source can't be read if so, each rule with
   * what held it or why each candidate did not, and what was passed over. Safe to log line by line;
   * at most 8 of each are told.
   *
   * @return lines without line ends
   */
  public List<String> explanation() {
    List<String> lines = new ArrayList<>();
    long held = outcomes.stream().filter(RuleOutcome::isHeld).count();
    lines.add(
        image
            + ": "
            + (isAccepted() ? "accepted" : "refused")
            + ", "
            + held
            + " of "
            + outcomes.size()
            + " rules hold");
    Refusal cause = unread();
    if (cause != null) {
      lines.add("  the source can't be read: " + cause);
    }
    for (RuleOutcome each : outcomes) {
      lines.add(
          "  "
              + (cause == null || each.isHeld()
                  ? each
                  : each.rule().title() + ": not in what could be read"));
      each.evidence().stream().limit(TOLD).forEach(good -> lines.add("    good: " + good));
      if (!each.isHeld()) {
        tell(each.failures(), "    not counted: ", lines);
        if (cause == null && each.failures().isEmpty() && each.evidence().isEmpty()) {
          lines.add("    nothing at the source claims to be one");
        }
      }
    }
    tell(passedOver.stream().filter(each -> each != cause).toList(), "  passed over: ", lines);
    return List.copyOf(lines);
  }

  private static void tell(List<Refusal> refusals, String prefix, List<String> lines) {
    refusals.stream().limit(TOLD).forEach(each -> lines.add(prefix + each));
    if (refusals.size() > TOLD) {
      lines.add(prefix + "and " + (refusals.size() - TOLD) + " more");
    }
  }

  @Override
  public String toString() {
    return explanation().get(0);
  }
}
