package io.bartizan.docs;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** The first sentences of the Javadoc of packages and public types that users see. */
final class FirstSentences {

  /** One of them, and whose it is. */
  record Sentence(String where, String text) {}

  private FirstSentences() {}

  /** Of all modules, without the packages that are for the modules themselves. */
  static List<Sentence> ofPublicTypes() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  problem -> {},
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(sources()));
      DocTrees comments = DocTrees.instance(task);
      List<Sentence> sentences = new ArrayList<>();
      for (CompilationUnitTree unit : task.parse()) {
        new Scanner(comments, sentences).scan(unit, null);
      }
      return sentences;
    }
  }

  private static List<Path> sources() throws IOException {
    Matcher closed =
        Pattern.compile("<javadoc.closed>([^<]+)<").matcher(Pages.text("library/pom.xml"));
    if (!closed.find()) {
      throw new IllegalStateException("library/pom.xml has no javadoc.closed");
    }
    Set<String> own = Set.of(closed.group(1).split(":"));
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(Pages.ROOT)) {
      for (Path module : modules.sorted().toList()) {
        Path root = module.resolve("src/main/java");
        if (module.getFileName().toString().startsWith("security-") && Files.isDirectory(root)) {
          try (Stream<Path> files = Files.walk(root)) {
            files
                .filter(file -> file.toString().endsWith(".java"))
                .filter(file -> !file.endsWith("module-info.java"))
                .filter(file -> !own.contains(packageOf(root, file)))
                .forEach(sources::add);
          }
        }
      }
    }
    return sources;
  }

  private static String packageOf(Path root, Path file) {
    return root.relativize(file.getParent()).toString().replaceAll("[/\\\\]", ".");
  }

  private static final class Scanner extends TreePathScanner<@Nullable Void, @Nullable Void> {

    private final DocTrees comments;
    private final List<Sentence> sentences;

    Scanner(DocTrees comments, List<Sentence> sentences) {
      this.comments = comments;
      this.sentences = sentences;
    }

    @Override
    public @Nullable Void visitCompilationUnit(CompilationUnitTree unit, @Nullable Void unused) {
      if (unit.getSourceFile().getName().endsWith("package-info.java")) {
        add(getCurrentPath(), unit.getPackageName().toString());
      }
      return super.visitCompilationUnit(unit, null);
    }

    @Override
    public @Nullable Void visitClass(ClassTree type, @Nullable Void unused) {
      if (!type.getModifiers().getFlags().contains(Modifier.PUBLIC)) {
        return null; // nor do its nested types show
      }
      add(getCurrentPath(), name(getCurrentPath()));
      return super.visitClass(type, null);
    }

    private static String name(TreePath path) {
      String outer =
          path.getParentPath().getLeaf() instanceof ClassTree around
              ? around.getSimpleName() + "."
              : path.getCompilationUnit().getPackageName() + ".";
      return outer + ((ClassTree) path.getLeaf()).getSimpleName();
    }

    private void add(TreePath path, String where) {
      DocCommentTree comment = comments.getDocCommentTree(path);
      if (comment != null) {
        StringBuilder text = new StringBuilder();
        comment.getFirstSentence().forEach(part -> text.append(part));
        sentences.add(
            new Sentence(
                where,
                text.toString()
                    .replaceAll("\\{@\\w+\\s+([^}]*)}", "$1")
                    .replaceAll("\\s+", " ")
                    .strip()));
      }
    }
  }
}
