package io.bartizan.integrity.attest.oci;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.tests.AllocatedBytes;
import io.bartizan.tests.DamagedTexts;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Damaged references and layouts: only typed refusals, within rule 5's bounds. Many of each format
 * in the deep tier, {@code -Dbartizan.mutations=N} runs N.
 */
class OciMutationTest {

  private static final int COUNT = DamagedTexts.deep(200_000);
  private static final Digest DIGEST = Digest.sha256Of(new byte[7]);
  private static final Descriptor DESCRIBED =
      new Descriptor(Descriptor.MANIFEST, DIGEST, 1, Map.of());

  /** A format, a text that is right, and its reader. */
  @SuppressWarnings("ImmutableEnumChecker")
  enum Format {
    REFERENCE("r.example/app@" + DIGEST, "[::1]:5000/a-b/c__d:v1.2", "localhost/x"),
    OCI_INDEX("{\"schemaVersion\":2,\"manifests\":[" + descriptor(Descriptor.MANIFEST) + "]}"),
    OCI_MANIFEST(
        "{\"schemaVersion\":2,\"mediaType\":\""
            + Descriptor.MANIFEST
            + "\",\"config\":{},\"layers\":["
            + descriptor("application/vnd.dev.cosign.simplesigning.v1+json")
            + "],\"subject\":"
            + descriptor(Descriptor.INDEX)
            + "}");

    private final List<String> right;

    Format(String... right) {
      this.right = List.of(right);
    }

    void check(int count) {
      switch (this) {
        case REFERENCE -> DamagedTexts.check(count, right, ImageReference::parse);
        case OCI_INDEX ->
            DamagedTexts.checkBytes(
                count, right, bytes -> ManifestJson.index(bytes, refused -> {}));
        case OCI_MANIFEST ->
            DamagedTexts.checkBytes(
                count, right, bytes -> ManifestJson.manifest(DESCRIBED, bytes, refused -> {}));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void damaged_isReadOrRefusedWithinItsBounds(Format format) {
    format.check(2_000);
  }

  @Tag("deep")
  @ParameterizedTest
  @EnumSource
  void muchDamaged_isReadOrRefusedWithinItsBounds(Format format) {
    format.check(COUNT);
  }

  @Test
  void largeHostileText_isRefusedWithinItsBounds() {
    String[] values = {
      "1", "{}", "[]", "\"\"", "\"\u00e9\"", "{\"\":\"a\"}", "{\"\":{\"\":{\"\":{}}}}"
    };
    for (int count : new int[] {900, 4_000, 60_000}) {
      for (String value : values) {
        hostile(count, i -> value, "[", "]");
        hostile(count, i -> "\"" + Integer.toString(i, 36) + "\":" + value, "{", "}");
        hostile(count, i -> "\"\\u0061" + i + "\":" + value, "{", "}");
      }
      String one = descriptor(Descriptor.MANIFEST);
      refused(
          "{\"manifests\":[" + repeat(count, i -> one) + ",1]}",
          bytes -> ManifestJson.index(bytes, refused -> {}));
    }
  }

  private static void hostile(int count, IntFunction<String> value, String open, String close) {
    String text = "{\"x\":" + open + repeat(count, value) + close + "}";
    refused(text, bytes -> ManifestJson.manifest(DESCRIBED, bytes, refused -> {}));
  }

  private static void refused(String text, DamagedTexts.BytesReader reader) {
    byte[] bytes = text.getBytes(UTF_8);
    AllocatedBytes.assertBounded(
        bytes.length,
        () -> {
          try {
            throw new AssertionError("accepted " + reader.read(bytes));
          } catch (VerificationException expected) {
            if (expected.reason() == null) {
              throw new AssertionError("untyped", expected);
            }
          }
        });
  }

  private static String repeat(int count, IntFunction<String> value) {
    return IntStream.range(0, count).mapToObj(value).collect(Collectors.joining(","));
  }

  private static String descriptor(String mediaType) {
    return "{\"mediaType\":\""
        + mediaType
        + "\",\"digest\":\""
        + DIGEST
        + "\",\"size\":7,\"annotations\":{\"org.opencontainers.image.ref.name\":\"x\"}}";
  }
}
