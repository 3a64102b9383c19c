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
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.security.Provider;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The arrows and rules of {@code docs/design/architecture.md}, held over this module's own classes.
 */
class ArchitectureTest {

  private final JavaClasses module = ExportedTypes.compiled();

  @Test
  void every_package_is_in_the_table_and_knows_only_what_it_may() {
    classes().should(onlyKnowWhatTheTableAllows()).check(module);
  }

  @Test
  void packages_have_no_cycles() {
    slices()
        .assignedFrom(wholePackages())
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(module);
  }

  @Test
  void a_package_is_exported_or_marked_as_closed() {
    Set<String> exported = ExportedTypes.packages();
    for (JavaPackage each : packages()) {
      assertThat(each.isAnnotatedWith(ExportedTypes.NOT_EXPORTED))
          .as("%s bears @NotExported (exported: %s)", each.getName(), exported)
          .isEqualTo(!exported.contains(each.getName()));
    }
  }

  @Test
  void in_a_closed_package_only_what_others_call_is_public() {
    for (JavaClass type : module) {
      if (type.getModifiers().contains(JavaModifier.PUBLIC)
          && type.isTopLevelClass()
          && !type.getPackageName().equals("io.bartizan.core.house") // other modules call it
          && type.getPackage().isAnnotatedWith(ExportedTypes.NOT_EXPORTED)) {
        assertThat(type.getDirectDependenciesToSelf())
            .as("callers of %s from other packages", type.getName())
            .anyMatch(
                arrow -> !arrow.getOriginClass().getPackageName().equals(type.getPackageName()));
      }
    }
  }

  @Test
  void packages_state_nullness_and_checked_results() {
    for (JavaPackage each : packages()) {
      assertThat(each.isAnnotatedWith(NullMarked.class)).as(each + " is @NullMarked").isTrue();
      assertThat(each.isAnnotatedWith(CheckReturnValue.class))
          .as(each + " is @CheckReturnValue")
          .isTrue();
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

  /** {@code SourcesTest} looks for blocks. */
  @Test
  void no_method_holds_a_monitor() {
    noMethods()
        .that()
        .areDeclaredInClassesThat()
        .resideOutsideOfPackage("io.bartizan.testkit..")
        .and()
        .areDeclaredInClassesThat()
        .doNotHaveFullyQualifiedName("io.bartizan.core.SecretBytes")
        .and()
        .areDeclaredInClassesThat()
        .doNotHaveFullyQualifiedName("io.bartizan.integrity.replay.ReplayStripe")
        .should()
        .haveModifier(JavaModifier.SYNCHRONIZED)
        .allowEmptyShould(true)
        .check(module);
  }

  private Set<JavaPackage> packages() {
    Set<JavaPackage> all = new TreeSet<>((a, b) -> a.getName().compareTo(b.getName()));
    for (JavaClass type : module) {
      if (type.getName().startsWith("io.bartizan.") && !type.getName().endsWith("-info")) {
        all.add(type.getPackage());
      }
    }
    return all;
  }

  private static ArchCondition<JavaClass> onlyKnowWhatTheTableAllows() {
    return new ArchCondition<>("know only the packages that Arrows names") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        if (!isOurs(type)) {
          return;
        }
        Set<String> allowed = Arrows.from(type.getPackageName());
        if (allowed == null) {
          events.add(
              SimpleConditionEvent.violated(
                  type, type.getPackageName() + " is not in the table of Arrows"));
          return;
        }
        type.getDirectDependenciesFromSelf().stream()
            .filter(arrow -> isOurs(arrow.getTargetClass()))
            .filter(arrow -> !arrow.getTargetClass().getName().equals(ExportedTypes.NOT_EXPORTED))
            .filter(arrow -> !allowed.contains(arrow.getTargetClass().getPackageName()))
            .forEach(
                arrow -> events.add(SimpleConditionEvent.violated(arrow, arrow.getDescription())));
      }
    };
  }

  private static boolean isOurs(JavaClass type) {
    return type.getPackageName().startsWith("io.bartizan.");
  }

  private static SliceAssignment wholePackages() {
    return new SliceAssignment() {
      @Override
      public SliceIdentifier getIdentifierOf(JavaClass type) {
        return isOurs(type) ? SliceIdentifier.of(type.getPackageName()) : SliceIdentifier.ignore();
      }

      @Override
      public String getDescription() {
        return "whole packages";
      }
    };
  }
}
