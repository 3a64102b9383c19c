import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** Checks a Maven repository that holds one release and nothing else; see .ci/release-check. */
final class ReleaseCheck {

  private static final Set<String> LIBRARIES =
      Set.of(
          "bartizan-core",
          "bartizan-testkit",
          "bartizan-ratelimit",
          "bartizan-mtls",
          "bartizan-spiffe",
          "bartizan-integrity",
          "bartizan-adapters",
          "bartizan-spring-boot-starter");
  private static final String BOM = "bartizan-bom";

  private final List<String> faults = new ArrayList<>();
  private final Path group;
  private final boolean signed;
  private int checked;

  private ReleaseCheck(Path repository, boolean signed) {
    this.group = repository.resolve("io/bartizan");
    this.signed = signed;
  }

  public static void main(String[] arguments) throws Exception {
    ReleaseCheck check =
        new ReleaseCheck(Path.of(arguments[0]), arguments[1].equals("-Dgpg.skip=false"));
    check.all();
    check.faults.forEach(fault -> System.out.println("release: " + fault));
    System.out.println(
        "release: " + check.checked + " files checked, " + check.faults.size() + " faults");
    System.exit(check.faults.isEmpty() ? 0 : 1);
  }

  private void all() throws Exception {
    Set<String> expected = new TreeSet<>(LIBRARIES);
    expected.add(BOM);
    Set<String> found = new TreeSet<>();
    for (Path each : list(group)) {
      found.add(each.getFileName().toString());
    }
    require(found.equals(expected), "would publish " + found + ", not " + expected);
    for (String artifact : expected) {
      if (found.contains(artifact)) {
        artifact(artifact);
      }
    }
  }

  private void artifact(String artifact) throws Exception {
    List<Path> versions =
        list(group.resolve(artifact)).stream().filter(Files::isDirectory).toList();
    require(versions.size() == 1, artifact + " has versions " + versions);
    Path folder = versions.get(0);
    String version = folder.getFileName().toString();
    require(!version.endsWith("SNAPSHOT"), artifact + " is a snapshot");
    String stem = artifact + "-" + version;
    pom(artifact, version, folder.resolve(stem + ".pom"));
    if (LIBRARIES.contains(artifact)) {
      Path main = folder.resolve(stem + ".jar");
      licences(main);
      coordinates(main, artifact, version);
      Path sources = folder.resolve(stem + "-sources.jar");
      licences(sources);
      require(count(sources, ".java") > 3, sources.getFileName() + " holds no sources");
      Path javadoc = folder.resolve(stem + "-javadoc.jar");
      licences(javadoc);
      require(count(javadoc, "index.html") > 0, javadoc.getFileName() + " holds no Javadoc");
      Path sbom = folder.resolve(stem + "-cyclonedx.json");
      require(
          Files.exists(sbom)
              && Files.readString(sbom).contains("pkg:maven/io.bartizan/" + artifact),
          artifact + " has no bill of materials that names it");
    }
    for (Path file : list(folder)) {
      if (!file.toString().matches(".*\\.(asc|md5|sha1|sha256|sha512)")) {
        checked++;
        require(
            Files.exists(beside(file, ".md5")) && Files.exists(beside(file, ".sha1")),
            file.getFileName() + " has no checksums");
        if (signed) {
          require(isSigned(file), file.getFileName() + " has no signature that holds");
        }
      }
    }
  }

  private void pom(String artifact, String version, Path file) throws Exception {
    Element pom =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(file.toFile())
            .getDocumentElement();
    for (String wanted :
        List.of(
            "groupId",
            "artifactId",
            "version",
            "name",
            "description",
            "url",
            "licenses/license/name",
            "licenses/license/url",
            "developers/developer/name",
            "developers/developer/email",
            "scm/connection",
            "scm/developerConnection",
            "scm/url")) {
      String text = text(pom, wanted);
      require(text != null && !text.isBlank(), artifact + ": its pom has no " + wanted);
      require(text == null || !text.contains("${"), artifact + ": " + wanted + " is " + text);
    }
    for (String unwanted : List.of("parent", "build", "profiles", "repositories", "modules")) {
      require(child(pom, unwanted) == null, artifact + ": its pom has a " + unwanted);
    }
    if (artifact.equals(BOM)) {
      Element managed = child(pom, "dependencyManagement");
      Set<String> pinned = new TreeSet<>();
      if (managed != null) {
        for (Element each : children(child(managed, "dependencies"))) {
          pinned.add(text(each, "artifactId"));
          require(
              Set.of(version, "${project.version}").contains(text(each, "version")),
              BOM + " pins " + text(each, "artifactId") + " to " + text(each, "version"));
        }
      }
      require(pinned.equals(new TreeSet<>(LIBRARIES)), BOM + " pins " + pinned);
      require(child(pom, "dependencies") == null, BOM + " has dependencies of its own");
    } else {
      require(child(pom, "dependencyManagement") == null, artifact + ": its pom manages others");
    }
  }

  private void licences(Path jar) throws IOException {
    for (String wanted : List.of("META-INF/LICENSE", "META-INF/NOTICE")) {
      require(count(jar, wanted) > 0, jar.getFileName() + " has no " + wanted);
    }
  }

  private void coordinates(Path jar, String artifact, String version) throws IOException {
    String base = "META-INF/maven/io.bartizan/" + artifact + "/";
    require(count(jar, base + "pom.xml") == 1, jar.getFileName() + " has no pom.xml");
    try (JarFile opened = new JarFile(jar.toFile())) {
      var entry = opened.getEntry(base + "pom.properties");
      require(entry != null, jar.getFileName() + " has no pom.properties");
      if (entry != null) {
        Properties told = new Properties();
        try (InputStream in = opened.getInputStream(entry)) {
          told.load(in);
        }
        require(
            artifact.equals(told.getProperty("artifactId"))
                && version.equals(told.getProperty("version"))
                && "io.bartizan".equals(told.getProperty("groupId")),
            jar.getFileName() + " says that it is " + told);
      }
    }
  }

  private boolean isSigned(Path file) throws Exception {
    Path signature = beside(file, ".asc");
    if (!Files.exists(signature)) {
      return false;
    }
    Process gpg =
        new ProcessBuilder("gpg", "--batch", "--verify", signature.toString(), file.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return gpg.waitFor() == 0;
  }

  private static long count(Path jar, String end) throws IOException {
    if (!Files.exists(jar)) {
      return 0;
    }
    try (JarFile opened = new JarFile(jar.toFile())) {
      return opened.stream().filter(entry -> entry.getName().endsWith(end)).count();
    }
  }

  private static Path beside(Path file, String end) {
    return file.resolveSibling(file.getFileName() + end);
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static String text(Element from, String path) {
    Element at = from;
    for (String name : path.split("/")) {
      at = at == null ? null : child(at, name);
    }
    return at == null ? null : at.getTextContent().strip();
  }

  private static Element child(Element from, String name) {
    return children(from).stream()
        .filter(each -> each.getTagName().equals(name))
        .findFirst()
        .orElse(null);
  }

  private static List<Element> children(Element from) {
    List<Element> all = new ArrayList<>();
    for (Node node = from.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element) {
        all.add(element);
      }
    }
    return all;
  }

  private void require(boolean held, String fault) {
    if (!held) {
      faults.add(fault);
    }
  }
}
