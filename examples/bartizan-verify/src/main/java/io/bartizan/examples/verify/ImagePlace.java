package io.bartizan.examples.verify;

import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.attest.oci.OciRegistry;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The arguments that say which image is meant and where it is, of each command about images. */
final class ImagePlace extends Mixed {

  @Option(names = "--layout", description = "look in this folder in place of the registry")
  private @Nullable Path layout;

  @Option(names = "--content", description = "read the whole image and compare it")
  private boolean content;

  @Option(
      names = "--user",
      description = "log in; the password is in the variable BARTIZAN_PASSWORD")
  private @Nullable String user;

  @Option(names = "--plain-http", description = "speak http to the registry, which others can read")
  private boolean plainHttp;

  @Parameters(paramLabel = "IMAGE", description = "reference by digest, or a registry's by tag")
  private String image = "";

  /** What is to be verified: an image by digest, and where its signatures are. */
  record Found(ImageSource source, ImageReference image) {}

  Found find() throws IOException {
    ImageReference asked = argument("IMAGE", () -> ImageReference.parse(image));
    ImageSource source = layout == null ? registry(asked) : Pasted.layout(layout);
    if (asked.digest().isPresent()) {
      return new Found(source, asked);
    }
    if (asked.tag().isPresent() && source instanceof OciRegistry registry) {
      return new Found(source, registry.resolve(asked.tag().get()));
    }
    throw misuse("IMAGE: give the digest, or a tag in its registry");
  }

  /** Tells what the whole image is if that was asked for. */
  void readContent(Found found) throws IOException {
    if (content) {
      out().println("  content: " + found.source().verifyContent(found.image().requireDigest()));
    }
  }

  private OciRegistry registry(ImageReference asked) {
    OciRegistry.Builder settings =
        argument("IMAGE", () -> OciRegistry.builder(HttpClient.newHttpClient(), asked))
            .plainHttpOnLoopback();
    if (plainHttp) {
      settings = settings.plainHttp();
    }
    String login = user;
    if (login == null) {
      return settings.build();
    }
    String password = System.getenv("BARTIZAN_PASSWORD");
    if (password == null) {
      throw misuse("--user needs the environment variable BARTIZAN_PASSWORD");
    }
    OciRegistry.Builder anonymous = settings;
    return argument("--user", () -> anonymous.withCredentials(login, () -> password)).build();
  }
}
