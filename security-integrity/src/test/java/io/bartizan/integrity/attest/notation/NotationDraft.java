package io.bartizan.integrity.attest.notation;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.core.Checked;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.testkit.ManualInstantSource;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A Notation signature to be made, good unless a field is changed. */
final class NotationDraft {

  static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  static final String ROOT = "CN=root,O=acme,ST=WA,C=US";
  static final String LEAF = "CN=release,O=acme,ST=WA,C=US";
  static final Descriptor ARTIFACT =
      new Descriptor(Descriptor.MANIFEST, Digest.sha256Of("image".getBytes(UTF_8)), 481, Map.of());
  static final KeyPair ROOT_KEY = ec("secp256r1");
  static final KeyPair LEAF_KEY = ec("secp256r1");
  static final X509Certificate AUTHORITY = authority(ROOT, ROOT_KEY);

  static final KeyPair TSA_ROOT_KEY = ec("secp256r1");
  static final String TSA_NAME = "CN=stamps,O=acme,ST=WA,C=US";
  static final X509Certificate TSA_ROOT = authority(TSA_NAME, TSA_ROOT_KEY);

  final Map<String, String> headers = new LinkedHashMap<>();
  final List<String> critical = new ArrayList<>();
  String payload = payload(ARTIFACT);
  String unprotected = "";
  String members = "";
  @Nullable UnaryOperator<byte[]> stamp;
  String algorithm = "ES256";
  KeyPair key = LEAF_KEY;
  UnaryOperator<String> protectedText = text -> text;
  List<X509Certificate> chain = new ArrayList<>(List.of(leaf(LEAF, LEAF_KEY), AUTHORITY));

  NotationDraft() {
    header("cty", "\"application/vnd.cncf.notary.payload.v1+json\"");
    critical("io.cncf.notary.signingScheme", "\"notary.x509\"");
    header("io.cncf.notary.signingTime", "\"2026-05-01T12:00:00+02:00\"");
  }

  @CanIgnoreReturnValue
  NotationDraft header(String name, String json) {
    headers.put(name, json);
    return this;
  }

  @CanIgnoreReturnValue
  NotationDraft critical(String name, String json) {
    headers.put(name, json);
    critical.add(name);
    return this;
  }

  /** Under the scheme of signing authorities. */
  @CanIgnoreReturnValue
  NotationDraft authority(String signedAt) {
    headers.remove("io.cncf.notary.signingTime");
    header("io.cncf.notary.signingScheme", "\"notary.x509.signingAuthority\"");
    return critical("io.cncf.notary.authenticSigningTime", "\"" + signedAt + "\"");
  }

  @CanIgnoreReturnValue
  NotationDraft expiry(String time) {
    return critical("io.cncf.notary.expiry", "\"" + time + "\"");
  }

  static String payload(Descriptor artifact) {
    return "{\"targetArtifact\":{\"mediaType\":\""
        + artifact.mediaType()
        + "\",\"digest\":\""
        + artifact.digest().oci()
        + "\",\"size\":"
        + artifact.size()
        + ",\"annotations\":{\"build\":\"7\"}}}";
  }

  private static String url(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  byte[] make() {
    StringBuilder text = new StringBuilder("{\"alg\":\"" + algorithm + "\",\"crit\":[");
    text.append(String.join(",", critical.stream().map(each -> "\"" + each + "\"").toList()));
    text.append(']');
    headers.forEach((name, json) -> text.append(",\"" + name + "\":" + json));
    String head = url(protectedText.apply(text.append('}').toString()).getBytes(UTF_8));
    String body = url(payload.getBytes(UTF_8));
    List<String> x5c =
        chain.stream()
            .map(each -> "\"" + Base64.getEncoder().encodeToString(der(each)) + "\"")
            .toList();
    byte[] signature = sign(key.getPrivate(), (head + "." + body).getBytes(UTF_8));
    String header = unprotected;
    if (stamp != null) {
      header +=
          ",\"io.cncf.notary.timestampSignature\":\""
              + Base64.getEncoder().encodeToString(stamp.apply(signature))
              + "\"";
    }
    return ("{\"payload\":\""
            + body
            + "\",\"protected\":\""
            + head
            + "\",\"header\":{\"x5c\":["
            + String.join(",", x5c)
            + "]"
            + header
            + "},\"signature\":\""
            + url(signature)
            + "\""
            + members
            + "}")
        .getBytes(UTF_8);
  }

  byte[] sign(PrivateKey with, byte[] content) {
    try {
      String hash = "SHA-" + algorithm.substring(2);
      Signature signature;
      if (algorithm.startsWith("PS")) {
        signature = Signature.getInstance("RSASSA-PSS");
        int salt = Integer.parseInt(algorithm.substring(2)) / 8;
        signature.setParameter(
            new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), salt, 1));
      } else if (with.getAlgorithm().equals("RSA")) {
        signature = Signature.getInstance("SHA256withRSA");
      } else {
        String name = algorithm.startsWith("ES") ? algorithm.substring(2) : "256";
        signature = Signature.getInstance("SHA" + name + "withECDSAinP1363Format");
      }
      signature.initSign(with);
      signature.update(content);
      return signature.sign();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  // Certificates

  static KeyPair ec(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static X509v3CertificateBuilder builder(
      String subject, String issuer, KeyPair key, String from, String to) {
    return new X509v3CertificateBuilder(
        new X500Name(issuer),
        BigInteger.valueOf((subject.hashCode() & 0xffff) | 1),
        Date.from(Instant.parse(from + "T00:00:00Z")),
        Date.from(Instant.parse(to + "T00:00:00Z")),
        new X500Name(subject),
        SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded()));
  }

  static X509Certificate issue(X509v3CertificateBuilder builder, KeyPair issuer) {
    try {
      String algorithm =
          issuer.getPrivate().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder(algorithm).build(issuer.getPrivate())));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static X509Certificate authority(String subject, KeyPair key) {
    return authority(subject, subject, key, key, 2);
  }

  static X509Certificate authority(
      String subject, String issuer, KeyPair key, KeyPair issuerKey, int pathLength) {
    try {
      return issue(
          builder(subject, issuer, key, "2026-01-01", "2028-01-01")
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(pathLength))
              .addExtension(
                  Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign)),
          issuerKey);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  static X509Certificate leaf(String subject, KeyPair key) {
    return leaf(
        subject, key, "2026-02-01", "2027-02-01", true, KeyUsage.digitalSignature, false, "");
  }

  /** A leaf of the root; the extension is one more, by its identifier, critical with a plus. */
  static X509Certificate leaf(
      String subject,
      KeyPair key,
      String from,
      String to,
      boolean usageCritical,
      int usage,
      boolean authority,
      String extension,
      KeyPurposeId... purposes) {
    try {
      X509v3CertificateBuilder builder = builder(subject, ROOT, key, from, to);
      if (usage != 0) {
        builder.addExtension(Extension.keyUsage, usageCritical, new KeyUsage(usage));
      }
      if (authority) {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      }
      if (purposes.length > 0) {
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
      }
      if (!extension.isEmpty()) {
        boolean critical = extension.endsWith("+");
        builder.addExtension(
            new ASN1ObjectIdentifier(extension.replace("+", "")), critical, DERNull.INSTANCE);
      }
      return issue(builder, ROOT_KEY);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static X509CRL list(
      KeyPair issuer, String from, String to, boolean part, X509Certificate... all) {
    return list(ROOT, issuer, from, to, part ? Extension.deltaCRLIndicator : null, List.of(all));
  }

  /** With no next update if {@code to} is empty; the extension is one more, critical. */
  static X509CRL list(
      String name,
      KeyPair issuer,
      String from,
      String to,
      @Nullable ASN1ObjectIdentifier extension,
      List<X509Certificate> all) {
    try {
      X509v2CRLBuilder list =
          new X509v2CRLBuilder(new X500Name(name), Date.from(Instant.parse(from + "T00:00:00Z")));
      if (!to.isEmpty()) {
        list.setNextUpdate(Date.from(Instant.parse(to + "T00:00:00Z")));
      }
      for (X509Certificate each : all) {
        list.addCRLEntry(each.getSerialNumber(), Date.from(NOW.plusSeconds(3600)), 0);
      }
      if (extension != null) {
        list.addExtension(extension, true, new org.bouncycastle.asn1.ASN1Integer(1));
      }
      return new JcaX509CRLConverter()
          .getCRL(
              list.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate())));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  // Verification

  static NotationPolicy policy(String level, String stores, String identities) {
    return NotationPolicy.parse(
        "{\"version\":\"1.0\",\"trustPolicies\":[{\"name\":\"acme\",\"registryScopes\":["
            + "\"registry.example/app\"],\"signatureVerification\":{\"level\":"
            + level
            + "},\"trustStores\":["
            + stores
            + "],\"trustedIdentities\":["
            + identities
            + "]}]}");
  }

  static NotationVerifier.Builder verifier(NotationPolicy policy) {
    TrustStores stores =
        TrustStores.of(
            Map.of(
                "ca:acme", List.of(AUTHORITY),
                "signingAuthority:acme", List.of(AUTHORITY),
                "tsa:acme", List.of(TSA_ROOT)));
    return NotationVerifier.builder(policy, stores).withClock(new ManualInstantSource(NOW));
  }

  static NotationVerifier strict() {
    return verifier(policy("\"strict\"", "\"ca:acme\",\"signingAuthority:acme\"", "\"*\"")).build();
  }

  Checked<NotationSignature> check() {
    return check(strict());
  }

  Checked<NotationSignature> check(NotationVerifier verifier) {
    return verifier.check(
        make(), Envelope.JWS, ImageReference.parse("registry.example/app"), ARTIFACT);
  }
}
