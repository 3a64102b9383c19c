package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MT-02: an authority that keeps its name over key changes, and many of one name. */
class ManyAnchorsTest {

  private static final String NAME = "C=US,O=SPIFFE";
  private static final int MANY = 200;

  private final TestPki pki = TestPki.SHARED;

  private static TestAuthority root(boolean keyIds) {
    KeyPair keys = TestAuthority.keys();
    return TestAuthority.root(
        NAME, keys, keyIds ? TestAuthority.keyIds(keys.getPublic(), keys.getPublic()) : c -> {});
  }

  /** Made once for all tests: a thousand keys would take seconds. */
  private static final Map<Boolean, List<TestAuthority>> ROOTS = new ConcurrentHashMap<>();

  private static List<TestAuthority> roots(boolean keyIds) {
    return ROOTS.computeIfAbsent(
        keyIds, ids -> IntStream.range(0, MANY).mapToObj(i -> root(ids)).toList());
  }

  private static X509Certificate leaf(TestAuthority root, boolean keyIds) {
    KeyPair keys = TestAuthority.keys();
    TestAuthority.Extender names = TestAuthority.names(TestAuthority.uri(TestPki.CLIENT_ID));
    return root.issue(
        "CN=leaf",
        keys.getPublic(),
        keyIds ? names.and(TestAuthority.keyIds(keys.getPublic(), root.keys.getPublic())) : names);
  }

  private ServerTls server(List<TestAuthority> roots) {
    return ServerTls.of(
        TestPki.identity(pki.server),
        TrustAnchors.of(roots.stream().map(root -> root.certificate).toList()),
        PeerPolicy.anyTrustedPeer());
  }

  private static String decision(ServerTls server, X509Certificate... chain) {
    return server.explain(List.of(chain), null).fold(a -> "accepted", r -> r.reason().name());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void MT02_anchorsOfOneName_decideAsOneDoes(boolean keyIds) {
    List<TestAuthority> roots = roots(keyIds);
    ServerTls server = server(roots);
    for (int at : new int[] {0, 15, 16, 17, MANY / 2, MANY - 1}) {
      assertThat(decision(server, leaf(roots.get(at), keyIds)))
          .as("root %s", at)
          .isEqualTo("accepted");
      TestAuthority intermediate = roots.get(at).intermediate("CN=Issuing", c -> {});
      assertThat(decision(server, leaf(intermediate, keyIds), intermediate.certificate))
          .as("below root %s", at)
          .isEqualTo("accepted");
    }
    assertThat(decision(server, leaf(root(keyIds), keyIds)))
        .isEqualTo(PeerReason.SIGNATURE_INVALID.name());
  }

  @Test
  void MT02_mixedKeyIdentifiers_findTheirRoot() {
    List<TestAuthority> roots = new ArrayList<>(roots(false));
    roots.set(MANY - 1, root(true));
    ServerTls server = server(roots);
    assertThat(decision(server, leaf(roots.get(MANY - 1), true))).isEqualTo("accepted");
    assertThat(decision(server, leaf(roots.get(MANY - 1), false))).isEqualTo("accepted");
    assertThat(decision(server, leaf(roots.get(MANY - 2), true))).isEqualTo("accepted");
  }

  @Test
  void MT02_peerThatNamesItsIssuersKey_costsOneSignature() throws Exception {
    List<TestAuthority> roots = roots(true);
    PathFinder paths =
        new PathFinder(AnchorSet.unbound(roots.stream().map(root -> root.certificate).toList()));
    X509Certificate[] chain = {leaf(roots.get(MANY - 1), true)};
    PathFinder.Search search = paths.search(chain, java.time.Instant.now());
    assertThat(search.run()).isNotNull();
    assertThat(search.failedSignatures()).isZero();
  }

  @Test
  void MT02_hostileChains_areBoundedAndSaySo() throws Exception {
    List<TestAuthority> roots = roots(false);
    PathFinder paths =
        new PathFinder(AnchorSet.unbound(roots.stream().map(root -> root.certificate).toList()));
    X509Certificate[] hostile = new X509Certificate[16];
    TestAuthority stranger = root(false);
    for (int i = hostile.length - 1; i > 0; i--) {
      hostile[i] = stranger.certificate;
      stranger = stranger.intermediate(NAME, c -> {});
    }
    hostile[0] = leaf(stranger, false);
    hostile[1] = stranger.certificate;
    PathFinder.Search search = paths.search(hostile, java.time.Instant.now());
    assertThat(search.run()).isNull();
    assertThat(search.failedSignatures()).isLessThanOrEqualTo(MANY + 16);
    assertThat(search.failure().refusal().reason()).isEqualTo(PeerReason.SEARCH_LIMITED);
  }
}
