package io.bartizan.mtls;

import io.bartizan.core.Pem;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.SecretSource;
import io.bartizan.mtls.x509.Certificates;
import io.bartizan.mtls.x509.ListEncoding;
import io.bartizan.mtls.x509.Platform;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.InputDecryptorProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Reads certificates and private keys from PEM: PKCS#8, encrypted PKCS#8, PKCS#1 and SEC1. A key is
 * always made by the JDK; Bouncy Castle, as an instance, opens the envelopes.
 */
final class PemMaterial {

  private static final String BEGIN = "-----BEGIN ";

  private PemMaterial() {}

  /**
   * The blocks of a text; a malformed one is the source's fault. Byte-order marks of UTF-8 and
   * files put together without a line end are read, as OpenSSL, curl and Node.js read them.
   */
  static List<Pem> blocks(String source, String text) {
    if (text.indexOf('\0') >= 0 && !text.contains(BEGIN)) {
      throw new TlsMaterialException(
          MaterialReason.FILE_MALFORMED,
          source,
          text.startsWith("\u00ff\u00fe") || text.startsWith("\u00fe\u00ff")
              ? "is UTF-16 text, save it as UTF-8 or ASCII"
              : "is no text, so no PEM; a DER file is converted with openssl x509 -inform DER");
    }
    String whole =
        text.replace("\u00ef\u00bb\u00bf" + BEGIN, BEGIN)
            .replace("\ufeff" + BEGIN, BEGIN)
            .replace("-----" + BEGIN, "-----\n" + BEGIN);
    try {
      return Pem.parse(whole);
    } catch (IllegalArgumentException e) {
      throw new TlsMaterialException(
          MaterialReason.FILE_MALFORMED, source, "is malformed: " + e.getMessage());
    }
  }

  /** The certificates among the blocks, in order. */
  static List<X509Certificate> certificates(String source, List<Pem> blocks) {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Pem block : blocks) {
      switch (block.label()) {
        case "CERTIFICATE", "X509 CERTIFICATE" ->
            certificates.add(certificate(source, block.content()));
        case "TRUSTED CERTIFICATE" ->
            throw new TlsMaterialException(
                MaterialReason.FILE_MALFORMED,
                source,
                "holds an OpenSSL TRUSTED CERTIFICATE, a plain CERTIFICATE is needed");
        default -> {}
      }
    }
    return List.copyOf(certificates);
  }

  /** One certificate in DER. */
  static X509Certificate certificate(String source, byte[] der) {
    try {
      return Certificates.of(der);
    } catch (CertificateException e) { // its own sentence may quote the content
      throw new TlsMaterialException(
          MaterialReason.FILE_MALFORMED, source, "holds a certificate that can't be parsed");
    }
  }

  /** The one private key among the blocks. */
  static PrivateKey key(String source, List<Pem> blocks, @Nullable SecretSource password) {
    PrivateKey found = null;
    for (Pem block : blocks) {
      if (block.label().endsWith("PRIVATE KEY")) {
        if (found != null) {
          throw new TlsMaterialException(
              MaterialReason.FILE_MALFORMED, source, "holds more than one private key");
        }
        found = key(source, block, password);
      }
    }
    if (found == null) {
      throw new TlsMaterialException(MaterialReason.KEY_MISSING, source, "holds no private key");
    }
    return found;
  }

  private static PrivateKey key(String source, Pem block, @Nullable SecretSource password) {
    if (!block.headers().isEmpty()) {
      throw new TlsMaterialException(
          MaterialReason.KEY_UNSUPPORTED,
          source,
          "holds a key in OpenSSL's old encryption; convert it with openssl pkcs8 -topk8");
    }
    byte[] der = block.content();
    try {
      return switch (block.label()) {
        case "PRIVATE KEY" -> jcaKey(source, PrivateKeyInfo.getInstance(der));
        case "RSA PRIVATE KEY" ->
            jcaKey(
                source,
                new PrivateKeyInfo(
                    new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                    RSAPrivateKey.getInstance(der)));
        case "EC PRIVATE KEY" -> {
          ECPrivateKey key = ECPrivateKey.getInstance(der);
          yield jcaKey(
              source,
              new PrivateKeyInfo(
                  new AlgorithmIdentifier(
                      X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject()),
                  key));
        }
        case "ENCRYPTED PRIVATE KEY" -> jcaKey(source, decrypted(source, der, password));
        default ->
            throw new TlsMaterialException(
                MaterialReason.KEY_UNSUPPORTED,
                source,
                "holds a " + block.label() + ", PKCS#8, PKCS#1 and SEC1 are read");
      };
    } catch (TlsMaterialException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new TlsMaterialException(
          MaterialReason.FILE_MALFORMED, source, "holds a private key that can't be parsed");
    } finally {
      Arrays.fill(der, (byte) 0);
    }
  }

  private static PrivateKeyInfo decrypted(
      String source, byte[] der, @Nullable SecretSource password) throws IOException {
    PKCS8EncryptedPrivateKeyInfo envelope = new PKCS8EncryptedPrivateKeyInfo(der);
    char[] chars = password(source, password);
    try {
      InputDecryptorProvider opener =
          new JcePKCSPBEInputDecryptorProviderBuilder().setProvider(bouncyCastle()).build(chars);
      return envelope.decryptPrivateKeyInfo(opener);
    } catch (PKCSException e) {
      if (e.getCause() instanceof OperatorCreationException) {
        throw new TlsMaterialException(
            MaterialReason.KEY_UNSUPPORTED, source, "holds a key whose encryption is not known");
      }
      throw wrongPassword(source);
    } catch (RuntimeException e) {
      throw wrongPassword(source);
    } finally {
      Arrays.fill(chars, '\0');
    }
  }

  /** The password's characters; the caller overwrites them. */
  static char[] password(String source, @Nullable SecretSource password) {
    if (password == null) {
      throw new TlsMaterialException(
          MaterialReason.PASSWORD_WRONG, source, "is encrypted and no password was given");
    }
    try (SecretBytes secret = password.read()) {
      return secret.lend(PemMaterial::utf8);
    } catch (IOException e) {
      throw new TlsMaterialException(
          MaterialReason.PASSWORD_WRONG, source, "needs a password: " + e.getMessage());
    }
  }

  private static char[] utf8(byte[] bytes) {
    CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes));
    char[] chars = new char[decoded.remaining()];
    decoded.get(chars);
    Arrays.fill(decoded.array(), '\0');
    return chars;
  }

  static TlsMaterialException wrongPassword(String source) {
    return new TlsMaterialException(
        MaterialReason.PASSWORD_WRONG, source, "is not opened by the password that was given");
  }

  private static PrivateKey jcaKey(String source, PrivateKeyInfo info) throws IOException {
    String oid = info.getPrivateKeyAlgorithm().getAlgorithm().getId();
    String algorithm =
        oid.equals(PKCSObjectIdentifiers.rsaEncryption.getId())
            ? "RSA"
            : oid.equals(PKCSObjectIdentifiers.id_RSASSA_PSS.getId())
                ? "RSASSA-PSS"
                : oid.equals(X9ObjectIdentifiers.id_ecPublicKey.getId())
                    ? "EC"
                    : oid.equals(EdECObjectIdentifiers.id_Ed25519.getId())
                        ? "Ed25519"
                        : oid.equals(EdECObjectIdentifiers.id_Ed448.getId()) ? "Ed448" : "";
    if (algorithm.isEmpty()) {
      throw new TlsMaterialException(
          MaterialReason.KEY_UNSUPPORTED,
          source,
          "holds a key of algorithm " + oid + ", RSA, EC, Ed25519 and Ed448 are read");
    }
    byte[] pkcs8 = info.getEncoded();
    try {
      return Platform.keyFactory(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException e) {
      throw new TlsMaterialException(
          MaterialReason.KEY_UNSUPPORTED,
          source,
          "holds a key that the JDK refuses, such as one on a curve it does not have");
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
    }
  }

  /** The provider as an instance. */
  static Provider bouncyCastle() {
    return BouncyCastle.INSTANCE;
  }

  /** Loaded with the first key that needs it; never registered with the JVM. */
  private static final class BouncyCastle {
    static final Provider INSTANCE = new BouncyCastleProvider();
  }

  /**
   * The revocation lists of a file, in DER or PEM. {@code content} is kept where it is DER, and not
   * to be changed any more.
   */
  static List<ListEncoding> revocationLists(String source, byte[] content) {
    if (isDer(content)) {
      return List.of(parsed(source, content));
    }
    String text = new String(content, StandardCharsets.ISO_8859_1);
    boolean wide = text.startsWith("\u00ff\u00fe") || text.startsWith("\u00fe\u00ff");
    if (!text.contains("-----BEGIN ") && !wide) {
      return List.of(parsed(source, content));
    }
    List<ListEncoding> lists = new ArrayList<>();
    for (Pem block : blocks(source, text)) {
      if (block.label().equals("X509 CRL")) {
        lists.add(parsed(source, block.content()));
      }
    }
    if (lists.isEmpty()) {
      throw new TlsMaterialException(MaterialReason.FILE_MALFORMED, source, "holds no X509 CRL");
    }
    return lists;
  }

  /** No text begins with a sequence whose length takes more than one byte. */
  private static boolean isDer(byte[] content) {
    return content.length > 1 && content[0] == 0x30 && content[1] < 0;
  }

  private static ListEncoding parsed(String source, byte[] der) {
    try {
      return ListEncoding.of(der);
    } catch (CRLException | RuntimeException e) {
      throw new TlsMaterialException(
          MaterialReason.FILE_MALFORMED, source, "holds a revocation list that can't be parsed");
    }
  }
}
