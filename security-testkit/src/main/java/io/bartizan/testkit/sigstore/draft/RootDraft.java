package io.bartizan.testkit.sigstore.draft;

import io.bartizan.testkit.json.JsonTree;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A trusted root to be made, good unless the instance, a member or the text is changed. */
public final class RootDraft {

  public final Instance instance;
  public Map<String, Object> members;
  public UnaryOperator<String> text = json -> json;

  public RootDraft(Instance instance) {
    this.instance = instance;
    this.members = instance.trustedRoot();
  }

  /** Takes the instance's certificates anew, after one of them was changed. */
  public void refresh() {
    members = instance.trustedRoot();
  }

  public String json() {
    return text.apply(JsonTree.write(members));
  }
}
