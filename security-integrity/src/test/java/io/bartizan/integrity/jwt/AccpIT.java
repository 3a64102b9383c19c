package io.bartizan.integrity.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.Map;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Amazon Corretto Crypto Provider is used where it is on the class path, and only there. It is
 * a dependency of the deep tier that is kept off the tests' own class path, so it is looked for in
 * the local repository, beside a jar that is on it.
 */
@Tag("deep")
class AccpIT {

  @TempDir Path folder;

  @Test
  void provider_onTheClassPath_verifiesEveryAsymmetricAlgorithm() throws Exception {
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "the provider's native part here is that of Linux on x86-64");
    Path bouncy =
        Path.of(
            Ed25519PublicKeyParameters.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    Path repository = bouncy.getParent().getParent().getParent().getParent().getParent();
    String version = System.getProperty("accp.version");
    Path jar =
        repository
            .resolve("software/amazon/cryptools/AmazonCorrettoCryptoProvider")
            .resolve(version)
            .resolve("AmazonCorrettoCryptoProvider-" + version + "-linux-x86_64.jar");
    assertThat(jar).as("a dependency of -Pdeep").exists();

    Map<String, String> with = run(File.pathSeparator + jar);
    Map<String, String> without = run("");
    for (JwsAlgorithm algorithm : JwsAlgorithm.values()) {
      String name = algorithm.toString();
      String amazon = algorithm.headerName() + " by AmazonCorrettoCryptoProvider";
      assertThat(with.get(name)).startsWith("200 200 ");
      assertThat(without.get(name)).startsWith("200 200 ").doesNotContain("Amazon");
      if (algorithm.isSymmetric()) {
        assertThat(with.get(name)).contains(name + " by Bartizan");
      } else {
        assertThat(with.get(name)).containsIgnoringCase(amazon);
      }
    }
    assertThat(with.get("installed")).isEqualTo("0");
  }

  private Map<String, String> run(String more) throws Exception {
    String classPath = System.getProperty("java.class.path") + more;
    return OtherJvm.lines(folder.resolve("out" + more.length()), classPath, ProvidersProgram.class);
  }
}
