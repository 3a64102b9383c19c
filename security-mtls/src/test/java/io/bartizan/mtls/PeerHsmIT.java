package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.OptionalTool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A key that never leaves a PKCS#11 token: SoftHSM's, in a JVM of its own, since the token's place
 * is told by an environment variable.
 */
@Tag("deep")
class PeerHsmIT {

  private static final Path LIBRARY = Path.of("/usr/lib/softhsm/libsofthsm2.so");
  @TempDir Path folder;

  @Test
  void identity_onAToken_servesHandshakesWithoutGivingTheKey() throws Exception {
    String softHsm = OptionalTool.program("softhsm2-util").toString();
    Path tokens = Files.createDirectory(folder.resolve("tokens"));
    Path settings = folder.resolve("softhsm2.conf");
    Files.writeString(settings, "directories.tokendir = " + tokens + "\nlog.level = ERROR\n");
    Path provider = folder.resolve("pkcs11.cfg");
    Files.writeString(provider, "name = SoftHsm\nlibrary = " + LIBRARY + "\nslotListIndex = 0\n");
    DevCa ca = DevCa.of("Token Root");
    DevCertificate leaf = ca.leaf("token").dns(PeerCast.DNS).issue();
    leaf.writeTo(folder);
    Map<String, String> environment = Map.of("SOFTHSM2_CONF", settings.toString());
    PeerProgram.Result made =
        PeerProgram.run(
            environment,
            "",
            softHsm,
            "--init-token",
            "--free",
            "--label",
            "test",
            "--pin",
            "1234",
            "--so-pin",
            "5678");
    assertThat(made.exit()).as(made.text()).isZero();
    PeerProgram.Result result =
        PeerProgram.run(
            environment,
            "",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            PeerHsmMain.class.getName(),
            provider.toString(),
            folder.toString());
    assertThat(result.text()).contains("key stays on the token", "answered: HTTP/1.1 200 OK");
  }
}
