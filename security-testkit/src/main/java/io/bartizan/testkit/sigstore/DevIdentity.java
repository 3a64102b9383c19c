package io.bartizan.testkit.sigstore;

import io.bartizan.testkit.sigstore.draft.Leaf;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * A signer's identity: the subject of a development certificate, and the issuer of the token that
 * would have proved it. Nobody proves anything here. Immutable.
 */
public final class DevIdentity {

  private static final Pattern REPOSITORY = Pattern.compile("[\\w.-]+/[\\w.-]+");

  private final String issuer;
  private final String subject;
  private final Consumer<Leaf> fields;

  private DevIdentity(String issuer, String subject, Consumer<Leaf> fields) {
    this.issuer = issuer;
    this.subject = subject;
    this.fields = fields;
  }

  /**
   * A workload or workflow that a URI names.
   *
   * @param issuer the token's issuer, such as {@code https://gitlab.com}
   * @param uri the URI, ASCII
   * @return the identity
   * @throws IllegalArgumentException if one of them is blank
   */
  public static DevIdentity uri(String issuer, String uri) {
    return named(issuer, uri, GeneralName.uniformResourceIdentifier);
  }

  /**
   * A person or service account.
   *
   * @param issuer the token's issuer, such as {@code https://accounts.google.com}
   * @param address the e-mail address, ASCII
   * @return the identity
   * @throws IllegalArgumentException if one of them is blank
   */
  public static DevIdentity email(String issuer, String address) {
    return named(issuer, address, GeneralName.rfc822Name);
  }

  private static DevIdentity named(String issuer, String subject, int kind) {
    GeneralName name = new GeneralName(kind, text(subject, "subject"));
    return new DevIdentity(text(issuer, "issuer"), subject, leaf -> leaf.identity(issuer, name));
  }

  /**
   * A workflow of GitHub Actions after a push, with the fields that Fulcio writes for repository,
   * ref, workflow and trigger.
   *
   * @param repository owner and name, such as {@code acme/app}
   * @param workflow the file's name, such as {@code release.yml}
   * @param ref the whole ref, such as {@code refs/tags/v1}
   * @return the identity; its subject is {@code
   *     https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1}
   * @throws IllegalArgumentException if the repository is not an owner and a name, or the ref does
   *     not begin with {@code refs/}
   */
  public static DevIdentity githubWorkflow(String repository, String workflow, String ref) {
    if (!REPOSITORY.matcher(repository).matches()) {
      throw new IllegalArgumentException(
          "repository is \"" + repository + "\"; an owner and a name are accepted: acme/app");
    }
    if (!ref.startsWith("refs/")) {
      throw new IllegalArgumentException(
          "ref is \"" + ref + "\"; a whole ref is accepted: refs/tags/v1");
    }
    String source = "https://github.com/" + repository;
    String uri = source + "/.github/workflows/" + text(workflow, "workflow") + "@" + ref;
    return new DevIdentity(Leaf.GITHUB, uri, leaf -> leaf.githubWorkflow(source, uri, ref));
  }

  private static String text(String value, String name) {
    if (Objects.requireNonNull(value, name).isBlank()) {
      throw new IllegalArgumentException(name + " is blank");
    }
    return value;
  }

  /**
   * The issuer for a policy.
   *
   * @return the token's issuer
   */
  public String issuer() {
    return issuer;
  }

  /**
   * The subject for a policy.
   *
   * @return the URI or e-mail address
   */
  public String subject() {
    return subject;
  }

  void writeTo(Leaf leaf) {
    fields.accept(leaf);
  }

  /** Issuer and subject. */
  @Override
  public String toString() {
    return "DevIdentity[" + subject + " by " + issuer + "]";
  }
}
