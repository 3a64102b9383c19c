package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.integrity.Refusals;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the Javadoc and of docs/guides/downloads.md. */
class ArtifactExamplesTest {

  @TempDir Path directory;

  @Test
  void digest_example() {
    byte[] bytes = Refusals.utf8("abc");
    Digest expected =
        Digest.parseSha256("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    boolean same = expected.equals(Digest.sha256Of(bytes));
    String pin = expected.oci();
    assertThat(same).isTrue();
    assertThat(pin).startsWith("sha256:ba7816bf");
  }

  @Test
  void stream_and_channel_examples() throws Exception {
    byte[] content = bytes(100);
    Digest digest = Digest.sha256Of(content);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (InputStream in =
        VerifyingInputStream.of(new ByteArrayInputStream(content), Expected.of(digest))) {
      assertThat(in.transferTo(out)).isEqualTo(100);
    }
    ReadableByteChannel source = Channels.newChannel(new ByteArrayInputStream(content));
    ByteBuffer buffer = ByteBuffer.allocate(64);
    try (ReadableByteChannel in = VerifyingChannel.of(source, Expected.of(digest).withSize(100))) {
      while (in.read(buffer) >= 0) {
        buffer.clear();
      }
    }
  }

  @Test
  void files_examples() throws Exception {
    Path download = Files.write(directory.resolve("download"), bytes(9));
    Path installed = directory.resolve("installed");
    Digest digest = Digest.sha256Of(download);
    try (VerifiedFile tool = Artifacts.verifyCopy(download, Expected.of(digest), directory)) {
      tool.moveTo(installed);
    }
    FileBatch batch = FileBatch.builder().withThreads(4).build();
    FileReport report = batch.check(Map.of(installed, Expected.of(digest)));
    assertThat(report.isAccepted()).isTrue();
  }

  @Test
  void manifest_examples() throws Exception {
    Files.write(directory.resolve("a"), bytes(9));
    Path sums = directory.resolve("SHA256SUMS");
    Files.write(
        sums, Manifest.of(Map.of("a", Digest.sha256Of(bytes(9)))).format(ManifestFormat.GNU));
    Manifest manifest = Manifest.parse(Files.readAllBytes(sums));
    ManifestVerifier verifier =
        ManifestVerifier.builder(directory).withExactFiles("SHA256SUMS").build();
    ManifestReport report = verifier.verify(manifest);
    assertThat(report.isAccepted()).isTrue();
    MinisignKey key = MinisignKey.parse("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3");
    assertThat(key).hasToString("MinisignKey[E7620F1842B4E81F]");
  }

  @Test
  void sri_example() {
    byte[] script = Refusals.utf8("alert(1)");
    String attribute = Sri.of(Digest.compute(DigestAlgorithm.SHA_384, script)).attributes();
    String integrity = attribute.split("\"", -1)[1];
    Digest matched = Sri.parse(integrity).verify(script);
    assertThat(matched.algorithm()).isEqualTo(DigestAlgorithm.SHA_384);
  }

  @Test
  void downloads_example() {
    Downloads downloads = Downloads.builder(HttpClient.newHttpClient()).withAttempts(1).build();
    Expected expected = Expected.of(Digest.sha256Of(bytes(9))).withSize(9);
    List<URI> mirrors = List.of(URI.create("http://127.0.0.1:1/x"));
    assertThatThrownBy(() -> downloads.fetch(mirrors, expected, directory.resolve("x")))
        .isInstanceOf(DownloadException.class);
  }
}
