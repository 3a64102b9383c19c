package io.bartizan.integrity.jwt;

import io.bartizan.core.SafeText;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The claims of a token that a {@link JwtSigner} issues, beside the issuer and the times that it
 * sets itself. Immutable.
 *
 * <pre>{@code
 * JwtClaims claims = JwtClaims.forAudience("my-api").withSubject("alice").with("scope", "read write");
 * }</pre>
 */
public final class JwtClaims {

  private static final int MAX_DEPTH = 12;
  private static final Set<String> SET_BY_SIGNER =
      Set.of("iss", "iat", "exp", "aud", "sub", "jti", "nbf");

  private final Map<String, Object> members;

  private JwtClaims(Map<String, Object> members) {
    this.members = members;
  }

  /**
   * Claims for whoever is known by this name.
   *
   * @param audience the claim {@code aud}
   * @return claims with nothing else
   * @throws IllegalArgumentException if it is empty
   */
  public static JwtClaims forAudience(String audience) {
    if (audience.isEmpty()) {
      throw new IllegalArgumentException("audience is empty");
    }
    return new JwtClaims(Map.of("aud", audience));
  }

  /**
   * Claims for several services at once; each of them could show the token to another.
   *
   * @param audiences the claim {@code aud}
   * @return claims with nothing else
   * @throws IllegalArgumentException if it is empty
   */
  public static JwtClaims forAudiences(Collection<String> audiences) {
    if (audiences.isEmpty()) {
      throw new IllegalArgumentException("audiences is empty");
    }
    return new JwtClaims(Map.of("aud", List.copyOf(audiences)));
  }

  /**
   * The same claims about this subject.
   *
   * @param subject the claim {@code sub}, unique within the issuer
   * @return new claims
   */
  public JwtClaims withSubject(String subject) {
    return plus("sub", subject);
  }

  /**
   * The same claims with an id, so that the token can be revoked or used once.
   *
   * @param id the claim {@code jti}, unique within the issuer
   * @return new claims
   */
  public JwtClaims withId(String id) {
    return plus("jti", id);
  }

  /**
   * The same claims, valid from a moment on.
   *
   * @param instant the claim {@code nbf}, in whole seconds
   * @return new claims
   */
  public JwtClaims withNotBefore(Instant instant) {
    return plus("nbf", instant.getEpochSecond());
  }

  /**
   * The same claims and one more.
   *
   * @param name any name but iss, iat, exp, nbf, aud, sub and jti, which have their own methods
   * @param value a String, integer, Boolean, Instant (written as whole seconds), UUID, or a List,
   *     Set or Map of such, which is copied
   * @return new claims
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the name is one of those, or the value of another type
   */
  public JwtClaims with(String name, Object value) {
    Objects.requireNonNull(value, name);
    if (SET_BY_SIGNER.contains(name)) {
      throw new IllegalArgumentException(
          "the claim " + name + " is set by the signer or its own method");
    }
    return plus(name, copied("the claim " + SafeText.of(name), value, 1));
  }

  /** A copy in the types that JSON has; {@code what} names it in a refusal. */
  static Object copied(String what, @Nullable Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException(what + " is nested more than " + MAX_DEPTH + " deep");
    }
    if (value instanceof Instant instant) {
      return instant.getEpochSecond();
    }
    if (value instanceof CharSequence || value instanceof UUID) {
      return value.toString();
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((key, inner) -> copy.put(String.valueOf(key), copied(what, inner, depth + 1)));
      return Collections.unmodifiableMap(copy);
    }
    if (value instanceof Collection<?> values) {
      return values.stream().map(inner -> copied(what, inner, depth + 1)).toList();
    }
    if (value instanceof Boolean
        || value instanceof Integer
        || value instanceof Long
        || value instanceof Short
        || value instanceof Byte
        || value instanceof BigInteger) {
      return value;
    }
    throw new IllegalArgumentException(
        what
            + " holds a "
            + (value == null ? "null" : value.getClass().getName())
            + "; String, integer, Boolean, Instant, UUID, List, Set and Map are accepted");
  }

  private JwtClaims plus(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(members);
    more.put(name, Objects.requireNonNull(value, name));
    return new JwtClaims(more);
  }

  Map<String, Object> members() {
    return members;
  }

  /** The number of claims; never what they say. */
  @Override
  public String toString() {
    return "JwtClaims[" + members.size() + " claims]";
  }
}
