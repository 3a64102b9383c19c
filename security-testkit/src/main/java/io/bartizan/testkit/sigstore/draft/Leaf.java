package io.bartizan.testkit.sigstore.draft;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
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
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.jspecify.annotations.Nullable;

/** A signer's certificate to be made, good unless a field is changed. */
public final class Leaf {

  public static final int NONE = -1;
  public static final String GITHUB = "https://token.actions.githubusercontent.com";
  private static final String FULCIO = "1.3.6.1.4.1.57264.1.";
  private static final String SCTS = "1.3.6.1.4.1.11129.2.4.2";

  public String issuerName = "CN=intermediate";
  public PrivateKey issuerKey;
  public PublicKey issuerPublic;
  public String signedWith = "SHA256withECDSA";
  public Instant from;
  public Instant to;
  public String subjectName = "";
  public @Nullable List<GeneralName> names = new ArrayList<>();
  public boolean namesCritical = true;
  public KeyPurposeId[] purposes = {KeyPurposeId.id_kp_codeSigning};
  public int usage = KeyUsage.digitalSignature;
  public boolean authority;
  public Map<String, byte[]> extensions = new LinkedHashMap<>();
  public String criticalExtension = "";
  public UnaryOperator<byte[]> signed = bytes -> bytes;

  public List<Sct> scts = new ArrayList<>();
  public int sctPlace = Integer.MAX_VALUE;
  public boolean sctCritical;
  public byte @Nullable [] sctList;
  public byte[] afterScts = {};

  /** An SCT to be made. */
  public static final class Sct {
    public PrivateKey key;
    public PublicKey publicKey;
    public int version;
    public long millis;
    public byte[] extensions = {};
    public int hash = 4;
    public int algorithm = 3;
    public @Nullable PublicKey overIssuer;
    public boolean overCertificateWithScts;
    public byte[] trailing = {};

    public Sct(KeyPair key, Instant moment) {
      this.key = key.getPrivate();
      this.publicKey = key.getPublic();
      this.millis = moment.toEpochMilli();
    }
  }

  /**
   * A certificate without names, valid for five minutes before and after a signature.
   *
   * @param instance whose intermediate issues it
   * @param signed when the signature is made
   */
  public Leaf(Instance instance, Instant signed) {
    issuerKey = instance.intermediateKey.getPrivate();
    issuerPublic = instance.intermediateKey.getPublic();
    from = signed.minusSeconds(300);
    to = signed.plusSeconds(300);
    scts.add(new Sct(instance.ctKey, signed.minusSeconds(299)));
  }

  /** The certificate's one name, and the issuer of the token for which it was given. */
  @CanIgnoreReturnValue
  public Leaf identity(String issuer, GeneralName name) {
    raw(1, issuer);
    text(8, issuer);
    return names(name);
  }

  /** The names and fields that Fulcio gives a workflow of GitHub Actions after a push. */
  @CanIgnoreReturnValue
  public Leaf githubWorkflow(String repositoryUri, String workflowUri, String ref) {
    text(9, workflowUri);
    text(12, repositoryUri);
    text(14, ref);
    text(18, workflowUri);
    text(20, "push");
    return identity(GITHUB, new GeneralName(GeneralName.uniformResourceIdentifier, workflowUri));
  }

  @CanIgnoreReturnValue
  public Leaf text(int number, String value) {
    try {
      extensions.put(FULCIO + number, new DERUTF8String(value).getEncoded());
      return this;
    } catch (IOException e) {
      throw new IllegalStateException("cannot encode a certificate", e);
    }
  }

  @CanIgnoreReturnValue
  public Leaf raw(int number, String value) {
    extensions.put(FULCIO + number, value.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  @CanIgnoreReturnValue
  public Leaf raw(int number, byte[] value) {
    extensions.put(FULCIO + number, value);
    return this;
  }

  @CanIgnoreReturnValue
  public Leaf without(int number) {
    extensions.remove(FULCIO + number);
    return this;
  }

  @CanIgnoreReturnValue
  public Leaf names(GeneralName... all) {
    names = List.of(all);
    return this;
  }

  /** Whether an extension says who issued the signer's token. */
  public boolean isIssuer(String oid) {
    return oid.equals(FULCIO + 1) || oid.equals(FULCIO + 8);
  }

  /** The value of the SCT extension that this certificate would have for a key. */
  public byte[] sctListOf(PublicKey key) {
    try {
      byte[] list = list(tbs(key, null), key);
      return new DEROctetString(Tree.join(vector(list), afterScts)).getEncoded();
    } catch (IOException e) {
      throw new IllegalStateException("cannot encode a certificate", e);
    }
  }

  public byte[] issue(PublicKey key) {
    try {
      byte[] list = sctList;
      if (list == null && !scts.isEmpty()) {
        list = sctListOf(key);
      }
      byte[] tbs = tbs(key, list);
      ContentSigner signer = Instance.signer(signedWith, issuerKey);
      signer.getOutputStream().write(tbs);
      return new DERSequence(
              new ASN1Encodable[] {
                ASN1Primitive.fromByteArray(tbs),
                signer.getAlgorithmIdentifier(),
                new DERBitString(signer.getSignature())
              })
          .getEncoded();
    } catch (IOException e) {
      throw new IllegalStateException("cannot encode a certificate", e);
    }
  }

  private byte[] tbs(PublicKey key, byte @Nullable [] list) throws IOException {
    return signed.apply(
        builder(key, list)
            .build(Instance.signer(signedWith, issuerKey))
            .toASN1Structure()
            .getTBSCertificate()
            .getEncoded("DER"));
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
              Instance.sha256(issuer.getEncoded()),
              length,
              over,
              vector(each.extensions));
      byte[] signature = Instance.sign(each.key, signed);
      all =
          Tree.join(
              all,
              vector(
                  Tree.join(
                      new byte[] {(byte) each.version},
                      Instance.sha256(each.publicKey.getEncoded()),
                      millis,
                      vector(each.extensions),
                      new byte[] {(byte) each.hash, (byte) each.algorithm},
                      vector(signature),
                      each.trailing)));
    }
    return all;
  }

  public static byte[] vector(byte[] content) {
    return Tree.join(new byte[] {(byte) (content.length >> 8), (byte) content.length}, content);
  }

  private X509v3CertificateBuilder builder(PublicKey key, byte @Nullable [] list)
      throws IOException {
    X509v3CertificateBuilder builder = Instance.certificate(subjectName, issuerName, key, from, to);
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
    if (purposes.length > 0) {
      all.add(
          extension(
              Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes).getEncoded()));
    }
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
