package io.bartizan.testkit;

import io.bartizan.core.Pem;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CRLException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority for tests: root, intermediates, 24-hour leaves and revocation lists.
 *
 * <p>Names and serial numbers (1, 2, 3, …) are the same in every run, keys are new. Its key never
 * leaves memory, and nothing outside a test should trust it. Thread-safe; no provider is installed.
 *
 * <pre>{@code
 * DevCa ca = DevCa.of("Test Root");
 * DevCertificate billing =
 *     ca.leaf("billing").dns("billing.internal").uri("spiffe://prod/ns/pay/sa/api").forServer().issue();
 * billing.writeTo(directory);
 * }</pre>
 */
public final class DevCa {

  private final X500Name name;
  private final KeyPair keys;
  private final DevKeyType keyType;
  private final InstantSource clock;
  private final X509Certificate certificate;
  private final @Nullable DevCa issuer;
  private final AtomicLong serials = new AtomicLong();
  private final AtomicLong crlNumbers = new AtomicLong();

  DevCa(
      X500Name name,
      KeyPair keys,
      DevKeyType keyType,
      InstantSource clock,
      X509Certificate certificate,
      @Nullable DevCa issuer) {
    this.name = name;
    this.keys = keys;
    this.keyType = keyType;
    this.clock = clock;
    this.certificate = certificate;
    this.issuer = issuer;
  }

  /**
   * A root with a P-256 key, the system's clock and no name constraints.
   *
   * @param commonName the subject's common name
   * @return the root
   */
  public static DevCa of(String commonName) {
    return builder(commonName).build();
  }

  /**
   * A CA with options.
   *
   * @param commonName the subject's common name
   * @return a builder of a root, or of an intermediate once it has an issuer
   */
  public static Builder builder(String commonName) {
    return new Builder(commonName);
  }

  /**
   * An intermediate below this CA with the same kind of key and clock.
   *
   * @param commonName the subject's common name
   * @return the intermediate
   */
  public DevCa intermediate(String commonName) {
    return builder(commonName).withIssuer(this).build();
  }

  /**
   * Describes a leaf to issue.
   *
   * @param commonName the subject's common name, which no sound verifier reads
   * @return a builder; add names, then {@link DevCertificate.Builder#issue()}
   */
  public DevCertificate.Builder leaf(String commonName) {
    return new DevCertificate.Builder(this, commonName);
  }

  /**
   * This CA's certificate.
   *
   * @return the root's or the intermediate's certificate
   */
  public X509Certificate certificate() {
    return certificate;
  }

  /**
   * This CA's certificate as PEM text.
   *
   * @return one {@code CERTIFICATE} block
   */
  public String certificatePem() {
    return DevCertificate.pem(List.of(certificate));
  }

  /**
   * The root above this CA, or itself.
   *
   * @return the CA that the other side has to trust
   */
  public DevCa root() {
    DevCa top = this;
    while (top.issuer != null) {
      top = top.issuer;
    }
    return top;
  }

  /**
   * This CA's certificate as a trust store in memory, the entry named {@code ca}.
   *
   * @return a PKCS#12 store with one trusted certificate
   */
  public KeyStore trustStore() {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry("ca", certificate);
      return store;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("cannot build a PKCS#12 store in memory", e);
    }
  }

  /**
   * Writes this CA's certificate as PEM; replaces the file at once.
   *
   * @param file where to
   * @throws IOException if it cannot be written
   */
  public void writeCertificate(Path file) throws IOException {
    DevCertificate.write(file, certificatePem());
  }

  /**
   * A revocation list of this CA that holds for 24 hours from now, with the next list number.
   *
   * @param revoked certificates that this CA issued, all of them that are to be on the list
   * @return the signed list
   */
  public X509CRL crl(X509Certificate... revoked) {
    return crl(now(), Duration.ofHours(24), revoked);
  }

  /**
   * A revocation list of this CA, such as one that is stale.
   *
   * @param thisUpdate when it was issued
   * @param lifetime how long after it the next list is due; a second or more
   * @param revoked certificates that this CA issued, all of them that are to be on the list
   * @return the signed list
   * @throws IllegalArgumentException if {@code lifetime} is shorter than a second
   */
  public X509CRL crl(Instant thisUpdate, Duration lifetime, X509Certificate... revoked) {
    X509v2CRLBuilder builder = new X509v2CRLBuilder(name, Date.from(thisUpdate));
    builder.setNextUpdate(Date.from(thisUpdate.plus(atLeastOneSecond(lifetime))));
    for (X509Certificate one : revoked) {
      builder.addCRLEntry(one.getSerialNumber(), Date.from(thisUpdate), CRLReason.keyCompromise);
    }
    try {
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(keys.getPublic()));
      builder.addExtension(
          Extension.cRLNumber,
          false,
          new CRLNumber(BigInteger.valueOf(crlNumbers.incrementAndGet())));
      return new JcaX509CRLConverter()
          .getCRL(
              builder.build(
                  new JcaContentSignerBuilder(keyType.signatureAlgorithm())
                      .build(keys.getPrivate())));
    } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign a revocation list", e);
    }
  }

  /**
   * A revocation list as PEM text.
   *
   * @param list the list
   * @return one {@code X509 CRL} block
   */
  public static String pem(X509CRL list) {
    try {
      return Pem.encode("X509 CRL", list.getEncoded());
    } catch (CRLException e) {
      throw new IllegalStateException("a parsed list has its encoding", e);
    }
  }

  @Override
  public String toString() {
    return "DevCa[" + certificate.getSubjectX500Principal() + "]";
  }

  X500Name name() {
    return name;
  }

  DevKeyType keyType() {
    return keyType;
  }

  InstantSource clock() {
    return clock;
  }

  Instant now() {
    return clock.instant();
  }

  KeyPair keys() {
    return keys;
  }

  /** A draft that this CA signs, without usage or names. */
  CertificateDraft draftFor(String commonName, KeyPair subjectKeys, Instant from, Instant until) {
    CertificateDraft draft =
        new CertificateDraft(
            distinguishedName(commonName), subjectKeys, keyType.signatureAlgorithm(), from, until);
    draft.issuer = name;
    draft.signer = keys.getPrivate();
    draft.serial = BigInteger.valueOf(serials.incrementAndGet());
    return draft.keyIds(keys.getPublic());
  }

  /** Joins a certificate of this CA with what leads from it to the root. */
  DevCertificate complete(X509Certificate leaf, PrivateKey key) {
    List<X509Certificate> chain = new ArrayList<>(List.of(leaf));
    for (DevCa ca = this; ca.issuer != null; ca = ca.issuer) {
      chain.add(ca.certificate);
    }
    return new DevCertificate(chain, root().certificate, key);
  }

  static X500Name distinguishedName(String commonName) {
    return new X500NameBuilder(BCStyle.INSTANCE)
        .addRDN(BCStyle.O, "Bartizan dev CA, for tests only")
        .addRDN(BCStyle.CN, Objects.requireNonNull(commonName, "commonName"))
        .build();
  }

  static Duration atLeastOneSecond(Duration duration) {
    if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "lifetime is " + duration.toMillis() + " ms, one second or more is accepted");
    }
    return duration;
  }

  /** Describes a {@link DevCa}; made by {@link DevCa#builder}. Not thread-safe. */
  public static final class Builder {

    private final String commonName;
    private final List<GeneralSubtree> permitted = new ArrayList<>();
    private final List<GeneralSubtree> excluded = new ArrayList<>();
    private @Nullable DevKeyType keyType;
    private @Nullable InstantSource clock;
    private @Nullable DevCa issuer;
    private @Nullable Instant start;
    private Duration lifetime = Duration.ofDays(30);

    Builder(String commonName) {
      this.commonName = Objects.requireNonNull(commonName, "commonName");
    }

    /**
     * Chooses the kind of key; otherwise the issuer's, or P-256.
     *
     * @param type the kind of key
     * @return this
     */
    public Builder withKeys(DevKeyType type) {
      keyType = Objects.requireNonNull(type, "type");
      return this;
    }

    /**
     * Chooses the clock; otherwise the issuer's, or the system's.
     *
     * @param source tells from when on certificates hold
     * @return this
     */
    public Builder withClock(InstantSource source) {
      clock = Objects.requireNonNull(source, "source");
      return this;
    }

    /**
     * Makes it an intermediate.
     *
     * @param parent the CA that signs it
     * @return this
     */
    public Builder withIssuer(DevCa parent) {
      issuer = Objects.requireNonNull(parent, "parent");
      return this;
    }

    /**
     * Chooses for how long it holds; otherwise 30 days.
     *
     * @param duration a second or more
     * @return this
     * @throws IllegalArgumentException if it is shorter than a second
     */
    public Builder withLifetime(Duration duration) {
      lifetime = DevCa.atLeastOneSecond(duration);
      return this;
    }

    /**
     * Chooses from when on it holds; otherwise from now.
     *
     * @param instant the first instant, cut to the second
     * @return this
     */
    public Builder withStart(Instant instant) {
      start = Objects.requireNonNull(instant, "instant");
      return this;
    }

    /**
     * Permits DNS names at or below a domain, and by that forbids all others (RFC 5280 section
     * 4.2.1.10).
     *
     * @param domain such as {@code internal}
     * @return this
     */
    public Builder withPermittedDns(String domain) {
      return add(permitted, GeneralName.dNSName, domain);
    }

    /**
     * Forbids DNS names at or below a domain.
     *
     * @param domain such as {@code admin.internal}
     * @return this
     */
    public Builder withExcludedDns(String domain) {
      return add(excluded, GeneralName.dNSName, domain);
    }

    /**
     * Permits URIs of one host, such as SPIFFE IDs of one trust domain, and by that forbids all
     * others.
     *
     * @param host {@code prod.example} for the host itself, {@code .prod.example} for those below
     *     it
     * @return this
     */
    public Builder withPermittedUriHost(String host) {
      return add(permitted, GeneralName.uniformResourceIdentifier, host);
    }

    /**
     * Permits IP addresses of one network, and by that forbids all others.
     *
     * @param network such as {@code 10.0.0.0/8}
     * @return this
     * @throws IllegalArgumentException if it is no network
     */
    public Builder withPermittedIp(String network) {
      return add(permitted, GeneralName.iPAddress, network);
    }

    /**
     * Permits e-mail addresses of one host or domain, and by that forbids all others.
     *
     * @param host {@code example.com} for the host, {@code .example.com} for hosts below it
     * @return this
     */
    public Builder withPermittedEmail(String host) {
      return add(permitted, GeneralName.rfc822Name, host);
    }

    /**
     * Makes a key and signs the CA's certificate.
     *
     * @return the CA
     */
    public DevCa build() {
      DevKeyType type =
          keyType != null ? keyType : issuer != null ? issuer.keyType() : DevKeyType.EC_P256;
      InstantSource time =
          clock != null ? clock : issuer != null ? issuer.clock() : InstantSource.system();
      Instant from = start != null ? start : time.instant();
      KeyPair keys = type.generate();
      X500Name name = DevCa.distinguishedName(commonName);
      CertificateDraft draft =
          issuer != null
              ? issuer.draftFor(commonName, keys, from, from.plus(lifetime))
              : new CertificateDraft(
                      name, keys, type.signatureAlgorithm(), from, from.plus(lifetime))
                  .keyIds(keys.getPublic());
      draft.authority(new BasicConstraints(true));
      if (!permitted.isEmpty() || !excluded.isEmpty()) {
        draft.with(
            Extension.nameConstraints,
            true,
            new NameConstraints(
                permitted.toArray(GeneralSubtree[]::new), excluded.toArray(GeneralSubtree[]::new)));
      }
      return new DevCa(name, keys, type, time, draft.issue(), issuer);
    }

    private Builder add(List<GeneralSubtree> trees, int tag, String value) {
      trees.add(new GeneralSubtree(new GeneralName(tag, Objects.requireNonNull(value, "name"))));
      return this;
    }
  }
}
