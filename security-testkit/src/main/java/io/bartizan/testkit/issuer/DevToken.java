package io.bartizan.testkit.issuer;

import io.bartizan.testkit.json.JsonTree;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A token of a {@link DevIssuer} before it is signed. Nothing is checked, so that tests can make
 * tokens which a verifier must refuse. Immutable.
 *
 * <pre>{@code
 * String token = issuer.token("my-api").with("scp", "orders.read").sign();
 * String late = issuer.token("my-api").with("exp", 1_000_000_000).sign();
 * }</pre>
 */
public final class DevToken {

  private final IssuerKey key;
  private final Map<String, @Nullable Object> header;
  private final Map<String, @Nullable Object> claims;

  DevToken(
      IssuerKey key, Map<String, @Nullable Object> header, Map<String, @Nullable Object> claims) {
    this.key = key;
    this.header = header;
    this.claims = claims;
  }

  /**
   * The same token with a claim, in place of one of that name.
   *
   * @param claim the claim's name
   * @param value text, a number, a boolean, a collection or map of these, or null
   * @return another token
   * @throws IllegalArgumentException when it is signed, if the value is of another type
   */
  public DevToken with(String claim, @Nullable Object value) {
    return new DevToken(key, header, plus(claims, claim, value));
  }

  /**
   * The same token without a claim.
   *
   * @param claim the claim's name; it need not be there
   * @return another token
   */
  public DevToken without(String claim) {
    Map<String, @Nullable Object> fewer = new LinkedHashMap<>(claims);
    fewer.remove(claim);
    return new DevToken(key, header, fewer);
  }

  /**
   * The same token with a member of its header, in place of one of that name. The signature is
   * RS256 whatever {@code alg} says.
   *
   * @param member the member's name
   * @param value its value, as for {@link #with}
   * @return another token
   */
  public DevToken withHeader(String member, @Nullable Object value) {
    return new DevToken(key, plus(header, member, value), claims);
  }

  private static Map<String, @Nullable Object> plus(
      Map<String, @Nullable Object> before, String name, @Nullable Object value) {
    Map<String, @Nullable Object> more = new LinkedHashMap<>(before);
    more.put(Objects.requireNonNull(name, "name"), value);
    return more;
  }

  /**
   * Signs it with the key that was current when the issuer made it.
   *
   * @return the compact form
   * @throws IllegalArgumentException if a value is of a type that JSON has not
   */
  public String sign() {
    return key.sign(JsonTree.write(header), JsonTree.write(claims));
  }

  /** The claims as JSON. */
  @Override
  public String toString() {
    return "DevToken" + JsonTree.write(claims);
  }
}
