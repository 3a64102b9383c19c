package io.bartizan.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CheckReturnValue;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.nio.file.Path;
import java.security.Provider;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The arrows and rules of {@code docs/architecture.md}, held over this module's own classes. */
class ArchitectureTest {

  /** Which rooms a room may know; a room is the first package below {@code io.bartizan}. */
  private static final Map<String, Set<String>> ARROWS =
      Map.of(
          "core", Set.of("core"),
          "testkit", Set.of("testkit", "core"),
          "ratelimit", Set.of("ratelimit", "core"),
          "mtls", Set.of("mtls", "core"),
          "integrity", Set.of("integrity", "core"));

  private final JavaClasses module = new ClassFileImporter().importPath(Path.of("target/classes"));

  @Test
  void arrows_point_to_core_only() {
    classes().should(onlyKnow(ARROWS)).check(module);
  }

  @Test
  void packages_have_no_cycles() {
    slices()
        .matching("io.bartizan.(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(module);
    slices()
        .matching("io.bartizan.*.(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(module);
  }

  @Test
  void packages_state_nullness_and_checked_results() {
    for (JavaClass type : module) {
      if (type.getName().startsWith("io.bartizan")
          && !type.getName().endsWith("package-info")
          && !type.getName().endsWith("module-info")) {
        assertThat(type.getPackage().isAnnotatedWith(NullMarked.class))
            .as(type.getPackageName() + " is @NullMarked")
            .isTrue();
        assertThat(type.getPackage().isAnnotatedWith(CheckReturnValue.class))
            .as(type.getPackageName() + " is @CheckReturnValue")
            .isTrue();
      }
    }
  }

  @Test
  void nothing_is_printed_and_one_logger_is_used() {
    NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(module);
    NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(module);
  }

  @Test
  void nothing_global_is_touched() {
    noClasses()
        .should()
        .callMethod(java.security.Security.class, "addProvider", Provider.class)
        .orShould()
        .callMethod(java.security.Security.class, "insertProviderAt", Provider.class, int.class)
        .orShould()
        .callMethod(System.class, "setProperty", String.class, String.class)
        .orShould()
        .callMethod(Runtime.class, "addShutdownHook", Thread.class)
        .orShould()
        .callMethod(javax.net.ssl.SSLContext.class, "setDefault", javax.net.ssl.SSLContext.class)
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .check(module);
  }

  @Test
  void no_thread_locals() {
    noClasses().should().dependOnClassesThat().areAssignableTo(ThreadLocal.class).check(module);
  }

  @Test
  void rate_limiting_has_no_synchronized_methods() {
    noMethods()
        .that()
        .areDeclaredInClassesThat()
        .resideInAPackage("io.bartizan.ratelimit..")
        .should()
        .haveModifier(JavaModifier.SYNCHRONIZED)
        .allowEmptyShould(true)
        .check(module);
  }

  private static ArchCondition<JavaClass> onlyKnow(Map<String, Set<String>> arrows) {
    return new ArchCondition<>("know only the rooms that the design lets them know") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        Set<String> allowed = arrows.get(room(type));
        if (allowed == null) {
          return;
        }
        type.getDirectDependenciesFromSelf().stream()
            .filter(arrow -> !room(arrow.getTargetClass()).isEmpty())
            .filter(arrow -> !allowed.contains(room(arrow.getTargetClass())))
            .forEach(
                arrow -> events.add(SimpleConditionEvent.violated(arrow, arrow.getDescription())));
      }
    };
  }

  private static String room(JavaClass type) {
    String name = type.getPackageName();
    return name.startsWith("io.bartizan.") ? name.split("\\.", -1)[2] : "";
  }
}
