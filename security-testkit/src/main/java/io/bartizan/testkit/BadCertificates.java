package io.bartizan.testkit;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;

/**
 * Makes certificates that a sound verifier refuses, one for each {@link BadCertificate}, and a good
 * one as the control.
 *
 * <p>The verifier under test trusts {@link DevCertificate#root()} of what it is shown, which is the
 * given CA for nearly all kinds, and expects the DNS name or the SPIFFE ID. A bad certificate comes
 * with its private key, so it can be presented in a real handshake. Thread-safe.
 *
 * <pre>{@code
 * BadCertificates bad =
 *     BadCertificates.ofServer(ca, "billing.internal", "spiffe://prod/ns/pay/sa/api");
 * assertAccepted(bad.good());
 * for (BadCertificate kind : BadCertificate.values()) {
 *   assertRefused(bad.of(kind), kind.why());
 * }
 * }</pre>
 */
public final class BadCertificates {

  private static final ASN1ObjectIdentifier UNKNOWN_EXTENSION =
      new ASN1ObjectIdentifier("1.3.6.1.4.1.32473.666");

  private final DevCa root;
  private final DevCa issuing;
  private final String dnsName;
  private final String spiffeId;
  private final boolean server;

  private BadCertificates(DevCa root, String dnsName, String spiffeId, boolean server) {
    this.root = root;
    this.dnsName = Objects.requireNonNull(dnsName, "dnsName");
    this.spiffeId = Objects.requireNonNull(spiffeId, "spiffeId");
    this.server = server;
    if (!dnsName.contains(".") || !spiffeId.matches("spiffe://[^/]+/.+")) {
      throw new IllegalArgumentException(
          "names are "
              + dnsName
              + " and "
              + spiffeId
              + ", a DNS name with a dot and a SPIFFE ID with a path are accepted");
    }
    issuing = DevCa.builder("Issuing").withIssuer(root).withKeys(DevKeyType.EC_P256).build();
  }

  /**
   * Bad certificates of a server, to try a client with.
   *
   * @param root the CA that the client trusts
   * @param dnsName the name that the client expects; has a dot
   * @param spiffeId the SPIFFE ID that the client expects; has a path
   * @return a factory
   * @throws IllegalArgumentException if a name is not of that form
   */
  public static BadCertificates ofServer(DevCa root, String dnsName, String spiffeId) {
    return new BadCertificates(root, dnsName, spiffeId, true);
  }

  /**
   * Bad certificates of a client, to try a server with.
   *
   * @param root the CA that the server trusts
   * @param dnsName the name that the server expects; has a dot
   * @param spiffeId the SPIFFE ID that the server expects; has a path
   * @return a factory
   * @throws IllegalArgumentException if a name is not of that form
   */
  public static BadCertificates ofClient(DevCa root, String dnsName, String spiffeId) {
    return new BadCertificates(root, dnsName, spiffeId, false);
  }

  /**
   * The control: issued by an intermediate, with both expected names; must be accepted.
   *
   * @return a good certificate
   */
  public DevCertificate good() {
    return leaf(draft -> {});
  }

  /**
   * A certificate of this kind, with a new key.
   *
   * @param kind what is wrong with it
   * @return a certificate to be refused
   */
  public DevCertificate of(BadCertificate kind) {
    return kind.make(this);
  }

  String dnsName() {
    return dnsName;
  }

  String spiffeId() {
    return spiffeId;
  }

  /** The SPIFFE ID's trust domain. */
  String trustDomain() {
    return spiffeId.split("/", 4)[2];
  }

  /** The SPIFFE ID's path, with its slash. */
  String spiffePath() {
    return "/" + spiffeId.split("/", 4)[3];
  }

  /** The DNS name without its first label. */
  String parentDomain() {
    return dnsName.substring(dnsName.indexOf('.') + 1);
  }

  DevCa root() {
    return root;
  }

  Instant now() {
    return root.now();
  }

  boolean isServer() {
    return server;
  }

  /** A draft of the good leaf below the issuer. */
  CertificateDraft draft(DevCa issuer, KeyPair keys) {
    DevCertificate.Builder leaf = issuer.leaf("peer").dns(dnsName).uri(spiffeId);
    return (server ? leaf.forServer() : leaf.forClient()).draft(keys);
  }

  /** A leaf below the usual intermediate that differs from the good one by the change. */
  DevCertificate leaf(Consumer<CertificateDraft> change) {
    return leaf(issuing, change);
  }

  DevCertificate leaf(DevCa issuer, Consumer<CertificateDraft> change) {
    return leaf(issuer, DevKeyType.EC_P256.generate(), change);
  }

  DevCertificate leaf(DevCa issuer, KeyPair keys, Consumer<CertificateDraft> change) {
    CertificateDraft draft = draft(issuer, keys);
    change.accept(draft);
    return issuer.complete(CertificateDraft.parse(draft.sign()), keys.getPrivate());
  }

  /** A leaf whose only subject alternative names are these. */
  DevCertificate named(ASN1Encodable... names) {
    return leaf(
        draft -> draft.with(Extension.subjectAlternativeName, false, new DERSequence(names)));
  }

  DevCertificate dns(String name) {
    return named(name(GeneralName.dNSName, name));
  }

  DevCertificate uri(String... uris) {
    return named(
        Stream.of(uris)
            .map(uri -> name(GeneralName.uniformResourceIdentifier, uri))
            .toArray(ASN1Encodable[]::new));
  }

  /** A general name of any content, also such as no certificate may hold. */
  static ASN1Encodable name(int tag, String value) {
    return new DERTaggedObject(
        false, tag, new DEROctetString(value.getBytes(StandardCharsets.UTF_8)));
  }

  /** A leaf below an intermediate that differs from a good one by the change. */
  DevCertificate below(Consumer<CertificateDraft> change) {
    KeyPair keys = DevKeyType.EC_P256.generate();
    return leaf(below(issuing, keys, change), draft -> {});
  }

  DevCa below(DevCa issuer, KeyPair keys, Consumer<CertificateDraft> change) {
    Instant start = now().minusSeconds(7200);
    CertificateDraft draft =
        issuer
            .draftFor("Changed", keys, start, start.plusSeconds(86_400))
            .authority(new BasicConstraints(true));
    change.accept(draft);
    return authority(draft, keys, issuer);
  }

  /** A root of another key that differs from a good one by the change. */
  DevCa otherRoot(String commonName, Consumer<CertificateDraft> change) {
    KeyPair keys = DevKeyType.EC_P256.generate();
    Instant start = now().minusSeconds(7200);
    CertificateDraft draft =
        new CertificateDraft(
                DevCa.distinguishedName(commonName),
                keys,
                DevKeyType.EC_P256.signatureAlgorithm(),
                start,
                start.plusSeconds(86_400))
            .keyIds(keys.getPublic())
            .authority(new BasicConstraints(true));
    change.accept(draft);
    return authority(draft, keys, null);
  }

  private DevCa authority(CertificateDraft draft, KeyPair keys, @Nullable DevCa issuer) {
    DevKeyType type =
        keys.getPublic().getAlgorithm().equals("RSA") ? DevKeyType.RSA_2048 : DevKeyType.EC_P256;
    return new DevCa(
        draft.subject, keys, type, root.clock(), CertificateDraft.parse(draft.sign()), issuer);
  }

  /** The same chain shown to a verifier that trusts the usual root. */
  DevCertificate shownToRoot(DevCertificate certificate) {
    return new DevCertificate(certificate.chain(), root.certificate(), certificate.privateKey());
  }

  /** The leaf, then these instead of its own chain. */
  DevCertificate withChain(DevCertificate leaf, X509Certificate... above) {
    List<X509Certificate> chain =
        Stream.concat(Stream.of(leaf.certificate()), Stream.of(above)).toList();
    return new DevCertificate(chain, root.certificate(), leaf.privateKey());
  }

  /** Ends the validity an hour ago. */
  void expire(CertificateDraft draft) {
    draft.notBefore = now().minusSeconds(7200);
    draft.notAfter = now().minusSeconds(3600);
  }

  static void unknownCriticalExtension(CertificateDraft draft) {
    draft.with(UNKNOWN_EXTENSION, true, new DEROctetString(new byte[] {1}));
  }
}
