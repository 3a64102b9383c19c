import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** Makes one Javadoc site of all modules, without the network; see .ci/javadoc-site. */
final class JavadocSite {

  /** The modules by their artifacts, in the order of the site's first page. */
  private static final Map<String, String> MODULES = new LinkedHashMap<>();

  static {
    MODULES.put("bartizan-core", "security-core");
    MODULES.put("bartizan-ratelimit", "security-ratelimit");
    MODULES.put("bartizan-mtls", "security-mtls");
    MODULES.put("bartizan-spiffe", "security-spiffe");
    MODULES.put("bartizan-integrity", "security-integrity");
    MODULES.put("bartizan-adapters", "security-adapters");
    MODULES.put("bartizan-spring-boot-starter", "security-spring");
    MODULES.put("bartizan-testkit", "security-testkit");
  }

  /** What people type into the search box; each must lead somewhere. */
  private static final List<String> SEARCHED =
      List.of(
          "throttling",
          "quota",
          "bulkhead",
          "429",
          "mTLS",
          "client certificate",
          "bearer token",
          "JWKS",
          "DPoP",
          "webhook signature",
          "signed cookie",
          "checksum",
          "SHA256SUMS",
          "nonce",
          "idempotency",
          "SLSA",
          "SBOM",
          "load shedding",
          "distributed rate limit",
          "key rotation");

  private final Path out;
  private final Set<String> closed;
  private final List<Path> sources = new ArrayList<>();
  private final Map<String, Set<String>> packages = new LinkedHashMap<>();
  private final Set<String> classPath = new LinkedHashSet<>();

  private JavadocSite(Path out) throws IOException {
    this.out = out;
    Matcher names =
        Pattern.compile("<javadoc.closed>([^<]+)<")
            .matcher(Files.readString(Path.of("library/pom.xml")));
    if (!names.find()) {
      throw new IllegalStateException("library/pom.xml has no javadoc.closed");
    }
    closed = Set.of(names.group(1).split(":"));
  }

  public static void main(String[] arguments) throws Exception {
    JavadocSite site = new JavadocSite(Path.of(arguments[0]).toAbsolutePath());
    for (Map.Entry<String, String> module : MODULES.entrySet()) {
      site.collect(module.getKey(), Path.of(module.getValue()));
    }
    site.make();
    site.check();
  }

  private void collect(String artifact, Path module) throws IOException {
    Path root = module.resolve("src/main/java");
    Set<String> own = new TreeSet<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).sorted().toList()) {
        String name = root.relativize(file.getParent()).toString().replace(File.separatorChar, '.');
        if (!name.isEmpty() && !closed.contains(name)) { // module-info lies in no package
          sources.add(file);
          own.add(name);
        }
      }
    }
    packages.put(artifact, own);
    classPath.add(module.resolve("target/classes").toString());
    for (String entry :
        Files.readString(module.resolve("target/javadoc-site.classpath"))
            .strip()
            .split(File.pathSeparator)) {
      if (entry.endsWith(".jar")
          && !Path.of(entry).getFileName().toString().startsWith("bartizan-")) {
        classPath.add(entry);
      }
    }
  }

  private void make() throws IOException {
    List<String> options = new ArrayList<>();
    options.addAll(
        List.of("-d", out.toString(), "-encoding", "UTF-8", "-charset", "UTF-8", "-quiet"));
    options.addAll(List.of("-Xdoclint:all", "-Werror", "-notimestamp", "-protected"));
    options.addAll(List.of("--release", "17", "-Xmaxwarns", "1000", "-Xmaxerrs", "1000"));
    options.addAll(List.of("-windowtitle", "Bartizan", "-doctitle", "Bartizan"));
    options.addAll(List.of("-classpath", String.join(File.pathSeparator, classPath)));
    packages.forEach(
        (artifact, own) -> options.addAll(List.of("-group", artifact, String.join(":", own))));
    options.addAll(links());
    sources.forEach(source -> options.add(source.toString()));
    StringWriter said = new StringWriter();
    PrintWriter writer = new PrintWriter(said);
    int status =
        ToolProvider.findFirst("javadoc")
            .orElseThrow()
            .run(writer, writer, options.toArray(new String[0]));
    if (status != 0 || said.toString().contains("warning")) {
      System.out.println(said);
      System.exit(1);
    }
  }

  /** Links to each library's pages on javadoc.io, by the packages that its jar has. */
  private List<String> links() throws IOException {
    List<String> options = new ArrayList<>();
    Path lists = Files.createTempDirectory("element-lists");
    Pattern inRepository = Pattern.compile(".*/repository/(.+)/([^/]+)/([^/]+)/[^/]+\\.jar");
    for (String entry : classPath) {
      Matcher at = inRepository.matcher(entry.replace(File.separatorChar, '/'));
      if (!at.matches()) {
        continue;
      }
      Set<String> names = new TreeSet<>();
      try (JarFile jar = new JarFile(entry)) {
        jar.stream()
            .map(each -> each.getName())
            .filter(
                each ->
                    each.endsWith(".class") && each.contains("/") && !each.startsWith("META-INF"))
            .forEach(each -> names.add(each.substring(0, each.lastIndexOf('/')).replace('/', '.')));
      }
      Path folder = Files.createDirectories(lists.resolve(at.group(2) + "-" + at.group(3)));
      Files.write(folder.resolve("element-list"), names);
      String url =
          "https://javadoc.io/static/"
              + at.group(1).replace('/', '.')
              + "/"
              + at.group(2)
              + "/"
              + at.group(3)
              + "/";
      options.addAll(List.of("-linkoffline", url, folder.toString()));
    }
    return options;
  }

  private void check() throws IOException {
    List<String> faults = new ArrayList<>();
    String words = read("tag-search-index.js");
    for (String each : SEARCHED) {
      if (!words.contains("\"l\":\"" + each + "\"")) {
        faults.add("the search box does not know \"" + each + "\"");
      }
    }
    require(
        faults, "io/bartizan/integrity/jwt/JwtVerifier.html", "href=\"../../core/Checked.html\"");
    require(faults, "io/bartizan/core/SecretBytes.html", "docs.oracle.com");
    require(
        faults,
        "io/bartizan/ratelimit/redis/RedisRateLimiter.html",
        "javadoc.io/static/io.lettuce/");
    require(
        faults, "io/bartizan/ratelimit/RateLimitMetrics.html", "javadoc.io/static/io.micrometer/");
    String index = read("index.html");
    packages.keySet().stream()
        .filter(artifact -> !index.contains(artifact))
        .forEach(artifact -> faults.add("the first page does not name " + artifact));
    closed.stream()
        .filter(
            name ->
                Files.exists(out.resolve(name.replace('.', '/')).resolve("package-summary.html")))
        .forEach(name -> faults.add(name + " is not for users and has a page"));
    faults.forEach(fault -> System.out.println("javadoc: " + fault));
    System.out.println(
        "javadoc: "
            + sources.size()
            + " files of "
            + packages.values().stream().mapToInt(Set::size).sum()
            + " packages, "
            + faults.size()
            + " faults: "
            + out.resolve("index.html"));
    System.exit(faults.isEmpty() ? 0 : 1);
  }

  private void require(List<String> faults, String page, String text) throws IOException {
    if (!read(page).contains(text)) {
      faults.add(page + " has no link with " + text);
    }
  }

  private String read(String page) throws IOException {
    return Files.readString(out.resolve(page), UTF_8);
  }
}
