package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/**
 * IDEs are told of each setting that is read, and of no other; all classes that are named exist.
 */
class MetadataTest {

  @Test
  void metadata_namesTheSettings_allOfThem() throws Exception {
    Set<String> read = new TreeSet<>();
    collect("bartizan", BartizanProperties.class, read);
    read.add(ShownHealth.Wanted.ENABLED);
    Set<String> told = new TreeSet<>();
    Map<String, List<Map<String, Object>>> metadata =
        new Yaml().load(resource("META-INF/spring-configuration-metadata.json"));
    for (Map<String, Object> each : metadata.get("properties")) {
      told.add((String) each.get("name"));
      assertThat((String) each.get("description")).endsWith(".");
    }
    assertThat(told).isEqualTo(read);
  }

  @Test
  void autoConfigurations_thatAreListed_exist() throws Exception {
    String list =
        resource(
            "META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports");
    Set<String> listed = list.lines().collect(Collectors.toCollection(TreeSet::new));
    Set<String> there;
    try (var files = Files.list(Path.of("target/classes/io/bartizan/spring"))) {
      there =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith("AutoConfiguration.class"))
              .map(name -> "io.bartizan.spring." + name.replace(".class", ""))
              .collect(Collectors.toCollection(TreeSet::new));
    }
    assertThat(listed).isEqualTo(there);
  }

  /** Every setting by its name in kebab case; maps with {@code *} for the user's names. */
  private static void collect(String prefix, Class<?> record, Set<String> names) {
    for (RecordComponent each : record.getRecordComponents()) {
      String name =
          prefix
              + "."
              + each.getName().replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
      if (each.getType().isRecord()) {
        collect(name, each.getType(), names);
        continue;
      }
      names.add(name);
      if (each.getType() == Map.class) {
        Class<?> value =
            (Class<?>) ((ParameterizedType) each.getGenericType()).getActualTypeArguments()[1];
        if (value.isRecord()) {
          collect(name + ".*", value, names);
        }
      }
    }
  }

  private static String resource(String name) throws Exception {
    return Files.readString(Path.of("target/classes").resolve(name));
  }
}
