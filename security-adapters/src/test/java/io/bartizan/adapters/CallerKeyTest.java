package io.bartizan.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.bartizan.ratelimit.ClientAddress;
import io.bartizan.testkit.DevCa;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CallerKeyTest {

  private final Issued issued = new Issued();
  private final DevCa ca = DevCa.of("Test root");

  private record Asked(
      Optional<InetAddress> remoteAddress,
      Optional<X509Certificate> peerCertificate,
      Optional<VerifiedJwt> token,
      Optional<String> principal)
      implements IncomingRequest {

    @Override
    public List<String> headers(String name) {
      return List.of();
    }
  }

  private static Asked bare() {
    return new Asked(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  private Asked with(VerifiedJwt jwt) {
    return new Asked(Optional.empty(), Optional.empty(), Optional.of(jwt), Optional.empty());
  }

  private Asked with(X509Certificate certificate) {
    return new Asked(
        Optional.empty(), Optional.of(certificate), Optional.empty(), Optional.empty());
  }

  @Test
  void keys_ofWhatWasVerified_nameIt() {
    VerifiedJwt jwt = issued.verifier().verify(issued.token("a=b&c", "amy"));
    assertThat(CallerKey.subject().check(with(jwt)).orThrow())
        .isEqualTo("issuer=https://issuer.example&subject=amy");
    assertThat(CallerKey.claim("tenant").check(with(jwt)).orThrow())
        .isEqualTo("issuer=https://issuer.example&tenant=a%3db%26c");
    assertThat(CallerKey.peer().check(with(leaf("x"))).orThrow()).isEqualTo("peer=dns:x.example");
  }

  @Test
  void keys_ofWhatWasNotVerified_areRefusedWithAReason() {
    assertThat(reason(CallerKey.address(ClientAddress.direct()).check(bare())))
        .isEqualTo(AdapterReason.ADDRESS_UNKNOWN);
    assertThat(reason(CallerKey.peer().check(bare()))).isEqualTo(AdapterReason.PEER_NOT_VERIFIED);
    assertThat(reason(CallerKey.subject().check(bare())))
        .isEqualTo(AdapterReason.TOKEN_NOT_VERIFIED);
    assertThat(reason(CallerKey.principal().check(bare())))
        .isEqualTo(AdapterReason.PRINCIPAL_NOT_VERIFIED);
    VerifiedJwt jwt = issued.verifier().verify(issued.token("acme", "amy"));
    assertThat(reason(CallerKey.claim("plan").check(with(jwt))))
        .isEqualTo(AdapterReason.CLAIM_MISSING);
  }

  @Test
  void principal_withoutAName_isNoCallerWhomOthersShare() {
    for (String name : new String[] {"", " "}) {
      Asked nameless =
          new Asked(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(name));
      assertThat(reason(CallerKey.principal().check(nameless)))
          .isEqualTo(AdapterReason.CLAIM_MISSING);
    }
  }

  @Test
  void otherwise_takesTheSecondOnlyWhereTheFirstIsRefused() {
    CallerKey both = CallerKey.subject().otherwise(CallerKey.peer());
    VerifiedJwt jwt = issued.verifier().verify(issued.token("acme", "amy"));
    assertThat(both.check(with(jwt)).orThrow()).contains("amy");
    assertThat(both.check(with(leaf("x"))).orThrow()).isEqualTo("peer=dns:x.example");
    assertThat(reason(both.check(bare()))).isEqualTo(AdapterReason.PEER_NOT_VERIFIED);
    assertThat(both).hasToString("CallerKey[token subject, otherwise client certificate]");
  }

  private X509Certificate leaf(String name) {
    return ca.leaf(name).dns(name + ".example").forClient().issue().certificate();
  }

  private static AdapterReason reason(Checked<String> checked) {
    return checked.fold(
        key -> {
          throw new AssertionError(key);
        },
        refusal -> (AdapterReason) refusal.reason());
  }
}
