package io.bartizan.integrity.attest.sigstore;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.core.house.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;

/** A signer's certificate to be made, good unless a field is changed. */
final class Leaf {

  static final int NONE = -1;
  static final String ISSUER = "https://token.actions.githubusercontent.com";
  static final String REPOSITORY = "https://github.com/acme/app";
  static final String REF = "refs/tags/v1";
  static final String SUBJECT = REPOSITORY + "/.github/workflows/release.yml@" + REF;
  private static final String FULCIO = "1.3.6.1.4.1.57264.1.";
  private static final String SCTS = "1.3.6.1.4.1.11129.2.4.2";

  String issuerName = "CN=intermediate";
  PrivateKey issuerKey;
  PublicKey issuerPublic;
  String signedWith = "SHA256withECDSA";
  Instant from = World.SIGNED.minusSeconds(300);
  Instant to = World.SIGNED.plusSeconds(300);
  String subjectName = "";
  List<GeneralName> names =
      new ArrayList<>(List.of(new GeneralName(GeneralName.uniformResourceIdentifier, SUBJECT)));
  boolean namesCritical = true;
  KeyPurposeId[] purposes = {KeyPurposeId.id_kp_codeSigning};
  int usage = KeyUsage.digitalSignature;
  boolean authority;
  Map<String, byte[]> extensions = new LinkedHashMap<>();
  String criticalExtension = "";

  List<Sct> scts = new ArrayList<>();
  int sctPlace = Integer.MAX_VALUE;
  boolean sctCritical;
  byte[] sctList;
  byte[] afterScts = {};

  /** An SCT to be made. */
  static final class Sct {
    PrivateKey key;
    PublicKey publicKey;
    int version;
    long millis = World.SIGNED.minusSeconds(299).toEpochMilli();
    byte[] extensions = {};
    int hash = 4;
    int algorithm = 3;
    PublicKey overIssuer;
    boolean overCertificateWithScts;
    byte[] trailing = {};

    Sct(KeyPair key) {
      this.key = key.getPrivate();
      this.publicKey = key.getPublic();
    }
  }

  Leaf(World world) {
    issuerKey = world.intermediateKey.getPrivate();
    issuerPublic = world.intermediateKey.getPublic();
    scts.add(new Sct(world.ctKey));
    raw(1, ISSUER);
    text(8, ISSUER);
    text(9, SUBJECT);
    text(12, REPOSITORY);
    text(14, REF);
    text(18, SUBJECT);
    text(20, "push");
  }

  @CanIgnoreReturnValue
  Leaf text(int number, String value) {
    try {
      extensions.put(FULCIO + number, new DERUTF8String(value).getEncoded());
      return this;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @CanIgnoreReturnValue
  Leaf raw(int number, String value) {
    extensions.put(FULCIO + number, value.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  @CanIgnoreReturnValue
  Leaf raw(int number, byte[] value) {
    extensions.put(FULCIO + number, value);
    return this;
  }

  @CanIgnoreReturnValue
  Leaf without(int number) {
    extensions.remove(FULCIO + number);
    return this;
  }

  @CanIgnoreReturnValue
  Leaf names(GeneralName... all) {
    names = List.of(all);
    return this;
  }

  byte[] issue(PublicKey key) {
    try {
      byte[] plain = tbs(key, null);
      byte[] list = sctList;
      if (list == null && !scts.isEmpty()) {
        list = new DEROctetString(Tree.join(vector(list(plain, key)), afterScts)).getEncoded();
      }
      return builder(key, list).build(World.signer(signedWith, issuerKey)).getEncoded();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private byte[] tbs(PublicKey key, byte[] list) throws IOException {
    return builder(key, list)
        .build(World.signer(signedWith, issuerKey))
        .toASN1Structure()
        .getTBSCertificate()
        .getEncoded("DER");
  }

  private byte[] list(byte[] plain, PublicKey key) throws IOException {
    byte[] all = {};
    for (Sct each : scts) {
      byte[] over =
          each.overCertificateWithScts
              ? tbs(key, new DEROctetString(new byte[] {0, 1, 0}).getEncoded())
              : plain;
      PublicKey issuer = each.overIssuer == null ? issuerPublic : each.overIssuer;
      byte[] millis = ByteBuffer.allocate(8).putLong(each.millis).array();
      byte[] length = {(byte) (over.length >> 16), (byte) (over.length >> 8), (byte) over.length};
      byte[] signed =
          Tree.join(
              new byte[] {0, 0},
              millis,
              new byte[] {0, 1},
              Sha256.of(issuer.getEncoded()),
              length,
              over,
              vector(each.extensions));
      byte[] signature = World.sign(each.key, signed);
      all =
          Tree.join(
              all,
              vector(
                  Tree.join(
                      new byte[] {(byte) each.version},
                      Sha256.of(each.publicKey.getEncoded()),
                      millis,
                      vector(each.extensions),
                      new byte[] {(byte) each.hash, (byte) each.algorithm},
                      vector(signature),
                      each.trailing)));
    }
    return all;
  }

  static byte[] vector(byte[] content) {
    return Tree.join(new byte[] {(byte) (content.length >> 8), (byte) content.length}, content);
  }

  private X509v3CertificateBuilder builder(PublicKey key, byte[] list) throws IOException {
    X509v3CertificateBuilder builder = World.certificate(subjectName, issuerName, key, from, to);
    int place = 0;
    for (Extension each : all()) {
      if (list != null && place++ == sctPlace) {
        builder.addExtension(new ASN1ObjectIdentifier(SCTS), sctCritical, list);
      }
      builder.addExtension(each);
    }
    if (list != null && place <= sctPlace) {
      builder.addExtension(new ASN1ObjectIdentifier(SCTS), sctCritical, list);
    }
    return builder;
  }

  private List<Extension> all() throws IOException {
    List<Extension> all = new ArrayList<>();
    if (usage != NONE) {
      all.add(extension(Extension.keyUsage, true, new KeyUsage(usage).getEncoded()));
    }
    all.add(
        extension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes).getEncoded()));
    if (authority) {
      all.add(extension(Extension.basicConstraints, true, new BasicConstraints(true).getEncoded()));
    }
    if (names != null) {
      all.add(
          extension(
              Extension.subjectAlternativeName,
              namesCritical,
              new GeneralNames(names.toArray(GeneralName[]::new)).getEncoded()));
    }
    for (Map.Entry<String, byte[]> each : extensions.entrySet()) {
      all.add(
          extension(
              new ASN1ObjectIdentifier(each.getKey()),
              each.getKey().equals(criticalExtension),
              each.getValue()));
    }
    return all;
  }

  private static Extension extension(ASN1ObjectIdentifier oid, boolean critical, byte[] value) {
    return new Extension(oid, critical, value);
  }
}
