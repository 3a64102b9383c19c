package io.bartizan.integrity.attest.sigstore;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A workflow's certificate names its ref up to three times: in the subject, in the workflow that
 * was started, and as the ref that was built. Where the subject is the workflow that was started,
 * the three must agree; where it is a reused one or another repository's, its ref is its own.
 *
 * <p>Fulcio writes the subject as a URI and the others as they are, so what is encoded in one alone
 * is the same. From 2024 to 2025 it also wrote some characters as HTML does (sigstore/fulcio#2023).
 */
final class WorkflowRefs {

  private static final Pattern HTML = Pattern.compile("&(?:amp|lt|gt|#34|#39|#43);");
  private static final Map<String, String> CHARACTERS =
      Map.of("&amp;", "&", "&lt;", "<", "&gt;", ">", "&#34;", "\"", "&#39;", "'", "&#43;", "+");

  private WorkflowRefs() {}

  /** Null if there is none. */
  static @Nullable String contradiction(SigningIdentity signer) {
    if (signer.subjectKind() != SubjectKind.URI
        || !signer.subject().contains("/.github/workflows/")) {
      return null;
    }
    String subject = plain(signer.subject());
    String started = plain(signer.field(WorkflowField.BUILD_CONFIG_URI).orElse(""));
    String built = plain(signer.field(WorkflowField.SOURCE_REPOSITORY_REF).orElse(""));
    String repository = plain(signer.field(WorkflowField.SOURCE_REPOSITORY_URI).orElse(""));
    String builder = plain(signer.field(WorkflowField.BUILD_SIGNER_URI).orElse(""));
    if (!builder.isEmpty() && !builder.equals(subject)) {
      return "names " + builder + " as the builder, and " + subject + " as its subject";
    }
    boolean inside = !repository.isEmpty() && subject.startsWith(repository + "/");
    if (started.isEmpty() ? !inside : !path(subject).equals(path(started))) {
      return null;
    }
    if (!started.isEmpty() && !started.equals(subject)) {
      return "says that " + started + " was started, and " + subject + " is its subject";
    }
    boolean own = inside || repository.isEmpty();
    return own
            && ref(subject).startsWith("refs/")
            && !built.isEmpty()
            && !built.equals(ref(subject))
        ? "says that " + built + " was built, and " + subject + " is its subject"
        : null;
  }

  /** Where the ref begins, which may have an at sign too, as the file's name may. */
  private static int at(String uri) {
    int refs = uri.indexOf("@refs/");
    return refs < 0 ? uri.indexOf('@') : refs;
  }

  private static String path(String uri) {
    return at(uri) < 0 ? uri : uri.substring(0, at(uri));
  }

  private static String ref(String uri) {
    return uri.substring(at(uri) + 1);
  }

  private static String plain(String text) {
    return HTML.matcher(decoded(text))
        .replaceAll(found -> CHARACTERS.getOrDefault(found.group(), ""));
  }

  /** Percent-encoding undone; what only looks like it stays. */
  private static String decoded(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(utf8.length);
    for (int i = 0; i < utf8.length; i++) {
      int high = utf8[i] == '%' && i + 2 < utf8.length ? Character.digit(utf8[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(utf8[i + 2], 16);
      out.write(low < 0 ? utf8[i] : high << 4 | low);
      i += low < 0 ? 0 : 2;
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
