package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a generation keeps of the paths that it decided. */
class TrustDeciderMemoryTest {

  private final TestPki pki = TestPki.SHARED;

  /** Whoever has a constrained authority can make intermediates without end. */
  @Test
  void constrainedPathsWithoutEnd_takeNoMemoryWithoutEnd() {
    TestAuthority root =
        TestAuthority.root("CN=Root", TestAuthority.permitted(TestAuthority.dns("example.com")));
    ServerTls server =
        ServerTls.of(TestPki.identity(pki.server), root.anchors(), PeerPolicy.anyTrustedPeer());
    TestAuthority issuing = root.intermediate("CN=Issuing", c -> {});
    X509Certificate leaf = issuing.leaf("CN=x", TestAuthority.dns("svc.example.com"));
    int most = 0;
    for (int i = 0; i < 300; i++) {
      X509Certificate again =
          root.issue("CN=Issuing", issuing.keys.getPublic(), TestAuthority.authority());
      assertThat(server.explain(List.of(leaf, again), null).isAccepted()).isTrue();
      most = Math.max(most, server.generations().newest().decider().trustManagers());
    }
    assertThat(most).as("256 beside the anchor's own").isEqualTo(257);
  }
}
