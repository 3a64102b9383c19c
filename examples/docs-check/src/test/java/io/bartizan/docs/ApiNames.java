package io.bartizan.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.Member;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The names of types and their members: Bartizan's of {@code api/*.txt}, and the JDK's. */
final class ApiNames {

  private static final Pattern TYPE =
      Pattern.compile("\\S.*?(?:class|interface|enum|record) ([\\w.$]+)(.*)");
  private static final Pattern QUALIFIED = Pattern.compile("[a-z][\\w.]*\\.[A-Z][\\w.$]*");
  private static final Pattern MEMBER = Pattern.compile("(\\w+)(?:\\(.*)?$");

  /** By full name; members hold nested types too. */
  private final Map<String, Set<String>> members = new LinkedHashMap<>();

  private final Map<String, List<String>> supertypes = new HashMap<>();

  private ApiNames() {}

  static ApiNames ofBartizan() throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.list(Pages.ROOT.resolve("api"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".txt")).sorted().toList()) {
        text.append(Files.readString(file)).append('\n');
      }
    }
    return of(text.toString());
  }

  /** Of lines as in {@code api/*.txt}: a type at the margin, its members below it. */
  static ApiNames of(String lines) {
    ApiNames names = new ApiNames();
    String type = "";
    for (String line : lines.lines().filter(each -> !each.isBlank()).toList()) {
      if (line.startsWith(" ")) {
        Matcher member = MEMBER.matcher(line.replaceFirst(" throws .*", ""));
        if (member.find()) {
          names.members.get(type).add(member.group(1));
        }
        continue;
      }
      Matcher found = TYPE.matcher(line.replaceAll("<.*?>+", ""));
      if (!found.matches()) {
        throw new IllegalArgumentException("no type: " + line);
      }
      type = found.group(1).replace('$', '.');
      names.members.put(type, new HashSet<>());
      names.supertypes.put(
          type, QUALIFIED.matcher(found.group(2)).results().map(each -> each.group()).toList());
    }
    for (String each : List.copyOf(names.members.keySet())) {
      Set<String> outer = names.members.get(each.substring(0, each.lastIndexOf('.')));
      if (outer != null) {
        outer.add(each.substring(each.lastIndexOf('.') + 1));
      }
    }
    return names;
  }

  /** Whether there is such a type, or member of a type, however much of its package is named. */
  boolean has(String chain) {
    return members.keySet().stream()
        .filter(type -> ("." + type + ".").contains("." + firstType(chain) + "."))
        .anyMatch(type -> fits(type, chain));
  }

  private boolean fits(String type, String chain) {
    String whole = "." + type;
    for (int end = chain.length(); end > 0; end = chain.lastIndexOf('.', end - 1)) {
      if (whole.endsWith("." + chain.substring(0, end))) {
        String[] rest = chain.substring(end).split("\\.", -1);
        return rest.length < 2
            || (membersOf(type).contains(rest[1])
                && (rest.length == 2
                    || !members.containsKey(type + "." + rest[1])
                    || fits(type + "." + rest[1], chain)));
      }
    }
    return false;
  }

  private Set<String> membersOf(String type) {
    Set<String> all = new HashSet<>(members.getOrDefault(type, Set.of()));
    for (String each : supertypes.getOrDefault(type, List.of())) {
      all.addAll(members.containsKey(each) ? membersOf(each) : ofJdk(each));
    }
    all.addAll(ofJdk("java.lang.Object"));
    return all;
  }

  /** Whether any type has a member of this name. */
  boolean hasMember(String name) {
    return members.values().stream().anyMatch(each -> each.contains(name));
  }

  boolean hasType(String simpleName) {
    return members.keySet().stream().anyMatch(type -> type.endsWith("." + simpleName));
  }

  /** Where top-level types of this name are. */
  List<String> packagesOf(String simpleName) {
    return members.keySet().stream()
        .filter(type -> type.endsWith("." + simpleName))
        .map(type -> type.substring(0, type.length() - simpleName.length() - 1))
        .filter(at -> Character.isLowerCase(at.charAt(at.lastIndexOf('.') + 1)))
        .toList();
  }

  private static String firstType(String chain) {
    return Arrays.stream(chain.split("\\."))
        .filter(part -> Character.isUpperCase(part.charAt(0)))
        .findFirst()
        .orElse(chain);
  }

  /** Full names of the JDK's exported types by their simple name. */
  private static final Map<String, List<String>> JDK = jdk();

  private static Map<String, List<String>> jdk() {
    Map<String, List<String>> names = new HashMap<>();
    for (ModuleReference module : ModuleFinder.ofSystem().findAll()) {
      Set<String> exported = new HashSet<>();
      module.descriptor().exports().stream()
          .filter(each -> !each.isQualified())
          .filter(
              each ->
                  each.source().matches("javax?\\..*|com\\.sun\\.(management|net\\.httpserver)"))
          .forEach(each -> exported.add(each.source()));
      if (module.descriptor().name().equals("java.desktop")) {
        continue; // so many common words
      }
      try (ModuleReader reader = module.open();
          Stream<String> files = reader.list()) {
        files
            .filter(file -> file.endsWith(".class") && file.contains("/"))
            .map(file -> file.substring(0, file.length() - ".class".length()).replace('/', '.'))
            .filter(name -> exported.contains(name.substring(0, name.lastIndexOf('.'))))
            .forEach(
                name ->
                    names
                        .computeIfAbsent(
                            name.replaceFirst(".*[.$]", ""), simple -> new ArrayList<>())
                        .add(name));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return names;
  }

  /** Whether the JDK has such a type, or member of a type. */
  static boolean jdkHas(String chain) {
    String first = firstType(chain);
    int end = chain.indexOf(first) + first.length();
    String type = "." + chain.substring(0, end);
    String[] rest = chain.substring(end).split("\\.", -1);
    return JDK.getOrDefault(first, List.of()).stream()
        .filter(each -> ("." + each.replace('$', '.')).endsWith(type))
        .anyMatch(each -> rest.length < 2 || ofJdk(each).contains(rest[1]));
  }

  private static Set<String> ofJdk(String type) {
    Set<String> names = new HashSet<>(Set.of("class"));
    try {
      Class<?> found = Class.forName(type, false, ClassLoader.getPlatformClassLoader());
      Stream.of(found.getMethods(), found.getFields(), found.getConstructors())
          .flatMap(Arrays::stream)
          .map(Member.class::cast)
          .forEach(each -> names.add(each.getName()));
      for (Class<?> nested : found.getClasses()) {
        names.add(nested.getSimpleName());
      }
    } catch (ClassNotFoundException e) {
      return names; // of another library, whose members are not known
    }
    return names;
  }
}
