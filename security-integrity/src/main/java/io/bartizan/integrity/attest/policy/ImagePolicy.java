package io.bartizan.integrity.attest.policy;

import io.bartizan.core.Refusal;
import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Require;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.attest.search.Candidate;
import io.bartizan.integrity.attest.search.ImageSearch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Requirements that a container image must meet before it is used: all rules must hold, each by
 * evidence that it names.
 *
 * <p>Everything found at a source is looked at, a layout or a registry, until all rules hold: the
 * referrers of the image with their bundles, and what cosign attached under its tags. Whatever is
 * broken, by others or about something else is noted and hides nothing good; but at most 1000
 * candidates of 256 MiB together are read, for at most 5 minutes, so that whoever may push to the
 * registry can make an image be refused, and no more. Immutable, thread-safe.
 *
 * <pre>{@code
 * ImagePolicy policy =
 *     ImagePolicy.of(
 *         ImageRule.signature(release),
 *         ImageRule.provenance(builder, ProvenanceRule.of(builderId, "https://github.com/org/app")),
 *         ImageRule.sbom(builder));
 * ApprovedImage image = policy.verify(registry, registry.resolve("1.2"));
 * }</pre>
 */
public final class ImagePolicy {

  /** The most rules of a policy. */
  public static final int MAX_RULES = 32;

  private static final int MAX_FAILURES = 100;

  private final List<ImageRule> rules;
  private final int maxBytes;

  private ImagePolicy(Builder builder) {
    this.rules = builder.rules;
    this.maxBytes = builder.maxBytes;
  }

  /**
   * A policy.
   *
   * @param rule what must hold
   * @param more what else must hold
   * @return the policy
   * @throws NullPointerException if a rule is null
   * @throws IllegalArgumentException if there are more than {@value #MAX_RULES}
   */
  public static ImagePolicy of(ImageRule rule, ImageRule... more) {
    return builder(rule, more).build();
  }

  /**
   * Starts a policy.
   *
   * @param rule what must hold
   * @param more what else must hold
   * @return a builder
   * @throws NullPointerException if a rule is null
   * @throws IllegalArgumentException if there are more than {@value #MAX_RULES}
   */
  public static Builder builder(ImageRule rule, ImageRule... more) {
    return new Builder(rule, more);
  }

  /**
   * Judges an image by what is said about it at a source; of the image itself nothing is read.
   *
   * @param source where its signatures and attestations are
   * @param image the image, by digest
   * @return the image, approved
   * @throws NullPointerException if an argument is null
   * @throws VerificationException as {@link PolicyReport#orThrow}; with a reason of the source if
   *     nothing there can be read, or {@code image} has no digest
   * @throws IOException if the source can't be read
   */
  public ApprovedImage verify(ImageSource source, ImageReference image) throws IOException {
    return check(source, image).orThrow();
  }

  /**
   * Like {@link #verify}, with all that was found and why it counts or not.
   *
   * @param source where its signatures and attestations are
   * @param image the image, by digest
   * @return the report, of which {@link PolicyReport#isAccepted} is the verdict
   * @throws NullPointerException if an argument is null
   * @throws VerificationException {@link
   *     io.bartizan.integrity.attest.oci.OciReason#DIGEST_REQUIRED} if {@code image} has no digest
   * @throws IOException if the source can't be read
   */
  public PolicyReport check(ImageSource source, ImageReference image) throws IOException {
    Objects.requireNonNull(source, "source");
    Judging judging = new Judging(image);
    ImageSearch search =
        new ImageSearch(
            source,
            image.requireDigest(),
            EnumSet.allOf(Candidate.Kind.class),
            maxBytes,
            PolicyReason.TOO_LARGE);
    Refusal unreadable = null;
    try {
      search.forEach(judging);
    } catch (VerificationException e) {
      unreadable = e.refusal();
    }
    return judging.report(search.passedOver(), unreadable);
  }

  /** One search. */
  private final class Judging implements ImageSearch.Visitor {
    private final ImageReference image;
    private final Digest digest;
    private final Map<ImageRule, Map<String, VerifiedEvidence>> good = new LinkedHashMap<>();
    private final Map<ImageRule, List<Refusal>> failures = new LinkedHashMap<>();

    Judging(ImageReference image) {
      this.image = image;
      this.digest = image.requireDigest();
      for (ImageRule rule : rules) {
        good.put(rule, new LinkedHashMap<>());
        failures.put(rule, new ArrayList<>());
      }
    }

    @Override
    public boolean isDone() {
      return rules.stream().allMatch(this::isHeld);
    }

    private boolean isHeld(ImageRule rule) {
      return evidence(rule).size() >= rule.signer().threshold();
    }

    private Map<String, VerifiedEvidence> evidence(ImageRule rule) {
      return good.getOrDefault(rule, Map.of());
    }

    @Override
    public void visit(Candidate found) {
      boolean classic = found.kind() == Candidate.Kind.CLASSIC;
      String type = classic ? "" : CandidateText.predicateType(found.content());
      if (type == null) {
        throw new VerificationException(
            PolicyReason.CANDIDATE_MALFORMED, found.place() + " holds no statement");
      }
      boolean wanted = false;
      for (ImageRule rule : rules) {
        if (classic ? rule.wantsClassic() : rule.wants(type)) {
          wanted = true;
          if (!isHeld(rule)) {
            judge(rule, found, type);
          }
        }
      }
      if (!wanted) {
        throw new VerificationException(
            PolicyReason.STATEMENT_MISSING,
            found.place()
                + (classic
                    ? " is a signature of the image"
                    : " claims to state \"" + SafeText.of(type) + "\"")
                + ", for which no rule asks");
      }
    }

    private void judge(ImageRule rule, Candidate found, String type) {
      try {
        List<VerifiedEvidence> evidence =
            found.kind() == Candidate.Kind.CLASSIC
                ? rule.classic(found, image)
                : rule.statement(found, digest, type, maxBytes);
        for (VerifiedEvidence each : evidence) {
          good.computeIfAbsent(rule, unused -> new LinkedHashMap<>())
              .putIfAbsent(each.signer(), each);
        }
      } catch (VerificationException e) {
        List<Refusal> told = failures.computeIfAbsent(rule, unused -> new ArrayList<>());
        if (told.size() < MAX_FAILURES) {
          told.add(Refusal.of(e.reason(), found.place() + ": " + e.refusal().detail()));
        }
      }
    }

    PolicyReport report(List<Refusal> passedOver, @Nullable Refusal unreadable) {
      List<RuleOutcome> outcomes = new ArrayList<>();
      for (ImageRule rule : rules) {
        outcomes.add(
            new RuleOutcome(
                rule,
                isHeld(rule),
                List.copyOf(evidence(rule).values()),
                failures.getOrDefault(rule, List.of())));
      }
      return new PolicyReport(image, outcomes, passedOver, unreadable);
    }
  }

  @Override
  public String toString() {
    return "ImagePolicy" + rules;
  }

  /** The bounds of an {@link ImagePolicy}. Not thread-safe. */
  public static final class Builder {

    private static final int MOST_BYTES = 128 * 1024 * 1024;

    private final List<ImageRule> rules;
    private int maxBytes = 16 * 1024 * 1024;

    private Builder(ImageRule rule, ImageRule... more) {
      List<ImageRule> all = new ArrayList<>();
      all.add(Objects.requireNonNull(rule, "rule"));
      all.addAll(List.of(more));
      int unused = Require.sized("policy", all.size(), "rules", 1, MAX_RULES);
      this.rules = List.copyOf(all);
    }

    /**
     * The largest envelope or bundle; 16 MiB unless set. Bundles for Sigstore signers are also
     * bounded by their verifier.
     *
     * @param bytes 1 to 128 MiB
     * @return this builder
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder withMaxBytes(int bytes) {
      maxBytes = Require.within("bytes", bytes, 1, MOST_BYTES);
      return this;
    }

    /**
     * Makes the policy.
     *
     * @return a policy, immutable and thread-safe
     */
    public ImagePolicy build() {
      return new ImagePolicy(this);
    }
  }
}
