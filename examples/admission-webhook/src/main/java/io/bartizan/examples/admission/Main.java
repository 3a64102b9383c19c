package io.bartizan.examples.admission;

import io.bartizan.core.Refused;
import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.attest.SignerKeys;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.OciRegistry;
import io.bartizan.integrity.attest.policy.ImagePolicy;
import io.bartizan.integrity.attest.policy.ImageRule;
import io.bartizan.integrity.attest.policy.TrustedSigner;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Starts the webhook and keeps it running. */
@Command(
    name = "admission-webhook",
    mixinStandardHelpOptions = true,
    description = "Lets only images run that a key signed; speaks AdmissionReview v1.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before call()
final class Main implements Callable<Integer> {

  private static final int MAX_REMEMBERED = 10_000;

  private static final int MAX_SAID = 2_000;

  private static final Duration RELOAD = Duration.ofSeconds(10);

  @Option(names = "--port", defaultValue = "8443", description = "port, on all addresses; 8443")
  private int port;

  @Option(names = "--cert", required = true, description = "the server's chain, PEM")
  private Path cert;

  @Option(names = "--cert-key", required = true, description = "its private key, PEM")
  private Path certKey;

  @Option(names = "--client-ca", required = true, description = "who certifies the API server, PEM")
  private Path clientCa;

  @Option(
      names = "--client",
      required = true,
      description = "which certificate is the API server's, such as dns(apiserver)")
  private String clientPolicy;

  @Option(names = "--key", required = true, description = "who must have signed: cosign.pub")
  private Path key;

  @Option(names = "--sbom", description = "require a bill of materials by the same key")
  private boolean sbom;

  @Option(
      names = "--registry",
      required = true,
      description = "whose images may run: HOST, HOST/TEAM or HOST/TEAM/NAME; repeatable")
  private Set<String> registries;

  @Option(names = "--user", description = "for the one registry; password in BARTIZAN_PASSWORD")
  private @Nullable String user;

  @Option(
      names = "--deadline",
      defaultValue = "PT8S",
      description = "for a review, as ISO 8601 writes it; 8 s (PT8S), the API server waits 10 s")
  private Duration deadline;

  @Spec private CommandSpec spec;

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** What keeps it from starting is told in a sentence; a stack trace would hide it. */
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler(
            (failure, line, result) -> {
              String type =
                  failure instanceof FileSystemException
                      ? ": " + failure.getClass().getSimpleName()
                      : "";
              if (failure instanceof IOException
                  || failure instanceof Refused
                  || failure instanceof IllegalArgumentException) {
                String why = SafeText.of(failure.getMessage() + type, MAX_SAID);
                line.getErr().println("admission-webhook: does not start: " + why);
                return 1;
              }
              throw failure;
            });
  }

  @Override
  public Integer call() throws Exception {
    try (ServerTls tls = tls();
        ImageGate gate = new ImageGate(settings(), policy(), InstantSource.system());
        Webhook webhook = Webhook.start(new InetSocketAddress(port), tls, limit(), gate)) {
      spec.commandLine().getOut().println("listens on port " + webhook.port());
      Thread end = new Thread(() -> end(webhook), "webhook-end");
      Runtime.getRuntime().addShutdownHook(end);
      try {
        new CountDownLatch(1).await();
      } finally {
        Runtime.getRuntime().removeShutdownHook(end);
      }
      return 0;
    }
  }

  /**
   * Open reviews are answered first: one that is cut off is a refusal. Without halt the JVM's
   * status after SIGTERM is 143, whatever was done.
   */
  private void end(Webhook webhook) {
    try {
      webhook.drain(deadline.plusSeconds(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    webhook.close();
    Runtime.getRuntime().halt(0);
  }

  static Limit limit() {
    return Limit.tokenBucket(200, Rate.per(50, ChronoUnit.SECONDS)).named("reviews");
  }

  private ServerTls tls() {
    return ServerTls.builder(
            Identity.pem(cert, certKey),
            TrustAnchors.pem(clientCa),
            argument("--client", () -> PeerPolicy.valueOf(clientPolicy)))
        .withReload(RELOAD)
        .build();
  }

  private ImagePolicy policy() throws Exception {
    String pem = Files.readString(key);
    PinnedKey pinned = argument("--key", () -> PinnedKey.parse(pem));
    TrustedSigner signer = TrustedSigner.of("key", SignerKeys.anyOf(pinned));
    ImageRule[] more = sbom ? new ImageRule[] {ImageRule.sbom(signer)} : new ImageRule[0];
    return ImagePolicy.of(ImageRule.signature(signer), more);
  }

  private ImageGate.Settings settings() {
    if (deadline.toMillis() < 100 || deadline.toSeconds() > 29) {
      throw misuse(
          "--deadline is "
              + deadline.toMillis()
              + " ms: 100 ms to 29 s are accepted, as ISO 8601 writes it (8 s is PT8S)");
    }
    return new ImageGate.Settings(
        registries.stream().map(this::place).collect(Collectors.toUnmodifiableSet()),
        deadline,
        MAX_REMEMBERED,
        login());
  }

  /** One that no image can have would deny every pod of the cluster, and an empty one none. */
  private String place(String given) {
    String place = given.toLowerCase(Locale.ROOT); // names of repositories have no other case
    String image = place.endsWith("/") ? place + "x" : place.contains("/") ? place : place + "/x";
    try {
      ImageReference parsed = ImageReference.parse(image);
      if (parsed.registry().isPresent() && parsed.tag().isEmpty() && parsed.digest().isEmpty()) {
        return place;
      }
    } catch (VerificationException malformed) {
      // told below
    }
    throw misuse(
        "--registry is \""
            + SafeText.of(given)
            + "\", HOST, HOST/TEAM or HOST/TEAM/NAME is accepted; a HOST has a dot or a port");
  }

  private UnaryOperator<OciRegistry.Builder> login() {
    String login = user;
    if (login == null) {
      return builder -> builder;
    }
    String password = System.getenv("BARTIZAN_PASSWORD");
    if (password == null || registries.size() > 1) {
      throw misuse("--user needs one --registry and the variable BARTIZAN_PASSWORD");
    }
    return builder -> builder.withCredentials(login, () -> password);
  }

  private <T> T argument(String label, Callable<T> parsed) {
    try {
      return parsed.call();
    } catch (Exception e) {
      throw misuse(label + ": " + e.getMessage());
    }
  }

  private ParameterException misuse(String why) {
    return new ParameterException(spec.commandLine(), why);
  }
}
