package io.bartizan.spring;

import com.nimbusds.jwt.JWTClaimsSet;
import io.bartizan.integrity.jwt.VerifiedJwt;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Verified claims in the types that they have in Spring MVC, which {@code JwtContract} compares.
 */
final class ClaimTypes {

  private ClaimTypes() {}

  static JWTClaimsSet ofNimbus(VerifiedJwt jwt) {
    JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder();
    jwt.claims().forEach((name, value) -> claims.claim(name, plain(value)));
    if (jwt.has("aud")) {
      claims.audience(jwt.audience());
    }
    jwt.expiresAt().ifPresent(time -> claims.expirationTime(Date.from(time)));
    jwt.notBefore().ifPresent(time -> claims.notBeforeTime(Date.from(time)));
    jwt.issuedAt().ifPresent(time -> claims.issueTime(Date.from(time)));
    return claims.build();
  }

  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof BigDecimal number) {
      return number(number);
    }
    if (value instanceof List<?> values) {
      List<@Nullable Object> copy = new ArrayList<>();
      values.forEach(each -> copy.add(plain(each)));
      return Collections.unmodifiableList(copy);
    }
    if (value instanceof Map<?, ?> members) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      members.forEach((name, each) -> copy.put(String.valueOf(name), plain(each)));
      return Collections.unmodifiableMap(copy);
    }
    return value;
  }

  /** A long or a double if it is this very number. */
  private static Number number(BigDecimal number) {
    try {
      if (number.scale() == 0) {
        return number.longValueExact();
      }
    } catch (ArithmeticException e) {
      // longer than a long
    }
    double rounded = number.doubleValue();
    return Double.isFinite(rounded) && BigDecimal.valueOf(rounded).compareTo(number) == 0
        ? (Number) rounded
        : number;
  }
}
