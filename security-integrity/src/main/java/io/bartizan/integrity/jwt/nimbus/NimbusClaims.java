package io.bartizan.integrity.jwt.nimbus;

import com.nimbusds.jwt.JWTClaimsSet;
import io.bartizan.integrity.jwt.VerifiedJwt;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Verified claims in the types that Nimbus' own parser gives them, as far as these hold them. */
final class NimbusClaims {

  private static final BigInteger MIN_LONG = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAX_LONG = BigInteger.valueOf(Long.MAX_VALUE);

  private NimbusClaims() {}

  static JWTClaimsSet of(VerifiedJwt jwt) {
    JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder();
    jwt.claims().forEach((name, value) -> claims.claim(name, converted(value)));
    if (jwt.has("aud")) {
      claims.audience(jwt.audience());
    }
    jwt.expiresAt().ifPresent(time -> claims.expirationTime(Date.from(time)));
    jwt.notBefore().ifPresent(time -> claims.notBeforeTime(Date.from(time)));
    jwt.issuedAt().ifPresent(time -> claims.issueTime(Date.from(time)));
    return claims.build();
  }

  private static @Nullable Object converted(@Nullable Object value) {
    if (value instanceof BigDecimal number) {
      return number(number);
    }
    if (value instanceof List<?> values) {
      List<@Nullable Object> copy = new ArrayList<>(values.size());
      values.forEach(each -> copy.add(converted(each)));
      return Collections.unmodifiableList(copy);
    }
    if (value instanceof Map<?, ?> members) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      members.forEach((name, each) -> copy.put(String.valueOf(name), converted(each)));
      return Collections.unmodifiableMap(copy);
    }
    return value;
  }

  /** A long or a double where it is this very number, so that nothing is rounded. */
  private static Number number(BigDecimal number) {
    if (number.scale() == 0) {
      BigInteger whole = number.unscaledValue();
      if (whole.compareTo(MIN_LONG) >= 0 && whole.compareTo(MAX_LONG) <= 0) {
        return whole.longValue();
      }
    }
    double rounded = number.doubleValue();
    return Double.isFinite(rounded)
            && new BigDecimal(Double.toString(rounded)).compareTo(number) == 0
        ? (Number) rounded
        : number;
  }
}
