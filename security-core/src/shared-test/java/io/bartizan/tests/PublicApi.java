package io.bartizan.tests;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Writes the public and protected members of classes as stable, sorted text. */
final class PublicApi {

  private PublicApi() {}

  static String describe(List<Class<?>> classes) {
    StringBuilder out = new StringBuilder();
    for (Class<?> type : classes) {
      if (ExportedTypes.isVisible(type)) {
        out.append(header(type)).append('\n');
        TreeSet<String> members = new TreeSet<>();
        for (Field field : type.getDeclaredFields()) {
          if (isVisible(field, type) && !field.getName().equals("serialVersionUID")) {
            members.add(modifiers(field) + name(field.getGenericType()) + " " + field.getName());
          }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
          if (isVisible(constructor, type)) {
            members.add(modifiers(constructor) + "new" + signature(constructor));
          }
        }
        for (Method method : type.getDeclaredMethods()) {
          if (isVisible(method, type) && !method.isBridge()) {
            String result = name(method.getGenericReturnType());
            members.add(modifiers(method) + result + " " + method.getName() + signature(method));
          }
        }
        members.forEach(member -> out.append("  ").append(member).append('\n'));
      }
    }
    return out.toString();
  }

  private static String header(Class<?> type) {
    String kind =
        type.isAnnotation()
            ? "@interface"
            : type.isInterface()
                ? "interface"
                : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
    String sealed = type.isSealed() ? "sealed " : "";
    int shown =
        Modifier.PUBLIC | Modifier.PROTECTED | Modifier.STATIC | Modifier.FINAL | Modifier.ABSTRACT;
    int flags = type.getModifiers() & shown;
    if (type.isInterface()) {
      flags &= ~(Modifier.ABSTRACT | Modifier.STATIC);
    }
    String text = Modifier.toString(flags) + " " + sealed + kind + " " + type.getName();
    Type parent = type.getGenericSuperclass();
    if (parent != null && parent != Object.class && !type.isEnum() && !type.isRecord()) {
      text += " extends " + name(parent);
    }
    if (type.getGenericInterfaces().length > 0) {
      text +=
          " implements "
              + Arrays.stream(type.getGenericInterfaces())
                  .map(PublicApi::name)
                  .collect(Collectors.joining(", "));
    }
    return text;
  }

  private static String signature(Executable executable) {
    String parameters =
        Arrays.stream(executable.getGenericParameterTypes())
            .map(PublicApi::name)
            .collect(Collectors.joining(", ", "(", ")"));
    if (executable.getExceptionTypes().length == 0) {
      return parameters;
    }
    return parameters
        + " throws "
        + Arrays.stream(executable.getGenericExceptionTypes())
            .map(PublicApi::name)
            .sorted()
            .collect(Collectors.joining(", "));
  }

  private static String modifiers(Member member) {
    int flags =
        member.getModifiers()
            & (Modifier.PUBLIC
                | Modifier.PROTECTED
                | Modifier.STATIC
                | Modifier.FINAL
                | Modifier.ABSTRACT);
    String text = Modifier.toString(flags);
    return text.isEmpty() ? "" : text + " ";
  }

  private static boolean isVisible(Member member, Class<?> owner) {
    int flags = member.getModifiers();
    boolean inherited = Modifier.isProtected(flags) && !Modifier.isFinal(owner.getModifiers());
    return !member.isSynthetic() && (Modifier.isPublic(flags) || inherited);
  }

  private static String name(Type type) {
    return type.getTypeName();
  }
}
