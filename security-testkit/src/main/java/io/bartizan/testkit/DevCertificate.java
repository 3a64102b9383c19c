package io.bartizan.testkit;

import io.bartizan.core.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;

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
   * of Docker's {@code DOCKER_CERT_PATH}. Each file is replaced at once and, on POSIX systems,
   * readable by its owner only.
   *
   * @param directory an existing directory
   * @throws IOException if a file cannot be written
   */
  public void writeTo(Path directory) throws IOException {
    write(directory.resolve("ca.pem"), rootPem());
    write(directory.resolve("cert.pem"), chainPem());
    write(directory.resolve("key.pem"), privateKeyPem());
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
}
