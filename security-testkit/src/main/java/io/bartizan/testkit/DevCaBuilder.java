package io.bartizan.testkit;

import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.jspecify.annotations.Nullable;

/** Describes a {@link DevCa}; got from {@link DevCa#named}. Not thread-safe. */
public final class DevCaBuilder {

  private final String commonName;
  private final List<GeneralSubtree> permitted = new ArrayList<>();
  private final List<GeneralSubtree> excluded = new ArrayList<>();
  private @Nullable DevKeyType keyType;
  private @Nullable InstantSource clock;
  private @Nullable DevCa issuer;
  private @Nullable Instant start;
  private Duration lifetime = Duration.ofDays(30);

  DevCaBuilder(String commonName) {
    this.commonName = Objects.requireNonNull(commonName, "commonName");
  }

  /**
   * Chooses the kind of key; otherwise the issuer's, or P-256.
   *
   * @param type the kind of key
   * @return this
   */
  public DevCaBuilder withKeys(DevKeyType type) {
    keyType = Objects.requireNonNull(type, "type");
    return this;
  }

  /**
   * Chooses the clock; otherwise the issuer's, or the system's.
   *
   * @param source tells from when on certificates hold
   * @return this
   */
  public DevCaBuilder withClock(InstantSource source) {
    clock = Objects.requireNonNull(source, "source");
    return this;
  }

  /**
   * Makes it an intermediate.
   *
   * @param parent the CA that signs it
   * @return this
   */
  public DevCaBuilder withIssuer(DevCa parent) {
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
  public DevCaBuilder withLifetime(Duration duration) {
    lifetime = DevCa.atLeastOneSecond(duration);
    return this;
  }

  /**
   * Chooses from when on it holds; otherwise from now.
   *
   * @param instant the first instant, cut to the second
   * @return this
   */
  public DevCaBuilder withStart(Instant instant) {
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
  public DevCaBuilder withPermittedDns(String domain) {
    return add(permitted, GeneralName.dNSName, domain);
  }

  /**
   * Forbids DNS names at or below a domain.
   *
   * @param domain such as {@code admin.internal}
   * @return this
   */
  public DevCaBuilder withExcludedDns(String domain) {
    return add(excluded, GeneralName.dNSName, domain);
  }

  /**
   * Permits URIs of one host, such as SPIFFE IDs of one trust domain, and by that forbids all
   * others.
   *
   * @param host {@code prod.example} for the host itself, {@code .prod.example} for those below it
   * @return this
   */
  public DevCaBuilder withPermittedUriHost(String host) {
    return add(permitted, GeneralName.uniformResourceIdentifier, host);
  }

  /**
   * Permits IP addresses of one network, and by that forbids all others.
   *
   * @param network such as {@code 10.0.0.0/8}
   * @return this
   * @throws IllegalArgumentException if it is no network
   */
  public DevCaBuilder withPermittedIp(String network) {
    return add(permitted, GeneralName.iPAddress, network);
  }

  /**
   * Permits e-mail addresses of one host or domain, and by that forbids all others.
   *
   * @param host {@code example.com} for the host, {@code .example.com} for hosts below it
   * @return this
   */
  public DevCaBuilder withPermittedEmail(String host) {
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
            : new CertificateDraft(name, keys, type.signatureAlgorithm(), from, from.plus(lifetime))
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

  private DevCaBuilder add(List<GeneralSubtree> trees, int tag, String value) {
    trees.add(new GeneralSubtree(new GeneralName(tag, Objects.requireNonNull(value, "name"))));
    return this;
  }
}
