package io.bartizan.examples.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.integrity.artifact.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An OCI layout that a test fills; every text is what a tool would write. */
final class LayoutFolder {

  static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

  private final Path folder;
  private final List<String> listed = new ArrayList<>();

  LayoutFolder(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    Files.writeString(folder.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
  }

  /** Stores a text and gives its descriptor. */
  String described(String type, String content, String annotations) throws IOException {
    byte[] bytes = content.getBytes(UTF_8);
    Digest digest = Digest.sha256Of(bytes);
    Path blobs = Files.createDirectories(folder.resolve("blobs/sha256"));
    Files.write(blobs.resolve(digest.hex()), bytes);
    return "{\"mediaType\":\""
        + type
        + "\",\"digest\":\""
        + digest
        + "\",\"size\":"
        + bytes.length
        + annotations
        + "}";
  }

  /** Stores a manifest, lists it in the index and gives its descriptor. */
  String list(String manifest, String annotations) throws IOException {
    String descriptor = described(MANIFEST, manifest, annotations);
    listed.add(descriptor);
    Files.writeString(
        folder.resolve("index.json"),
        "{\"schemaVersion\":2,\"manifests\":[" + String.join(",", listed) + "]}");
    return descriptor;
  }

  static String annotation(String name, String value) {
    return ",\"annotations\":{\"" + name + "\":\"" + value + "\"}";
  }

  /** The more is other members, each with a comma before it. */
  static String manifest(String config, String layers, String more) {
    return "{\"schemaVersion\":2,\"mediaType\":\""
        + MANIFEST
        + "\",\"config\":"
        + config
        + ",\"layers\":["
        + layers
        + "]"
        + more
        + "}";
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
