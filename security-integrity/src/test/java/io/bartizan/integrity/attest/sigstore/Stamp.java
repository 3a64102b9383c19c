package io.bartizan.integrity.attest.sigstore;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.integrity.der.Der;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

/** A timestamp response to be made, good unless a field is changed; put together by hand. */
public final class Stamp {

  static final String SHA256 = "2.16.840.1.101.3.4.2.1";
  private static final String TST_INFO = "1.2.840.113549.1.9.16.1.4";

  public PrivateKey key;
  public X509Certificate certificate;
  public X509Certificate named;
  public List<X509Certificate> embedded = new ArrayList<>();
  public byte[] over;
  String time = "20260601120500Z";
  String imprintHash = "SHA-256";
  String imprintOid = SHA256;
  int status;
  boolean token = true;
  int signers = 1;
  boolean contentType = true;
  boolean messageDigest = true;
  boolean signingCertificate = true;
  boolean oldSigningCertificate;
  boolean sorted = true;
  public ASN1Encodable accuracy;
  String signedWith = "1.2.840.10045.4.3.2";
  int dataVersion = 3;
  int infoVersion = 1;
  String dataType = "1.2.840.113549.1.7.2";
  String infoType = TST_INFO;
  String attributeType = TST_INFO;
  byte[] digested;
  byte[] ordering = {};
  List<ASN1Encodable> further = new ArrayList<>();

  Stamp(World world, byte[] signature) {
    this(world.tsaKey.getPrivate(), world.tsa, signature);
  }

  public Stamp(PrivateKey key, X509Certificate certificate, byte[] signature) {
    this.key = key;
    this.certificate = certificate;
    named = certificate;
    over = signature;
  }

  @CanIgnoreReturnValue
  public Stamp at(Instant moment) {
    time = moment.toString().replaceAll("[-:T]", "");
    return this;
  }

  private static byte[] hash(String name, byte[] content) {
    try {
      return MessageDigest.getInstance(name).digest(content);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static DLSequence sequence(ASN1Encodable... all) { // DER would sort a set inside
    return new DLSequence(all);
  }

  private static ASN1Encodable oid(String dots) {
    return new ASN1ObjectIdentifier(dots);
  }

  static ASN1Encodable attribute(String type, ASN1Encodable value) {
    return sequence(oid(type), new DERSet(value));
  }

  byte[] make() {
    try {
      ASN1Encodable status = sequence(new ASN1Integer(this.status));
      return (token ? sequence(status, content()) : sequence(status)).getEncoded("DL");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The token alone, as Notation keeps it. */
  public byte[] token() {
    try {
      return content().toASN1Primitive().getEncoded("DL");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private ASN1Encodable content() throws IOException {
    List<byte[]> info = new ArrayList<>();
    info.add(new ASN1Integer(infoVersion).getEncoded());
    info.add(new ASN1ObjectIdentifier("1.3.6.1.4.1.57264.2").getEncoded());
    info.add(
        sequence(sequence(oid(imprintOid)), new DEROctetString(hash(imprintHash, over)))
            .getEncoded());
    info.add(new ASN1Integer(7).getEncoded());
    info.add(Der.encode(0x18, List.of(time.getBytes(StandardCharsets.US_ASCII)))); // as it is
    if (accuracy != null) {
      info.add(accuracy.toASN1Primitive().getEncoded());
    }
    info.add(ordering);
    byte[] tst = Der.encode(Der.SEQUENCE, info);
    ASN1EncodableVector signed = new ASN1EncodableVector();
    signed.add(new ASN1Integer(dataVersion));
    signed.add(new DERSet(sequence(oid(SHA256))));
    signed.add(sequence(oid(infoType), new DLTaggedObject(true, 0, new DEROctetString(tst))));
    if (!embedded.isEmpty()) {
      ASN1EncodableVector bag = new ASN1EncodableVector();
      for (X509Certificate each : embedded) {
        bag.add(ASN1Primitive.fromByteArray(World.der(each)));
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
        new DEROctetString(World.sign(key, encoded)));
  }

  private ASN1Set attributes(byte[] tst) {
    ASN1EncodableVector all = new ASN1EncodableVector();
    if (contentType) {
      all.add(attribute("1.2.840.113549.1.9.3", oid(attributeType)));
    }
    if (messageDigest) {
      byte[] digest = hash("SHA-256", digested == null ? tst : digested);
      all.add(attribute("1.2.840.113549.1.9.4", new DEROctetString(digest)));
    }
    if (signingCertificate) {
      String hash = oldSigningCertificate ? "SHA-1" : "SHA-256";
      all.add(
          attribute(
              "1.2.840.113549.1.9.16.2." + (oldSigningCertificate ? 12 : 47),
              sequence(
                  sequence(sequence(new DEROctetString(hash(hash, World.der(certificate))))))));
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

  static ASN1Encodable millis(int millis) {
    return sequence(new DLTaggedObject(false, 0, new ASN1Integer(millis)));
  }

  public static ASN1Encodable seconds(long seconds) {
    return sequence(new ASN1Integer(BigInteger.valueOf(seconds)));
  }
}
