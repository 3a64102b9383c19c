package io.bartizan.integrity.artifact;

import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the files below a directory against a manifest, in parallel.
 *
 * <p>Strict: missing files are refused, symbolic links are not followed, names that a file system
 * may take for one are refused (unless the manifest was read as {@link NameRule#POSIX_ONLY}), and
 * nothing verified is a failure. Immutable, thread-safe.
 *
 * <pre>{@code
 * ManifestVerifier verifier = ManifestVerifier.builder(directory).withExactFiles("SHA256SUMS").build();
 * ManifestReport report = verifier.verify(manifest);
 * }</pre>
 */
public final class ManifestVerifier {

  private final Path root;
  private final FileBatch batch;
  private final boolean ignoreMissing;
  private final boolean exact;
  private final Set<String> besides;

  private ManifestVerifier(Builder builder) {
    this.root = builder.root;
    this.batch = builder.batch;
    this.ignoreMissing = builder.ignoreMissing;
    this.exact = builder.exact;
    this.besides = Set.copyOf(builder.besides);
  }

  /**
   * A verifier of one directory with all defaults.
   *
   * @param root the directory that names are relative to; may itself be a link
   * @return the verifier
   * @throws NullPointerException if {@code root} is null
   */
  public static ManifestVerifier of(Path root) {
    return builder(root).build();
  }

  /**
   * Starts a verifier of one directory.
   *
   * @param root the directory that names are relative to; may itself be a link
   * @return a builder
   * @throws NullPointerException if {@code root} is null
   */
  public static Builder builder(Path root) {
    return new Builder(Objects.requireNonNull(root, "root"));
  }

  /**
   * Checks and throws the first refusal.
   *
   * @param manifest what the files must be
   * @return the report, accepted
   * @throws NullPointerException if {@code manifest} is null
   * @throws VerificationException if anything is refused
   * @throws IOException if the directory can't be read or the thread is interrupted
   */
  public ManifestReport verify(Manifest manifest) throws IOException {
    return check(manifest).orThrow();
  }

  /**
   * Checks every file and reports them all.
   *
   * @param manifest what the files must be
   * @return the report, accepted or not; without any file if two names may be one
   * @throws NullPointerException if {@code manifest} is null
   * @throws IOException if the directory can't be read or the thread is interrupted
   */
  public ManifestReport check(Manifest manifest) throws IOException {
    Set<String> names = manifest.entries().keySet();
    Path real = root.toRealPath();
    Refusal ambiguous = manifest.nameRule() == NameRule.PORTABLE ? ambiguous(names) : null;
    if (ambiguous != null) {
      return ManifestReport.refused(ambiguous);
    }
    NameTree tree = new NameTree(real, manifest.nameRule());
    List<String> missing = new ArrayList<>();
    List<FileBatch.Task> tasks = new ArrayList<>();
    Map<String, FileResult> refused = new HashMap<>();
    for (Map.Entry<String, Expected> entry : manifest.entries().entrySet()) {
      String name = entry.getKey();
      try {
        Path file = tree.find(name);
        if (file == null && ignoreMissing) {
          missing.add(name);
        } else {
          tasks.add(new FileBatch.Task(name, file, entry.getValue(), false));
        }
      } catch (VerificationException refusal) {
        refused.put(name, new FileResult(name, refusal.refusal()));
      }
    }
    Map<String, FileResult> checked = new HashMap<>(refused);
    batch.run(tasks).forEach(result -> checked.put(result.name(), result));
    List<FileResult> results =
        names.stream()
            .filter(checked::containsKey)
            .map(name -> Objects.requireNonNull(checked.get(name)))
            .toList();
    if (!results.isEmpty() && results.stream().allMatch(ManifestVerifier::isMismatch)) {
      results = results.stream().map(result -> manifest.perhapsOfAnother(result)).toList();
    }
    List<String> unlisted = exact ? unlisted(real, names) : List.of();
    return ManifestReport.of(results, List.copyOf(missing), unlisted, exact);
  }

  private static boolean isMismatch(FileResult result) {
    return result
        .refusal()
        .filter(refusal -> refusal.reason() == ArtifactReason.DIGEST_MISMATCH)
        .isPresent();
  }

  private static @Nullable Refusal ambiguous(Set<String> names) {
    Map<String, String> seen = new HashMap<>();
    for (String name : names) {
      String before = seen.putIfAbsent(SafeName.folded(name), name);
      if (before != null) {
        return Refusal.of(
            ArtifactReason.NAME_AMBIGUOUS,
            "\""
                + DigestText.shortened(before)
                + "\" and \""
                + DigestText.shortened(name)
                + "\" are one file where case or composition does not count");
      }
    }
    return null;
  }

  private List<String> unlisted(Path real, Set<String> listed) throws IOException {
    Set<String> known = new HashSet<>(listed);
    known.addAll(besides);
    List<String> found = new ArrayList<>();
    Files.walkFileTree(
        real,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name =
                real.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
            if (!known.contains(name)) {
              found.add(name);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    found.sort(null);
    return List.copyOf(found);
  }

  @Override
  public String toString() {
    return "ManifestVerifier["
        + root
        + ", "
        + batch
        + (exact ? ", exact files" : "")
        + (ignoreMissing ? ", missing files ignored]" : "]");
  }

  /** Options of a {@link ManifestVerifier}; not thread-safe. */
  public static final class Builder {
    private final Path root;
    private FileBatch batch = FileBatch.of();
    private boolean ignoreMissing;
    private boolean exact;
    private final Set<String> besides = new HashSet<>();

    private Builder(Path root) {
      this.root = root;
    }

    /**
     * Refuses the directory if it holds a file that is not listed.
     *
     * @param except names that may be there besides, such as that of the manifest
     * @return this builder
     * @throws NullPointerException if a name is null
     */
    public Builder withExactFiles(String... except) {
      exact = true;
      besides.addAll(List.of(except));
      return this;
    }

    /**
     * Passes over listed files that are not there; at least one must be.
     *
     * @return this builder
     */
    public Builder ignoreMissing() {
      ignoreMissing = true;
      return this;
    }

    /**
     * How many threads work and who hears of progress.
     *
     * @param threads a batch; the default of {@link FileBatch} unless said
     * @return this builder
     * @throws NullPointerException if it is null
     */
    public Builder withBatch(FileBatch threads) {
      batch = Objects.requireNonNull(threads, "threads");
      return this;
    }

    /**
     * Makes the verifier.
     *
     * @return the verifier
     */
    public ManifestVerifier build() {
      return new ManifestVerifier(this);
    }
  }
}
