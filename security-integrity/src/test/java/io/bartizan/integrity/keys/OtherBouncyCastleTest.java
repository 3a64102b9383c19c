package io.bartizan.integrity.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.artifact.ChildJvm;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtClaims;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.RemoteJwks;
import io.bartizan.integrity.jwt.SigningKey;
import io.bartizan.integrity.jwt.TrustedIssuer;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Security;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TK-03: no Bouncy Castle, and one that has classes of the same names and not their methods. */
class OtherBouncyCastleTest {

  /** What bc-fips and bcprov both have, and more, but without what is called. */
  private static final List<String> NAMES =
      List.of(
          "math.ec.rfc8032.Ed25519",
          "crypto.ec.CustomNamedCurves",
          "crypto.params.Ed25519PublicKeyParameters",
          "math.ec.FixedPointCombMultiplier",
          "crypto.CryptoServicesRegistrar",
          "jce.provider.BouncyCastleProvider",
          "util.BigIntegers");

  @TempDir Path folder;

  @Test
  void TK03_withoutBouncyCastle_saysSoWhenBuiltAndWorksWithAProvider() throws Exception {
    assertThat(run("")).isEqualTo("rsa ec refused(neither) signed provider set");
  }

  @Test
  void TK03_withAnotherBouncyCastle_saysSoWhenBuiltAndWorksWithAProvider() throws Exception {
    Path classes = Files.createDirectory(folder.resolve("classes"));
    for (String name : NAMES) {
      int dot = name.lastIndexOf('.');
      Path source = folder.resolve(name.substring(dot + 1) + ".java");
      Files.writeString(
          source,
          "package org.bouncycastle."
              + name.substring(0, dot)
              + "; public class "
              + name.substring(dot + 1)
              + " {}");
      int result =
          ToolProvider.getSystemJavaCompiler()
              .run(null, null, null, "-proc:none", "-d", classes.toString(), source.toString());
      assertThat(result).isZero();
    }
    assertThat(run(classes.toString())).isEqualTo("rsa ec refused(another) signed provider set");
  }

  private static String run(String more) throws Exception {
    ProcessBuilder builder =
        ChildJvm.of(
            Child.class,
            entry -> !entry.contains("bcprov") && !entry.contains("bcpkix"),
            List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=off"));
    List<String> command = builder.command();
    if (!more.isEmpty()) {
      int at = command.indexOf("-cp") + 1;
      command.set(at, command.get(at) + File.pathSeparator + more);
    }
    Process process = builder.start();
    String output = ChildJvm.output(process);
    assertThat(process.waitFor()).as(output).isZero();
    return output.strip();
  }

  /** Runs in that JVM; any failure shows in its output. */
  public static final class Child {
    private Child() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
      StringBuilder out = new StringBuilder();
      KeyPair rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair();
      JwtKeys keys = JwtKeys.publicKey(JwsAlgorithm.RS256, rsa.getPublic());
      JwtVerifier built = JwtVerifier.of(TrustedIssuer.of("i", keys, JwsAlgorithm.RS256), "a");
      out.append(built.toString().contains("RS256") ? "rsa" : "no rsa");

      KeyPair ec = p256();
      JwtKeys ecKeys = JwtKeys.publicKey(JwsAlgorithm.ES256, ec.getPublic());
      TrustedIssuer issuer = TrustedIssuer.of("i", ecKeys, JwsAlgorithm.ES256);
      out.append(" ec");
      try {
        out.append(" built " + JwtVerifier.of(issuer, "a"));
      } catch (IllegalArgumentException e) {
        boolean another = String.valueOf(e.getMessage()).contains("another one");
        out.append(" refused(").append(another ? "another" : "neither").append(")");
      }
      JwtSigner signer =
          JwtSigner.builder(
                  "i", Duration.ofMinutes(1), SigningKey.of(JwsAlgorithm.ES256, ec.getPrivate()))
              .withProvider(Security.getProvider("SunEC"))
              .build();
      String token = signer.sign(JwtClaims.forAudience("a"));
      out.append(" signed");
      JwtVerifier verifier =
          JwtVerifier.builder(issuer, "a").withProvider(Security.getProvider("SunEC")).build();
      out.append(verifier.check(token).isAccepted() ? " provider" : " refused");

      // an issuer that publishes an Ed25519 key beside its RSA key, of which RS256 alone is allowed
      SigningKey rsaKey = SigningKey.of(JwsAlgorithm.RS256, rsa.getPrivate()).withKeyId("rsa");
      KeyPair ed = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      SigningKey edKey =
          SigningKey.of(JwsAlgorithm.ED25519, ed.getPrivate())
              .withPublicKey(ed.getPublic())
              .withKeyId("ed");
      String set = SigningKey.publicJwkSet(List.of(edKey, rsaKey));
      RemoteJwks remote = RemoteJwks.of("set", () -> CompletableFuture.completedFuture(set));
      JwtVerifier fetched = JwtVerifier.of(TrustedIssuer.of("i", remote, JwsAlgorithm.RS256), "a");
      String signed =
          JwtSigner.of("i", Duration.ofMinutes(1), rsaKey).sign(JwtClaims.forAudience("a"));
      out.append(
          fetched.check(signed).isAccepted()
              ? " set"
              : " " + fetched.check(signed) + remote.health());
      System.out.write(out.toString().getBytes(StandardCharsets.UTF_8));
      System.out.flush();
    }

    private static KeyPair p256() throws Exception {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new java.security.spec.ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    }
  }
}
