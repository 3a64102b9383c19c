package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;

/**
 * Without Spring Security's resource server the settings of {@code bartizan.jwt} fail by a sentence
 * that says so, for which the classes around it must link without it.
 */
class LinkedWithoutSecurityTest {

  /** Has the starter's own classes, and nothing of the package that is away. */
  private static final class Without extends ClassLoader {

    Without() {
      super(LinkedWithoutSecurityTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("org.springframework.security.oauth2.jwt.")) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith("io.bartizan.spring.JwtBeans")) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      if (known != null) {
        return known;
      }
      try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] bytes = file.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void jwtBeans_withoutSpringSecuritysDecoders_link() throws Exception {
    Class<?> beans = Class.forName("io.bartizan.spring.JwtBeans", true, new Without());
    assertThat(beans.getClassLoader()).isInstanceOf(Without.class);
    assertThat(beans.getDeclaredMethods()).extracting(Method::getName).contains("keys", "verifier");
  }
}
