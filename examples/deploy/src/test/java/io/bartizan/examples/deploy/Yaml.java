package io.bartizan.examples.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Documents of YAML 1.1, as kubectl reads it: 0440 is octal. A key that is there twice is an error.
 */
final class Yaml {

  static final ObjectMapper JSON = new ObjectMapper();

  private Yaml() {}

  static List<ObjectNode> documents(Path file) {
    return documents(text(file));
  }

  static List<ObjectNode> documents(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    List<ObjectNode> documents = new ArrayList<>();
    for (Object each : new org.yaml.snakeyaml.Yaml(new SafeConstructor(options)).loadAll(text)) {
      JsonNode tree = JSON.valueToTree(each);
      documents.add((ObjectNode) tree);
    }
    return documents;
  }

  static ObjectNode document(Path file) {
    return documents(file).get(0);
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
