package io.bartizan.testkit.sigstore.draft;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DLSequence;
import org.bouncycastle.asn1.DLSet;
import org.bouncycastle.asn1.DLTaggedObject;
import org.jspecify.annotations.Nullable;

/** A timestamp response to be made, good unless a field is changed; put together by hand. */
public final class Stamp {

  public static final String SHA256 = "2.16.840.1.101.3.4.2.1";
  private static final String TST_INFO = "1.2.840.113549.1.9.16.1.4";

  public PrivateKey key;
  public X509Certificate certificate;
  public X509Certificate named;
  public List<X509Certificate> embedded = new ArrayList<>();
  public byte[] over;
  public String time;
  public String imprintHash = "SHA-256";
  public String imprintOid = SHA256;
  public int status;
  public boolean token = true;
  public int signers = 1;
  public boolean contentType = true;
  public boolean messageDigest = true;
  public boolean signingCertificate = true;
  public boolean oldSigningCertificate;
  public boolean sorted = true;
  public @Nullable ASN1Encodable accuracy;
  public String signedWith = "1.2.840.10045.4.3.2";
  public int dataVersion = 3;
  public int infoVersion = 1;
  public String dataType = "1.2.840.113549.1.7.2";
  public String infoType = TST_INFO;
  public String attributeType = TST_INFO;
  public byte @Nullable [] digested;
  public byte[] ordering = {};
  public List<ASN1Encodable> further = new ArrayList<>();
  public UnaryOperator<byte[]> response = bytes -> bytes;

  public Stamp(Instance instance, byte[] signature, Instant moment) {
    this(instance.tsaKey.getPrivate(), instance.tsa, signature, moment);
  }

  public Stamp(PrivateKey key, X509Certificate certificate, byte[] signature, Instant moment) {
    this.key = key;
    this.certificate = certificate;
    named = certificate;
    over = signature;
    time = written(moment);
  }

  @CanIgnoreReturnValue
  public Stamp at(Instant moment) {
    time = written(moment);
    return this;
  }

  private static String written(Instant moment) {
    return moment.toString().replaceAll("[-:T]", "");
  }

  private static DLSequence sequence(ASN1Encodable... all) { // DER would sort a set inside
    return new DLSequence(all);
  }

  private static ASN1Encodable oid(String dots) {
    return new ASN1ObjectIdentifier(dots);
  }

  public static ASN1Encodable attribute(String type, ASN1Encodable value) {
    return sequence(oid(type), new DERSet(value));
  }

  public byte[] make() {
    try {
      ASN1Encodable status = sequence(new ASN1Integer(this.status));
      return response.apply(
          (token ? sequence(status, content()) : sequence(status)).getEncoded("DL"));
    } catch (IOException e) {
      throw new IllegalStateException("cannot encode a timestamp", e);
    }
  }

  /** The token alone, as Notation keeps it. */
  public byte[] token() {
    try {
      return content().toASN1Primitive().getEncoded("DL");
    } catch (IOException e) {
      throw new IllegalStateException("cannot encode a timestamp", e);
    }
  }

  private static byte[] element(int tag, byte[] content) {
    int length = content.length;
    byte[] head =
        length < 128
            ? new byte[] {(byte) tag, (byte) length}
            : length < 256
                ? new byte[] {(byte) tag, (byte) 0x81, (byte) length}
                : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
    return Tree.join(head, content);
  }

  private ASN1Encodable content() throws IOException {
    List<byte[]> info = new ArrayList<>();
    info.add(new ASN1Integer(infoVersion).getEncoded());
    info.add(new ASN1ObjectIdentifier("1.3.6.1.4.1.57264.2").getEncoded());
    info.add(
        sequence(sequence(oid(imprintOid)), new DEROctetString(Instance.hash(imprintHash, over)))
            .getEncoded());
    info.add(new ASN1Integer(7).getEncoded());
    info.add(element(0x18, time.getBytes(US_ASCII))); // as it is
    if (accuracy != null) {
      info.add(accuracy.toASN1Primitive().getEncoded());
    }
    info.add(ordering);
    byte[] tst = element(0x30, Tree.join(info.toArray(byte[][]::new)));
    ASN1EncodableVector signed = new ASN1EncodableVector();
    signed.add(new ASN1Integer(dataVersion));
    signed.add(new DERSet(sequence(oid(SHA256))));
    signed.add(sequence(oid(infoType), new DLTaggedObject(true, 0, new DEROctetString(tst))));
    if (!embedded.isEmpty()) {
      ASN1EncodableVector bag = new ASN1EncodableVector();
      for (X509Certificate each : embedded) {
        bag.add(ASN1Primitive.fromByteArray(Instance.der(each)));
      }
      signed.add(new DLTaggedObject(false, 0, new DLSet(bag)));
    }
    ASN1EncodableVector infos = new ASN1EncodableVector();
    for (int i = 0; i < signers; i++) {
      infos.add(signer(tst));
    }
    signed.add(new DLSet(infos));
    return sequence(oid(dataType), new DLTaggedObject(true, 0, new DLSequence(signed)));
  }

  private ASN1Encodable signer(byte[] tst) throws IOException {
    ASN1Set attributes = attributes(tst);
    byte[] encoded = attributes.getEncoded("DL");
    return sequence(
        new ASN1Integer(1),
        sequence(
            ASN1Primitive.fromByteArray(named.getIssuerX500Principal().getEncoded()),
            new ASN1Integer(named.getSerialNumber())),
        sequence(oid(SHA256)),
        new DLTaggedObject(false, 0, attributes),
        sequence(oid(signedWith)),
        new DEROctetString(Instance.sign(key, encoded)));
  }

  private ASN1Set attributes(byte[] tst) {
    ASN1EncodableVector all = new ASN1EncodableVector();
    if (contentType) {
      all.add(attribute("1.2.840.113549.1.9.3", oid(attributeType)));
    }
    if (messageDigest) {
      byte[] digest = Instance.hash("SHA-256", digested == null ? tst : digested);
      all.add(attribute("1.2.840.113549.1.9.4", new DEROctetString(digest)));
    }
    if (signingCertificate) {
      String hash = oldSigningCertificate ? "SHA-1" : "SHA-256";
      all.add(
          attribute(
              "1.2.840.113549.1.9.16.2." + (oldSigningCertificate ? 12 : 47),
              sequence(
                  sequence(
                      sequence(
                          new DEROctetString(Instance.hash(hash, Instance.der(certificate))))))));
    }
    further.forEach(all::add);
    if (sorted) {
      return new DERSet(all);
    }
    ASN1EncodableVector reversed = new ASN1EncodableVector();
    ASN1Set right = new DERSet(all);
    for (int i = right.size() - 1; i >= 0; i--) {
      reversed.add(right.getObjectAt(i));
    }
    return new DLSet(reversed);
  }

  public static ASN1Encodable millis(int millis) {
    return sequence(new DLTaggedObject(false, 0, new ASN1Integer(millis)));
  }

  public static ASN1Encodable seconds(long seconds) {
    return sequence(new ASN1Integer(BigInteger.valueOf(seconds)));
  }
}
