package io.bartizan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.artifact.Artifacts;
import io.bartizan.integrity.artifact.ChildJvm;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.Manifest;
import io.bartizan.integrity.artifact.ManifestVerifier;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtClaims;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.SigningKey;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.integrity.mac.MacKeyRing;
import io.bartizan.integrity.mac.SignedValues;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The module on the module path, from a package that is none of its own, as applications use it.
 */
class ModulePathTest {

  @Test
  void withoutBouncyCastle_macAndArtifactWork_andJwtSaysWhatItLacks(@TempDir Path directory)
      throws Exception {
    assertThat(run(MacAndArtifact.class, entry -> false, directory)).isEqualTo("all done");
    assertThat(run(Jwt.class, entry -> false, directory))
        .isEqualTo("ES256 needs bcprov-jdk18on, which is neither on the class path nor a module");
  }

  /** Nothing requires it, but the JVM finds it there, for it offers the JDK a provider. */
  @Test
  void withBouncyCastle_jwtWorksUnasked(@TempDir Path directory) throws Exception {
    assertThat(run(Jwt.class, entry -> entry.contains("bcprov"), directory)).isEqualTo("verified");
  }

  private static String run(Class<?> main, Predicate<String> besides, Path directory)
      throws Exception {
    Predicate<String> modules =
        entry ->
            entry.contains("slf4j-api")
                || entry.endsWith("/classes")
                || entry.matches(".*bartizan-(core|integrity)[^/]*\\.jar")
                || besides.test(entry);
    List<String> options =
        List.of("-p", ChildJvm.classPath(modules), "--add-modules", "io.bartizan.integrity");
    Process process =
        ChildJvm.of(main, entry -> entry.endsWith("test-classes"), options, directory.toString())
            .start();
    String output = ChildJvm.output(process);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** What needs nothing but the JDK. */
  public static final class MacAndArtifact {
    private MacAndArtifact() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
      MacKeyRing ring = MacKeyRing.of(SecretBytes.random(32));
      SignedValues values = SignedValues.of("cart", ring, Duration.ofHours(1));
      byte[] content = {1, 2, 3};
      Path file = Files.write(Path.of(arguments[0]).resolve("f"), content);
      Digest digest = Digest.sha256Of(content);
      Manifest manifest = Manifest.of(Map.of("f", digest));
      boolean named = Artifacts.class.getModule().isNamed();
      boolean value = values.verify(values.sign("x")).text().equals("x");
      boolean files =
          ManifestVerifier.of(file.getParent()).verify(manifest).isAccepted()
              && Artifacts.check(file, digest).isAccepted();
      System.out.print(named && value && files ? "all done" : named + " " + value + " " + files);
    }
  }

  /** Verifies what needs elliptic curves. */
  public static final class Jwt {
    private Jwt() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      KeyPair pair = generator.generateKeyPair();
      JwtKeys keys = JwtKeys.publicKey(JwsAlgorithm.ES256, pair.getPublic());
      TrustedIssuer issuer = TrustedIssuer.of("i", keys, JwsAlgorithm.ES256);
      try {
        JwtVerifier verifier = JwtVerifier.of(issuer, "me");
        String token =
            JwtSigner.of(
                    "i",
                    Duration.ofMinutes(1),
                    SigningKey.of(JwsAlgorithm.ES256, pair.getPrivate()))
                .sign(JwtClaims.forAudience("me").withSubject("s"));
        System.out.print(verifier.check(token).isAccepted() ? "verified" : "refused");
      } catch (IllegalArgumentException e) {
        System.out.print(e.getMessage());
      }
    }
  }
}
