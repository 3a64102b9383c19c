package io.bartizan.examples.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImagesTest {

  private static final String POD =
      "{'containers':[{'image':'a'},{'image':'b'}],'initContainers':[{'image':'c'}],"
          + "'ephemeralContainers':[{'image':'d'}],"
          + "'volumes':[{'emptyDir':{}},{'image':{'reference':'e'}}]}";

  private static JsonNode request(String kind, String group, String object) throws Exception {
    return new ObjectMapper()
        .readTree(
            ("{'operation':'CREATE','kind':{'group':'"
                    + group
                    + "','version':'v1','kind':'"
                    + kind
                    + "'},'object':"
                    + object
                    + "}")
                .replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource({
    "Pod,'',-",
    "PodTemplate,'',template",
    "ReplicationController,'',spec.template",
    "Deployment,apps,spec.template",
    "ReplicaSet,apps,spec.template",
    "StatefulSet,apps,spec.template",
    "DaemonSet,apps,spec.template",
    "Job,batch,spec.template",
    "CronJob,batch,spec.jobTemplate.spec.template"
  })
  void images_ofEveryKind_areAllFound(String kind, String group, String path) throws Exception {
    String inner = "'spec':" + POD;
    if (!kind.equals("Pod")) {
      String[] parts = path.split("\\.", -1);
      for (int i = parts.length - 1; i >= 0; i--) {
        inner = "'" + parts[i] + "':{" + inner + "}";
      }
    }
    String object = "{'kind':'" + kind + "'," + inner + "}";
    assertThat(Images.of(request(kind, group, object))).containsExactly("a", "b", "c", "d", "e");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Pod||{'kind':'Pod','spec':{}}|names no image",
        "Pod||{'kind':'Pod'}|names no image",
        "Pod||null|of this kind",
        "Pod||{'kind':'Other','spec':{'containers':[{'image':'a'}]}}|of this kind",
        "Pod|other.example|{'kind':'Pod','spec':{'containers':[{'image':'a'}]}}|of this kind",
        "Deployment|apps|{'kind':'Deployment','spec':{'containers':[{'image':'a'}]}}|no image",
        "Secret||{'kind':'Secret'}|of this kind",
        "Pod||{'kind':'Pod','spec':{'containers':{'image':'a'}}}|is no list",
        "Pod||{'kind':'Pod','spec':{'containers':[{'image':'a'}],'initContainers':'x'}}|is no list",
        "Pod||{'kind':'Pod','spec':{'containers':[{'image':'a'},{}]}}|names no image",
        "Pod||{'kind':'Pod','spec':{'containers':[{'image':['a']}]}}|names no image",
        "Pod||{'kind':'Pod','spec':{'containers':[{'image':'a'}],'volumes':[{'image':{}}]}}|no"
            + " image",
      })
  void images_thatCanNotAllBeTold_areRefused(String kind, String group, String object, String why)
      throws Exception {
    JsonNode request = request(kind, group == null ? "" : group, object);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Images.of(request))
        .withMessageContaining(why);
  }

  @Test
  void images_moreThanTheBound_areRefused() throws Exception {
    StringBuilder containers = new StringBuilder("{'image':'x0'}");
    for (int i = 1; i < Images.MAX_IMAGES; i++) {
      containers.append(",{'image':'x").append(i).append("'},{'image':'x0'}");
    }
    String object = "{'kind':'Pod','spec':{'containers':[" + containers + "%s]}}";
    assertThat(Images.of(request("Pod", "", object.formatted("")))).hasSize(Images.MAX_IMAGES);
    JsonNode more = request("Pod", "", object.formatted(",{'image':'one more'}"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Images.of(more))
        .withMessageContaining("more than 64 images");
  }

  /** Of 64 names of any length a hundred waiting reviews would fill the memory. */
  @Test
  void image_ofALongName_isRefused() throws Exception {
    String longest = "a".repeat(Images.MAX_CHARS);
    String object = "{'kind':'Pod','spec':{'containers':[{'image':'%s'}]}}";
    assertThat(Images.of(request("Pod", "", object.formatted(longest)))).containsExactly(longest);
    JsonNode longer = request("Pod", "", object.formatted(longest + "a"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Images.of(longer))
        .withMessageContaining("more than 512 characters");
  }

  @Test
  void images_ofOtherOperations_areRefused() throws Exception {
    JsonNode deleted =
        new ObjectMapper()
            .readTree("{\"operation\":\"DELETE\",\"kind\":{\"group\":\"\",\"kind\":\"Pod\"}}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Images.of(deleted))
        .withMessageContaining("CREATE and UPDATE");
  }
}
