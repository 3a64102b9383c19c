package io.bartizan.mtls.x509;

import java.math.BigInteger;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.jspecify.annotations.Nullable;

/**
 * The permitted or the excluded subtrees of one authority's name constraints (RFC 5280 section
 * 4.2.1.10), as sets: a name is looked up once for each of its labels, however many there are.
 */
public final class NameBounds {

  private final Set<Integer> kinds = new HashSet<>();
  private final Set<String> hosts = new HashSet<>();

  /** Of each host the name without its first label, which a wildcard would be completed to. */
  private final Set<String> parents = new HashSet<>();

  private final Set<String> mailboxes = new HashSet<>();
  private final Set<String> mailHosts = new HashSet<>();
  private final Set<String> mailDomains = new HashSet<>();
  private final Set<String> uriHosts = new HashSet<>();
  private final Set<String> uriDomains = new HashSet<>();
  private final Map<BigInteger, Set<BigInteger>> networks4 = new HashMap<>();
  private final Map<BigInteger, Set<BigInteger>> networks6 = new HashMap<>();
  private final Set<Integer> directoryLengths = new HashSet<>();
  private final Set<String> directories = new HashSet<>();
  private final boolean excluding;

  /**
   * Reads subtrees.
   *
   * @throws IllegalArgumentException if one can't be understood
   */
  public NameBounds(List<GeneralSubtree> subtrees, boolean excluding) {
    this.excluding = excluding;
    for (GeneralSubtree subtree : subtrees) {
      if (subtree.getMinimum().signum() != 0 || subtree.getMaximum() != null) {
        throw new IllegalArgumentException("a subtree has a distance");
      }
      add(subtree.getBase());
    }
  }

  private void add(GeneralName base) {
    kinds.add(base.getTagNo());
    switch (base.getTagNo()) {
      case GeneralName.dNSName -> addHost(host(text(base)));
      case GeneralName.rfc822Name -> addMail(text(base));
      case GeneralName.uniformResourceIdentifier -> {
        String host = host(text(base));
        if (host.startsWith(".")) {
          uriDomains.add(host.substring(1));
        } else {
          uriHosts.add(host);
        }
      }
      case GeneralName.iPAddress ->
          addNetwork(ASN1OctetString.getInstance(base.getName()).getOctets());
      case GeneralName.directoryName -> {
        X500Name name = X500Name.getInstance(base.getName());
        directoryLengths.add(name.getRDNs().length);
        directories.add(CertificateNames.canonical(name));
      }
      default -> {} // its kind alone counts: a name of it can't be compared
    }
  }

  /** A dot at the start is no form of a host's constraint: it excludes all below, permits none. */
  private void addHost(String host) {
    if (!host.startsWith(".")) {
      hosts.add(host);
      parents.add(host.substring(host.indexOf('.') + 1));
    } else if (excluding) {
      hosts.add(host.substring(1));
    }
  }

  private void addMail(String mail) {
    if (mail.indexOf('@') >= 0) {
      mailboxes.add(mailbox(mail));
    } else if (mail.startsWith(".")) {
      mailDomains.add(host(mail.substring(1)));
    } else {
      mailHosts.add(host(mail));
    }
  }

  private void addNetwork(byte[] network) {
    if (network.length != 8 && network.length != 32) {
      throw new IllegalArgumentException("a network has " + network.length + " bytes");
    }
    int half = network.length / 2;
    BigInteger mask = new BigInteger(1, Arrays.copyOfRange(network, half, network.length));
    int bits = half * 8;
    BigInteger hostPart = BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE).xor(mask);
    if (hostPart.and(hostPart.add(BigInteger.ONE)).signum() != 0) {
      throw new IllegalArgumentException("a network's mask has gaps");
    }
    BigInteger base = new BigInteger(1, Arrays.copyOf(network, half)).and(mask);
    (half == 4 ? networks4 : networks6).computeIfAbsent(mask, m -> new HashSet<>()).add(base);
  }

  private static String text(GeneralName name) {
    return name.getName().toString();
  }

  private static String host(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** The host of a mailbox in lower case; what stands before it is as it is. */
  private static String mailbox(String mail) {
    int at = mail.lastIndexOf('@');
    return mail.substring(0, at + 1) + host(mail.substring(at + 1));
  }

  /** A name that these subtrees forbid; null if there is none. */
  public @Nullable String offending(CertificateNames names) {
    if (kinds.isEmpty()) {
      return null;
    }
    for (GeneralName name : names.all()) {
      if (kinds.contains(name.getTagNo()) && isForbidden(name)) {
        return name.toString();
      }
    }
    return null;
  }

  /** What can't be compared is forbidden by both. */
  private boolean isForbidden(GeneralName name) {
    Boolean within =
        switch (name.getTagNo()) {
          case GeneralName.dNSName -> isHostWithin(host(text(name)));
          case GeneralName.rfc822Name -> isMailWithin(text(name));
          case GeneralName.uniformResourceIdentifier -> isUriWithin(text(name));
          case GeneralName.iPAddress ->
              isAddressWithin(ASN1OctetString.getInstance(name.getName()).getOctets());
          case GeneralName.directoryName -> isDirectoryWithin(X500Name.getInstance(name.getName()));
          default -> null;
        };
    return within == null || within == excluding;
  }

  /**
   * Below an authority that excludes {@code a.example}, a peer's {@code *.example} must not stand
   * for it (CVE-2025-61727), though as text it is no part of it.
   */
  private boolean isHostWithin(String host) {
    return isBelow(host, hosts)
        || (excluding && host.startsWith("*.") && parents.contains(host.substring(2)));
  }

  /** Whether a host, or what is left of it after some labels, is in a set; "" there is all. */
  private static boolean isBelow(String host, Set<String> set) {
    if (set.isEmpty()) {
      return false;
    }
    for (int from = 0; ; ) {
      if (set.contains(host.substring(from))) {
        return true;
      }
      int dot = host.indexOf('.', from);
      if (dot < 0) {
        return set.contains("");
      }
      from = dot + 1;
    }
  }

  private static boolean isStrictlyBelow(String host, Set<String> set) {
    int dot = host.indexOf('.');
    return dot >= 0 && isBelow(host.substring(dot + 1), set);
  }

  private @Nullable Boolean isMailWithin(String mail) {
    int at = mail.lastIndexOf('@');
    if (at < 0) {
      return null;
    }
    String host = host(mail.substring(at + 1));
    return mailboxes.contains(mailbox(mail))
        || mailHosts.contains(host)
        || mailHosts.contains("")
        || isStrictlyBelow(host, mailDomains);
  }

  /** A URI without a host's name must be refused where URIs are constrained. */
  private @Nullable Boolean isUriWithin(String text) {
    String host;
    try {
      String authority = new URI(text).getRawAuthority();
      host = authority == null ? null : authority.substring(authority.lastIndexOf('@') + 1);
    } catch (URISyntaxException e) {
      return null;
    }
    if (host == null || host.startsWith("[")) {
      return null;
    }
    int colon = host.indexOf(':');
    host = host(colon < 0 ? host : host.substring(0, colon));
    if (host.isEmpty() || IpAddress.normalized(host) != null) {
      return null;
    }
    return uriHosts.contains(host)
        || uriHosts.contains("")
        || isStrictlyBelow(host, uriDomains)
        || uriDomains.contains("");
  }

  private @Nullable Boolean isAddressWithin(byte[] address) {
    if (address.length != 4 && address.length != 16) {
      return null;
    }
    BigInteger value = new BigInteger(1, address);
    for (Map.Entry<BigInteger, Set<BigInteger>> masked :
        (address.length == 4 ? networks4 : networks6).entrySet()) {
      if (masked.getValue().contains(value.and(masked.getKey()))) {
        return true;
      }
    }
    return false;
  }

  private Boolean isDirectoryWithin(X500Name name) {
    for (int length : directoryLengths) {
      if (length <= name.getRDNs().length
          && directories.contains(
              CertificateNames.canonical(new X500Name(Arrays.copyOf(name.getRDNs(), length))))) {
        return true;
      }
    }
    return false;
  }
}
