package io.bartizan.testkit.sigstore.draft;

import static io.bartizan.testkit.json.JsonTree.array;
import static io.bartizan.testkit.json.JsonTree.object;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A Sigstore instance in memory: a certificate authority with an intermediate, a certificate log,
 * logs of Rekor v1 and v2, a timestamp authority, and the trusted root that names them.
 */
public class Instance {

  private static final long LIFE = 1 << 28; // seconds, more than eight years

  public static final String REKOR = "rekor.example";
  public static final String REKOR2 = "log2026.rekor.example";

  public final Instant start;
  public final KeyPair rootKey = ec("secp256r1");
  public final KeyPair intermediateKey = ec("secp256r1");
  public final KeyPair ctKey = ec("secp256r1");
  public final KeyPair rekorKey = ec("secp256r1");
  public final KeyPair rekor2Key = ed25519();
  public final KeyPair tsaRootKey = ec("secp256r1");
  public final KeyPair tsaKey = ec("secp256r1");
  public X509Certificate root;
  public X509Certificate intermediate;
  public X509Certificate tsaRoot;
  public X509Certificate tsa;

  /**
   * An instance with new keys.
   *
   * @param start since when its keys and certificates are valid, whole seconds
   */
  public Instance(Instant start) {
    this.start = start;
    Instant end = start.plusSeconds(LIFE);
    root = authority("CN=root", "CN=root", rootKey, rootKey, 1, start, end);
    intermediate = authority("CN=intermediate", "CN=root", intermediateKey, rootKey, 0, start, end);
    tsaRoot = authority("CN=tsa root", "CN=tsa root", tsaRootKey, tsaRootKey, 0, start, end);
    tsa = tsa("CN=tsa root", tsaRootKey, tsaKey, true, start, end, KeyPurposeId.id_kp_timeStamping);
  }

  public static KeyPair ec(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot make what a Sigstore instance needs", e);
    }
  }

  public static KeyPair ed25519() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot make what a Sigstore instance needs", e);
    }
  }

  public static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot make what a Sigstore instance needs", e);
    }
  }

  public static String algorithm(PrivateKey key) {
    return switch (key.getAlgorithm()) {
      case "EC" -> "SHA256withECDSA";
      case "RSA" -> "SHA256withRSA";
      default -> "Ed25519";
    };
  }

  public static byte[] sign(PrivateKey key, byte[] content) {
    return sign(algorithm(key), key, content);
  }

  public static byte[] sign(String algorithm, PrivateKey key, byte[] content) {
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(content);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot make what a Sigstore instance needs", e);
    }
  }

  public static ContentSigner signer(PrivateKey key) {
    return signer(algorithm(key), key);
  }

  public static ContentSigner signer(String algorithm, PrivateKey key) {
    try {
      return new JcaContentSignerBuilder(algorithm).build(key);
    } catch (Exception e) {
      throw new IllegalStateException("cannot make what a Sigstore instance needs", e);
    }
  }

  public static X509v3CertificateBuilder certificate(
      String subject, String issuer, PublicKey key, Instant from, Instant to) {
    return new X509v3CertificateBuilder(
        new X500Name(issuer),
        serial(key),
        Date.from(from),
        Date.from(to),
        new X500Name(subject),
        SubjectPublicKeyInfo.getInstance(key.getEncoded()));
  }

  private static BigInteger serial(PublicKey key) {
    return new BigInteger(1, Arrays.copyOf(sha256(key.getEncoded()), 8)).add(BigInteger.ONE);
  }

  public static X509Certificate build(X509v3CertificateBuilder builder, ContentSigner signer) {
    try {
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    } catch (Exception e) {
      throw new IllegalStateException("cannot make what a Sigstore instance needs", e);
    }
  }

  public static X509Certificate authority(
      String subject,
      String issuer,
      KeyPair key,
      KeyPair issuerKey,
      int pathLength,
      Instant from,
      Instant to) {
    try {
      return build(
          certificate(subject, issuer, key.getPublic(), from, to)
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(pathLength))
              .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign)),
          signer(issuerKey.getPrivate()));
    } catch (java.io.IOException e) {
      throw new IllegalStateException("cannot make what a Sigstore instance needs", e);
    }
  }

  /** A certificate of this timestamp authority's key under other names. */
  public X509v3CertificateBuilder certificateLike(String subject, String issuer) {
    return certificate(subject, issuer, tsaKey.getPublic(), start, start.plusSeconds(LIFE));
  }

  public X509Certificate tsa(KeyPair key, boolean critical, KeyPurposeId... purposes) {
    return tsa(key, critical, start, start.plusSeconds(LIFE), purposes);
  }

  public X509Certificate tsa(
      KeyPair key, boolean critical, Instant from, Instant to, KeyPurposeId... purposes) {
    return tsa("CN=tsa root", tsaRootKey, key, critical, from, to, purposes);
  }

  private static X509Certificate tsa(
      String issuer,
      KeyPair issuerKey,
      KeyPair key,
      boolean critical,
      Instant from,
      Instant to,
      KeyPurposeId... purposes) {
    try {
      return build(
          certificate("CN=tsa", issuer, key.getPublic(), from, to)
              .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
              .addExtension(Extension.extendedKeyUsage, critical, new ExtendedKeyUsage(purposes)),
          signer(issuerKey.getPrivate()));
    } catch (java.io.IOException e) {
      throw new IllegalStateException("cannot make what a Sigstore instance needs", e);
    }
  }

  public static byte[] sha256(byte[] content) {
    return hash("SHA-256", content);
  }

  public static byte[] hash(String algorithm, byte[] content) {
    try {
      return MessageDigest.getInstance(algorithm).digest(content);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + algorithm, e);
    }
  }

  public static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  public static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot make what a Sigstore instance needs", e);
    }
  }

  /** The identifier of a log of Rekor v2, whose first bytes are its checkpoint's hint. */
  public static byte[] noteId(String name, PublicKey ed25519) {
    byte[] spki = ed25519.getEncoded();
    byte[] head = (name + "\n\u0001").getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(head, head.length + 32);
    System.arraycopy(spki, spki.length - 32, all, head.length, 32);
    return sha256(all);
  }

  public byte[] rekorId() {
    return sha256(rekorKey.getPublic().getEncoded());
  }

  public byte[] rekor2Id() {
    return noteId(REKOR2, rekor2Key.getPublic());
  }

  public static Map<String, Object> validFrom(Instant start) {
    return object("start", start.toString());
  }

  public static Map<String, Object> log(
      String url, PublicKey key, String details, byte[] id, Instant start) {
    return object(
        "baseUrl",
        url,
        "hashAlgorithm",
        "SHA2_256",
        "publicKey",
        object(
            "rawBytes",
            base64(key.getEncoded()),
            "keyDetails",
            details,
            "validFor",
            validFrom(start)),
        "logId",
        object("keyId", base64(id)));
  }

  public static Map<String, Object> chain(
      String uri, Instant start, X509Certificate... certificates) {
    return object(
        "uri",
        uri,
        "certChain",
        object(
            "certificates",
            array(
                Arrays.stream(certificates)
                    .map(each -> object("rawBytes", base64(der(each))))
                    .toArray())),
        "validFor",
        validFrom(start));
  }

  /** The trusted root, to be changed. */
  public Map<String, Object> trustedRoot() {
    return object(
        "mediaType",
        "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "tlogs",
        array(
            log(
                "https://" + REKOR,
                rekorKey.getPublic(),
                "PKIX_ECDSA_P256_SHA_256",
                rekorId(),
                start),
            log("https://" + REKOR2, rekor2Key.getPublic(), "PKIX_ED25519", rekor2Id(), start)),
        "certificateAuthorities",
        array(chain("https://fulcio.example", start, intermediate, root)),
        "ctlogs",
        array(
            log(
                "https://ct.example",
                ctKey.getPublic(),
                "PKIX_ECDSA_P256_SHA_256",
                sha256(ctKey.getPublic().getEncoded()),
                start)),
        "timestampAuthorities",
        array(chain("https://tsa.example", start, tsa, tsaRoot)));
  }
}
