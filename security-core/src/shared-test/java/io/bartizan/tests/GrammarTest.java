package io.bartizan.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import io.bartizan.core.Checked;
import io.bartizan.core.HealthSource;
import io.bartizan.core.Reason;
import io.bartizan.core.Refused;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The grammar of the public API: rules G1 to G11 of {@code docs/design/architecture.md}. */
class GrammarTest {

  /** G3: other statics that may give a builder, each of them a word of danger. */
  private static final Set<String> DANGER =
      Set.of("SignedValues.neverExpires", "JwtVerifier.ignoreAudience");

  /** G2: makers that read before they return. */
  private static final Set<String> READS =
      Set.of("io.bartizan.core.Rotating", "io.bartizan.integrity.tuf.FreshTarget");

  /** G4: texts that others send; the rest are configuration. */
  private static final Set<String> SENT =
      Set.of(
          "Pem",
          "Manifest",
          "PackageLock",
          "SignedManifest",
          "DsseEnvelope",
          "SigstoreBundle",
          "MacKeyRing");

  /** G6: actions that answer whether they did something. */
  private static final Set<String> ACTIONS = Set.of("refresh", "reload", "load");

  private static final boolean TESTKIT =
      ExportedTypes.packages().stream().allMatch(name -> name.startsWith("io.bartizan.testkit"));

  private final List<Class<?>> visible = ExportedTypes.visible();
  private final List<String> faults = new ArrayList<>();

  @Test
  void G1_of_returns_the_type() {
    eachMethod(
        method -> {
          if (isStatic(method)
              && method.getName().equals("of")
              && hasInstances(method.getDeclaringClass())) {
            require(
                method.getDeclaringClass().isAssignableFrom(method.getReturnType())
                    || method.getReturnType().isAssignableFrom(method.getDeclaringClass()),
                method,
                "returns " + method.getReturnType().getSimpleName());
          }
        });
    noFaults();
  }

  @Test
  void G2_a_builder_is_nested_and_stands_beside_of() {
    for (Class<?> type : visible) {
      if (!type.isMemberClass()) {
        require(!type.getSimpleName().endsWith("Builder"), type, "is a builder and not nested");
      }
      if (TESTKIT || nestedBuilder(type) == null) {
        continue;
      }
      Class<?> builder = nestedBuilder(type);
      Method build = method(builder, "build");
      if (require(build != null, builder, "has no build()")) {
        require(
            READS.contains(type.getName())
                || Arrays.stream(build.getExceptionTypes())
                    .allMatch(RuntimeException.class::isAssignableFrom),
            build,
            "throws a checked exception");
        require(
            type.isAssignableFrom(build.getReturnType()),
            build,
            "makes no " + type.getSimpleName());
      }
      require(builder.getConstructors().length == 0, builder, "has a public constructor");
    }
    for (Class<?> type : visible) {
      Set<String> made = parametersOf(type, "of");
      Set<String> built = parametersOf(type, "builder");
      if (!built.isEmpty() && !TESTKIT) {
        require(made.equals(built), type, "of" + made + " and builder" + built + " differ");
      }
      eachStatic(
          type,
          "builder",
          method ->
              require(
                  isBuilder(method.getReturnType())
                      && method.getReturnType().getEnclosingClass().isAssignableFrom(type),
                  method,
                  "returns a builder of something else"));
    }
    noFaults();
  }

  @Test
  void G3_another_static_that_gives_a_builder_is_a_word_of_danger() {
    eachMethod(
        method -> {
          String name = method.getDeclaringClass().getSimpleName() + "." + method.getName();
          if (!TESTKIT && isStatic(method) && isBuilder(method.getReturnType())) {
            require(
                method.getName().equals("builder") || DANGER.contains(name),
                method,
                "gives a builder");
          }
        });
    noFaults();
  }

  @Test
  void G4_configuration_that_parses_has_valueOf_for_binders() {
    for (Class<?> type : visible) {
      Method parse = method(type, "parse", String.class);
      if (parse != null && isStatic(parse) && type.isAssignableFrom(parse.getReturnType())) {
        Method valueOf = method(type, "valueOf", String.class);
        require(
            SENT.contains(type.getSimpleName())
                || (valueOf != null
                    && isStatic(valueOf)
                    && type.isAssignableFrom(valueOf.getReturnType())),
            type,
            "has parse and no valueOf(String)");
      }
    }
    noFaults();
  }

  @Test
  void G5_a_verify_has_its_check_and_a_void_one_its_matches() {
    eachMethod(
        method -> {
          if (!method.getName().startsWith("verify") || method.getReturnType() == Void.class) {
            return;
          }
          if (method.getReturnType() == void.class) {
            Method matches =
                method(method.getDeclaringClass(), "matches", method.getParameterTypes());
            require(
                matches != null && matches.getReturnType() == boolean.class,
                method,
                "is void and has no boolean matches");
            return;
          }
          Method check =
              method(
                  method.getDeclaringClass(),
                  "check" + method.getName().substring("verify".length()),
                  method.getParameterTypes());
          require(check != null, method, "has no check");
          require(
              check == null
                  || check.getReturnType() == Checked.class
                  || method(check.getReturnType(), "orThrow") != null,
              method,
              "has a check whose result has no orThrow");
        });
    noFaults();
  }

  @Test
  void G5_a_verify_is_its_check_or_throws() {
    JavaClasses module = ExportedTypes.compiled();
    for (Class<?> type : visible) {
      JavaClass compiled = module.get(type.getName());
      for (JavaMethod method : compiled.getMethods()) {
        if (!method.getName().startsWith("verify")
            || !method.getModifiers().contains(com.tngtech.archunit.core.domain.JavaModifier.PUBLIC)
            || method
                .getModifiers()
                .contains(com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT)
            || method.getRawReturnType().isEquivalentTo(void.class)) {
          continue;
        }
        String check = "check" + method.getName().substring("verify".length());
        method.getMethodCallsFromSelf().stream()
            .map(call -> call.getTarget())
            .filter(target -> target.getOwner().getPackageName().startsWith("io.bartizan."))
            .filter(target -> !target.getName().equals(check))
            .filter(target -> !target.getName().equals("orThrow"))
            .filter(
                target ->
                    !target.getName().equals(method.getName()) // a shorter form of the same verb
                        || !target.getOwner().equals(method.getOwner()))
            .forEach(target -> faults.add(method.getFullName() + " calls " + target.getFullName()));
      }
    }
    noFaults();
  }

  @Test
  void G6_a_boolean_getter_says_is_has_or_should() {
    eachMethod(
        method -> {
          boolean getter =
              method.getParameterCount() == 0
                  && !isStatic(method)
                  && (method.getReturnType() == boolean.class
                      || method.getReturnType() == Boolean.class);
          if (getter && !method.getDeclaringClass().isRecord() && !isInherited(method)) {
            require(
                method.getName().matches("(is|has|should)[A-Z].*")
                    || ACTIONS.contains(method.getName()),
                method,
                "is a boolean and does not say so");
          }
        });
    noFaults();
  }

  @Test
  void G7_there_is_one_style_of_listeners() {
    List<Class<?>> listeners =
        visible.stream()
            .filter(Class::isInterface)
            .filter(type -> type.getSimpleName().endsWith("Listener"))
            .toList();
    require(
        listeners.stream().filter(type -> !type.getSimpleName().equals("ProgressListener")).count()
            <= 1,
        GrammarTest.class,
        "finds several listener interfaces: " + listeners);
    for (Class<?> type : listeners) {
      require(type.getDeclaredFields().length == 0, type, "has constants");
      require(
          Arrays.stream(type.getMethods())
                  .filter(m -> Modifier.isAbstract(m.getModifiers()))
                  .count()
              <= 1,
          type,
          "has several abstract methods");
      for (Method method : type.getDeclaredMethods()) {
        require(!method.getName().matches("on[A-Z].*"), method, "starts with on");
      }
    }
    eachMethod(
        method -> {
          if (Arrays.stream(method.getParameterTypes()).anyMatch(listeners::contains)) {
            require(
                method.getName().equals("withListener")
                    || method.getName().matches("withProgress(Listener)?|fetch|(verify|check).*"),
                method,
                "takes a listener and is not withListener");
          }
        });
    noFaults();
  }

  @Test
  void G8_metrics_have_one_shape() {
    for (Class<?> type : visible) {
      if (type.getSimpleName().endsWith("Metrics")) {
        Set<String> made = parametersOf(type, "of");
        require(
            made.equals(Set.of("[MeterRegistry, String]")),
            type,
            "is made from other things" + made);
        require(type.getConstructors().length == 0, type, "has a public constructor");
      }
    }
    noFaults();
  }

  @Test
  void G9_public_exceptions_are_final_and_carry_a_refusal() {
    for (Class<?> type : visible) {
      if (Throwable.class.isAssignableFrom(type)) {
        require(Modifier.isFinal(type.getModifiers()), type, "is not final");
        require(Refused.class.isAssignableFrom(type), type, "is not Refused");
      }
    }
    noFaults();
  }

  @Test
  void G10_a_package_has_one_enum_of_reasons() {
    Map<String, List<String>> reasons = new TreeMap<>();
    for (Class<?> type : visible) {
      if (Reason.class.isAssignableFrom(type) && type.isEnum()) {
        reasons
            .computeIfAbsent(type.getPackageName(), name -> new ArrayList<>())
            .add(type.getName());
        require(type.getSimpleName().endsWith("Reason"), type, "is not named …Reason");
      }
    }
    reasons.forEach(
        (name, enums) ->
            require(
                enums.size() <= (name.equals("io.bartizan.mtls") ? 2 : 1),
                GrammarTest.class,
                "finds in " + name + " the reasons " + enums));
    noFaults();
  }

  @Test
  void G11_no_signature_names_a_type_of_a_closed_package() {
    Set<String> exported = ExportedTypes.packages();
    for (Class<?> type : visible) {
      Stream.concat(
              Stream.of(type.getGenericInterfaces()),
              Stream.ofNullable(type.getGenericSuperclass()))
          .flatMap(GrammarTest::named)
          .forEach(named -> isOpen(named, type, exported));
      Stream.<Executable>concat(
              Arrays.stream(type.getDeclaredConstructors()),
              Arrays.stream(type.getDeclaredMethods()))
          .filter(
              each ->
                  Modifier.isPublic(each.getModifiers())
                      || (Modifier.isProtected(each.getModifiers())
                          && !Modifier.isFinal(type.getModifiers())))
          .filter(each -> !each.isSynthetic())
          .forEach(
              each ->
                  Stream.of(
                          Arrays.stream(each.getGenericParameterTypes()),
                          Arrays.stream(each.getGenericExceptionTypes()),
                          each instanceof Method method
                              ? Stream.of(method.getGenericReturnType())
                              : Stream.<Type>empty())
                      .flatMap(types -> types)
                      .flatMap(GrammarTest::named)
                      .forEach(named -> isOpen(named, each, exported)));
    }
    noFaults();
  }

  @Test
  void what_has_a_health_is_a_source_of_it() {
    eachMethod(
        method -> {
          if (method.getName().equals("health") && method.getParameterCount() == 0) {
            require(
                HealthSource.class.isAssignableFrom(method.getDeclaringClass()),
                method,
                "is no HealthSource's");
          }
        });
    noFaults();
  }

  private void isOpen(Class<?> named, Object where, Set<String> exported) {
    String name = named.getPackageName();
    if (name.startsWith("io.bartizan.")) {
      boolean closed =
          isClosed(name)
              || (name.startsWith("io.bartizan." + thisModule()) && !exported.contains(name));
      require(!closed, where, "names " + named.getName());
    }
  }

  private static boolean isClosed(String packageName) {
    return packageName.equals("io.bartizan.core.house");
  }

  private static String thisModule() {
    return ExportedTypes.packages().iterator().next().split("\\.", -1)[2];
  }

  /** The classes that a generic type names. */
  private static Stream<Class<?>> named(Type type) {
    if (type instanceof Class<?> raw) {
      return Stream.of(raw.isArray() ? raw.getComponentType() : raw);
    }
    if (type instanceof ParameterizedType parameterized) {
      return Stream.concat(
              Stream.of(parameterized.getRawType()),
              Arrays.stream(parameterized.getActualTypeArguments()))
          .flatMap(GrammarTest::named);
    }
    if (type instanceof WildcardType wildcard) {
      return Stream.concat(
              Arrays.stream(wildcard.getUpperBounds()), Arrays.stream(wildcard.getLowerBounds()))
          .flatMap(GrammarTest::named);
    }
    return type instanceof TypeVariable<?> || type == null
        ? Stream.empty()
        : Stream.of(Object.class);
  }

  private void eachMethod(Consumer<Method> rule) {
    for (Class<?> type : visible) {
      for (Method method : type.getDeclaredMethods()) {
        if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic()) {
          rule.accept(method);
        }
      }
    }
  }

  private static void eachStatic(Class<?> type, String name, Consumer<Method> rule) {
    for (Method method : type.getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers())
          && !method.isSynthetic()
          && isStatic(method)
          && method.getName().equals(name)) {
        rule.accept(method);
      }
    }
  }

  private static Set<String> parametersOf(Class<?> type, String name) {
    Set<String> all = new TreeSet<>();
    eachStatic(
        type,
        name,
        method ->
            all.add(
                Arrays.stream(method.getParameterTypes())
                    .map(Class::getSimpleName)
                    .toList()
                    .toString()));
    return all;
  }

  private static Class<?> nestedBuilder(Class<?> type) {
    for (Class<?> nested : type.getDeclaredClasses()) {
      if (nested.getSimpleName().equals("Builder") && Modifier.isPublic(nested.getModifiers())) {
        return nested;
      }
    }
    return null;
  }

  private static boolean isBuilder(Class<?> type) {
    return type.getName().startsWith("io.bartizan.") && type.getSimpleName().equals("Builder");
  }

  private static Method method(Class<?> type, String name, Class<?>... parameters) {
    try {
      return type.getMethod(name, parameters);
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  /** Whether a type that is not ours declares the method, so that its name is given. */
  private static boolean isInherited(Method method) {
    Class<?> owner = method.getDeclaringClass();
    return Stream.concat(supertypes(owner), Stream.of(Object.class))
        .filter(type -> !type.getName().startsWith("io.bartizan."))
        .anyMatch(type -> method(type, method.getName(), method.getParameterTypes()) != null);
  }

  private static Stream<Class<?>> supertypes(Class<?> type) {
    return Stream.concat(Stream.ofNullable(type.getSuperclass()), Stream.of(type.getInterfaces()))
        .flatMap(each -> Stream.concat(Stream.of(each), supertypes(each)));
  }

  /** A class of statics only, such as one that makes texts, gives what it is about. */
  private static boolean hasInstances(Class<?> type) {
    return type.isInterface()
        || Arrays.stream(type.getDeclaredMethods())
            .anyMatch(
                method ->
                    Modifier.isPublic(method.getModifiers())
                        && !isStatic(method)
                        && !isInherited(method));
  }

  private static boolean isStatic(Method method) {
    return Modifier.isStatic(method.getModifiers());
  }

  private boolean require(boolean holds, Object where, String fault) {
    if (!holds) {
      faults.add(where + " " + fault);
    }
    return holds;
  }

  private void noFaults() {
    assertThat(faults).isEmpty();
  }
}
