package io.bartizan.examples.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Pem;
import io.bartizan.integrity.artifact.Digest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ImageCommandTest {

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String layout;
  private String key;
  private Digest image;

  /** A layout with an image without layers, signed as cosign 2 does. */
  @BeforeEach
  void write() throws Exception {
    LayoutFolder folder = new LayoutFolder(directory.resolve("layout"));
    layout = folder.toString();
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    String pem = Pem.encode("PUBLIC KEY", pair.getPublic().getEncoded());
    key = Files.writeString(directory.resolve("cosign.pub"), pem).toString();
    String config = folder.described("application/vnd.oci.image.config.v1+json", "{}", "");
    String manifest = LayoutFolder.manifest(config, "", "");
    image = Digest.sha256Of(manifest.getBytes(UTF_8));
    String payload =
        "{\"critical\":{\"identity\":{},\"image\":{\"docker-manifest-digest\":\""
            + image.oci()
            + "\"},\"type\":\"cosign container image signature\"}}";
    Signature signer = Signature.getInstance("Ed25519");
    signer.initSign(pair.getPrivate());
    signer.update(payload.getBytes(UTF_8));
    String signature = Base64.getEncoder().encodeToString(signer.sign());
    String layer =
        folder.described(
            "application/vnd.dev.cosign.simplesigning.v1+json",
            payload,
            LayoutFolder.annotation("dev.cosignproject.cosign/signature", signature));
    String tag = "sha256-" + image.hex() + ".sig";
    String unused = folder.list(manifest, "");
    String signed =
        folder.list(
            LayoutFolder.manifest(config, layer, ""),
            LayoutFolder.annotation("org.opencontainers.image.ref.name", tag));
    assertThat(signed).contains(tag);
  }

  @Test
  void image_signedInALayout_tellsByItsStatus() {
    String name = "registry.example/app@" + image;
    assertThat(run("image", "--key", key, "--layout", layout, "--content", name)).isZero();
    assertThat(out.toString()).contains("accepted, 1 of 1 rules hold", "content: ");
    assertThat(run("image", "--key", key, "--layout", layout, "--sbom", name)).isEqualTo(1);
    assertThat(err.toString()).contains("bill of materials by \"key\": missing");
    String other = "registry.example/app@" + Digest.sha256Of(new byte[1]);
    assertThat(run("image", "--key", key, "--layout", layout, other)).isEqualTo(1);
    assertThat(err.toString()).contains("nothing at the source claims to be one");
    assertThat(err.toString()).doesNotContain("Exception", "io.bartizan");
  }

  @Test
  void image_linesThatMakeNoSense_areUsageErrors() {
    String name = "registry.example/app@" + image;
    for (String[] line :
        new String[][] {
          {"image", "--layout", layout, name},
          {"image", "--key", key, "--issuer", "x", "--layout", layout, name},
          {"image", "--key", key, "--builder", "B", "--layout", layout, name},
          {"image", "--key", key, "--builder", "B", "--source", "x", "--layout", layout, name},
          {"image", "--key", key, "--commit", "0".repeat(40), "--layout", layout, name},
          {
            "image",
            "--key",
            key,
            "--builder",
            "B",
            "--source",
            "https://h/s",
            "--commit",
            "HEAD",
            "--layout",
            layout,
            name
          },
          {"image", "--key", key, "--layout", layout, "registry.example/app:1"},
          {"image", "--key", key, "--layout", layout, "A B"},
          {"image", "--key", key, "app@" + image}
        }) {
      assertThat(run(line)).as(String.join(" ", line)).isEqualTo(2);
    }
    assertThat(err.toString())
        .contains("names no registry", "give --key")
        .doesNotContain("Exception");
  }

  @Test
  void image_registryThatIsNotThere_isUnreadable() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    assertThat(run("image", "--key", key, "127.0.0.1:" + port + "/app@" + image)).isEqualTo(3);
    assertThat(run("image", "--key", key, "127.0.0.1:" + port + "/app:1")).isEqualTo(3);
    assertThat(err.toString()).contains("registry-unavailable");
  }

  @Test
  void layout_thatIsNotThere_isUnreadable() {
    String name = "registry.example/app@" + image;
    String none = layout + "-none";
    assertThat(run("image", "--key", key, "--layout", none, name)).isEqualTo(3);
    assertThat(run("cosign", "--key", key, "--layout", none, name)).isEqualTo(3);
    assertThat(err.toString().lines())
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).contains(none + ": no such folder"));
  }

  private int run(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }
}
