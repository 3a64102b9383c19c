package io.bartizan.mtls;

import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.mtls.x509.NameKind;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The sources of revocation: CRL files, deny-lists, and on clients the OCSP response that the
 * server staples. Nothing is ever fetched during a handshake; whoever fetches lists writes them to
 * the watched files.
 *
 * <p>With lists, every certificate of a path except the anchor must be covered by a list of its
 * issuer that is not stale, or the peer is refused; {@link #withStaleGrace} and {@link
 * #withUnlistedIssuersAccepted} declare otherwise. A list applies at once: to new handshakes, to
 * resumed sessions, whose tickets end with the generation, and to open connections, which fail at
 * their next read or write. A list covers what its scope says and no more (RFC 5280 section 5.2.5);
 * a list that is older than the one that serves is refused. Clocks differ, so lists and staples
 * count from five minutes before their thisUpdate on. Immutable, thread-safe.
 *
 * <pre>{@code
 * Revocation data = Revocation.crls(Path.of("/tls/crls"))
 *     .withDenyList(Path.of("/tls/denied.txt"))
 *     .withStaleGrace(Duration.ofHours(6));
 * }</pre>
 */
public final class Revocation {

  private static final Revocation NONE =
      new Revocation(List.of(), List.of(), Set.of(), Set.of(), Terms.STRICT);

  /** How far ahead of our clock an issuer's may be; its data is often as new as the connection. */
  static final Duration SKEW = Duration.ofMinutes(5);

  private static final Duration MAX_GRACE = Duration.ofDays(30);
  private static final int MAX_LIST_BYTES = 256 * 1024 * 1024;

  private final List<Path> crls;
  private final List<Path> denyLists;
  private final Set<BigInteger> serials;
  private final Set<String> pins;
  private final Terms terms;

  /** How strictly the data is taken. */
  private record Terms(
      Duration grace,
      boolean unlistedAccepted,
      boolean pointlessCovered,
      boolean stapleRequired,
      int maxListBytes) {
    static final Terms STRICT =
        new Terms(Duration.ZERO, false, false, false, MaterialReader.MAX_BYTES);
  }

  private Revocation(
      List<Path> crls,
      List<Path> denyLists,
      Set<BigInteger> serials,
      Set<String> pins,
      Terms terms) {
    this.crls = crls;
    this.denyLists = denyLists;
    this.serials = serials;
    this.pins = pins;
    this.terms = terms;
  }

  private Revocation with(Terms other) {
    return new Revocation(crls, denyLists, serials, pins, other);
  }

  /**
   * No list is asked: short-lived certificates are their own revocation. A client still honours a
   * stapled response, and a certificate that demands one.
   *
   * @return no lists; a start for {@link #withDenyList} and {@link #withStapledResponseRequired}
   */
  public static Revocation none() {
    return NONE;
  }

  /**
   * Revocation lists in PEM or DER; of a folder, all files named {@code *.crl} or {@code *.pem}.
   *
   * @param filesOrFolders one or more paths, read again with each reload
   * @return revocation data
   * @throws NullPointerException if a path is null
   * @throws IllegalArgumentException if there is none
   */
  public static Revocation crls(Path... filesOrFolders) {
    if (filesOrFolders.length == 0) {
      throw new IllegalArgumentException("filesOrFolders is empty, one or more are needed");
    }
    return new Revocation(List.of(filesOrFolders), List.of(), Set.of(), Set.of(), Terms.STRICT);
  }

  /**
   * A file of denied peers, one a line: {@code serial HEX} or {@code sha256/BASE64} (see {@link
   * PeerIdentity#spkiPin()}); {@code #} begins a comment. Any certificate of a path counts, of its
   * anchor the key.
   *
   * @param file the file, read again with each reload
   * @return this data and the list
   * @throws NullPointerException if {@code file} is null
   */
  public Revocation withDenyList(Path file) {
    List<Path> more = new ArrayList<>(denyLists);
    more.add(Objects.requireNonNull(file, "file"));
    return new Revocation(crls, List.copyOf(more), serials, pins, terms);
  }

  /**
   * Denies certificates with a serial number, of any issuer.
   *
   * @param serial the number
   * @return this data and the number
   * @throws NullPointerException if {@code serial} is null
   */
  public Revocation withDeniedSerial(BigInteger serial) {
    Set<BigInteger> more = new HashSet<>(serials);
    more.add(Objects.requireNonNull(serial, "serial"));
    return new Revocation(crls, denyLists, Set.copyOf(more), pins, terms);
  }

  /**
   * Denies every certificate of a public key.
   *
   * @param pin {@code sha256/} and 44 characters of base64
   * @return this data and the pin
   * @throws IllegalArgumentException if {@code pin} is not of that form
   */
  public Revocation withDeniedKey(String pin) {
    Set<String> more = new HashSet<>(pins);
    more.add(Rule.name(NameKind.SPKI_PIN, pin).value());
    return new Revocation(crls, denyLists, serials, Set.copyOf(more), terms);
  }

  /**
   * How long after its nextUpdate a list or stapled response is still believed; zero unless set.
   *
   * @param duration zero to 30 days
   * @return this data with the grace
   * @throws IllegalArgumentException if {@code duration} is out of range
   */
  public Revocation withStaleGrace(Duration duration) {
    Duration checked = Require.within("duration", duration, Duration.ZERO, MAX_GRACE);
    return with(
        new Terms(
            checked,
            terms.unlistedAccepted,
            terms.pointlessCovered,
            terms.stapleRequired,
            terms.maxListBytes));
  }

  /**
   * Accepts certificates of issuers that no list covers; lists that are there must still be fresh.
   *
   * @return this data, without the demand for a list of each issuer
   */
  public Revocation withUnlistedIssuersAccepted() {
    return with(
        new Terms(
            terms.grace, true, terms.pointlessCovered, terms.stapleRequired, terms.maxListBytes));
  }

  /**
   * Lets the lists of an issuer cover its certificates that name no distribution point, whatever
   * distribution point a list names. RFC 5280 section 6.3.3 does not: such a certificate might
   * belong to another partition. Right for an authority with one list that names its address, and
   * leaves that do not, as step-ca makes them by default.
   *
   * @return this data with the wider cover
   */
  public Revocation withUnpointedCertificatesCovered() {
    return with(
        new Terms(
            terms.grace, terms.unlistedAccepted, true, terms.stapleRequired, terms.maxListBytes));
  }

  /**
   * How large one revocation list may be; 4 MiB unless set, which is about 80 000 entries. All
   * files of a generation together may then have 64 MiB and eight times this size. While it serves,
   * a list takes its size of memory (in DER) and 4 bytes an entry; during a reload, the old and the
   * new one do. A list in PEM takes several times its size while it is read.
   *
   * @param bytes 4 MiB to 256 MiB
   * @return this data with the size
   * @throws IllegalArgumentException if {@code bytes} is out of range
   */
  public Revocation withMaxListBytes(int bytes) {
    if (bytes < MaterialReader.MAX_BYTES || bytes > MAX_LIST_BYTES) {
      throw new IllegalArgumentException(
          "bytes is "
              + bytes
              + ", "
              + MaterialReader.MAX_BYTES
              + " to "
              + MAX_LIST_BYTES
              + " is accepted");
    }
    return with(
        new Terms(
            terms.grace,
            terms.unlistedAccepted,
            terms.pointlessCovered,
            terms.stapleRequired,
            bytes));
  }

  /**
   * For clients: refuses servers that staple no good OCSP response. Without this, a response that
   * is stapled must be good, and one must be if the certificate says so (RFC 7633).
   *
   * @return this data with the demand
   */
  public Revocation withStapledResponseRequired() {
    return with(
        new Terms(
            terms.grace, terms.unlistedAccepted, terms.pointlessCovered, true, terms.maxListBytes));
  }

  /**
   * Reads all; no list may be older than what {@code memory} knows, or be forged under the key of
   * one of {@code authorities}.
   */
  LoadedRevocation load(
      MaterialReader reader, ListMemory memory, List<X509Certificate> authorities) {
    CrlIndex index =
        new CrlIndex(terms.grace, terms.unlistedAccepted || crls.isEmpty(), terms.pointlessCovered);
    for (Path path : crls) {
      if (Files.isDirectory(path)) {
        for (Path file : reader.list("revocation lists", path, "*.{crl,pem}")) {
          add(index, reader, file);
        }
      } else {
        add(index, reader, path);
      }
    }
    DenyList denied = new DenyList(serials, pins);
    for (Path file : denyLists) {
      denied = denied.and("deny-list " + file, reader.text("deny-list", file));
    }
    index.checkUsable();
    index.verify(authorities, memory);
    memory.refuseOlder(index.all());
    return new LoadedRevocation(
        index, denied, new StapledResponse(terms.stapleRequired, terms.grace), memory);
  }

  private void add(CrlIndex index, MaterialReader reader, Path file) {
    index.add(
        "revocation list " + file, reader.publicBytes("revocation list", file, terms.maxListBytes));
  }

  /** What is asked, and what happens when it is stale or missing. */
  @Override
  public String toString() {
    return "Revocation[crls="
        + crls
        + ", denyLists="
        + denyLists
        + ", staleGrace="
        + Span.exact(terms.grace)
        + ", unlistedIssuers="
        + (terms.unlistedAccepted ? "accepted" : "refused")
        + ", unpointed="
        + (terms.pointlessCovered ? "covered" : "refused")
        + ", maxListBytes="
        + terms.maxListBytes
        + ", staple="
        + (terms.stapleRequired ? "required" : "honoured")
        + "]";
  }
}
