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
 * <p>The JDK's PKIX takes no more than name and key from an anchor. So that validity, path length
 * and critical extensions of a root count too, the root stands at the end of the path, below a bare
 * anchor of its own name and key: it is then checked like any intermediate. Where an authority has
 * name constraints, {@link StandIns} take the place of all.
 */
final class PathValidator {

  private final StandIns standIns = new StandIns(PathValidator::pkix);

  /** The path if it holds, as PKIX judged it. */
  PeerPath validated(
      List<X509Certificate> path, X509Certificate root, boolean isSelfSigned, Instant now)
      throws PeerRejectedException {
    if (!isSelfSigned) {
      checkByHand(path, root, now);
    }
    List<X509Certificate> authorities = new ArrayList<>(path.subList(1, path.size()));
    authorities.add(root);
    if (authorities.stream().noneMatch(StandIns::isConstrained)) {
      List<X509Certificate> checked = new ArrayList<>(path);
      if (isSelfSigned) {
        checked.add(root);
        pkix(
            checked,
            new TrustAnchor(root.getIssuerX500Principal(), root.getPublicKey(), null),
            now);
      } else {
        pkix(checked, new TrustAnchor(root, null), now);
      }
      return new PeerPath(path, root);
    }
    StandIns.Constrained constrained = standIns.of(authorities, now);
    List<X509Certificate> judged = new ArrayList<>();
    judged.add(path.get(0));
    judged.addAll(constrained.standIns());
    if (isSelfSigned) {
      pkix(judged, constrained.bare(), now);
      judged.remove(judged.size() - 1);
    } else {
      judged.remove(judged.size() - 1);
      pkix(judged, new TrustAnchor(constrained.anchor(), null), now);
    }
    constrained.checkLeaf(path.get(0));
    return new PeerPath(path, root, List.copyOf(judged), constrained.anchor());
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

  /** Validity and path length of an anchor that is an intermediate; it has no other constraints. */
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
