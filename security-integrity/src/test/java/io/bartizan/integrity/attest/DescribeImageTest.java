package io.bartizan.integrity.attest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.ImageSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link ImageSource#describe}: what an image is by its own word, whatever lists it. */
class DescribeImageTest {

  private static final String DOCKER = "application/vnd.docker.distribution.manifest.v2+json";

  @TempDir Path folder;

  private Descriptor describe(String json) throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    Digest digest = layout.listed(Descriptor.MANIFEST, json.getBytes(UTF_8), Map.of());
    Descriptor described = ImageSource.layout(folder).describe(digest);
    assertThat(described.digest()).isEqualTo(digest);
    assertThat(described.size()).isEqualTo(json.length());
    return described;
  }

  @Test
  void image_that_says_its_media_type_has_it() throws Exception {
    for (String type : List.of(DOCKER, Descriptor.MANIFEST)) {
      assertThat(describe("{\"mediaType\":\"" + type + "\",\"layers\":[]}").mediaType())
          .isEqualTo(type);
    }
    assertThat(
            describe("{\"mediaType\":\"" + Descriptor.INDEX + "\",\"manifests\":[]}").mediaType())
        .isEqualTo(Descriptor.INDEX);
  }

  @Test
  void image_that_says_none_has_the_one_of_its_form() throws Exception {
    assertThat(describe("{\"layers\":[]}").mediaType()).isEqualTo(Descriptor.MANIFEST);
    assertThat(describe("{\"manifests\":[]}").mediaType()).isEqualTo(Descriptor.INDEX);
  }

  @Test
  void image_that_could_be_read_in_two_ways_is_refused() {
    for (String bad :
        List.of(
            "{}",
            "[]",
            "{\"layers\":[],\"manifests\":[]}",
            "{\"mediaType\":\"" + Descriptor.INDEX + "\",\"layers\":[]}",
            "{\"mediaType\":\"" + DOCKER + "\",\"manifests\":[]}",
            "{\"mediaType\":\"\",\"layers\":[]}",
            "{\"mediaType\":\"text/plain\",\"layers\":[]}")) {
      assertThatThrownBy(() -> describe(bad)).as(bad).isInstanceOf(VerificationException.class);
    }
  }

  @Test
  void image_that_is_not_there_is_refused() {
    assertThatThrownBy(
            () -> {
              LayoutFolder unused = new LayoutFolder(folder);
              Object described =
                  ImageSource.layout(folder).describe(Digest.sha256Of("other".getBytes(UTF_8)));
              assertThat(described).isNull();
            })
        .isInstanceOf(VerificationException.class);
  }
}
