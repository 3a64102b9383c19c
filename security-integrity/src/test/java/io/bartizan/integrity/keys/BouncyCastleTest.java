package io.bartizan.integrity.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.artifact.ChildJvm;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtClaims;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.RemoteJwks;
import io.bartizan.integrity.jwt.SigningKey;
import io.bartizan.integrity.jwt.TrustedIssuer;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A release that is known by its files is not loaded before it is needed. */
class BouncyCastleTest {

  private static final String ED25519 = "org/bouncycastle/math/ec/rfc8032/Ed25519.class";
  private static final String NEW = "org/bouncycastle/crypto/SavableDigest.class";

  @TempDir Path folder;

  @Test
  void verifierOfCurves_whoseKeysAreToBeFetched_loadsNoClassOfIt() throws Exception {
    Process process = ChildJvm.of(Child.class, List.of("-Xlog:class+load")).start();
    String output = ChildJvm.output(process);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output)
        .contains("built JwtVerifier", "io.bartizan.integrity.keys.BouncyCastle ")
        .doesNotContain("org.bouncycastle.");
  }

  @Test
  void knownRelease_wholeAndInOnePlace_isKnown() throws Exception {
    assertThat(isKnown(bcprov())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {ED25519, NEW, "org/bouncycastle/util/BigIntegers.class"})
  void release_withoutOneOfTheFiles_isNotKnown(String missing) throws Exception {
    assertThat(isKnown(copy(name -> name))).isTrue();
    assertThat(isKnown(copy(name -> name.equals(missing) ? "other" : name))).isFalse();
  }

  @Test
  void olderRelease_inFrontOfAKnownOne_isNotKnown() throws Exception {
    URL older = copy(name -> name.equals(NEW) ? "other" : name);
    assertThat(isKnown(bcprov(), older)).isTrue();
    assertThat(isKnown(older, bcprov())).isFalse();
  }

  @Test
  void knownRelease_withAFileForNewerJava_isKnown() throws Exception {
    assertThat(isKnown(copy(name -> name.equals(NEW) ? "META-INF/versions/9/" + name : name)))
        .isTrue();
  }

  /** What only its use can show is found with the first key, and no token passes. */
  @Test
  void knownRelease_damagedInside_refusesEveryTokenAndSaysWhy() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    SigningKey key =
        SigningKey.of(JwsAlgorithm.ES256, pair.getPrivate())
            .withPublicKey(pair.getPublic())
            .withKeyId("a");
    String set = SigningKey.publicJwkSet(List.of(key));
    String token = JwtSigner.of("i", Duration.ofHours(1), key).sign(JwtClaims.forAudience("a"));
    ProcessBuilder builder =
        ChildJvm.of(
            Damaged.class,
            entry -> !entry.contains("bcprov") && !entry.contains("bcpkix"),
            List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
            set,
            token);
    List<String> command = builder.command();
    int at = command.indexOf("-cp") + 1;
    command.set(at, command.get(at) + File.pathSeparator + Path.of(copy(name -> name).toURI()));
    Process process = builder.start();
    String output = ChildJvm.output(process);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("Rejected[provider-failed", "half a Bouncy Castle");
  }

  private static URL bcprov() {
    return Ed25519.class.getProtectionDomain().getCodeSource().getLocation();
  }

  /** Its files, empty and under other names. */
  private URL copy(UnaryOperator<String> names) throws Exception {
    Path copy = Files.createTempFile(folder, "copy", ".jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MULTI_RELEASE, "true");
    try (JarFile jar = new JarFile(Path.of(bcprov().toURI()).toFile());
        JarOutputStream out =
            new JarOutputStream(new BufferedOutputStream(Files.newOutputStream(copy)), manifest)) {
      for (JarEntry each : Collections.list(jar.entries())) {
        if (each.getName().startsWith("org/") && !each.isDirectory()) {
          out.putNextEntry(new JarEntry(names.apply(each.getName())));
        }
      }
    }
    return copy.toUri().toURL();
  }

  private static boolean isKnown(URL... places) throws IOException {
    try (URLClassLoader loader = new URLClassLoader(places, null)) {
      return BouncyCastle.isKnownRelease(loader);
    }
  }

  /** Builds it in a JVM of its own. */
  public static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      RemoteJwks keys = RemoteJwks.of("set", CompletableFuture::new);
      System.out.println(
          "built "
              + JwtVerifier.of(
                  TrustedIssuer.of("https://login.example", keys, JwsAlgorithm.ES256), "orders"));
    }
  }

  /** Verifies a good token by a set that is fetched. */
  public static final class Damaged {
    private Damaged() {}

    public static void main(String[] arguments) {
      String set = arguments[0];
      RemoteJwks keys = RemoteJwks.of("set", () -> CompletableFuture.completedFuture(set));
      JwtVerifier verifier = JwtVerifier.of(TrustedIssuer.of("i", keys, JwsAlgorithm.ES256), "a");
      System.out.println(verifier.check(arguments[1]));
    }
  }
}
