package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The versions of {@code docs/reference/compatibility.md} are those that the build pins: in the
 * root's pom, in {@code .ci/libraries}, and what these bring with them in the folder that {@code
 * BARTIZAN_LIBRARIES} names.
 */
class CompatibilityTest {

  private static final Path PAGE = Pages.ROOT.resolve("docs/reference/compatibility.md");

  /** What no program of a user has to do with. */
  private static final Set<String> OF_THE_BUILD =
      Set.of("errorprone", "jspecify", "embedded-redis");

  /** A set that must fail, and is no tested one. */
  private static final String TOO_OLD = "too-old";

  private static final Comparator<String> BY_NUMBERS =
      Comparator.comparing(
          CompatibilityTest::numbers, (one, other) -> java.util.Arrays.compare(one, other));

  /**
   * @param property {@code version.…} of the root's pom; null where no module depends on it
   * @param artifact whose version in a set of {@code .ci/libraries} is the product's; null for none
   */
  private record Product(@Nullable String property, @Nullable String artifact) {}

  private static final Map<String, Product> PRODUCTS = new LinkedHashMap<>();

  static {
    product("Lettuce", "lettuce", "lettuce-core");
    product("Bucket4j", "bucket4j", "bucket4j_jdk17-lettuce");
    product("Micrometer", "micrometer", "micrometer-core");
    product("slf4j", "slf4j", "slf4j-api");
    product("Netty", "netty", "netty-common");
    product("Reactor", "reactor", "reactor-core");
    product("Spring Boot", "spring-boot", "spring-boot");
    product("Spring Framework", "spring", "spring-core");
    product("Reactor Netty", "reactor-netty", "reactor-netty-http");
    product("Tomcat", "tomcat", "tomcat-embed-core");
    product("Jetty", "jetty", "jetty-server");
    product("Nimbus JOSE+JWT", "nimbus", "nimbus-jose-jwt");
    product("Servlet API", "servlet", "jakarta.servlet-api");
    product("JAX-RS API", "jaxrs", null);
    product("Jersey", "jersey", null);
    product("gRPC", "grpc", null);
    product("Vert.x", "vertx", "vertx-web");
    product("Temporal", "temporal", "temporal-testing"); // brings the SDK of its version
    product("OkHttp", "okhttp", null);
    product("Apache HttpClient", "httpclient5", null);
    product("Bouncy Castle", "bouncycastle", "bcprov-jdk18on");
    product("Bouncy Castle JSSE", "bouncycastle.tls", null);
    product("Bouncy Castle FIPS", null, "bc-fips");
    product("Amazon Corretto Crypto Provider", "accp", null);
    product("Kotlin", null, "kotlin-compiler-embeddable");
  }

  private static void product(String name, @Nullable String property, @Nullable String artifact) {
    PRODUCTS.put(name, new Product(property, artifact));
  }

  /** Oldest, newest and the others of a row, as they are written. */
  private record Row(String oldest, String newest, Set<String> others) {

    static Row of(Set<String> versions) {
      List<String> sorted = versions.stream().sorted(BY_NUMBERS).toList();
      Set<String> others = new TreeSet<>(versions);
      String oldest = sorted.get(0);
      String newest = sorted.get(sorted.size() - 1);
      others.removeAll(Set.of(oldest));
      others.removeAll(Set.of(newest));
      return new Row(oldest, newest, others);
    }

    Set<String> all() {
      Set<String> all = new TreeSet<>(others);
      all.add(oldest);
      all.add(newest);
      return all;
    }
  }

  private static Map<String, Row> rows() {
    Map<String, Row> rows = new LinkedHashMap<>();
    for (List<String> cells : Pages.rows(PAGE, "Tested versions")) {
      assertThat(cells).hasSize(5);
      Set<String> others = new TreeSet<>(List.of(cells.get(3).split(", ", -1)));
      others.remove("");
      Row before = rows.put(cells.get(0), new Row(cells.get(1), cells.get(2), others));
      assertThat(before).as(cells.get(0) + " has two rows").isNull();
    }
    return rows;
  }

  @Test
  void version_ofALibrary_isOnThePage_andNoOtherIs() throws Exception {
    Map<String, Set<String>> jars = jars();
    boolean whole = jars.size() == sets().size();
    assertThat(whole || !Boolean.parseBoolean(System.getenv("BARTIZAN_CI")))
        .as("BARTIZAN_LIBRARIES names a folder with the jars of .ci/libraries")
        .isTrue();
    Map<String, Row> rows = rows();
    for (Map.Entry<String, Product> each : PRODUCTS.entrySet()) {
      String name = each.getKey();
      Set<String> pinned = pinned(each.getValue());
      jars.values().forEach(set -> pinned.addAll(ofJars(each.getValue(), set)));
      Row row = rows.remove(name);
      assertThat(row).as("row of " + name).isNotNull();
      if (whole) {
        assertThat(row).as(name).isEqualTo(Row.of(pinned));
      } else {
        assertThat(row).as(name).isEqualTo(Row.of(row.all()));
        assertThat(row.all()).as(name).containsAll(pinned);
      }
    }
    assertThat(rows.keySet()).containsExactly("Java", "Redis", "Valkey");
  }

  @Test
  void java_isThatOfTheBuildAndOfTheGate() throws Exception {
    Row row = rows().get("Java");
    assertThat(row.oldest())
        .isEqualTo(only("<maven.compiler.release>(\\d+)<", Pages.text("pom.xml")));
    String gate = Pages.text(".ci/run");
    assertThat(row.newest()).isEqualTo(only("/usr/lib/jvm/temurin-(\\d+)", gate));
    assertThat(row.others()).isEmpty();
    String newest = only("/usr/lib/jvm/java-(\\d+)-openjdk", gate);
    assertThat(Pages.text("docs/reference/compatibility.md"))
        .contains("on Java " + newest + " those of downloads and key sets only");
  }

  /** {@code RedisServersIT} and {@code LibrariesIT} ask the running programs and hold that row. */
  @Test
  void row_ofAnotherPage_doesNotContradict() throws Exception {
    Map<String, Row> rows = rows();
    int compared = 0;
    for (Path page : Pages.all()) {
      for (String line : Files.readAllLines(page)) {
        Matcher row =
            Pattern.compile("\\| (\\w+) \\|([^|]*\\d\\.\\d[^|]*)\\|([^|]*)\\|").matcher(line);
        if (!page.equals(PAGE) && row.lookingAt() && rows.containsKey(row.group(1))) {
          Set<String> there = new TreeSet<>();
          Matcher version =
              Pattern.compile("(?<!with Netty )\\b\\d+\\.\\d+\\.\\d+")
                  .matcher(row.group(2) + row.group(3));
          while (version.find()) {
            there.add(version.group());
          }
          assertThat(rows.get(row.group(1)).all()).as(page + ": " + line).containsAll(there);
          compared++;
        }
      }
    }
    assertThat(compared).isPositive();
  }

  @Test
  void library_thatUsersGet_isAProduct() throws Exception {
    String pom = Pages.text("pom.xml");
    String users = only("(?s)<!-- what users get -->(.*?)<!-- what tests", pom);
    Set<String> properties = new TreeSet<>();
    Matcher property = Pattern.compile("<version\\.([^>]+)>").matcher(users);
    while (property.find()) {
      properties.add(property.group(1));
    }
    assertThat(properties).hasSizeGreaterThan(10);
    properties.removeAll(OF_THE_BUILD);
    Set<String> known = new TreeSet<>();
    PRODUCTS.values().stream().map(Product::property).filter(x -> x != null).forEach(known::add);
    assertThat(known).containsAll(properties);
    Set<String> artifacts = new TreeSet<>();
    PRODUCTS.values().stream()
        .map(Product::artifact)
        .filter(x -> x != null)
        .forEach(artifacts::add);
    artifacts.add("spring-boot-dependencies"); // its version is that of Spring Boot
    for (Map<String, String> set : sets().values()) {
      assertThat(artifacts).containsAll(set.keySet());
    }
  }

  @Test
  void versions_areOrderedByTheirNumbers() {
    assertThat(Row.of(Set.of("4.2.20", "4.1.128", "4.1.9")))
        .isEqualTo(new Row("4.1.9", "4.2.20", Set.of("4.1.128")));
    assertThat(Row.of(Set.of("10.10"))).isEqualTo(new Row("10.10", "10.10", Set.of()));
  }

  /** Those of the pom and of the sets. */
  private static Set<String> pinned(Product product) throws IOException {
    Set<String> pinned = new TreeSet<>();
    if (product.property != null) {
      String name = Pattern.quote("version." + product.property);
      pinned.add(plain(only("<" + name + ">([^<]+)</" + name + ">", Pages.text("pom.xml"))));
    }
    for (Map<String, String> set : sets().values()) {
      if (product.artifact != null && set.containsKey(product.artifact)) {
        pinned.add(plain(set.get(product.artifact)));
      }
      if ("spring-boot".equals(product.artifact) && set.containsKey("spring-boot-dependencies")) {
        pinned.add(set.get("spring-boot-dependencies"));
      }
    }
    return pinned;
  }

  /** The artifacts with a version of each set that is tested. */
  private static Map<String, Map<String, String>> sets() throws IOException {
    Map<String, Map<String, String>> sets = new TreeMap<>();
    try (Stream<Path> files = Files.list(Pages.ROOT.resolve(".ci/libraries"))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = file.getFileName().toString().replace(".xml", "");
        if (name.equals(TOO_OLD)) {
          continue;
        }
        Map<String, String> versions = new HashMap<>();
        Matcher each =
            Pattern.compile(
                    "<dependency>\\s*<groupId>[^<]+</groupId>\\s*<artifactId>([^<]+)</artifactId>"
                        + "\\s*<version>([^<]+)</version>")
                .matcher(Files.readString(file));
        while (each.find()) {
          versions.put(each.group(1), each.group(2));
        }
        assertThat(versions).as(name).isNotEmpty();
        sets.put(name, versions);
      }
    }
    return sets;
  }

  /** The jars of those sets that are there. */
  private static Map<String, Set<String>> jars() throws IOException {
    Map<String, Set<String>> jars = new TreeMap<>();
    String libraries = System.getenv("BARTIZAN_LIBRARIES");
    for (String set : libraries == null ? Set.<String>of() : sets().keySet()) {
      Path folder = Path.of(libraries, set);
      if (Files.isDirectory(folder)) {
        try (Stream<Path> files = Files.list(folder)) {
          files.forEach(
              file ->
                  jars.computeIfAbsent(set, name -> new TreeSet<>())
                      .add(file.getFileName().toString()));
        }
      }
    }
    return jars;
  }

  private static List<String> ofJars(Product product, Set<String> jars) {
    List<String> versions = new ArrayList<>();
    if (product.artifact != null) {
      Pattern own = Pattern.compile(Pattern.quote(product.artifact) + "-(\\d[^-]*)\\.jar");
      for (String jar : jars) {
        Matcher matcher = own.matcher(jar);
        if (matcher.matches()) {
          versions.add(plain(matcher.group(1)));
        }
      }
    }
    return versions;
  }

  private static String plain(String version) {
    return version.replaceFirst("(\\.RELEASE|\\.Final|-jre)$", "");
  }

  private static int[] numbers(String version) {
    return Stream.of(version.split("\\.", -1)).mapToInt(Integer::parseInt).toArray();
  }

  private static String only(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }
}
