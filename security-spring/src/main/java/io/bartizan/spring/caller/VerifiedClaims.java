package io.bartizan.spring.caller;

import io.bartizan.ratelimit.Key;
import java.security.Principal;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.util.ClassUtils;

/** What Spring Security has verified about a caller, and nothing that a request says. */
final class VerifiedClaims {

  private static final String AUTHENTICATION = "org.springframework.security.core.Authentication";
  private static final String CLAIMS = "org.springframework.security.oauth2.core.ClaimAccessor";

  private VerifiedClaims() {}

  /** Whether Spring Security is there, and for claims its tokens. */
  static boolean arePresent(boolean claims) {
    ClassLoader loader = VerifiedClaims.class.getClassLoader();
    return ClassUtils.isPresent(AUTHENTICATION, loader)
        && (!claims || ClassUtils.isPresent(CLAIMS, loader));
  }

  /** The key of a text claim, with its issuer; blank if the caller has none. */
  static String key(Principal caller, String claim) {
    Object issuer = claim(caller, "iss");
    return claim(caller, claim) instanceof String text
        ? Key.of("issuer", issuer == null ? "" : issuer.toString(), claim, text)
        : "";
  }

  /** The texts of a claim that is one, or a list of them. */
  static Set<String> texts(Principal caller, String claim) {
    Object value = claim(caller, claim);
    Collection<?> all = value instanceof Collection<?> several ? several : List.of(orBlank(value));
    Set<String> texts = new LinkedHashSet<>();
    for (Object each : all) {
      if (each instanceof String text) {
        texts.add(text);
      }
    }
    return texts;
  }

  private static Object orBlank(@Nullable Object value) {
    return value == null ? "" : value;
  }

  static Set<String> authorities(Principal caller) {
    Set<String> all = new LinkedHashSet<>();
    if (caller instanceof Authentication known && known.isAuthenticated()) {
      for (GrantedAuthority each : known.getAuthorities()) {
        String text = each.getAuthority();
        if (text != null) {
          all.add(text);
        }
      }
    }
    return all;
  }

  /** Of a bearer token, whatever principal was made of it, or of a login by OpenID Connect. */
  private static @Nullable Object claim(Principal caller, String name) {
    if (!(caller instanceof Authentication known) || !known.isAuthenticated()) {
      return null;
    }
    Object credentials = known.getCredentials();
    if (credentials instanceof ClaimAccessor token) {
      return token.getClaim(name);
    }
    Object principal = known.getPrincipal();
    if (principal instanceof ClaimAccessor token) {
      return token.getClaim(name);
    }
    return principal instanceof OAuth2AuthenticatedPrincipal introspected
        ? introspected.getAttribute(name)
        : null;
  }
}
