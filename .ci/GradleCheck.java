import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Does what docs/quick-starts/gradle.md says, with the artifacts of a repository in the place of
 * Maven Central's: the build is made, its program answers as docs/quick-starts/plain-jdk.md prints.
 * Arguments: the repository, a folder.
 */
final class GradleCheck {

  private static final String PORT = "8080";

  private GradleCheck() {}

  public static void main(String[] arguments) throws Exception {
    Path repository = Path.of(arguments[0]).toAbsolutePath();
    Path folder = Files.createDirectories(Path.of(arguments[1]).toAbsolutePath());
    String page = Files.readString(Path.of("docs/quick-starts/gradle.md"));
    String plain = Files.readString(Path.of("docs/quick-starts/plain-jdk.md"));
    if (page.lines().count() > 40) {
      throw new IllegalStateException("the page has more than 40 lines");
    }
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Files.writeString(folder.resolve("build.gradle"), fence(page, "groovy"));
    Path code = Files.createDirectories(folder.resolve("src/main/java"));
    Files.writeString(code.resolve("Hello.java"), fence(plain, "java").replace(PORT, "" + port));
    // What is not ours is where Maven has put it. The page's own repositories are asked after that,
    // and not found offline.
    Files.writeString(
        folder.resolve("init.gradle"),
        "allprojects {\n  repositories { maven { url '"
            + repository.toUri()
            + "' }; mavenLocal() }\n"
            + "  afterEvaluate { task printed { doLast { println 'PATH=' + sourceSets.main.runtimeClasspath.asPath } } }\n}\n");
    String command = fence(page, "console").strip();
    if (!command.equals("$ gradle --quiet build")) {
      throw new IllegalStateException("the page's command is " + command);
    }
    run(folder, List.of("--quiet", "build"));
    String said = run(folder, List.of("--quiet", "printed"));
    String path = said.substring(said.indexOf("PATH=") + 5).strip();
    for (String artifact :
        List.of("bartizan-adapters", "bartizan-core", "bartizan-ratelimit", "slf4j-api")) {
      if (!path.contains(File.separator + artifact + "-")) {
        throw new IllegalStateException("Gradle's class path has no " + artifact + ": " + path);
      }
    }
    if (!path.contains(repository.toString())) {
      throw new IllegalStateException("Gradle took another repository's artifacts: " + path);
    }
    serve(folder, path, port, fence(plain, "console").lines().toList());
    System.out.println("gradle: built, served and refused as the page says");
  }

  private static void serve(Path folder, String path, int port, List<String> commands)
      throws Exception {
    Process server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                path,
                "Hello")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("printed").toFile())
            .start();
    try {
      long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
      while (!isServed(port)) {
        if (!server.isAlive() || System.nanoTime() > end) {
          throw new IllegalStateException(Files.readString(folder.resolve("printed")));
        }
        Thread.sleep(100);
      }
      for (int i = 0; i < commands.size(); i += 2) {
        String command = commands.get(i).substring(2).replace(":" + PORT + "/", ":" + port + "/");
        String answer = output(new ProcessBuilder("sh", "-c", command));
        if (!answer.strip().equals(commands.get(i + 1))) {
          throw new IllegalStateException(command + " printed " + answer);
        }
      }
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  private static boolean isServed(int port) {
    try (Socket connected = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return connected.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static String run(Path folder, List<String> tasks) throws Exception {
    List<String> command = new ArrayList<>(List.of("gradle", "--no-daemon", "--offline"));
    command.addAll(List.of("--init-script", folder.resolve("init.gradle").toString()));
    command.addAll(List.of("--gradle-user-home", folder.resolve("home").toString()));
    command.addAll(tasks);
    return output(new ProcessBuilder(command).directory(folder.toFile()));
  }

  private static String output(ProcessBuilder builder) throws Exception {
    Process process = builder.redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(builder.command() + " failed:\n" + printed);
    }
    return printed;
  }

  private static String fence(String page, String language) {
    String begin = "```" + language + "\n";
    int start = page.indexOf(begin) + begin.length();
    if (start < begin.length()) {
      throw new IllegalStateException("no fence of " + language);
    }
    return page.substring(start, page.indexOf("```", start));
  }
}
