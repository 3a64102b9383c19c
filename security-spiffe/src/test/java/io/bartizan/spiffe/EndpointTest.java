package io.bartizan.spiffe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses of agents: SPIFFE Workload Endpoint, section 4. */
class EndpointTest {

  @ParameterizedTest
  @ValueSource(strings = {"unix:///run/agent.sock", "unix:/run/agent.sock"})
  void address_ofUnixSocket_isRead(String text) {
    assertThat(Endpoint.parse(text).address())
        .isEqualTo(UnixDomainSocketAddress.of("/run/agent.sock"));
  }

  @Test
  void address_ofLoopback_isRead() throws Exception {
    assertThat(Endpoint.parse("tcp://127.0.0.1:8081").address())
        .isEqualTo(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 8081));
    assertThat(Endpoint.parse("tcp://[::1]:8081").address())
        .isEqualTo(new InetSocketAddress(InetAddress.getAllByName("::1")[0], 8081));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/run/agent.sock",
        "unix:run/agent.sock",
        "unix://run/agent.sock",
        "unix:///",
        "unix:",
        "unix:///run/agent.sock?x",
        "unix:///run/agent.sock#x",
        "unix:///run/%00",
        "tcp://127.0.0.1",
        "tcp://127.0.0.1:0",
        "tcp://127.0.0.1:65536",
        "tcp://127.0.0.1:8081/",
        "tcp://127.0.0.1:8081/x",
        "tcp://u@127.0.0.1:8081",
        "tcp://localhost:8081",
        "tcp://agent.example:8081",
        "tcp://10.0.0.1:8081",
        "tcp://999.0.0.1:8081",
        "tcp://0.0.0.0:8081",
        "http://127.0.0.1:8081",
        "UNIX:///run/agent.sock",
        "unix:///run/a b"
      })
  void address_ofAnotherForm_isRefusedAndRepeated(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WorkloadApi.builder(text))
        .withMessageContaining("\"" + text + "\"")
        .withMessageContaining("unix:///run/spire/agent.sock");
  }

  @Test
  void address_thatIsLong_isCutInTheMessage() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Endpoint.parse("unix:///" + "x".repeat(5000)))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500));
  }

  @Test
  void environment_withoutTheVariable_isRefusedByName() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Endpoint.ofEnvironment(null))
        .withMessageContaining("SPIFFE_ENDPOINT_SOCKET");
    assertThatIllegalStateException().isThrownBy(() -> Endpoint.ofEnvironment(""));
    assertThat(Endpoint.ofEnvironment("unix:///a")).isEqualTo("unix:///a");
  }
}
