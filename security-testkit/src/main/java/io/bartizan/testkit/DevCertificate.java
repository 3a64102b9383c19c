package io.bartizan.testkit;

import io.bartizan.core.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
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
 * A certificate for tests with its private key and the intermediates that lead to the root.
 *
 * <p>Immutable. The key stays in memory until one of {@link #privateKeyPem()}, {@link #keyStore} or
 * {@link #writeTo} is called.
 */
public final class DevCertificate {

  private final List<X509Certificate> chain;
  private final X509Certificate root;
  private final PrivateKey privateKey;

  DevCertificate(List<X509Certificate> chain, X509Certificate root, PrivateKey privateKey) {
    this.chain = List.copyOf(chain);
    this.root = root;
    this.privateKey = privateKey;
  }

  /**
   * The leaf certificate.
   *
   * @return the certificate itself, without its chain
   */
  public X509Certificate certificate() {
    return chain.get(0);
  }

  /**
   * What a peer sends: the leaf, then each intermediate, without the root.
   *
   * @return one certificate or more, leaf first
   */
  public List<X509Certificate> chain() {
    return chain;
  }

  /**
   * The root that vouches for the chain.
   *
   * @return the certificate that the other side has to trust
   */
  public X509Certificate root() {
    return root;
  }

  /**
   * The private key.
   *
   * @return the key of {@link #certificate()}
   */
  public PrivateKey privateKey() {
    return privateKey;
  }

  /**
   * The chain as PEM text.
   *
   * @return one {@code CERTIFICATE} block for each of {@link #chain()}, in that order
   */
  public String chainPem() {
    return pem(chain);
  }

  /**
   * The private key as PEM text, not encrypted.
   *
   * @return one PKCS#8 block {@code PRIVATE KEY}
   */
  public String privateKeyPem() {
    return Pem.encode("PRIVATE KEY", privateKey.getEncoded());
  }

  /**
   * The root as PEM text.
   *
   * @return one {@code CERTIFICATE} block
   */
  public String rootPem() {
    return pem(List.of(root));
  }

  /**
   * Key and chain as a key store in memory, the entry named {@code dev}.
   *
   * @param password protects the key within the store
   * @return a PKCS#12 store with one entry
   */
  public KeyStore keyStore(char[] password) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("dev", privateKey, password, chain.toArray(X509Certificate[]::new));
      return store;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("cannot build a PKCS#12 store in memory", e);
    }
  }

  /**
   * Writes {@code ca.pem} (the root), {@code cert.pem} (the chain) and {@code key.pem}, the layout
   * of Docker's {@code DOCKER_CERT_PATH}, which {@code TlsLayout.docker} reads. Each file is
   * replaced at once and, on POSIX systems, readable by its owner only.
   *
   * @param directory an existing directory
   * @throws IOException if a file cannot be written
   */
  public void writeTo(Path directory) throws IOException {
    write(directory.resolve("ca.pem"), rootPem());
    write(directory.resolve("cert.pem"), chainPem());
    write(directory.resolve("key.pem"), privateKeyPem());
  }

  /**
   * Writes {@code ca.crt} (the root), {@code tls.crt} (the chain) and {@code tls.key}, the layout
   * of a Kubernetes secret, which {@code TlsLayout.kubernetesSecret} and the setting {@code folder}
   * of the Spring Boot starter read. Files are replaced as by {@link #writeTo}.
   *
   * @param directory an existing directory
   * @throws IOException if a file cannot be written
   */
  public void writeKubernetesSecret(Path directory) throws IOException {
    write(directory.resolve("ca.crt"), rootPem());
    write(directory.resolve("tls.crt"), chainPem());
    write(directory.resolve("tls.key"), privateKeyPem());
  }

  @Override
  public String toString() {
    return "DevCertificate[" + certificate().getSubjectX500Principal() + "]";
  }

  static String pem(List<X509Certificate> certificates) {
    StringBuilder out = new StringBuilder();
    try {
      for (X509Certificate certificate : certificates) {
        out.append(Pem.encode("CERTIFICATE", certificate.getEncoded()));
      }
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has its encoding", e);
    }
    return out.toString();
  }

  static void write(Path file, String text) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    Path fresh = Files.createTempFile(parent, ".dev", ".tmp");
    try {
      Files.writeString(fresh, text);
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /**
   * Describes a leaf that a {@link DevCa} is to issue; got from {@link DevCa#leaf}.
   *
   * <p>Without {@link #forServer()} or {@link #forClient()} it is for both; it holds for 24 hours.
   * Not thread-safe.
   */
  public static final class Builder {

    private final DevCa ca;
    private final String commonName;
    private final List<GeneralName> names = new ArrayList<>();
    private final List<KeyPurposeId> purposes = new ArrayList<>();
    private DevKeyType keyType;
    private Duration lifetime = Duration.ofHours(24);
    private Instant notBefore;

    Builder(DevCa ca, String commonName) {
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
    public Builder dns(String name) {
      return name(GeneralName.dNSName, name);
    }

    /**
     * Adds a URI, such as a SPIFFE ID.
     *
     * @param uri such as {@code spiffe://prod/ns/pay/sa/api}
     * @return this
     */
    public Builder uri(String uri) {
      return name(GeneralName.uniformResourceIdentifier, uri);
    }

    /**
     * Adds an IP address.
     *
     * @param address IPv4 or IPv6 as text; no name is looked up
     * @return this
     * @throws IllegalArgumentException if it is no address
     */
    public Builder ip(String address) {
      return name(GeneralName.iPAddress, address);
    }

    /**
     * Adds an e-mail address.
     *
     * @param address such as {@code ops@example.com}
     * @return this
     */
    public Builder email(String address) {
      return name(GeneralName.rfc822Name, address);
    }

    /**
     * Lets it be used by a server.
     *
     * @return this
     */
    public Builder forServer() {
      purposes.add(KeyPurposeId.id_kp_serverAuth);
      return this;
    }

    /**
     * Lets it be used by a client.
     *
     * @return this
     */
    public Builder forClient() {
      purposes.add(KeyPurposeId.id_kp_clientAuth);
      return this;
    }

    /**
     * Chooses the kind of key; otherwise it is the CA's.
     *
     * @param type the kind of key
     * @return this
     */
    public Builder withKeys(DevKeyType type) {
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
    public Builder withLifetime(Duration duration) {
      lifetime = DevCa.atLeastOneSecond(duration);
      return this;
    }

    /**
     * Chooses from when on it holds; otherwise from now, by the CA's clock.
     *
     * @param start the first instant, cut to the second
     * @return this
     */
    public Builder withStart(Instant start) {
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

    private Builder name(int tag, String value) {
      names.add(new GeneralName(tag, Objects.requireNonNull(value, "name")));
      return this;
    }
  }
}
