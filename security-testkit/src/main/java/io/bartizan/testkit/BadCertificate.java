package io.bartizan.testkit;

import static org.bouncycastle.asn1.x509.GeneralName.rfc822Name;

import com.google.errorprone.annotations.Immutable;
import java.time.Duration;
import java.util.Locale;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/**
 * The faults of a peer's certificate that a verifier must find; each is made by {@link
 * BadCertificates#of}.
 *
 * <p>Kinds whose sentence begins with "Every verifier" carry both names that are expected, so only
 * what the sentence names can be the ground of a refusal. The others are rightly issued, and their
 * names alone are wrong.
 */
public enum BadCertificate {
  /** Past its end. */
  EXPIRED("Every verifier: its validity ended an hour ago.", bad -> bad.leaf(bad::expire)),
  /** Before its start. */
  NOT_YET_VALID(
      "Every verifier: its validity begins in an hour.",
      bad ->
          bad.leaf(
              draft -> {
                draft.notBefore = bad.now().plus(Duration.ofHours(1));
                draft.notAfter = bad.now().plus(Duration.ofHours(2));
              })),
  /** Intermediate past its end. */
  INTERMEDIATE_EXPIRED(
      "Every verifier: the validity of the intermediate ended an hour ago.",
      bad -> bad.below(bad::expire)),
  /** Trusted root past its end. */
  ROOT_EXPIRED(
      "Every verifier: the validity of the trusted root ended an hour ago.",
      bad -> bad.leaf(bad.otherRoot("Expired Root", bad::expire), draft -> {})),
  /** A server's certificate for clients only, or the other way round. */
  WRONG_PURPOSE(
      "Every verifier: its extended key usage is the other role's.",
      bad ->
          bad.leaf(
              draft ->
                  draft.purposes(
                      bad.isServer()
                          ? KeyPurposeId.id_kp_clientAuth
                          : KeyPurposeId.id_kp_serverAuth))),
  /** For signing code. */
  UNRELATED_PURPOSE(
      "Every verifier: its extended key usage is code signing alone.",
      bad -> bad.leaf(draft -> draft.purposes(KeyPurposeId.id_kp_codeSigning))),
  /** A key that may not sign. */
  NO_DIGITAL_SIGNATURE(
      "Every verifier: its key usage lacks digitalSignature, by which a peer proves its key.",
      bad -> bad.leaf(draft -> draft.usage(KeyUsage.keyAgreement))),
  /** A CA's certificate as a peer's. */
  CA_AS_LEAF(
      "Every verifier: a certificate authority's certificate is no peer's.",
      bad -> bad.leaf(draft -> draft.authority(new BasicConstraints(true)))),
  /** A key below 2048 bits. */
  WEAK_RSA("Every verifier: its RSA key has 1024 bits.", BadDrafts::weakRsa),
  /** An intermediate's key below 2048 bits. */
  WEAK_RSA_INTERMEDIATE(
      "Every verifier: the RSA key of the intermediate has 1024 bits.",
      BadDrafts::weakRsaIntermediate),
  /** Signed over SHA-1. */
  SHA1_SIGNATURE(
      "Every verifier: its signature is over SHA-1, for which collisions were made.",
      bad -> bad.leaf(draft -> draft.signatureAlgorithm = "SHA1withECDSA")),
  /** Intermediate signed over SHA-1. */
  SHA1_INTERMEDIATE(
      "Every verifier: the signature of the intermediate is over SHA-1.",
      bad -> bad.below(draft -> draft.signatureAlgorithm = "SHA1withECDSA")),
  /** A signature that does not verify. */
  BAD_SIGNATURE("Every verifier: its signature was changed.", ForgedCertificates::badSignature),
  /** An intermediate's signature that does not verify. */
  BAD_INTERMEDIATE_SIGNATURE(
      "Every verifier: the signature of the intermediate was changed.",
      ForgedCertificates::badIntermediateSignature),
  /** CVE-2022-21449. */
  PSYCHIC_SIGNATURE(
      "Every verifier: its ECDSA signature is zero, as in CVE-2022-21449.",
      ForgedCertificates::psychicSignature),
  /** The signature algorithm is said twice and differs. */
  ALGORITHM_MISMATCH(
      "Every verifier: the signed part names another signature algorithm.",
      ForgedCertificates::algorithmMismatch),
  /** An extension that must be understood and is not. */
  UNKNOWN_CRITICAL_EXTENSION(
      "Every verifier: it has a critical extension that nobody knows.",
      bad -> bad.leaf(BadCertificates::unknownCriticalExtension)),
  /** The same on an intermediate. */
  INTERMEDIATE_UNKNOWN_CRITICAL_EXTENSION(
      "Every verifier: the intermediate has a critical extension that nobody knows.",
      bad -> bad.below(BadCertificates::unknownCriticalExtension)),
  /** The same on the root. */
  ROOT_UNKNOWN_CRITICAL_EXTENSION(
      "Every verifier: the trusted root has a critical extension that nobody knows.",
      bad ->
          bad.leaf(
              bad.otherRoot("Unknown Root", BadCertificates::unknownCriticalExtension),
              draft -> {})),
  /** Signed by itself. */
  SELF_SIGNED("Every verifier: it is signed by itself.", BadDrafts::selfSigned),
  /** Signed by itself, under the root's name. */
  SELF_SIGNED_TWIN(
      "Every verifier: it bears the name of the root, and is signed by itself.",
      BadDrafts::selfSignedTwin),
  /** A chain to a root that is not trusted. */
  OTHER_ROOT(
      "Every verifier: its root is not trusted.",
      bad -> bad.shownToRoot(bad.leaf(bad.otherRoot("Other Root", root -> {}), draft -> {}))),
  /** A chain to a root that bears the trusted one's name. */
  OTHER_ROOT_SAME_NAME(
      "Every verifier: its root has the name of the trusted one, and another key.",
      BadDrafts::sameNamedRoot),
  /** The same, and the false root is sent along. */
  OTHER_ROOT_SENT(
      "Every verifier: a root sent by the peer is not trusted for that.",
      BadDrafts::sameNamedRootSent),
  /** A gap between the leaf and the root. */
  MISSING_INTERMEDIATE(
      "Every verifier: the chain lacks the intermediate, and nothing may be fetched.",
      bad -> bad.withChain(bad.good())),
  /** Issued by a peer's certificate. */
  ISSUED_BY_LEAF(
      "Every verifier: it was issued by a peer's certificate, which is no CA's.",
      bad ->
          bad.below(
              draft ->
                  draft
                      .with(Extension.basicConstraints, true, new BasicConstraints(false))
                      .usage(KeyUsage.digitalSignature))),
  /** An intermediate that does not say it is a CA. */
  INTERMEDIATE_WITHOUT_BASIC_CONSTRAINTS(
      "Every verifier: the intermediate does not say that it is a CA.",
      bad -> bad.below(draft -> draft.without(Extension.basicConstraints))),
  /** An intermediate that may not sign certificates. */
  INTERMEDIATE_MAY_NOT_SIGN(
      "Every verifier: the key usage of the intermediate lacks keyCertSign.",
      bad -> bad.below(draft -> draft.usage(KeyUsage.cRLSign))),
  /** An intermediate of version 1. */
  VERSION_1_INTERMEDIATE(
      "Every verifier: the intermediate is of version 1 and cannot say that it is a CA.",
      ForgedCertificates::versionOneIntermediate),
  /** An intermediate below one that allows none. */
  PATH_LENGTH_EXCEEDED(
      "Every verifier: an intermediate with path length 0 issued another intermediate.",
      BadDrafts::pathLengthExceeded),
  /** More intermediates than anyone needs. */
  CHAIN_TOO_LONG(
      "Every verifier: twelve intermediates only cost the verifier time.", BadDrafts::chainTooLong),
  /** A name outside the intermediate's constraint. */
  NAME_CONSTRAINT_VIOLATED(
      "Every verifier: the intermediate permits DNS names of other.example only.",
      bad ->
          bad.leaf(
              DevCa.builder("Bound")
                  .withIssuer(bad.root())
                  .withPermittedDns("other.example")
                  .build(),
              draft -> {})),
  /** A URI outside the intermediate's constraint. */
  URI_CONSTRAINT_VIOLATED(
      "Every verifier: the intermediate permits URIs of other.example only.",
      bad ->
          bad.leaf(
              DevCa.builder("Bound")
                  .withIssuer(bad.root())
                  .withPermittedUriHost("other.example")
                  .build(),
              draft -> {})),
  /** A name that the root excludes. */
  ROOT_NAME_CONSTRAINT_VIOLATED(
      "Every verifier: the trusted root excludes its DNS name.",
      bad ->
          bad.leaf(
              DevCa.builder("Bound Root")
                  .withClock(bad.root().clock())
                  .withExcludedDns(bad.dnsName())
                  .build(),
              draft -> {})),
  /** A trust domain outside the root's constraint. */
  ROOT_URI_CONSTRAINT_VIOLATED(
      "Every verifier: the trusted root permits URIs of other.example only.",
      bad ->
          bad.leaf(
              DevCa.builder("Bound Root")
                  .withClock(bad.root().clock())
                  .withPermittedUriHost("other.example")
                  .build(),
              draft -> {})),
  /** An expired peer's certificate that was itself put among the roots. */
  EXPIRED_LEAF_AMONG_ROOTS(
      "Every verifier: a peer's certificate among the roots is no root, and it has expired.",
      BadDrafts::anchoredLeaf),

  /** The name is the common name, and nowhere else. */
  COMMON_NAME_ONLY(
      "A verifier of DNS names: the subject's common name is no identity (RFC 9525).",
      BadDrafts::commonNameOnly),
  /** The same in a certificate of version 1. */
  VERSION_1_LEAF(
      "A verifier of DNS names: version 1 has a common name and no other.",
      ForgedCertificates::versionOneLeaf),
  /** The name is in the organisation's text. */
  COMMON_NAME_IN_ORGANIZATION(
      "A verifier of DNS names: 'CN=' within the organisation is text.",
      BadDrafts::nameInOrganization),
  /** No name in the extension for names. */
  EMPTY_NAMES("A verifier of any name: its list of names is empty.", BadCertificates::named),
  /** A name of no characters. */
  EMPTY_DNS_NAME("A verifier of DNS names: its DNS name is empty.", bad -> bad.dns("")),
  /** The right names, on the intermediate. */
  NAMES_ON_INTERMEDIATE(
      "A verifier of any name: only the leaf's names are the peer's (CVE-2023-2422).",
      BadDrafts::namesOnIntermediate),
  /** Another name. */
  OTHER_DNS_NAME("A verifier of DNS names: it is another's.", bad -> bad.dns("other.example")),
  /** A name that ends like the right one. */
  DNS_NAME_WITH_PREFIX(
      "A verifier of DNS names: its name only ends like the expected one.",
      bad -> bad.dns("evil" + bad.dnsName())),
  /** A name that begins like the right one. */
  DNS_NAME_WITH_SUFFIX(
      "A verifier of DNS names: its name only begins like the expected one.",
      bad -> bad.dns(bad.dnsName() + ".evil.example")),
  /** A name that a C program would cut. */
  NUL_IN_DNS_NAME(
      "A verifier of DNS names: a NUL follows the expected name.",
      bad -> bad.dns(bad.dnsName() + "\0.evil.example")),
  /** A name with a space behind it. */
  DNS_NAME_WITH_SPACE(
      "A verifier of DNS names: a space follows the expected name.",
      bad -> bad.dns(bad.dnsName() + " ")),
  /** CVE-2020-14577: a name that is the same after normalisation. */
  NON_ASCII_DNS_NAME(
      "A verifier of DNS names: an ideographic full stop is no dot (CVE-2020-14577).",
      bad -> bad.dns(bad.dnsName().replace('.', '\u3002'))),
  /** A wildcard for part of a label. */
  PARTIAL_WILDCARD(
      "A verifier of DNS names: a wildcard stands for a whole label only (RFC 9525).",
      bad -> bad.dns(bad.dnsName().charAt(0) + "*." + bad.parentDomain())),
  /** A wildcard that is not the first label. */
  WILDCARD_NOT_FIRST(
      "A verifier of DNS names: a wildcard stands for the first label only.",
      bad -> bad.dns(bad.dnsName().substring(0, bad.dnsName().lastIndexOf('.')) + ".*")),
  /** Only wildcards. */
  WILDCARDS_ONLY(
      "A verifier of DNS names: one wildcard is allowed.",
      bad -> bad.dns(bad.dnsName().replaceAll("[^.]+", "*"))),
  /** One wildcard for everything. */
  BARE_WILDCARD("A verifier of DNS names: one wildcard is no name.", bad -> bad.dns("*")),
  /** A wildcard for what is below the name. */
  WILDCARD_BELOW(
      "A verifier of DNS names: a wildcard never stands for no label.",
      bad -> bad.dns("*." + bad.dnsName())),
  /** A name as a constraint is written. */
  LEADING_DOT(
      "A verifier of DNS names: only a constraint may begin with a dot.",
      bad -> bad.dns("." + bad.parentDomain())),
  /** An address as a DNS name. */
  IP_AS_DNS_NAME(
      "A verifier of any name: an address is no DNS name, and no DNS name an address.",
      bad -> bad.dns("127.0.0.1")),
  /** The name within a URI. */
  DNS_NAME_IN_URI(
      "A verifier of DNS names: the host of a URI is not one.",
      bad -> bad.uri("https://" + bad.dnsName() + "/")),
  /** The name as an e-mail address's host. */
  DNS_NAME_IN_EMAIL(
      "A verifier of DNS names: the host of an e-mail address is not one.",
      bad -> bad.named(BadCertificates.name(rfc822Name, "ops@" + bad.dnsName()))),

  /** Another trust domain. */
  OTHER_TRUST_DOMAIN(
      "A verifier of SPIFFE IDs: the trust domain is another.",
      bad -> bad.uri("spiffe://evil.example" + bad.spiffePath())),
  /** Another path. */
  OTHER_SPIFFE_PATH(
      "A verifier of SPIFFE IDs: the path only begins like the expected one.",
      bad -> bad.uri(bad.spiffeId() + "-evil")),
  /** The trust domain alone. */
  SPIFFE_WITHOUT_PATH(
      "A verifier of SPIFFE IDs: it names the trust domain, not a workload.",
      bad -> bad.uri("spiffe://" + bad.trustDomain())),
  /** Two identities. */
  TWO_SPIFFE_IDS(
      "A verifier of SPIFFE IDs: it has two, and must have one.",
      bad -> bad.uri(bad.spiffeId(), "spiffe://evil.example/admin")),
  /** A SPIFFE ID and another URI. */
  SPIFFE_AND_OTHER_URI(
      "A verifier of SPIFFE IDs: it has a second URI, and must have one.",
      bad -> bad.uri("https://evil.example/", bad.spiffeId())),
  /** A SPIFFE ID that may sign certificates. */
  SPIFFE_MAY_SIGN_CERTIFICATES(
      "A verifier of SPIFFE IDs: its key usage has keyCertSign, which a workload's may not.",
      bad -> BadDrafts.spiffeWithUsage(bad, KeyUsage.keyCertSign)),
  /** A SPIFFE ID that may sign revocation lists. */
  SPIFFE_MAY_SIGN_CRLS(
      "A verifier of SPIFFE IDs: its key usage has cRLSign, which a workload's may not.",
      bad -> BadDrafts.spiffeWithUsage(bad, KeyUsage.cRLSign)),
  /** A port. */
  SPIFFE_WITH_PORT(
      "A verifier of SPIFFE IDs: it has a port.",
      bad -> bad.uri("spiffe://" + bad.trustDomain() + ":443" + bad.spiffePath())),
  /** A user. */
  SPIFFE_WITH_USER(
      "A verifier of SPIFFE IDs: it has a user.",
      bad -> bad.uri("spiffe://root@" + bad.trustDomain() + bad.spiffePath())),
  /** A query. */
  SPIFFE_WITH_QUERY(
      "A verifier of SPIFFE IDs: it has a query.", bad -> bad.uri(bad.spiffeId() + "?a=b")),
  /** A fragment. */
  SPIFFE_WITH_FRAGMENT(
      "A verifier of SPIFFE IDs: it has a fragment.", bad -> bad.uri(bad.spiffeId() + "#a")),
  /** Parent segments. */
  SPIFFE_WITH_DOT_SEGMENTS(
      "A verifier of SPIFFE IDs: '..' is no segment.",
      bad -> bad.uri("spiffe://" + bad.trustDomain() + "/x/.." + bad.spiffePath())),
  /** An escape. */
  SPIFFE_WITH_PERCENT(
      "A verifier of SPIFFE IDs: an escape is not decoded but refused.",
      bad ->
          bad.uri(
              bad.spiffeId().substring(0, bad.spiffeId().length() - 1)
                  + String.format(
                      Locale.ROOT,
                      "%%%02x",
                      (int) bad.spiffeId().charAt(bad.spiffeId().length() - 1)))),
  /** Another case. */
  SPIFFE_UPPER_CASE_TRUST_DOMAIN(
      "A verifier of SPIFFE IDs: a trust domain is lower-case.",
      bad -> bad.uri("spiffe://" + bad.trustDomain().toUpperCase(Locale.ROOT) + bad.spiffePath())),
  /** Another scheme. */
  SPIFFE_OTHER_SCHEME(
      "A verifier of SPIFFE IDs: the scheme is https.",
      bad -> bad.uri("https" + bad.spiffeId().substring("spiffe".length()))),
  /** A slash at the end. */
  SPIFFE_TRAILING_SLASH(
      "A verifier of SPIFFE IDs: it ends with a slash.", bad -> bad.uri(bad.spiffeId() + "/")),
  /** An empty segment. */
  SPIFFE_EMPTY_SEGMENT(
      "A verifier of SPIFFE IDs: it has an empty segment.",
      bad -> bad.uri("spiffe://" + bad.trustDomain() + "/" + bad.spiffePath())),
  /** A NUL. */
  NUL_IN_SPIFFE_ID(
      "A verifier of SPIFFE IDs: a NUL follows the expected one.",
      bad -> bad.uri(bad.spiffeId() + "\0/evil")),
  /** More than 2048 bytes. */
  SPIFFE_TOO_LONG(
      "A verifier of SPIFFE IDs: it has more than 2048 bytes.",
      bad -> bad.uri(bad.spiffeId() + "/" + "a".repeat(2048))),
  /** The SPIFFE ID as a DNS name. */
  SPIFFE_AS_DNS_NAME(
      "A verifier of SPIFFE IDs: it stands where DNS names stand.", bad -> bad.dns(bad.spiffeId()));

  private final String why;
  private final Maker maker;

  BadCertificate(String why, Maker maker) {
    this.why = why;
    this.maker = maker;
  }

  /**
   * Who has to refuse it, and why.
   *
   * @return one English sentence
   */
  public String why() {
    return why;
  }

  DevCertificate make(BadCertificates bad) {
    return maker.make(bad);
  }

  @Immutable
  @FunctionalInterface
  private interface Maker {
    DevCertificate make(BadCertificates bad);
  }
}
