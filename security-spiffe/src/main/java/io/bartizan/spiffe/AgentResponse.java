package io.bartizan.spiffe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message of the agent: {@code X509SVIDResponse} or {@code X509BundlesResponse} of the SPIFFE
 * Workload API. Nothing is checked but its form.
 *
 * @param svids none in a response of bundles
 * @param bundles by SPIFFE ID of the trust domain; in a response with SVIDs the foreign ones
 * @param lists how many revocation lists came along
 */
record AgentResponse(List<Svid> svids, Map<String, byte[]> bundles, int lists) {

  /** One identity with the bundle of its trust domain. */
  static final class Svid {

    private String spiffeId = "";
    private byte[] chain = NOTHING;
    private byte[] key = NOTHING;
    private byte[] bundle = NOTHING;
    private String hint = "";

    String spiffeId() {
      return spiffeId;
    }

    /** Certificates in DER, the leaf first. */
    byte[] chain() {
      return chain;
    }

    /** PKCS#8 in DER. */
    byte[] key() {
      return key;
    }

    byte[] bundle() {
      return bundle;
    }

    String hint() {
      return hint;
    }

    boolean isComplete() {
      return !spiffeId.isEmpty() && chain.length > 0 && key.length > 0 && bundle.length > 0;
    }

    /** Never the key. */
    @Override
    public String toString() {
      return "Svid[" + spiffeId + "]";
    }
  }

  private static final byte[] NOTHING = {};

  static AgentResponse ofSvids(byte[] message) {
    List<Svid> svids = new ArrayList<>();
    Map<String, byte[]> bundles = new LinkedHashMap<>();
    int lists = 0;
    WireReader in = new WireReader(message);
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> svids.add(svid(in.bytes()));
        case 2 -> {
          in.skip();
          lists++;
        }
        case 3 -> entry(in.bytes(), bundles);
        default -> in.skip();
      }
    }
    return new AgentResponse(svids, bundles, lists);
  }

  static AgentResponse ofBundles(byte[] message) {
    Map<String, byte[]> bundles = new LinkedHashMap<>();
    int lists = 0;
    WireReader in = new WireReader(message);
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> {
          in.skip();
          lists++;
        }
        case 2 -> entry(in.bytes(), bundles);
        default -> in.skip();
      }
    }
    return new AgentResponse(List.of(), bundles, lists);
  }

  private static Svid svid(byte[] message) {
    Svid svid = new Svid();
    WireReader in = new WireReader(message);
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> svid.spiffeId = in.text();
        case 2 -> svid.chain = in.bytes();
        case 3 -> svid.key = in.bytes();
        case 4 -> svid.bundle = in.bytes();
        case 5 -> svid.hint = in.text();
        default -> in.skip();
      }
    }
    return svid;
  }

  private static void entry(byte[] message, Map<String, byte[]> into) {
    String key = "";
    byte[] value = NOTHING;
    WireReader in = new WireReader(message);
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> key = in.text();
        case 2 -> value = in.bytes();
        default -> in.skip();
      }
    }
    into.put(key, value);
  }

  /** The SVID to use: the first, or the first of a hint. */
  Svid chosen(@Nullable String hint) {
    if (svids.isEmpty()) {
      throw new WorkloadApiException(WorkloadReason.SVID_MISSING, "the response has no SVID");
    }
    if (!svids.stream().allMatch(Svid::isComplete)) {
      throw new WorkloadApiException(
          WorkloadReason.SVID_MISSING,
          "an SVID of the response lacks its SPIFFE ID, chain, key or bundle");
    }
    return svids.stream()
        .filter(svid -> hint == null || svid.hint().equals(hint))
        .findFirst()
        .orElseThrow(
            () ->
                new WorkloadApiException(
                    WorkloadReason.SVID_MISSING,
                    "the response has no SVID of the hint \"" + hint + "\""));
  }
}
