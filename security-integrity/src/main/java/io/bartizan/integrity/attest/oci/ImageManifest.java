package io.bartizan.integrity.attest.oci;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An image manifest whose bytes were the described ones. Immutable, thread-safe. */
public final class ImageManifest {

  private final @Nullable Descriptor config;
  private final List<Descriptor> layers;
  private final @Nullable Descriptor subject;

  ImageManifest(
      @Nullable Descriptor config, List<Descriptor> layers, @Nullable Descriptor subject) {
    this.config = config;
    this.layers = List.copyOf(layers);
    this.subject = subject;
  }

  /**
   * The image's configuration.
   *
   * @return empty if the manifest has none that can be read
   */
  public Optional<Descriptor> config() {
    return Optional.ofNullable(config);
  }

  /**
   * The layers, as far as their descriptors can be read.
   *
   * @return an immutable list in the manifest's order
   */
  public List<Descriptor> layers() {
    return layers;
  }

  /**
   * What this manifest is about, if it is a signature or an attestation.
   *
   * @return empty if it is an image of its own
   */
  public Optional<Descriptor> subject() {
    return Optional.ofNullable(subject);
  }

  @Override
  public String toString() {
    return "ImageManifest[" + layers.size() + " layers]";
  }
}
