package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.lang.model.type.TypeMirror;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * No text of the libraries shows a duration as Java does ({@code PT0.01S}): messages and what
 * objects say of themselves use {@code Span.exact} or a unit. The compiler knows the types; what it
 * cannot resolve, because a framework is not on this class path, it leaves out.
 */
class DurationsTest {

  private static final Set<String> TEXTS = Set.of("formatted", "format", "append");

  @Test
  @Tag("deep")
  void duration_inATextOfALibrary_isInWords() throws Exception {
    List<Path> sources = sources();
    assertThat(sources).hasSizeGreaterThan(400);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      Found found = found(files.getJavaFileObjectsFromPaths(sources));
      assertThat(found.faults).isEmpty();
      assertThat(found.inWords).as("durations whose type the compiler resolved").isGreaterThan(50);
    }
  }

  @Test
  void duration_asJavaWritesIt_isFound() throws Exception {
    String source =
        """
        class Wrong {
          java.time.Duration wait = java.time.Duration.ZERO;
          String sum = "wait is " + wait + ", more is needed";
          String form = "wait is %s".formatted(wait);
          String either(boolean any) { return "wait " + (any ? "forever" : wait); }
          String good = "wait is " + wait.toMillis() + " ms of " + wait.plus(wait).toSeconds();
        }
        """;
    JavaFileObject file =
        new SimpleJavaFileObject(URI.create("mem:/Wrong.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignored) {
            return source;
          }
        };
    assertThat(found(List.of(file)).faults)
        .containsExactly("/Wrong.java:3: wait", "/Wrong.java:4: wait", "/Wrong.java:5: wait");
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(Pages.ROOT)) {
      for (Path module : modules.sorted().toList()) {
        Path root = module.resolve("src/main/java");
        if (module.getFileName().toString().startsWith("security-") && Files.isDirectory(root)) {
          try (Stream<Path> files = Files.walk(root)) {
            files
                .filter(file -> file.toString().endsWith(".java"))
                .filter(file -> !file.endsWith("module-info.java"))
                .forEach(sources::add);
          }
        }
      }
    }
    return sources;
  }

  private static Found found(Iterable<? extends JavaFileObject> sources) throws IOException {
    JavacTask task =
        (JavacTask)
            ToolProvider.getSystemJavaCompiler()
                .getTask(
                    null,
                    null,
                    problem -> {},
                    List.of("-proc:none", "-cp", System.getProperty("java.class.path")),
                    null,
                    sources);
    List<CompilationUnitTree> units = new ArrayList<>();
    task.parse().forEach(units::add);
    task.analyze();
    Found found = new Found();
    for (CompilationUnitTree unit : units) {
      new Scanner(Trees.instance(task), unit, found).scan(unit, null);
    }
    return found;
  }

  private static final class Found {
    private final List<String> faults = new ArrayList<>();
    private int inWords;
  }

  private static final class Scanner extends TreePathScanner<@Nullable Void, @Nullable Void> {

    private final Trees trees;
    private final CompilationUnitTree unit;
    private final Found found;

    Scanner(Trees trees, CompilationUnitTree unit, Found found) {
      this.trees = trees;
      this.unit = unit;
      this.found = found;
    }

    @Override
    public @Nullable Void visitBinary(BinaryTree sum, @Nullable Void unused) {
      if (sum.getKind() == Tree.Kind.PLUS) {
        look(sum.getLeftOperand());
        look(sum.getRightOperand());
      }
      return super.visitBinary(sum, null);
    }

    @Override
    public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void unused) {
      if (call.getMethodSelect() instanceof MemberSelectTree method) {
        if (TEXTS.contains(method.getIdentifier().toString())) {
          call.getArguments().forEach(this::look);
        } else if (method.toString().equals("Span.exact")
            && isDuration(call.getArguments().get(0))) {
          found.inWords++;
        }
      }
      return super.visitMethodInvocation(call, null);
    }

    private void look(ExpressionTree part) {
      ExpressionTree inner = part;
      while (inner instanceof ParenthesizedTree parens) {
        inner = parens.getExpression();
      }
      if (inner instanceof ConditionalExpressionTree choice) {
        look(choice.getTrueExpression());
        look(choice.getFalseExpression());
        return;
      }
      if (isDuration(inner)) {
        long start = trees.getSourcePositions().getStartPosition(unit, inner);
        found.faults.add(
            unit.getSourceFile().toUri().getPath()
                + ":"
                + unit.getLineMap().getLineNumber(start)
                + ": "
                + inner);
      }
    }

    private boolean isDuration(ExpressionTree part) {
      TypeMirror type = trees.getTypeMirror(new TreePath(getCurrentPath(), part));
      return type != null && type.toString().equals("java.time.Duration");
    }
  }
}
