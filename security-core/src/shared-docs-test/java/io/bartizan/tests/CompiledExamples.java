package io.bartizan.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** The Java examples of a Markdown page, compiled on the class path of the tests. */
public final class CompiledExamples {

  private static final Pattern FENCE = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

  private CompiledExamples() {}

  /** The examples of a page, in their order. */
  public static List<String> of(String markdown) {
    return FENCE.matcher(markdown).results().map(result -> result.group(1)).toList();
  }

  /**
   * Asserts that examples compile.
   *
   * @param folder for the classes
   * @param examples statements, each of which becomes the body of a method
   * @param before what stands before the example of a number: imports, and the head of a class and
   *     of a method, neither of which is closed
   */
  public static void compile(Path folder, List<String> examples, IntFunction<String> before) {
    List<JavaFileObject> sources = new ArrayList<>();
    for (String example : examples) {
      int number = sources.size();
      sources.add(source(number, before.apply(number) + example + "\n  }\n}\n"));
    }
    StringWriter errors = new StringWriter();
    List<String> options =
        List.of(
            "-d", folder.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none");
    boolean compiled =
        ToolProvider.getSystemJavaCompiler()
            .getTask(errors, null, null, options, null, sources)
            .call();
    assertThat(compiled).as(errors.toString()).isTrue();
  }

  private static JavaFileObject source(int number, String code) {
    URI name = URI.create("string:///Example" + number + ".java");
    return new SimpleJavaFileObject(name, JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return code;
      }
    };
  }
}
