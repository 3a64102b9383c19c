package io.bartizan.testkit;

import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/**
 * Describes a leaf that a {@link DevCa} is to issue; got from {@link DevCa#leaf}.
 *
 * <p>Without {@link #forServer()} or {@link #forClient()} it is for both; it holds for 24 hours.
 * Not thread-safe.
 */
public final class DevLeafBuilder {

  private final DevCa ca;
  private final String commonName;
  private final List<GeneralName> names = new ArrayList<>();
  private final List<KeyPurposeId> purposes = new ArrayList<>();
  private DevKeyType keyType;
  private Duration lifetime = Duration.ofHours(24);
  private Instant notBefore;

  DevLeafBuilder(DevCa ca, String commonName) {
    this.ca = ca;
    this.commonName = Objects.requireNonNull(commonName, "commonName");
    keyType = ca.keyType();
    notBefore = ca.now();
  }

  /**
   * Adds a DNS name, as it is.
   *
   * @param name such as {@code billing.internal} or {@code *.internal}
   * @return this
   */
  public DevLeafBuilder dns(String name) {
    return name(GeneralName.dNSName, name);
  }

  /**
   * Adds a URI, such as a SPIFFE ID.
   *
   * @param uri such as {@code spiffe://prod/ns/pay/sa/api}
   * @return this
   */
  public DevLeafBuilder uri(String uri) {
    return name(GeneralName.uniformResourceIdentifier, uri);
  }

  /**
   * Adds an IP address.
   *
   * @param address IPv4 or IPv6 as text; no name is looked up
   * @return this
   * @throws IllegalArgumentException if it is no address
   */
  public DevLeafBuilder ip(String address) {
    return name(GeneralName.iPAddress, address);
  }

  /**
   * Adds an e-mail address.
   *
   * @param address such as {@code ops@example.com}
   * @return this
   */
  public DevLeafBuilder email(String address) {
    return name(GeneralName.rfc822Name, address);
  }

  /**
   * Lets it be used by a server.
   *
   * @return this
   */
  public DevLeafBuilder forServer() {
    purposes.add(KeyPurposeId.id_kp_serverAuth);
    return this;
  }

  /**
   * Lets it be used by a client.
   *
   * @return this
   */
  public DevLeafBuilder forClient() {
    purposes.add(KeyPurposeId.id_kp_clientAuth);
    return this;
  }

  /**
   * Chooses the kind of key; otherwise it is the CA's.
   *
   * @param type the kind of key
   * @return this
   */
  public DevLeafBuilder withKeys(DevKeyType type) {
    keyType = Objects.requireNonNull(type, "type");
    return this;
  }

  /**
   * Chooses for how long it holds; otherwise 24 hours.
   *
   * @param duration a second or more
   * @return this
   * @throws IllegalArgumentException if it is shorter than a second
   */
  public DevLeafBuilder withLifetime(Duration duration) {
    lifetime = DevCa.atLeastOneSecond(duration);
    return this;
  }

  /**
   * Chooses from when on it holds; otherwise from now, by the CA's clock.
   *
   * @param start the first instant, cut to the second
   * @return this
   */
  public DevLeafBuilder withStart(Instant start) {
    notBefore = Objects.requireNonNull(start, "start");
    return this;
  }

  /**
   * Makes a key and signs the certificate.
   *
   * @return the certificate, its key and its chain
   */
  public DevCertificate issue() {
    KeyPair keys = keyType.generate();
    return ca.complete(draft(keys).issue(), keys.getPrivate());
  }

  CertificateDraft draft(KeyPair keys) {
    CertificateDraft draft = ca.draftFor(commonName, keys, notBefore, notBefore.plus(lifetime));
    draft.with(Extension.basicConstraints, true, new BasicConstraints(false));
    draft.usage(
        keys.getPublic().getAlgorithm().equals("RSA")
            ? KeyUsage.digitalSignature | KeyUsage.keyEncipherment
            : KeyUsage.digitalSignature);
    draft.purposes(
        purposes.isEmpty()
            ? new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}
            : purposes.toArray(KeyPurposeId[]::new));
    if (!names.isEmpty()) {
      draft.names(new GeneralNames(names.toArray(GeneralName[]::new)));
    }
    return draft;
  }

  private DevLeafBuilder name(int tag, String value) {
    names.add(new GeneralName(tag, Objects.requireNonNull(value, "name")));
    return this;
  }
}
