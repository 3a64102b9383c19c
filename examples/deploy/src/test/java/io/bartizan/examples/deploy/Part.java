package io.bartizan.examples.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Something that a practice is about: a workload's pod, a container, a namespace, a file.
 *
 * @param name how a fault names it
 * @param node what the practice looks at and a test loosens
 * @param owner the object that it is in
 * @param all everything beside it
 */
record Part(String name, ObjectNode node, ObjectNode owner, Deployed all) {

  JsonNode at(String pointer) {
    return node.at(pointer);
  }

  boolean is(String pointer, Object value) {
    return at(pointer).equals(Yaml.JSON.valueToTree(value));
  }

  boolean has(String pointer) {
    return !at(pointer).isMissingNode();
  }

  String text(String pointer) {
    return at(pointer).asText();
  }

  /** The elements of an array. */
  Stream<JsonNode> each(String pointer) {
    return StreamSupport.stream(at(pointer).spliterator(), false);
  }

  List<String> texts(String pointer) {
    List<String> texts = new ArrayList<>();
    at(pointer).forEach(each -> texts.add(each.asText()));
    return texts;
  }

  /** The value of {@code --name=value} among a container's arguments; empty if there is none. */
  String option(String name) {
    return each("/args")
        .map(JsonNode::asText)
        .filter(word -> word.startsWith(name + "="))
        .map(word -> word.substring(name.length() + 1))
        .findFirst()
        .orElse("");
  }

  String namespace() {
    return owner.at("/metadata/namespace").asText();
  }

  void put(String pointer, Object value) {
    int last = pointer.lastIndexOf('/');
    JsonNode tree = Yaml.JSON.valueToTree(value);
    String name = pointer.substring(last + 1);
    JsonNode parent = last == 0 ? node : at(pointer.substring(0, last));
    if (parent instanceof ArrayNode array) {
      if (name.equals("-")) {
        array.add(tree);
      } else {
        array.set(Integer.parseInt(name), tree);
      }
    } else if (parent instanceof ObjectNode object) {
      object.set(name, tree);
    } else {
      put(pointer.substring(0, last), Yaml.JSON.createObjectNode());
      put(pointer, value);
    }
  }

  void drop(String pointer) {
    int last = pointer.lastIndexOf('/');
    String name = pointer.substring(last + 1);
    JsonNode parent = last == 0 ? node : at(pointer.substring(0, last));
    if (parent instanceof ArrayNode array) {
      array.remove(Integer.parseInt(name));
    } else {
      ((ObjectNode) parent).remove(name);
    }
  }
}
