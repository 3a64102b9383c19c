package io.bartizan.integrity.attest.policy;

import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says where and of what an image was built: a SLSA provenance predicate of version 0.2 or 1, whose
 * statement was verified.
 *
 * <p>The source is what the build was started from: {@code invocation.configSource} of version 0.2;
 * of version 1 {@code externalParameters.workflow}, {@code .source}, {@code .configSource} or
 * {@code .buildConfigSource}, as the build types of GitHub, SLSA, BuildKit and Google name it.
 * Materials and resolved dependencies are what else went in, and never the source. Immutable.
 */
public final class Provenance {

  /** The predicate type of version 1. */
  public static final String V1 = "https://slsa.dev/provenance/v1";

  /** The predicate type of version 0.2. */
  public static final String V0_2 = "https://slsa.dev/provenance/v0.2";

  static final Set<String> TYPES = Set.of(V1, V0_2);

  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
  private static final int MOST_DEPENDENCIES = 10_000;

  private final String builderId;
  private final String buildType;
  private final String source;
  private final String ref;
  private final String directory;
  private final String commit;

  private Provenance(
      String builderId,
      String buildType,
      String source,
      String ref,
      String directory,
      String commit) {
    this.builderId = builderId;
    this.buildType = buildType;
    this.source = source;
    this.ref = ref;
    this.directory = directory;
    this.commit = commit;
  }

  static Provenance read(String predicateType, Map<String, @Nullable Object> predicate) {
    Members members = new Members(predicate, "provenance");
    return predicateType.equals(V1) ? version1(members) : version02(members);
  }

  private static Provenance version02(Members predicate) {
    String builder = predicate.members("builder").text("id");
    String type = predicate.text("buildType");
    Found found = new Found();
    Members invocation = predicate.membersOrNull("invocation");
    if (invocation != null && invocation.has("configSource")) {
      found.resource(invocation.members("configSource"));
    }
    return found.provenance(builder, type, predicate, predicate.list("materials"));
  }

  private static Provenance version1(Members predicate) {
    Members definition = predicate.members("buildDefinition");
    String builder = predicate.members("runDetails").members("builder").text("id");
    String type = definition.text("buildType");
    Members parameters = definition.members("externalParameters");
    Found found = new Found();
    for (String name : new String[] {"workflow", "buildConfigSource"}) {
      if (parameters.has(name)) {
        Members workflow = parameters.members(name);
        found.add(workflow, workflow.text("repository"), workflow.textOrEmpty("ref"), "");
      }
    }
    for (String name : new String[] {"source", "configSource"}) {
      if (parameters.map().get(name) instanceof String uri) {
        found.add(parameters, uri, "", "");
      } else if (parameters.has(name)) {
        found.resource(parameters.members(name));
      }
    }
    return found.provenance(builder, type, predicate, definition.list("resolvedDependencies"));
  }

  /** All places that name the source; they must say the same. */
  private static final class Found {
    private @Nullable String source;
    private String ref = "";
    private String directory = "";
    private String commit = "";

    void resource(Members resource) {
      String uri = resource.textOrEmpty("uri");
      if (!uri.isEmpty()) { // BuildKit leaves it out where it was given files
        add(resource, uri, "", commit(resource));
      }
    }

    void add(Members where, String uri, String ref, String commit) {
      SourceLocation location = SourceLocation.parse(uri);
      if (location == null) {
        throw where.malformed("the source \"" + uri + "\" is no https repository");
      }
      if (source != null && !location.directory().equals(directory)) {
        throw differing("/" + directory, "/" + location.directory());
      }
      directory = location.directory();
      source = same(source == null ? "" : source, location.repository());
      this.ref = same(same(this.ref, location.ref()), ref);
      this.commit = same(this.commit, commit);
    }

    Provenance provenance(String builder, String type, Members where, List<?> dependencies) {
      String from = source;
      if (from == null) {
        throw where.malformed("there is no source that is read here");
      }
      if (dependencies.size() > MOST_DEPENDENCIES) {
        throw new VerificationException(
            PolicyReason.TOO_LARGE, "provenance of more than 10000 dependencies");
      }
      for (Members each : objects(where, dependencies)) {
        SourceLocation location = SourceLocation.parse(each.textOrEmpty("uri"));
        if (location != null
            && location.repository().equals(from)
            && (ref.isEmpty() || location.ref().isEmpty() || location.ref().equals(ref))) {
          commit = same(commit, commit(each));
        }
      }
      return new Provenance(builder, type, from, ref, directory, commit);
    }

    private static List<Members> objects(Members where, List<?> list) {
      List<Members> objects = new ArrayList<>();
      for (Object each : list) {
        if (!(each instanceof Map<?, ?> map)) {
          throw where.malformed("a dependency is no object");
        }
        objects.add(new Members(map, where.path() + ".dependencies"));
      }
      return objects;
    }

    private static String same(String before, String now) {
      if (!before.isEmpty() && !now.isEmpty() && !before.equals(now)) {
        throw differing(before, now);
      }
      return before.isEmpty() ? now : before;
    }

    private static VerificationException differing(String before, String now) {
      return new VerificationException(
          PolicyReason.SOURCE_MISMATCH,
          "the provenance names two sources, \""
              + SafeText.of(before)
              + "\" and \""
              + SafeText.of(now)
              + "\"");
    }
  }

  private static String commit(Members resource) {
    Members digest = resource.membersOrNull("digest");
    if (digest == null) {
      return "";
    }
    String commit = "";
    for (String name : new String[] {"gitCommit", "sha1"}) {
      String value = digest.textOrEmpty(name);
      if (!value.isEmpty() && !COMMIT.matcher(value).matches()) {
        throw digest.malformed(name + " is no commit");
      }
      commit = Found.same(commit, value);
    }
    return commit;
  }

  /**
   * Who built, in the statement's own words.
   *
   * @return the builder's id
   */
  public String builderId() {
    return builderId;
  }

  /**
   * What kind of build it was, which says how the rest is to be read.
   *
   * @return a URI
   */
  public String buildType() {
    return buildType;
  }

  /**
   * The repository that was built.
   *
   * @return such as {@code https://github.com/org/repo}
   */
  public String source() {
    return source;
  }

  /**
   * What of the repository was built.
   *
   * @return such as {@code refs/tags/v1}; empty if the statement does not say
   */
  public Optional<String> ref() {
    return ref.isEmpty() ? Optional.empty() : Optional.of(ref);
  }

  /**
   * Which commit was built.
   *
   * @return hexadecimal digits; empty if the statement does not say
   */
  public Optional<String> commit() {
    return commit.isEmpty() ? Optional.empty() : Optional.of(commit);
  }

  @Override
  public String toString() {
    return "Provenance["
        + SafeText.of(builderId)
        + " built "
        + source
        + (ref.isEmpty() ? "" : "@" + ref)
        + (directory.isEmpty() ? "" : ", directory " + directory)
        + (commit.isEmpty() ? "" : ", commit " + commit)
        + ", "
        + SafeText.of(buildType)
        + "]";
  }
}
