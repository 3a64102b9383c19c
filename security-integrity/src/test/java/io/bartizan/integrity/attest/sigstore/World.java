package io.bartizan.integrity.attest.sigstore;

import static io.bartizan.integrity.attest.sigstore.JsonTree.array;
import static io.bartizan.integrity.attest.sigstore.JsonTree.object;

import io.bartizan.core.house.Sha256;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
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
final class World {

  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  static final Instant SIGNED = Instant.parse("2026-06-01T12:05:00Z");
  static final String REKOR = "rekor.example";
  static final String REKOR2 = "log2026.rekor.example";

  final KeyPair rootKey = ec("secp256r1");
  final KeyPair intermediateKey = ec("secp256r1");
  final KeyPair ctKey = ec("secp256r1");
  final KeyPair rekorKey = ec("secp256r1");
  final KeyPair rekor2Key = ed25519();
  final KeyPair tsaRootKey = ec("secp256r1");
  final KeyPair tsaKey = ec("secp256r1");
  final X509Certificate root = authority("CN=root", "CN=root", rootKey, rootKey, 1);
  final X509Certificate intermediate =
      authority("CN=intermediate", "CN=root", intermediateKey, rootKey, 0);
  final X509Certificate tsaRoot =
      authority("CN=tsa root", "CN=tsa root", tsaRootKey, tsaRootKey, 0);
  final X509Certificate tsa = tsa(tsaKey, true, KeyPurposeId.id_kp_timeStamping);

  static KeyPair ec(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static KeyPair ed25519() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static String algorithm(PrivateKey key) {
    return switch (key.getAlgorithm()) {
      case "EC" -> "SHA256withECDSA";
      case "RSA" -> "SHA256withRSA";
      default -> "Ed25519";
    };
  }

  static byte[] sign(PrivateKey key, byte[] content) {
    return sign(algorithm(key), key, content);
  }

  static byte[] sign(String algorithm, PrivateKey key, byte[] content) {
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(content);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static ContentSigner signer(PrivateKey key) {
    return signer(algorithm(key), key);
  }

  static ContentSigner signer(String algorithm, PrivateKey key) {
    try {
      return new JcaContentSignerBuilder(algorithm).build(key);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static X509v3CertificateBuilder certificate(
      String subject, String issuer, PublicKey key, Instant from, Instant to) {
    return new X509v3CertificateBuilder(
        new X500Name(issuer),
        BigInteger.valueOf(System.identityHashCode(key) + 1L),
        Date.from(from),
        Date.from(to),
        new X500Name(subject),
        SubjectPublicKeyInfo.getInstance(key.getEncoded()));
  }

  static X509Certificate build(X509v3CertificateBuilder builder, ContentSigner signer) {
    try {
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static X509Certificate authority(
      String subject, String issuer, KeyPair key, KeyPair issuerKey, int pathLength) {
    return authority(
        subject, issuer, key, issuerKey, pathLength, START, START.plusSeconds(1 << 28));
  }

  static X509Certificate authority(
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
      throw new AssertionError(e);
    }
  }

  /** A certificate of this timestamp authority's key under other names. */
  X509v3CertificateBuilder certificateLike(String subject, String issuer) {
    return certificate(subject, issuer, tsaKey.getPublic(), START, START.plusSeconds(1 << 28));
  }

  X509Certificate tsa(KeyPair key, boolean critical, KeyPurposeId... purposes) {
    return tsa(key, critical, START, START.plusSeconds(1 << 28), purposes);
  }

  X509Certificate tsa(
      KeyPair key, boolean critical, Instant from, Instant to, KeyPurposeId... purposes) {
    try {
      return build(
          certificate("CN=tsa", "CN=tsa root", key.getPublic(), from, to)
              .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
              .addExtension(Extension.extendedKeyUsage, critical, new ExtendedKeyUsage(purposes)),
          signer(tsaRootKey.getPrivate()));
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** The identifier of a log of Rekor v2, whose first bytes are its checkpoint's hint. */
  static byte[] noteId(String name, PublicKey ed25519) {
    byte[] spki = ed25519.getEncoded();
    byte[] head = (name + "\n\u0001").getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(head, head.length + 32);
    System.arraycopy(spki, spki.length - 32, all, head.length, 32);
    return Sha256.of(all);
  }

  byte[] rekorId() {
    return Sha256.of(rekorKey.getPublic().getEncoded());
  }

  byte[] rekor2Id() {
    return noteId(REKOR2, rekor2Key.getPublic());
  }

  static Map<String, Object> validFor() {
    return object("start", START.toString());
  }

  static Map<String, Object> log(String url, PublicKey key, String details, byte[] id) {
    return object(
        "baseUrl",
        url,
        "hashAlgorithm",
        "SHA2_256",
        "publicKey",
        object("rawBytes", base64(key.getEncoded()), "keyDetails", details, "validFor", validFor()),
        "logId",
        object("keyId", base64(id)));
  }

  static Map<String, Object> chain(String uri, X509Certificate... certificates) {
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
        validFor());
  }

  /** The trusted root, to be changed. */
  Map<String, Object> trustedRoot() {
    return object(
        "mediaType",
        "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "tlogs",
        array(
            log("https://" + REKOR, rekorKey.getPublic(), "PKIX_ECDSA_P256_SHA_256", rekorId()),
            log("https://" + REKOR2, rekor2Key.getPublic(), "PKIX_ED25519", rekor2Id())),
        "certificateAuthorities",
        array(chain("https://fulcio.example", intermediate, root)),
        "ctlogs",
        array(
            log(
                "https://ct.example",
                ctKey.getPublic(),
                "PKIX_ECDSA_P256_SHA_256",
                Sha256.of(ctKey.getPublic().getEncoded()))),
        "timestampAuthorities",
        array(chain("https://tsa.example", tsa, tsaRoot)));
  }

  private TrustedRoot trusted;

  /** The trusted root as it is, read once. */
  TrustedRoot trusted() {
    if (trusted == null) {
      trusted = read(trustedRoot());
    }
    return trusted;
  }

  static TrustedRoot read(Map<String, Object> root) {
    return TrustedRoot.parse(JsonTree.write(root), Instant.now());
  }
}
