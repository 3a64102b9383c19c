package io.bartizan.integrity.attest.oci;

import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.Refusals.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.http.Origins;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom a registry may name as its token server, and how its challenges are read. */
class RegistryLoginTest {

  private final List<RegistryLogin.Request> sent = new ArrayList<>();

  private String answered(String registry, String realm) throws Exception {
    RegistryLogin login =
        new RegistryLogin(
            URI.create(registry),
            "team/app",
            "bot",
            () -> "s3cret",
            address ->
                address.getScheme().equals("https")
                    || Origins.isLoopback(address.getHost())); // as plainHttpOnLoopback allows
    return login.answer(
        List.of(new Challenge("bearer", Map.of("realm", realm))),
        request -> {
          sent.add(request);
          return utf8("{\"token\":\"good\"}");
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://auth.example/token", "http://registry.example/token", "http://127.0.0.1"})
  void HR08_realmOverPlainHttp_getsNoPasswordOfAnHttpsRegistry(String realm) throws Exception {
    refused(OciReason.AUTHENTICATION_REFUSED, () -> answered("https://registry.example", realm));
    assertThat(sent).isEmpty();
    assertThat(answered("https://registry.example", realm.replace("http:", "https:")))
        .isEqualTo("Bearer good");
    assertThat(sent).hasSize(1);
    assertThat(sent.get(0).authorization()).isEqualTo("Basic Ym90OnMzY3JldA==");
  }

  @Test
  void HR08_realmOnLoopback_isAskedForARegistryOnLoopbackAlone() throws Exception {
    assertThat(answered("http://localhost:5000", "http://localhost:5001/token"))
        .isEqualTo("Bearer good");
    refused(
        OciReason.AUTHENTICATION_REFUSED,
        () -> answered("https://registry.example", "http://localhost:5001/token"));
    assertThat(sent).hasSize(1);
  }

  @Test
  void challenge_thatBreaksOff_leavesWhatStandsBeforeIt() {
    Challenge basic = new Challenge("basic", Map.of("realm", "x"));
    assertThat(Challenge.parse(List.of("Basic realm=\"x\""))).containsExactly(basic);
    assertThat(Challenge.parse(List.of("Basic realm=\"x\", ;"))).containsExactly(basic);
    assertThat(Challenge.parse(List.of(""))).isEmpty();
    assertThat(Challenge.parse(List.of("Basic realm=\"x\", Bearer realm=\"a\\")))
        .containsExactly(basic);
    assertThat(Challenge.parse(List.of("Basic realm=\"x\", Bearer realm=\"a")))
        .containsExactly(basic);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u007f", "\u00e9", "\u0001"})
  void scheme_endsBeforeACharacterThatNoTokenHas(String other) {
    assertThat(Challenge.parse(List.of("Basic" + other + " realm=\"x\"")))
        .containsExactly(new Challenge("basic", Map.of()));
  }
}
