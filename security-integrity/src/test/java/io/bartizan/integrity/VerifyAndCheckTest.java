package io.bartizan.integrity;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Artifacts;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestMismatch;
import io.bartizan.integrity.artifact.Expected;
import io.bartizan.integrity.artifact.FileBatch;
import io.bartizan.integrity.artifact.Manifest;
import io.bartizan.integrity.artifact.ManifestVerifier;
import io.bartizan.integrity.artifact.MinisignKey;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.artifact.ProgressListener;
import io.bartizan.integrity.artifact.RollbackRule;
import io.bartizan.integrity.artifact.SignedManifests;
import io.bartizan.integrity.artifact.Sri;
import io.bartizan.integrity.attest.CosignVerifier;
import io.bartizan.integrity.attest.DsseVerifier;
import io.bartizan.integrity.attest.SignerKeys;
import io.bartizan.integrity.attest.StatementVerifier;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.attest.policy.ImagePolicy;
import io.bartizan.integrity.attest.policy.ImageRule;
import io.bartizan.integrity.attest.policy.TrustedSigner;
import io.bartizan.integrity.json.JsonWriter;
import io.bartizan.tests.SeededCases;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every verifier of artifacts and attestations: {@code verify} and {@code check} have one outcome,
 * whatever is put in, and a null argument is never a refusal.
 *
 * <p>The methods are found by reflection, so that none is forgotten.
 */
class VerifyAndCheckTest {

  private static final List<Class<?>> TYPES =
      List.of(
          Artifacts.class,
          CosignVerifier.class,
          DsseVerifier.class,
          FileBatch.class,
          ImagePolicy.class,
          ManifestVerifier.class,
          MinisignKey.class,
          PinnedKey.class,
          SignedManifests.class,
          Sri.class,
          StatementVerifier.class);

  private static final String PREDICATE = "https://sigstore.dev/cosign/sign/v1";
  private static final String IN_TOTO = "application/vnd.in-toto+json";

  @TempDir Path directory;

  /** What was signed, in base64, and its signature. */
  private final Map<String, byte[]> signatures = new HashMap<>();

  private KeyPair pair;
  private PinnedKey key;
  private byte[] content;
  private Path file;
  private int accepted;
  private int refused;

  @BeforeEach
  void write() throws Exception {
    pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    key = PinnedKey.of(pair.getPublic());
    content = utf8(Digest.sha256Of(bytes(3)).hex() + "  three\n");
    file = Files.write(directory.resolve("file"), content);
    Files.write(directory.resolve("three"), bytes(3));
  }

  @Test
  void verify_andCheck_haveOneOutcome() {
    haveOneOutcome(15);
  }

  @Test
  @Tag("deep")
  void verify_andCheck_haveOneOutcomeInManyCases() {
    haveOneOutcome(100);
  }

  private void haveOneOutcome(int cases) {
    SeededCases.check(
        cases,
        random -> {
          for (Class<?> type : TYPES) {
            for (Method verify : verifiers(type)) {
              agree(verify, random);
            }
          }
        });
    assertThat(accepted).as("accepted").isGreaterThan(4 * cases);
    assertThat(refused).as("refused").isGreaterThan(4 * cases);
  }

  @Test
  void null_asAnyArgument_isAMistakeOfTheProgrammersForBothVerbs() throws Exception {
    int checked = 0;
    SplittableRandom random = new SplittableRandom(1);
    for (Class<?> type : TYPES) {
      for (Method verify : verifiers(type)) {
        for (int i = 0; i < verify.getParameterCount(); i++) {
          for (Method verb : List.of(verify, checkOf(verify))) {
            @Nullable Object[] arguments = arguments(verify, random, true);
            arguments[i] = null;
            Object instance = instance(type, random, true);
            assertThat(catchThrowable(() -> close(verb.invoke(instance, arguments))))
                .as("%s with null as argument %d", verb, i)
                .isInstanceOf(InvocationTargetException.class)
                .hasCauseInstanceOf(NullPointerException.class);
            checked++;
          }
        }
      }
    }
    assertThat(checked).isGreaterThan(80);
  }

  private static List<Method> verifiers(Class<?> type) {
    List<Method> all =
        Arrays.stream(type.getDeclaredMethods())
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .filter(method -> method.getName().startsWith("verify"))
            .toList();
    assertThat(all).as(type.getName()).isNotEmpty();
    return all;
  }

  private static Method checkOf(Method verify) {
    String name =
        verify.getReturnType() == void.class
            ? "matches"
            : "check" + verify.getName().substring("verify".length());
    try {
      return verify.getDeclaringClass().getMethod(name, verify.getParameterTypes());
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e);
    }
  }

  private void agree(Method verify, SplittableRandom random) {
    try {
      boolean right = random.nextInt(3) > 0;
      Object instance = instance(verify.getDeclaringClass(), random, right);
      Object[] arguments = arguments(verify, random, right);
      String thrown = outcome(verify, instance, arguments);
      String returned = outcome(checkOf(verify), instance, arguments);
      assertThat(returned).as(verify.toString()).isEqualTo(thrown);
      accepted += thrown.equals("accepted") ? 1 : 0;
      refused += thrown.startsWith("refused") ? 1 : 0;
    } catch (Exception e) {
      throw new AssertionError(verify.toString(), e);
    }
  }

  private static String outcome(Method verb, @Nullable Object instance, Object[] arguments)
      throws Exception {
    try {
      Object result = verb.invoke(instance, arguments);
      if (result instanceof Checked<?> checked) {
        return checked.fold(
            value -> {
              close(value);
              return "accepted";
            },
            VerifyAndCheckTest::told);
      }
      if (result instanceof Boolean matches) {
        return matches ? "accepted" : "refused";
      }
      if (verb.getName().startsWith("check")) { // a report
        Object refusal = result.getClass().getMethod("refusal").invoke(result);
        return ((java.util.Optional<?>) refusal)
            .map(each -> told((Refusal) each))
            .orElse("accepted");
      }
      close(result);
      return "accepted";
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof VerificationException refused) {
        assertThat(refused).hasMessage(refused.refusal().message());
        return verb.getReturnType() == void.class ? "refused" : told(refused.refusal());
      }
      return "failed: " + e.getCause();
    }
  }

  /** Everything that a refusal says, the facts of its form too. */
  private static String told(Refusal refusal) {
    String facts =
        refusal instanceof DigestMismatch other ? other.expected() + " " + other.actual() : "";
    // A copy is named at random, but no refusal names it.
    return "refused " + refusal.getClass() + " " + refusal.message() + " " + facts;
  }

  private static void close(@Nullable Object value) {
    Object inner = value instanceof Checked<?> checked ? checked.fold(v -> v, r -> r) : value;
    if (inner instanceof Closeable open) {
      try {
        open.close();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  private @Nullable Object instance(Class<?> type, SplittableRandom random, boolean right)
      throws Exception {
    SignerKeys keys = SignerKeys.anyOf(key);
    if (type == Artifacts.class) {
      return null;
    } else if (type == CosignVerifier.class) {
      return CosignVerifier.of(keys);
    } else if (type == DsseVerifier.class) {
      return DsseVerifier.of(keys, right || random.nextBoolean() ? IN_TOTO : "other");
    } else if (type == FileBatch.class) {
      return FileBatch.of();
    } else if (type == ImagePolicy.class) {
      return ImagePolicy.of(ImageRule.signature(TrustedSigner.of("us", keys)));
    } else if (type == ManifestVerifier.class) {
      ManifestVerifier.Builder builder = ManifestVerifier.builder(directory);
      return right ? builder.build() : builder.withExactFiles().build();
    } else if (type == MinisignKey.class) {
      return minisignKey();
    } else if (type == PinnedKey.class) {
      return key;
    } else if (type == SignedManifests.class) {
      return SignedManifests.of(key, right ? RollbackRule.anyAge() : manifest -> false);
    } else if (type == Sri.class) {
      return Sri.of(digest(random, right));
    }
    return StatementVerifier.of(keys, right || random.nextBoolean() ? PREDICATE : "x");
  }

  private Object[] arguments(Method verify, SplittableRandom random, boolean right)
      throws Exception {
    Class<?> type = verify.getDeclaringClass();
    Class<?>[] parameters = verify.getParameterTypes();
    Object[] arguments = new Object[parameters.length];
    for (int i = 0; i < parameters.length; i++) {
      Class<?> parameter = parameters[i];
      boolean good = right || random.nextBoolean();
      if (parameter == Path.class) {
        boolean folder = i == 2;
        arguments[i] = folder ? directory : good ? file : directory; // no regular file
      } else if (parameter == InputStream.class) {
        arguments[i] = again(good ? content : bytes(9));
      } else if (parameter == Digest.class) {
        arguments[i] = digest(random, good);
      } else if (parameter == Expected.class) {
        arguments[i] = Expected.of(digest(random, good)).withMaxSize(good ? 1_000 : 5);
      } else if (parameter == ProgressListener.class) {
        arguments[i] = new ProgressListener() {};
      } else if (parameter == Map.class) {
        arguments[i] = good ? Map.of(file, Expected.of(digest(random, right))) : Map.of();
      } else if (parameter == Manifest.class) {
        arguments[i] =
            Manifest.of(
                good
                    ? Map.of("file", digest(random, right))
                    : Map.of("a", digest(random, true), "A", digest(random, true)));
      } else if (parameter == ImageReference.class) {
        arguments[i] = ImageReference.parse("app" + (good ? "@" + digest(random, right) : ":1"));
      } else if (parameter == ImageSource.class) {
        arguments[i] = ImageSource.layout(good ? layout() : directory);
      } else if (parameter == String.class) {
        arguments[i] = minisign(good);
      } else if (parameter == Object.class) { // what a signature is, of SignedManifests
        arguments[i] = sign(content);
      } else {
        arguments[i] = signedOrNot(type, verify, i, good);
      }
    }
    return arguments;
  }

  /** A stream that begins anew when its end was read or it is closed, for two verbs. */
  private static InputStream again(byte[] bytes) {
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      @Override
      public int read(byte[] buffer, int from, int length) throws IOException {
        int n = super.read(buffer, from, length);
        if (n < 0) {
          in.reset();
        }
        return n;
      }

      @Override
      public void close() throws IOException {
        in.reset();
      }
    };
  }

  private byte[] signedOrNot(Class<?> type, Method verify, int i, boolean good) throws Exception {
    byte[] right;
    if (type == CosignVerifier.class && verify.getName().equals("verifyBlob")) {
      right = i == 0 ? blobBundle() : content;
    } else if (type == CosignVerifier.class) {
      byte[] payload = payload();
      right = verify.getParameterCount() == 2 ? imageBundle() : i == 0 ? payload : sign(payload);
    } else if (type == DsseVerifier.class || type == StatementVerifier.class) {
      right = JsonWriter.write(envelope()).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    } else {
      right = i == 0 ? content : sign(content);
    }
    if (!good) {
      right = right.clone();
      right[right.length / 2] ^= 1;
    }
    return right;
  }

  private Digest digest(SplittableRandom random, boolean right) {
    return right ? Digest.sha256Of(content) : Digest.sha256Of(bytes(random.nextInt(20)));
  }

  private Path layout() throws IOException {
    Path folder = Files.createDirectories(directory.resolve("layout"));
    Files.writeString(folder.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    Files.writeString(folder.resolve("index.json"), "{\"schemaVersion\":2,\"manifests\":[]}");
    return folder;
  }

  private byte[] payload() {
    return utf8(
        "{\"critical\":{\"identity\":{},\"image\":{\"docker-manifest-digest\":\""
            + Digest.sha256Of(content)
            + "\"},\"type\":\"cosign container image signature\"}}");
  }

  private byte[] imageBundle() throws Exception {
    return utf8(JsonWriter.write(bundle("dsseEnvelope", envelope())));
  }

  private byte[] blobBundle() throws Exception {
    Map<String, Object> message = Map.of("signature", base64(sign(content)));
    return utf8(JsonWriter.write(bundle("messageSignature", message)));
  }

  private static Map<String, Object> bundle(String member, Map<String, Object> value) {
    return Map.of(
        "mediaType",
        "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial",
        Map.of("publicKey", Map.of("hint", "")),
        member,
        value);
  }

  private Map<String, Object> envelope() throws Exception {
    String statement =
        "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicateType\":\""
            + PREDICATE
            + "\",\"subject\":[{\"digest\":{\"sha256\":\""
            + Digest.sha256Of(content).hex()
            + "\"}}]}";
    String signed =
        "DSSEv1 " + IN_TOTO.length() + " " + IN_TOTO + " " + statement.length() + " " + statement;
    return Map.of(
        "payloadType",
        IN_TOTO,
        "payload",
        base64(utf8(statement)),
        "signatures",
        List.of(Map.of("sig", base64(sign(utf8(signed))))));
  }

  private MinisignKey minisignKey() {
    byte[] encoded = pair.getPublic().getEncoded();
    return MinisignKey.parse(
        base64(concat(utf8("Ed12345678"), Arrays.copyOfRange(encoded, 12, encoded.length))));
  }

  private String minisign(boolean good) throws Exception {
    byte[] hash = new byte[64];
    var blake = new org.bouncycastle.crypto.digests.Blake2bDigest(512);
    blake.update(content, 0, content.length);
    assertThat(blake.doFinal(hash, 0)).isEqualTo(64);
    byte[] signature = sign(hash);
    byte[] global = sign(concat(signature, utf8("c")));
    return "untrusted comment: x\n"
        + base64(concat(utf8("ED12345678"), signature))
        + "\ntrusted comment: "
        + (good ? "c" : "d")
        + "\n"
        + base64(global)
        + "\n";
  }

  private byte[] sign(byte[] signed) throws Exception {
    byte[] known = signatures.get(base64(signed));
    if (known != null) {
      return known.clone();
    }
    Signature signer = Signature.getInstance("Ed25519");
    signer.initSign(pair.getPrivate());
    signer.update(signed);
    signatures.put(base64(signed), signer.sign());
    return signatures.get(base64(signed)).clone();
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
