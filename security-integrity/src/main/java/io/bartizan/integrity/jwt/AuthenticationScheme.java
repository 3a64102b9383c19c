package io.bartizan.integrity.jwt;

import io.bartizan.core.Reason;
import io.bartizan.core.SecretReason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads Bearer or DPoP access tokens from the {@code Authorization} field and builds the {@code
 * WWW-Authenticate} challenge of a 401; free of any framework.
 *
 * <pre>{@code
 * AuthenticationScheme bearer = AuthenticationScheme.bearer();
 * Optional<String> token = bearer.token(headers.get("Authorization"));
 * String challenge = bearer.challenge();                     // 401, WWW-Authenticate: Bearer
 * int status = bearer.status(JwtReason.KEYS_UNAVAILABLE);    // 503, the token may be good
 * }</pre>
 *
 * <p>The caller is told no more than RFC 6750 section 3.1 has words for: why a token was refused is
 * for the log or an {@link io.bartizan.integrity.IntegrityListener}. Immutable, thread-safe.
 */
public final class AuthenticationScheme {

  private final String name;
  private final List<String> parameters;

  private AuthenticationScheme(String name, List<String> parameters) {
    this.name = name;
    this.parameters = parameters;
  }

  /**
   * Bearer tokens (RFC 6750): who has one may use it.
   *
   * @return the scheme, without a realm
   */
  public static AuthenticationScheme bearer() {
    return new AuthenticationScheme("Bearer", List.of());
  }

  /**
   * Tokens with a proof of possession in the {@code DPoP} field (RFC 9449 section 7.1). A server
   * that gives nonces adds {@code DPoP-Nonce} to its answers.
   *
   * @param algorithms what a proof may be signed with, told to the client; may be empty
   * @return the scheme, without a realm
   * @throws IllegalArgumentException if one is HMAC, which proves nothing here
   */
  public static AuthenticationScheme dpop(JwsAlgorithm... algorithms) {
    for (JwsAlgorithm algorithm : algorithms) {
      if (algorithm.isSymmetric()) {
        throw new IllegalArgumentException(
            algorithm.headerName() + " can't sign a proof of possession");
      }
    }
    String names =
        List.of(algorithms).stream().map(JwsAlgorithm::headerName).collect(Collectors.joining(" "));
    return new AuthenticationScheme(
        "DPoP", names.isEmpty() ? List.of() : List.of("algs=\"" + names + "\""));
  }

  /**
   * The same scheme, whose challenges name this realm (RFC 9110 section 11.5).
   *
   * @param realm printable ASCII without quotes and backslashes; clients may show it
   * @return a new scheme
   * @throws IllegalArgumentException if it holds another character
   */
  public AuthenticationScheme withRealm(String realm) {
    if (!realm.chars().allMatch(c -> c >= ' ' && c <= '~' && c != '"' && c != '\\')) {
      throw new IllegalArgumentException("the realm holds more than plain printable ASCII");
    }
    List<String> more = new ArrayList<>();
    more.add("realm=\"" + realm + "\"");
    more.addAll(parameters);
    return new AuthenticationScheme(name, List.copyOf(more));
  }

  /**
   * The token of a request, not yet verified.
   *
   * @param authorization all values of the request's {@code Authorization} field, one for each
   *     line; null if there is none
   * @return the token, as it stands behind the scheme's name of either case; empty if there is no
   *     such value or more than one line, which two readers might take for two different tokens
   */
  public Optional<String> token(@Nullable Collection<@Nullable String> authorization) {
    if (authorization == null || authorization.size() != 1) {
      return Optional.empty();
    }
    String value = authorization.iterator().next();
    int start = name.length();
    if (value == null
        || !value.regionMatches(true, 0, name, 0, start)
        || start == value.length()
        || value.charAt(start) != ' ') {
      return Optional.empty();
    }
    while (start < value.length() && value.charAt(start) == ' ') {
      start++;
    }
    return Optional.of(value.substring(start));
  }

  /**
   * The value of {@code WWW-Authenticate} for a request without a token, whose status is 401.
   *
   * @return a challenge without an error, as RFC 6750 section 3.1 asks
   */
  public String challenge() {
    return challengeWith(parameters);
  }

  /**
   * The value of {@code WWW-Authenticate} for a refused token.
   *
   * @param reason why a {@link JwtVerifier} refused it
   * @return a challenge with {@code invalid_token}, {@code invalid_dpop_proof} or {@code
   *     use_dpop_nonce}; empty where {@link #status} is 503, since another token would not help
   * @throws NullPointerException if {@code reason} is null
   */
  public Optional<String> challenge(Reason reason) {
    if (status(reason) != 401) {
      return Optional.empty();
    }
    List<String> more = new ArrayList<>(parameters);
    more.add("error=\"" + error(reason) + "\"");
    return Optional.of(challengeWith(more));
  }

  private String error(Reason reason) {
    if (name.equals("DPoP")) {
      if (reason == JwtReason.DPOP_NONCE_MISMATCH) {
        return "use_dpop_nonce";
      }
      if (reason == JwtReason.DPOP_INVALID || reason == JwtReason.PROOF_REPLAYED) {
        return "invalid_dpop_proof";
      }
    }
    return "invalid_token";
  }

  private String challengeWith(List<String> all) {
    return all.isEmpty() ? name : name + " " + String.join(", ", all);
  }

  /**
   * The status of the answer to a refused token.
   *
   * @param reason why a {@link JwtVerifier} refused it
   * @return 401; or 503 where nobody could tell whether the token is good ({@link
   *     JwtReason#KEYS_UNAVAILABLE}, {@link JwtReason#PROVIDER_FAILED}, {@link
   *     JwtReason#REPLAY_UNDECIDED}, {@link SecretReason#SECRET_UNAVAILABLE}) or it is in use
   *     ({@link JwtReason#IN_PROGRESS}), which a client may try again
   * @throws NullPointerException if {@code reason} is null
   */
  public int status(Reason reason) {
    Objects.requireNonNull(reason, "reason");
    boolean undecided =
        reason == JwtReason.KEYS_UNAVAILABLE
            || reason == JwtReason.PROVIDER_FAILED
            || reason == JwtReason.REPLAY_UNDECIDED
            || reason == JwtReason.IN_PROGRESS
            || reason == SecretReason.SECRET_UNAVAILABLE;
    return undecided ? 503 : 401;
  }

  /** The challenge. */
  @Override
  public String toString() {
    return challenge();
  }
}
