package io.bartizan.integrity.attest.notation;

import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.attest.notation.PolicyStatement.Action;
import io.bartizan.integrity.attest.notation.PolicyStatement.Check;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A trust policy document of Notation ({@code trustpolicy.json}, version 1.0): which signers count
 * for which repositories, and what must hold of their signatures. Immutable, thread-safe.
 *
 * <p>A repository is judged by the one statement that names it, else by the one of {@code *}. Under
 * the levels {@code audit} and {@code skip}, and where {@code authenticity} is not enforced,
 * nothing is ever accepted: such a signature proves nothing.
 *
 * <pre>{@code
 * NotationPolicy policy = NotationPolicy.parse(Files.readString(Path.of("trustpolicy.json")));
 * }</pre>
 */
public final class NotationPolicy {

  private static final int MAX_BYTES = 1024 * 1024;
  private static final int MAX_STATEMENTS = 1_000;
  private static final String SUBJECT = "x509.subject:";

  private static final Map<String, Map<Check, Action>> LEVELS =
      Map.of(
          "strict", Map.of(),
          "permissive",
              Map.of(
                  Check.AUTHENTIC_TIMESTAMP, Action.LOG,
                  Check.EXPIRY, Action.LOG,
                  Check.REVOCATION, Action.LOG),
          "audit",
              Map.of(
                  Check.AUTHENTICITY, Action.LOG,
                  Check.AUTHENTIC_TIMESTAMP, Action.LOG,
                  Check.EXPIRY, Action.LOG,
                  Check.REVOCATION, Action.LOG),
          "skip", Map.of(Check.AUTHENTICITY, Action.SKIP));

  private final List<PolicyStatement> statements;

  private NotationPolicy(List<PolicyStatement> statements) {
    this.statements = statements;
  }

  /**
   * Reads a document.
   *
   * @param json the text of {@code trustpolicy.json}
   * @return the policy
   * @throws NullPointerException if {@code json} is null
   * @throws IllegalArgumentException if it is no such document, a repository is named twice or has
   *     a wildcard, or an identity is neither {@code *} nor {@code x509.subject:} and a name with
   *     C, ST and O
   */
  public static NotationPolicy parse(String json) {
    try {
      return read(
          JsonFields.parse(
              json.getBytes(StandardCharsets.UTF_8),
              JsonLimits.ofBytes(MAX_BYTES),
              NotationReason.MALFORMED,
              NotationReason.TOO_LARGE,
              "the trust policy"));
    } catch (VerificationException e) {
      throw new IllegalArgumentException(e.refusal().detail(), e);
    }
  }

  /**
   * The same as {@link #parse}, for binders.
   *
   * @param text the text of {@code trustpolicy.json}
   * @return the policy
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException as {@link #parse} throws it
   */
  public static NotationPolicy valueOf(String text) {
    return parse(text);
  }

  private static NotationPolicy read(JsonFields document) {
    if (!document.text("version").equals("1.0")) {
      throw document.refused("version is not 1.0");
    }
    List<PolicyStatement> statements = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonFields each : document.objects("trustPolicies", MAX_STATEMENTS)) {
      PolicyStatement statement = statement(each);
      if (statement.name().isBlank() || !names.add(statement.name())) {
        throw each.refused("the name is empty or there twice");
      }
      for (PolicyStatement other : statements) {
        if (overlap(statement, other)) {
          throw each.refused("a repository is there twice, or * is");
        }
      }
      statements.add(statement);
    }
    if (statements.isEmpty()) {
      throw document.refused("trustPolicies is missing or empty");
    }
    return new NotationPolicy(List.copyOf(statements));
  }

  private static boolean overlap(PolicyStatement one, PolicyStatement other) {
    if (one.scopes().isEmpty() || other.scopes().isEmpty()) {
      return one.scopes().isEmpty() && other.scopes().isEmpty();
    }
    return one.scopes().stream()
        .anyMatch(scope -> other.scopes().stream().anyMatch(scope::hasSameRepositoryAs));
  }

  private static PolicyStatement statement(JsonFields fields) {
    JsonFields verification = fields.object("signatureVerification");
    String level = verification.text("level");
    Map<Check, Action> actions = actions(verification, level);
    List<String> stores = strings(fields, "trustStores");
    List<String> identities = strings(fields, "trustedIdentities");
    boolean skip = level.equals("skip");
    if (skip != stores.isEmpty() || skip != identities.isEmpty()) {
      throw fields.refused("trustStores and trustedIdentities belong to every level but skip");
    }
    for (String each : stores) {
      try {
        String unused = TrustStores.requireName(each);
      } catch (IllegalArgumentException e) {
        throw fields.refused(String.valueOf(e.getMessage()));
      }
    }
    if (!skip && stores.stream().allMatch(each -> each.startsWith("tsa:"))) {
      throw fields.refused("trustStores has no store of type ca or signingAuthority");
    }
    String timestamps = verification.textOrNull("verifyTimestamp");
    if (timestamps != null && !Set.of("", "always", "afterCertExpiry").contains(timestamps)) {
      throw verification.refused("verifyTimestamp is not always or afterCertExpiry");
    }
    return new PolicyStatement(
        fields.text("name"),
        scopes(fields),
        stores,
        identities(fields, identities),
        actions,
        "afterCertExpiry".equals(timestamps));
  }

  private static Map<Check, Action> actions(JsonFields verification, String level) {
    Map<Check, Action> base = LEVELS.get(level);
    if (base == null) {
      throw verification.refused("level is not strict, permissive, audit or skip");
    }
    Map<Check, Action> actions = new EnumMap<>(Check.class);
    actions.putAll(base);
    verification
        .texts("override")
        .forEach(
            (label, word) -> {
              Check check = check(label);
              Action action = action(word);
              if (check == null || action == null || level.equals("skip")) {
                throw verification.refused(
                    "override is not of authenticity, authenticTimestamp, expiry or revocation to"
                        + " enforce, log or skip");
              }
              actions.put(check, action);
            });
    return actions;
  }

  private static @Nullable Check check(String label) {
    for (Check each : Check.values()) {
      if (each.label.equals(label)) {
        return each;
      }
    }
    return null;
  }

  private static @Nullable Action action(String word) {
    for (Action each : Action.values()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(word)) {
        return each;
      }
    }
    return null;
  }

  private static List<ImageReference> scopes(JsonFields fields) {
    List<String> texts = strings(fields, "registryScopes");
    if (texts.equals(List.of("*"))) {
      return List.of();
    }
    List<ImageReference> scopes = new ArrayList<>();
    for (String each : texts) {
      ImageReference scope;
      try {
        scope = ImageReference.parse(each);
      } catch (VerificationException e) {
        throw fields.refused("registryScopes: " + e.refusal().detail());
      }
      if (scope.registry().isEmpty()
          || scope.tag().isPresent()
          || scope.digest().isPresent()
          || scopes.stream().anyMatch(scope::hasSameRepositoryAs)) {
        throw fields.refused("registryScopes is not registry/repository, each once");
      }
      scopes.add(scope);
    }
    if (scopes.isEmpty()) {
      throw fields.refused("registryScopes is missing or empty");
    }
    return List.copyOf(scopes);
  }

  private static List<DistinguishedName> identities(JsonFields fields, List<String> texts) {
    if (texts.equals(List.of("*"))) {
      return List.of();
    }
    List<DistinguishedName> names = new ArrayList<>();
    for (String each : texts) {
      if (!each.startsWith(SUBJECT)) {
        throw fields.refused("trustedIdentities has one that is not * alone or x509.subject:");
      }
      try {
        names.add(DistinguishedName.parse(each.substring(SUBJECT.length()).strip()));
      } catch (IllegalArgumentException e) {
        throw fields.refused("trustedIdentities: " + e.getMessage());
      }
    }
    return List.copyOf(names);
  }

  private static List<String> strings(JsonFields fields, String name) {
    try {
      List<String> strings = fields.json().strings(name);
      return strings == null ? List.of() : strings;
    } catch (JsonException e) {
      throw fields.refused(name + ": " + e.getMessage());
    }
  }

  /**
   * The trust stores that its statements name, to be read with {@link TrustStores#read}.
   *
   * @return such as {@code ca:acme}
   */
  public Set<String> trustStores() {
    Set<String> names = new LinkedHashSet<>();
    statements.forEach(each -> names.addAll(each.stores()));
    return names;
  }

  /** The statement for an image; refuses if nothing that it says is enforced. */
  PolicyStatement require(ImageReference image) {
    PolicyStatement found = null;
    for (PolicyStatement each : statements) {
      if (each.scopes().stream().anyMatch(image::hasSameRepositoryAs)) {
        found = each;
        break;
      }
      if (each.scopes().isEmpty()) {
        found = each;
      }
    }
    if (found == null) {
      throw new VerificationException(
          NotationReason.POLICY_MISSING, "the trust policy has no statement for image " + image);
    }
    if (found.action(Check.AUTHENTICITY) != Action.ENFORCE) {
      throw new VerificationException(
          NotationReason.POLICY_NOT_ENFORCED,
          "statement \""
              + SafeText.of(found.name())
              + "\" does not enforce authenticity: nothing would be verified");
    }
    return found;
  }

  /** The names of the statements. */
  @Override
  public String toString() {
    return "NotationPolicy"
        + statements.stream().map(each -> "\"" + SafeText.of(each.name()) + "\"").toList();
  }
}
