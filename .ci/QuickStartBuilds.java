import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Does what the quick starts of builds say, with the artifacts of a repository in the place of
 * Maven Central's: docs/quick-starts/gradle.md, whose program is that of plain-jdk.md, and
 * quarkus.md. The build is made, and its program answers as the page prints. Arguments: gradle or
 * quarkus, the repository, a folder.
 */
final class QuickStartBuilds {

  private static final String PORT = "8080";

  private static final String QUARKUS_POM =
      """
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <groupId>org.example</groupId>
        <artifactId>hello</artifactId>
        <version>1</version>
        <packaging>quarkus</packaging>
        <properties>
          <maven.compiler.release>17</maven.compiler.release>
          <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
        </properties>
        <repositories>
          <repository>
            <id>check</id>
            <url>REPOSITORY</url>
          </repository>
        </repositories>
        <dependencyManagement>
          <dependencies>
            <dependency>
              <groupId>io.quarkus.platform</groupId>
              <artifactId>quarkus-bom</artifactId>
              <version>QUARKUS</version>
              <type>pom</type>
              <scope>import</scope>
            </dependency>
          </dependencies>
        </dependencyManagement>
        <dependencies>
          <dependency>
            <groupId>io.quarkus</groupId>
            <artifactId>quarkus-rest</artifactId>
          </dependency>
          ADDED
        </dependencies>
        <build>
          <plugins>
            <plugin>
              <groupId>io.quarkus.platform</groupId>
              <artifactId>quarkus-maven-plugin</artifactId>
              <version>QUARKUS</version>
              <extensions>true</extensions>
            </plugin>
          </plugins>
        </build>
      </project>
      """;

  private QuickStartBuilds() {}

  public static void main(String[] arguments) throws Exception {
    Path repository = Path.of(arguments[1]).toAbsolutePath();
    Path folder = Files.createDirectories(Path.of(arguments[2]).toAbsolutePath());
    if (arguments[0].equals("gradle")) {
      gradle(repository, folder);
    } else {
      quarkus(repository, folder);
    }
    System.out.println(arguments[0] + ": built, served and refused as the page says");
  }

  private static void gradle(Path repository, Path folder) throws Exception {
    String page = page("gradle.md");
    String plain = page("plain-jdk.md");
    int port = freePort();
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
            + "  afterEvaluate { task printed { doLast { println 'PATH=' +"
            + " sourceSets.main.runtimeClasspath.asPath } } }\n"
            + "}\n");
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
    serve(folder, List.of("-cp", path, "Hello"), port, fence(plain, "console").lines().toList());
  }

  /** The page's lines in a project as Quarkus' own generator makes it, built by Maven. */
  private static void quarkus(Path repository, Path folder) throws Exception {
    String page = page("quarkus.md");
    Matcher version = Pattern.compile("Quarkus (\\d+\\.\\d+\\.\\d+(\\.\\d+)?)").matcher(page);
    if (!version.find()) {
      throw new IllegalStateException("the page names no version of Quarkus");
    }
    Files.writeString(
        folder.resolve("pom.xml"),
        QUARKUS_POM
            .replace("QUARKUS", version.group(1))
            .replace("REPOSITORY", repository.toUri().toString())
            .replace("ADDED", fence(page, "xml")));
    Path code = Files.createDirectories(folder.resolve("src/main/java"));
    Files.writeString(code.resolve("Hello.java"), fence(page, "java"));
    List<String> commands = fence(page, "console").lines().toList();
    if (!commands.get(0).equals("$ mvn package")) {
      throw new IllegalStateException("the page's command is " + commands.get(0));
    }
    // What comes from the repository does not stay among this user's artifacts.
    output(
        new ProcessBuilder(
            Path.of("mvnw").toAbsolutePath().toString(),
            "--quiet",
            "--batch-mode",
            "--no-transfer-progress",
            "--file",
            folder.resolve("pom.xml").toString(),
            "-Dmaven.repo.local=" + folder.resolve("local"),
            "-Dmaven.repo.local.tail=" + othersArtifacts(folder.resolve("others")),
            "package"));
    String adapters = "bartizan-adapters-0.1.0.jar";
    Path taken = folder.resolve("target/quarkus-app/lib/main/io.bartizan." + adapters);
    Path own = repository.resolve("io/bartizan/bartizan-adapters/0.1.0").resolve(adapters);
    if (Files.mismatch(taken, own) >= 0) {
      throw new IllegalStateException("Maven took another repository's artifacts");
    }
    List<String> asked = new ArrayList<>(commands.subList(2, commands.size()));
    // Quarkus takes it for the same path.
    asked.add(asked.get(2).replace("/hello", "/hello;a=b").replace(" 127.", " '127.") + "'");
    asked.add("429");
    String program = commands.get(1).substring("$ java -jar ".length());
    int port = freePort();
    serve(
        folder,
        List.of("-Dquarkus.http.port=" + port, "-jar", folder.resolve(program).toString()),
        port,
        asked);
  }

  /** This user's local repository without what is installed of this project. */
  private static Path othersArtifacts(Path folder) throws IOException {
    Path own = Path.of(System.getProperty("user.home"), ".m2/repository");
    Path io = Files.createDirectories(folder.resolve("io"));
    link(own, folder, "io");
    link(own.resolve("io"), io, "bartizan");
    return folder;
  }

  private static void link(Path from, Path to, String leftOut) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(from)) {
      for (Path entry : entries) {
        if (!entry.endsWith(leftOut)) {
          Files.createSymbolicLink(to.resolve(entry.getFileName()), entry);
        }
      }
    }
  }

  private static String page(String name) throws IOException {
    String page = Files.readString(Path.of("docs/quick-starts", name));
    if (page.lines().count() > 40) {
      throw new IllegalStateException(name + " has more than 40 lines");
    }
    return page;
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  private static void serve(Path folder, List<String> program, int port, List<String> commands)
      throws Exception {
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(program);
    Process server =
        new ProcessBuilder(java)
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
