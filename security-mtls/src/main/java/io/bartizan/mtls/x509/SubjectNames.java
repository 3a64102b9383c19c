package io.bartizan.mtls.x509;

import io.bartizan.core.house.Sha256;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.jspecify.annotations.Nullable;

/**
 * The names of one certificate: its subject alternative names, its SPIFFE ID and the pin of its
 * key.
 *
 * @param dns dNSName entries as presented, wildcards included
 * @param uris uniformResourceIdentifier entries as presented
 * @param ips iPAddress entries, normalized
 * @param emails rfc822Name entries as presented
 * @param spiffeId if the certificate is a valid X.509-SVID
 */
public record SubjectNames(
    X509Certificate certificate,
    List<String> dns,
    List<String> uris,
    List<String> ips,
    List<String> emails,
    @Nullable SpiffeId spiffeId) {

  private static final String SAN_OID = "2.5.29.17";
  private static final int EMAIL = 1;
  private static final int DNS = 2;
  private static final int URI = 6;
  private static final int IP = 7;
  private static final int MAX_NAMES = 1000;

  /** How {@code getKeyUsage} numbers keyCertSign and cRLSign. */
  private static final int KEY_CERT_SIGN = 5;

  private static final int CRL_SIGN = 6;

  /** Refuses names that two readers could read differently. */
  public static SubjectNames of(X509Certificate certificate) throws MalformedNamesException {
    Collection<List<?>> entries = entries(certificate);
    if (entries.size() > MAX_NAMES) {
      throw malformed("more than " + MAX_NAMES + " names");
    }
    List<String> dns = new ArrayList<>();
    List<String> uris = new ArrayList<>();
    List<String> ips = new ArrayList<>();
    List<String> emails = new ArrayList<>();
    for (List<?> entry : entries) {
      if (entry.get(0) instanceof Integer type && entry.get(1) instanceof String name) {
        switch (type) {
          case DNS -> dns.add(dnsName(name));
          case URI -> uris.add(printable(name, "uniformResourceIdentifier"));
          case IP -> ips.add(address(name));
          case EMAIL -> emails.add(printable(name, "rfc822Name"));
          default -> {} // directory names and object identifiers identify nobody here
        }
      }
    }
    if (!ips.isEmpty()) {
      refuseMapped(certificate);
    }
    return new SubjectNames(
        certificate,
        List.copyOf(dns),
        List.copyOf(uris),
        List.copyOf(ips),
        List.copyOf(emails),
        spiffeId(certificate, uris));
  }

  /** The same certificate with no names beside its SPIFFE ID. */
  public SubjectNames spiffeIdAlone() {
    return new SubjectNames(certificate, List.of(), uris, List.of(), List.of(), spiffeId);
  }

  /** Whether a dNSName covers the host; wildcards count where the peer is a server. */
  public boolean hasDns(String host, boolean withWildcards) {
    return dns.stream()
        .anyMatch(
            presented ->
                (withWildcards || !presented.startsWith("*")) && HostName.covers(presented, host));
  }

  /** RFC 7469 section 2.4: {@code sha256/} and the hash of the public key in base64. */
  public static String spkiPin(X509Certificate certificate) {
    byte[] hash = Sha256.of(certificate.getPublicKey().getEncoded());
    return "sha256/" + Base64.getEncoder().encodeToString(hash);
  }

  private static Collection<List<?>> entries(X509Certificate certificate)
      throws MalformedNamesException {
    try {
      Collection<List<?>> entries = certificate.getSubjectAlternativeNames();
      if (entries != null) {
        return entries;
      }
    } catch (CertificateParsingException e) {
      throw malformed("the extension can't be parsed");
    }
    // The JDK drops an extension that is not critical and that it can't parse.
    if (certificate.getExtensionValue(SAN_OID) != null) {
      throw malformed("the extension can't be parsed");
    }
    return List.of();
  }

  private static String printable(String name, String kind) throws MalformedNamesException {
    if (name.isEmpty() || !name.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw malformed(kind + " is empty or has a character outside printable ASCII: " + name);
    }
    return name;
  }

  /** RFC 5280 section 4.2.1.6; a dot at the start is the form of a constraint. */
  private static String dnsName(String name) throws MalformedNamesException {
    if (name.startsWith(".")) {
      throw malformed("dNSName begins with a dot: " + name);
    }
    return printable(name, "dNSName");
  }

  private static String address(String text) throws MalformedNamesException {
    String address = IpAddress.normalized(text);
    if (address == null) {
      throw malformed("iPAddress is not an address: " + text);
    }
    return address;
  }

  /**
   * The JDK shows {@code ::ffff:10.0.0.1} as {@code 10.0.0.1}, but an authority's constraint on
   * IPv4 addresses does not reach the sixteen bytes of the former.
   */
  private static void refuseMapped(X509Certificate certificate) throws MalformedNamesException {
    byte[] extension = certificate.getExtensionValue(SAN_OID);
    if (extension == null) {
      return;
    }
    byte[] der = ASN1OctetString.getInstance(extension).getOctets();
    for (GeneralName name : GeneralNames.getInstance(der).getNames()) {
      if (name.getTagNo() == GeneralName.iPAddress
          && isMapped(ASN1OctetString.getInstance(name.getName()).getOctets())) {
        throw malformed("an IPv4 address is written as one of IPv6");
      }
    }
  }

  private static boolean isMapped(byte[] address) {
    boolean mapped = address.length == 16 && address[10] == -1 && address[11] == -1;
    for (int i = 0; i < 10 && mapped; i++) {
      mapped = address[i] == 0;
    }
    return mapped;
  }

  /**
   * The SPIFFE ID if certificate and names keep the X.509-SVID standard, sections 2, 3.2 and 4; a
   * leaf's ID has a path, for without one it names the whole trust domain.
   */
  private static @Nullable SpiffeId spiffeId(X509Certificate leaf, List<String> uris) {
    if (uris.size() != 1 || leaf.getBasicConstraints() >= 0) {
      return null;
    }
    boolean[] usage = leaf.getKeyUsage();
    if (usage != null && (usage[KEY_CERT_SIGN] || usage[CRL_SIGN])) {
      return null;
    }
    SpiffeId id = SpiffeId.parse(uris.get(0));
    return id == null || id.path().isEmpty() ? null : id;
  }

  private static MalformedNamesException malformed(String what) {
    return new MalformedNamesException("the subject alternative names: " + what);
  }
}
