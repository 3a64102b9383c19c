package io.bartizan.integrity.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.mac.Hmac;
import io.bartizan.integrity.mac.HmacAlgorithm;
import io.bartizan.integrity.mac.MacKeyRing;
import io.bartizan.integrity.mac.SignedValues;
import java.io.ByteArrayInputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mac} and {@code artifact} on a class path of this module, core and slf4j-api alone. */
class WithoutOptionalJarsTest {

  private static final byte[] CONTENT = {1, 2, 3};
  private static final Digest DIGEST = Digest.sha256Of(CONTENT);

  @Test
  void macAndArtifact_withoutBouncyCastleAndLettuce_work(@TempDir Path directory) throws Exception {
    Process process =
        ChildJvm.of(
                Child.class,
                entry ->
                    entry.contains("slf4j-api")
                        || (!entry.endsWith(".jar") && !entry.contains("testkit"))
                        || entry.matches(".*bartizan-(core|integrity)[^/]*\\.jar"),
                List.of(),
                directory.toString())
            .start();
    assertThat(ChildJvm.output(process)).isEqualTo("all done");
    assertThat(process.waitFor()).isZero();
  }

  /** Runs in that JVM; any failure shows in its output. */
  public static final class Child {
    private Child() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
      PrintStream out = System.out;
      for (String absent :
          new String[] {
            "org.bouncycastle.crypto.digests.Blake2bDigest", "io.lettuce.core.RedisClient"
          }) {
        require(isAbsent(absent), absent + " is absent");
      }
      mac();
      artifact(Path.of(arguments[0]));
      minisign();
      out.print("all done");
      out.flush();
    }

    private static void mac() {
      byte[] secret = new byte[32];
      Arrays.fill(secret, (byte) 7);
      Hmac hmac = Hmac.of(HmacAlgorithm.SHA_256, SecretBytes.copyOf(secret));
      hmac.verify(CONTENT, hmac.sign(CONTENT));
      MacKeyRing ring = MacKeyRing.of(SecretBytes.copyOf(secret));
      SignedValues values = SignedValues.of("cart", ring, Duration.ofHours(1));
      require(values.verify(values.sign("x")).text().equals("x"), "signed value");
    }

    private static void artifact(Path directory) throws Exception {
      Path file = Files.write(directory.resolve("f"), CONTENT);
      try (VerifiedFile copy = Artifacts.verifyCopy(file, DIGEST, directory)) {
        require(Arrays.equals(copy.readAllBytes(), CONTENT), "copy");
      }
      try (var in = VerifyingInputStream.of(new ByteArrayInputStream(CONTENT), DIGEST)) {
        require(in.readAllBytes().length == 3, "stream");
      }
      Manifest manifest = Manifest.of(Map.of("f", DIGEST));
      require(ManifestVerifier.of(directory).verify(manifest).isAccepted(), "manifest");
      require(Sri.of(DIGEST).verify(CONTENT).equals(DIGEST), "SRI");
      String lock = "{\"packages\":{\"a\":{\"integrity\":\"" + DIGEST.sri() + "\"}}}";
      require(!PackageLock.parse(lock.getBytes(StandardCharsets.UTF_8)).integrity().isEmpty(), "");
    }

    /** The older form is all JDK; the usual one says what it lacks. */
    private static void minisign() throws Exception {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      byte[] encoded = pair.getPublic().getEncoded();
      byte[] text = new byte[42];
      text[0] = 'E';
      text[1] = 'd';
      System.arraycopy(encoded, encoded.length - 32, text, 10, 32);
      MinisignKey key = MinisignKey.parse(Base64.getEncoder().encodeToString(text));
      byte[] signature = sign(pair, CONTENT);
      byte[] body = Arrays.copyOf(text, 74);
      System.arraycopy(signature, 0, body, 10, 64);
      byte[] global = sign(pair, signature);
      require(key.verify(CONTENT, file(body, global)).isEmpty(), "older form");
      body[1] = 'D';
      try {
        require(key.verify(CONTENT, file(body, global)).isEmpty(), "no BLAKE2b, no verification");
      } catch (IllegalStateException e) {
        require(e.getMessage().contains("bcprov"), e.getMessage());
        return;
      }
      throw new AssertionError("the usual form without BLAKE2b");
    }

    private static byte[] sign(KeyPair pair, byte[] content) throws Exception {
      Signature signer = Signature.getInstance("Ed25519");
      signer.initSign(pair.getPrivate());
      signer.update(content);
      return signer.sign();
    }

    private static String file(byte[] body, byte[] global) {
      Base64.Encoder base64 = Base64.getEncoder();
      return "untrusted comment: x\n"
          + base64.encodeToString(body)
          + "\ntrusted comment: \n"
          + base64.encodeToString(global)
          + "\n";
    }

    private static boolean isAbsent(String type) {
      try {
        Class.forName(type);
        return false;
      } catch (ClassNotFoundException e) {
        return true;
      }
    }

    private static void require(boolean holds, String what) {
      if (!holds) {
        throw new AssertionError(what);
      }
    }
  }
}
