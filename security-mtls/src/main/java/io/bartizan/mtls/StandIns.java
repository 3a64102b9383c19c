package io.bartizan.mtls;

import io.bartizan.mtls.x509.CertificateNames;
import io.bartizan.mtls.x509.Certificates;
import io.bartizan.mtls.x509.NameBounds;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Authorities with name constraints, for a validator that takes a common name for a DNS name.
 *
 * <p>The JDK's PKIX applies DNS constraints to the common name of every certificate without a
 * dNSName, which RFC 5280 does not ask for and which forbids an intermediate to be called by one
 * word. So constraints are checked here, against subject alternative names and directory names, and
 * PKIX gets stand-ins: the same certificates without their name constraints, signed anew by a key
 * of this process that nobody else trusts. All other rules are judged by it on these; the genuine
 * signatures, keys and algorithms were verified link by link before.
 *
 * <p>Kept for each sequence of genuine authorities, so that a decision costs no more than another.
 * Thread-safe.
 */
final class StandIns {

  private static final String NAME_CONSTRAINTS = Extension.nameConstraints.getId();
  private static final int MAX_KEPT = 256;

  /** PKIX without revocation, for the genuine links. */
  interface Links {
    void validate(List<X509Certificate> path, TrustAnchor anchor, Instant now)
        throws PeerRejectedException;
  }

  private final Links links;
  private final Map<List<X509Certificate>, Constrained> kept = new ConcurrentHashMap<>();
  private volatile @Nullable KeyPair own;

  StandIns(Links links) {
    this.links = links;
  }

  /** The constraints of one authority. */
  private record Bounds(X509Certificate authority, NameBounds permitted, NameBounds excluded) {

    void check(X509Certificate certificate, CertificateNames names) throws PeerRejectedException {
      String forbidden = permitted.offending(names);
      if (forbidden == null) {
        forbidden = excluded.offending(names);
      }
      if (forbidden != null) {
        throw new PeerRejectedException(
            PeerReason.NAME_CONSTRAINT_VIOLATED,
            Certificates.label(certificate)
                + " has the name "
                + forbidden
                + ", which the constraints of "
                + Certificates.label(authority)
                + " forbid");
      }
    }
  }

  /**
   * Authorities of a path in a form that PKIX can judge, the anchor last.
   *
   * @param standIns without constraints, in the order of the path
   */
  record Constrained(List<Bounds> bounds, List<X509Certificate> standIns, PublicKey signer) {

    Constrained {
      bounds = List.copyOf(bounds);
    }

    void checkLeaf(X509Certificate leaf) throws PeerRejectedException {
      CertificateNames names = CertificateNames.of(leaf);
      for (Bounds one : bounds) {
        one.check(leaf, names);
      }
    }

    X509Certificate anchor() {
      return standIns.get(standIns.size() - 1);
    }

    /** What the topmost stand-in is signed by. */
    TrustAnchor bare() {
      return new TrustAnchor(anchor().getIssuerX500Principal(), signer, null);
    }
  }

  static boolean isConstrained(X509Certificate certificate) {
    return certificate.getExtensionValue(NAME_CONSTRAINTS) != null;
  }

  /**
   * The stand-ins of authorities, the issuer of the leaf first and the anchor last.
   *
   * @throws PeerRejectedException if a genuine link does not hold, or one authority's name is
   *     outside the constraints of another
   */
  Constrained of(List<X509Certificate> authorities, Instant now) throws PeerRejectedException {
    Constrained known = kept.get(authorities);
    if (known != null) {
      return known;
    }
    for (int i = 0; i + 1 < authorities.size(); i++) {
      X509Certificate issuer = authorities.get(i + 1);
      links.validate(
          List.of(authorities.get(i)),
          new TrustAnchor(issuer.getSubjectX500Principal(), issuer.getPublicKey(), null),
          now);
    }
    Constrained made;
    try {
      KeyPair signer = keys();
      made =
          new Constrained(bounds(authorities), standIns(authorities, signer), signer.getPublic());
    } catch (GeneralSecurityException
        | OperatorCreationException
        | IOException
        | RuntimeException e) {
      throw new PeerRejectedException(
          PeerReason.CHAIN_INVALID,
          "the name constraints of the path can't be judged: " + e.getClass().getSimpleName());
    }
    checkAuthorities(authorities, made.bounds());
    if (kept.size() >= MAX_KEPT) {
      kept.clear();
    }
    kept.put(List.copyOf(authorities), made);
    return made;
  }

  private static List<Bounds> bounds(List<X509Certificate> authorities) {
    List<Bounds> bounds = new ArrayList<>();
    for (X509Certificate authority : authorities) {
      byte[] extension = authority.getExtensionValue(NAME_CONSTRAINTS);
      if (extension != null) {
        byte[] der = ASN1OctetString.getInstance(extension).getOctets();
        bounds.add(
            new Bounds(
                authority,
                new NameBounds(subtrees(der, 0), false),
                new NameBounds(subtrees(der, 1), true)));
      }
    }
    return bounds;
  }

  /** The permitted (0) or excluded (1) subtrees; a list that is there and empty is none. */
  private static List<GeneralSubtree> subtrees(byte[] constraints, int tag) {
    List<GeneralSubtree> subtrees = new ArrayList<>();
    for (ASN1Encodable part : ASN1Sequence.getInstance(constraints)) {
      ASN1TaggedObject tagged = ASN1TaggedObject.getInstance(part);
      if (tagged.getTagNo() == tag) {
        for (ASN1Encodable one : ASN1Sequence.getInstance(tagged, false)) {
          subtrees.add(GeneralSubtree.getInstance(one));
        }
      } else if (tagged.getTagNo() > 1) {
        throw new IllegalArgumentException("constraints of a kind that RFC 5280 does not have");
      }
    }
    return subtrees;
  }

  /** Constraints bind every certificate below, except what is self-issued and no leaf. */
  private static void checkAuthorities(List<X509Certificate> authorities, List<Bounds> bounds)
      throws PeerRejectedException {
    for (int i = 0; i < authorities.size(); i++) {
      X509Certificate authority = authorities.get(i);
      if (!Certificates.isSelfIssued(authority)) {
        CertificateNames names = CertificateNames.of(authority);
        for (Bounds one : bounds) {
          if (authorities.indexOf(one.authority()) > i) {
            one.check(authority, names);
          }
        }
      }
    }
  }

  /** The leaf's issuer keeps its key, for that signed the leaf; all else has the key made here. */
  private static List<X509Certificate> standIns(List<X509Certificate> authorities, KeyPair signer)
      throws GeneralSecurityException, OperatorCreationException, IOException {
    List<X509Certificate> all = new ArrayList<>();
    for (X509Certificate authority : authorities) {
      X509CertificateHolder genuine = new JcaX509CertificateHolder(authority);
      X509v3CertificateBuilder copy =
          new X509v3CertificateBuilder(
              genuine.getIssuer(),
              genuine.getSerialNumber(),
              genuine.getNotBefore(),
              genuine.getNotAfter(),
              genuine.getSubject(),
              all.isEmpty()
                  ? genuine.getSubjectPublicKeyInfo()
                  : SubjectPublicKeyInfo.getInstance(signer.getPublic().getEncoded()));
      for (Object oid : genuine.getExtensionOIDs()) {
        Extension extension = genuine.getExtension((ASN1ObjectIdentifier) oid);
        if (!extension.getExtnId().equals(Extension.nameConstraints)) {
          copy.addExtension(extension);
        }
      }
      byte[] der =
          copy.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate()))
              .getEncoded();
      all.add(Certificates.of(der));
    }
    return List.copyOf(all);
  }

  /** Two threads may make two at first; each path is judged by the one that it was made with. */
  private KeyPair keys() throws GeneralSecurityException {
    KeyPair keys = own;
    if (keys == null) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      keys = generator.generateKeyPair();
      own = keys;
    }
    return keys;
  }
}
