package io.bartizan.integrity.jwt;

import io.bartizan.core.Refusal;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.json.StrictBase64;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.integrity.replay.ReplayGuard;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether this use of a genuine token is acceptable: by whom it is shown, whether it was revoked
 * and whether it was used before. Asked at every use, of cached tokens too; what is used up comes
 * last.
 */
final class UsePolicy {

  private static final Refusal MALFORMED =
      Refusal.of(JwtReason.CLAIM_INVALID, "cnf is not an object with some members");
  private static final Refusal UNKNOWN_BINDING =
      Refusal.of(JwtReason.BINDING_MISSING, "cnf holds a binding that is not supported");
  private static final Refusal NOT_BOUND =
      Refusal.of(JwtReason.BINDING_MISSING, "the token is bound to nothing, and must be");
  private static final Refusal NO_CERTIFICATE =
      Refusal.of(
          JwtReason.BINDING_MISSING, "the token is bound to a certificate, the request shows none");
  private static final Refusal OTHER_CERTIFICATE =
      Refusal.of(JwtReason.BINDING_MISMATCH, "the token is bound to another certificate");
  private static final Refusal NO_PROOF =
      Refusal.of(
          JwtReason.BINDING_MISSING, "the token is bound to a key, the request has no proof");
  private static final Refusal NO_DPOP =
      Refusal.of(
          JwtReason.BINDING_MISSING, "the token is bound to a key, DPoP is not configured here");
  private static final Refusal PROOF_WITHOUT_BINDING =
      Refusal.of(JwtReason.BINDING_MISMATCH, "the request has a DPoP proof, the token no jkt");
  private static final Refusal REVOKED =
      Refusal.of(JwtReason.REVOKED, "the token or its subject was revoked");
  static final Refusal NO_ID =
      Refusal.of(JwtReason.CLAIM_MISSING, "jti is missing, and tokens are for single use");
  private static final Refusal USED = Refusal.of(JwtReason.REPLAYED, "the token was used before");
  private static final Refusal UNDECIDED =
      Refusal.of(JwtReason.REPLAY_UNDECIDED, "nobody can tell whether the token was used before");

  private final boolean ignoresBinding;
  private final boolean requiresBinding;
  private final @Nullable DpopCheck dpop;
  private final @Nullable JwtRevocation revocation;
  private final @Nullable ReplayGuard singleUse;

  UsePolicy(
      boolean ignoresBinding,
      boolean requiresBinding,
      @Nullable DpopCheck dpop,
      @Nullable JwtRevocation revocation,
      @Nullable ReplayGuard singleUse) {
    this.ignoresBinding = ignoresBinding;
    this.requiresBinding = requiresBinding;
    this.dpop = dpop;
    this.revocation = revocation;
    this.singleUse = singleUse;
  }

  /** Whether a guard is asked that is not in memory, so that its answer may take its time. */
  boolean mayBlock() {
    return mayBlock(singleUse) || (dpop != null && mayBlock(dpop.guard()));
  }

  static boolean mayBlock(@Nullable ReplayGuard guard) {
    return guard != null && !(guard instanceof InMemoryReplayGuard);
  }

  @Nullable Refusal check(VerifiedJwt jwt, String token, JwtRequest request, long now) {
    ClaimSet claims = jwt.claimSet();
    Refusal refused = revocation == null ? null : checkRevocation(revocation, jwt, claims);
    if (refused == null && singleUse != null && !claims.hasId()) {
      refused = NO_ID;
    }
    if (refused == null && !ignoresBinding) {
      refused = checkBinding(claims, token, request, now);
    }
    String id = refused == null && singleUse != null ? claims.id() : null;
    if (singleUse != null && id != null) {
      refused =
          switch (singleUse.use(scope(jwt), id(id), end(claims))) {
            case FIRST -> null;
            case REPEATED -> USED;
            case UNDECIDED -> UNDECIDED;
          };
    }
    return refused;
  }

  boolean isSingleUse() {
    return singleUse != null;
  }

  static String scope(VerifiedJwt jwt) {
    return "jwt:" + jwt.issuer();
  }

  static byte[] id(String jti) {
    return jti.getBytes(StandardCharsets.UTF_8);
  }

  /** Not by this verifier's skew: the id is kept until no verifier could accept the token. */
  static Instant end(ClaimSet claims) {
    return Instant.ofEpochMilli(claims.expiresAt).plus(ClaimPolicy.MAX_SKEW);
  }

  private static @Nullable Refusal checkRevocation(
      JwtRevocation revocation, VerifiedJwt jwt, ClaimSet claims) {
    String id = claims.id();
    if (id != null && revocation.isRevoked(jwt.issuer(), id)) {
      return REVOKED;
    }
    String subject = claims.subject();
    if (subject != null) {
      Instant from = revocation.subjectNotBefore(jwt.issuer(), subject);
      if (from != null && (claims.issuedAt == ClaimSet.NONE || isOlder(claims.issuedAt, from))) {
        return REVOKED;
      }
    }
    return null;
  }

  /** An {@code iat} in whole seconds is of that whole second. */
  private static boolean isOlder(long issuedAt, Instant from) {
    Instant moment = issuedAt % 1000 == 0 ? from.truncatedTo(ChronoUnit.SECONDS) : from;
    return Instant.ofEpochMilli(issuedAt).isBefore(moment);
  }

  private @Nullable Refusal checkBinding(
      ClaimSet claims, String token, JwtRequest request, long now) {
    if (!claims.json.has("cnf")) {
      return requiresBinding ? NOT_BOUND : request.proof != null ? PROOF_WITHOUT_BINDING : null;
    }
    try {
      JsonObject binding = claims.json.object("cnf");
      List<String> names = binding == null ? List.of() : binding.names();
      if (binding == null || names.isEmpty()) {
        return MALFORMED;
      }
      for (String name : names) {
        if (!name.equals("x5t#S256") && !name.equals("jkt")) {
          return UNKNOWN_BINDING;
        }
      }
      Refusal refused = checkCertificate(binding.string("x5t#S256"), request.certificate);
      return refused != null ? refused : checkKey(binding.string("jkt"), token, request, now);
    } catch (JsonException e) {
      return MALFORMED;
    }
  }

  private static @Nullable Refusal checkCertificate(
      @Nullable String thumbprint, @Nullable X509Certificate certificate) {
    if (thumbprint == null) {
      return null;
    }
    if (certificate == null) {
      return NO_CERTIFICATE;
    }
    try {
      byte[] shown = Thumbprint.sha256(certificate.getEncoded());
      byte[] bound = StrictBase64.decodeUrl(thumbprint);
      return bound != null && MessageDigest.isEqual(shown, bound) ? null : OTHER_CERTIFICATE;
    } catch (CertificateEncodingException e) {
      return OTHER_CERTIFICATE;
    }
  }

  private @Nullable Refusal checkKey(
      @Nullable String jkt, String token, JwtRequest request, long now) {
    if (jkt == null) {
      return request.proof == null ? null : PROOF_WITHOUT_BINDING;
    }
    if (dpop == null) {
      return NO_DPOP;
    }
    if (request.proof == null || request.method == null || request.uri == null) {
      return NO_PROOF;
    }
    return dpop.check(request.proof, request.method, request.uri, request.nonces, token, jkt, now);
  }

  @Override
  public String toString() {
    return (ignoresBinding
            ? "binding ignored"
            : requiresBinding ? "binding required" : "binding checked")
        + (dpop == null ? "" : ", DPoP")
        + (revocation == null ? "" : ", revocation")
        + (singleUse == null ? "" : ", single use");
  }
}
