package io.bartizan.mtls;

import io.bartizan.mtls.x509.Platform;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.CharBuffer;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads keys and certificates out of key stores. */
final class KeyStores {

  private KeyStores() {}

  static KeyStore pkcs12(String source, byte[] content, char[] password) {
    try {
      KeyStore store = Platform.pkcs12();
      store.load(new ByteArrayInputStream(content), password);
      return store;
    } catch (IOException e) {
      if (e.getCause() instanceof UnrecoverableKeyException) {
        throw wrongPassword(source, password);
      }
      throw notPkcs12(source);
    } catch (GeneralSecurityException | RuntimeException e) {
      throw notPkcs12(source);
    }
  }

  /** JDK 17 takes no others than those of ASCII, and reports the wrong password. */
  private static TlsMaterialException wrongPassword(String source, char @Nullable [] password) {
    boolean ascii = password == null || CharBuffer.wrap(password).chars().allMatch(c -> c < 0x7f);
    return ascii
        ? PemMaterial.wrongPassword(source)
        : new TlsMaterialException(
            MaterialReason.PASSWORD_WRONG,
            source,
            "is not opened by the password that was given; that has characters beyond ASCII, which"
                + " not every JDK takes for PKCS#12, so export the file with another one or give"
                + " PEM");
  }

  private static TlsMaterialException notPkcs12(String source) {
    return new TlsMaterialException(
        MaterialReason.FILE_MALFORMED, source, "is not a PKCS#12 file that the JDK can read");
  }

  static KeyMaterial key(
      String source, KeyStore store, @Nullable String alias, char @Nullable [] password) {
    try {
      String entry = alias == null ? onlyKey(source, store) : alias;
      Key key = store.getKey(entry, password);
      if (!(key instanceof PrivateKey privateKey)) {
        throw new TlsMaterialException(
            MaterialReason.KEY_MISSING, source, "has no private key under the alias " + entry);
      }
      Certificate[] chain = store.getCertificateChain(entry);
      return new KeyMaterial(source, privateKey, x509(source, chain));
    } catch (UnrecoverableKeyException e) {
      throw wrongPassword(source, password);
    } catch (GeneralSecurityException e) {
      throw unreadable(source, e);
    }
  }

  private static String onlyKey(String source, KeyStore store) throws KeyStoreException {
    List<String> aliases = new ArrayList<>();
    for (String alias : Collections.list(store.aliases())) {
      if (store.isKeyEntry(alias)) {
        aliases.add(alias);
      }
    }
    if (aliases.size() != 1) {
      throw new TlsMaterialException(
          MaterialReason.KEY_MISSING,
          source,
          aliases.isEmpty()
              ? "holds no private key"
              : "holds " + aliases.size() + " private keys, name the alias of one");
    }
    return aliases.get(0);
  }

  static List<X509Certificate> certificates(String source, KeyStore store) {
    try {
      List<X509Certificate> certificates = new ArrayList<>();
      for (String alias : Collections.list(store.aliases())) {
        if (store.isCertificateEntry(alias)) {
          certificates.addAll(x509(source, store.getCertificate(alias)));
        }
      }
      return List.copyOf(certificates);
    } catch (KeyStoreException e) {
      throw unreadable(source, e);
    }
  }

  static void mix(String source, MaterialReader reader, List<X509Certificate> certificates) {
    for (X509Certificate certificate : certificates) {
      try {
        reader.mix(certificate.getEncoded());
      } catch (CertificateEncodingException e) {
        throw unreadable(source, e);
      }
    }
  }

  private static List<X509Certificate> x509(String source, Certificate @Nullable ... chain) {
    List<X509Certificate> certificates = new ArrayList<>();
    if (chain != null) {
      for (Certificate certificate : chain) {
        if (!(certificate instanceof X509Certificate x509)) {
          throw new TlsMaterialException(
              MaterialReason.FILE_MALFORMED, source, "holds a certificate that is not X.509");
        }
        certificates.add(x509);
      }
    }
    return List.copyOf(certificates);
  }

  private static TlsMaterialException unreadable(String source, GeneralSecurityException e) {
    return new TlsMaterialException(
        MaterialReason.FILE_UNREADABLE, source, "can't be read: " + e.getClass().getSimpleName());
  }
}
