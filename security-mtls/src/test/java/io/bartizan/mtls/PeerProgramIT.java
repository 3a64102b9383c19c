package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Peers that are left behind hold ports and memory of the machine that tests. */
@Tag("deep")
class PeerProgramIT {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @Test
  void program_thatIsClosed_leavesNothingBehind() throws Exception {
    List<ProcessHandle> left;
    try (PeerProgram program = PeerProgram.start(Map.of(), "sleep", "60")) {
      Eventually.within(LIMIT, "it runs", () -> !program.descendants().isEmpty());
      left = program.descendants();
    }
    Eventually.within(LIMIT, () -> assertThat(left).noneMatch(ProcessHandle::isAlive));
  }
}
