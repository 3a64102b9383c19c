package io.bartizan.mtls;

import io.bartizan.mtls.x509.Certificates;
import io.bartizan.mtls.x509.PeerPath;
import io.bartizan.mtls.x509.Platform;
import io.bartizan.mtls.x509.PolicyBounds;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertPathValidatorException.Reason;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;

/**
 * Validates a path with its anchor's own constraints.
 *
 * <p>An anchor is no part of the path (RFC 5280 section 6.1): its signature proves nothing, and may
 * be of an algorithm that is refused elsewhere. The JDK's PKIX takes no more than name and key from
 * it, so validity, path length and critical extensions of an anchor are checked here. Where an
 * authority has name constraints, or the anchor has certificate policies (RFC 5937), {@link
 * StandIns} take the place of all, and that of an anchor with policies is judged as one of the
 * path.
 */
final class PathValidator {

  /**
   * Critical extensions of an anchor that are enforced, or bind it alone: usages, other names, path
   * length, constraints and policies.
   */
  private static final Set<String> KNOWN =
      Set.of(
          "2.5.29.15",
          "2.5.29.17",
          "2.5.29.19",
          "2.5.29.30",
          "2.5.29.32",
          "2.5.29.33",
          "2.5.29.36",
          "2.5.29.37",
          "2.5.29.54");

  private final StandIns standIns = new StandIns(PathValidator::pkix);

  /** The path if it holds, as PKIX judged it. */
  PeerPath validated(List<X509Certificate> path, X509Certificate anchor, Instant now)
      throws PeerRejectedException {
    checkByHand(path, anchor, now);
    List<X509Certificate> authorities = new ArrayList<>(path.subList(1, path.size()));
    authorities.add(anchor);
    boolean hasPolicies = PolicyBounds.isPresent(anchor);
    if (!hasPolicies && authorities.stream().noneMatch(StandIns::isConstrained)) {
      pkix(path, new TrustAnchor(anchor, null), now);
      return new PeerPath(path, anchor);
    }
    StandIns.Constrained constrained = standIns.of(authorities, now);
    List<X509Certificate> judged = new ArrayList<>();
    judged.add(path.get(0));
    judged.addAll(constrained.standIns());
    if (hasPolicies) {
      pkix(judged, constrained.bare(), now);
    }
    judged.remove(judged.size() - 1);
    if (!hasPolicies) {
      pkix(judged, new TrustAnchor(constrained.anchor(), null), now);
    }
    constrained.checkLeaf(path.get(0));
    return new PeerPath(path, anchor, List.copyOf(judged), constrained.anchor());
  }

  /** Whether an anchor's critical extensions are all enforced. */
  static boolean knowsCriticals(X509Certificate anchor) {
    Set<String> critical = anchor.getCriticalExtensionOIDs();
    return critical == null || KNOWN.containsAll(critical);
  }

  /** One run of the JDK's PKIX without revocation. */
  private static void pkix(List<X509Certificate> path, TrustAnchor anchor, Instant now)
      throws PeerRejectedException {
    for (X509Certificate each : path) {
      String excess = PolicyBounds.excess(each);
      if (excess != null) {
        throw new PeerRejectedException(
            PeerReason.CHAIN_INVALID, Certificates.label(each) + ": it names " + excess);
      }
    }
    try {
      CertPath certPath = Certificates.factory().generateCertPath(path);
      PKIXParameters parameters = new PKIXParameters(Set.of(anchor));
      parameters.setRevocationEnabled(false);
      parameters.setPolicyMappingInhibited(true);
      parameters.setDate(Date.from(now));
      Platform.pathValidator().validate(certPath, parameters);
    } catch (CertPathValidatorException e) {
      int index = e.getIndex();
      String where =
          index >= 0 && index < path.size() ? Certificates.label(path.get(index)) : "the path";
      if (e.getReason() == PKIXReason.NO_TRUST_ANCHOR) {
        throw unlikeIdentifiers(path.get(path.size() - 1));
      }
      PeerReason reason = reason(e);
      String what =
          index >= 0 && index < path.size() ? Certificates.validity(path.get(index), now) : null;
      throw new PeerRejectedException(
          reason, where + (isOfTime(reason) && what != null ? what : ": " + e.getMessage()));
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new PeerRejectedException(
          PeerReason.CHAIN_INVALID, "the path can't be validated: " + e.getClass().getSimpleName());
    }
  }

  /** Name and key were compared before, so that nothing else is left that the JDK asks for. */
  private static PeerRejectedException unlikeIdentifiers(X509Certificate topmost) {
    return new PeerRejectedException(
        PeerReason.CHAIN_INVALID,
        Certificates.label(topmost)
            + " names its issuer by another key identifier or serial number than the anchor of that"
            + " name and key has; the JDK accepts no such path, so issue one of the two again");
  }

  /** What PKIX takes no notice of in an anchor. */
  private static void checkByHand(List<X509Certificate> path, X509Certificate anchor, Instant now)
      throws PeerRejectedException {
    if (now.isAfter(anchor.getNotAfter().toInstant())) {
      throw new PeerRejectedException(
          PeerReason.EXPIRED,
          "the anchor " + Certificates.label(anchor) + Certificates.validity(anchor, now));
    }
    if (now.isBefore(anchor.getNotBefore().toInstant())) {
      throw new PeerRejectedException(
          PeerReason.NOT_YET_VALID,
          "the anchor " + Certificates.label(anchor) + Certificates.validity(anchor, now));
    }
    long intermediates = path.stream().skip(1).filter(c -> !Certificates.isSelfIssued(c)).count();
    if (intermediates > anchor.getBasicConstraints()) {
      throw new PeerRejectedException(
          PeerReason.CHAIN_INVALID,
          "the path is longer than the anchor " + Certificates.label(anchor) + " allows");
    }
    if (!knowsCriticals(anchor)) {
      throw new PeerRejectedException(
          PeerReason.CHAIN_INVALID,
          "the anchor "
              + Certificates.label(anchor)
              + " has a critical extension that is not known");
    }
  }

  private static boolean isOfTime(PeerReason reason) {
    return reason == PeerReason.EXPIRED || reason == PeerReason.NOT_YET_VALID;
  }

  private static PeerReason reason(CertPathValidatorException e) {
    Reason reason = e.getReason();
    if (reason instanceof BasicReason basic) {
      return switch (basic) {
        case EXPIRED -> PeerReason.EXPIRED;
        case NOT_YET_VALID -> PeerReason.NOT_YET_VALID;
        case INVALID_SIGNATURE -> PeerReason.SIGNATURE_INVALID;
        case ALGORITHM_CONSTRAINED -> PeerReason.ALGORITHM_WEAK;
        default -> PeerReason.CHAIN_INVALID;
      };
    }
    return reason == PKIXReason.INVALID_NAME
        ? PeerReason.NAME_CONSTRAINT_VIOLATED
        : PeerReason.CHAIN_INVALID;
  }
}
