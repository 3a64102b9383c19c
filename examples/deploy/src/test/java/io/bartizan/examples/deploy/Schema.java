package io.bartizan.examples.deploy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.JSON;
import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;

/**
 * Reads an object as the API server would with strict field validation: no unknown field, none
 * missing that is required, each of its type.
 */
final class Schema {

  private static final String KUBERNETES = "io.kubernetes.client.openapi.models.";
  private static final String CERT_MANAGER = "io.fabric8.certmanager.api.model.v1.";

  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .annotationIntrospector(new KnownFieldsAlone())
          .build();

  private Schema() {}

  /** Null if the object is as it should be, else what is wrong with it. */
  static @Nullable String fault(ObjectNode tree) {
    String kind = tree.path("kind").asText();
    String[] version = tree.path("apiVersion").asText().split("/", 2);
    try {
      if (version[0].equals("cert-manager.io")) {
        Object read = STRICT.treeToValue(tree, Class.forName(CERT_MANAGER + kind));
        return read == null ? "is empty" : null;
      }
      Class<?> model = Class.forName(KUBERNETES + prefix(version[version.length - 1]) + kind);
      JsonElement element = JsonParser.parseString(tree.toString());
      model.getMethod("validateJsonElement", JsonElement.class).invoke(null, element);
      return JSON.getGson().fromJson(element, model) == null ? "is empty" : null;
    } catch (InvocationTargetException e) {
      return String.valueOf(e.getCause().getMessage());
    } catch (Exception e) {
      return e.toString();
    }
  }

  private static String prefix(String version) {
    return Character.toUpperCase(version.charAt(0)) + version.substring(1);
  }

  /** The models of fabric8 keep fields that they do not know; here they have no place for them. */
  private static final class KnownFieldsAlone extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1;

    @Override
    public Boolean hasAnySetter(Annotated annotated) {
      return false;
    }
  }
}
