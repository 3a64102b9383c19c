package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.time.Duration;

/** The class loader of an application beside others: it defines the classes named to it anew. */
final class ForeignLoader extends ClassLoader {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  ForeignLoader() {
    super(ForeignLoader.class.getClassLoader());
  }

  /** A new object of a copy of that class, by its constructor without parameters. */
  Object make(Class<?> copied) throws Exception {
    String file = copied.getName().replace('.', '/') + ".class";
    try (InputStream in = getParent().getResourceAsStream(file)) {
      if (in == null) {
        throw new IOException(file);
      }
      byte[] code = in.readAllBytes();
      var maker = defineClass(copied.getName(), code, 0, code.length).getDeclaredConstructor();
      maker.setAccessible(true);
      return maker.newInstance();
    }
  }

  static void assertCollected(WeakReference<ClassLoader> loader) {
    Eventually.within(
        LIMIT,
        "the class loader is collected",
        () -> {
          System.gc();
          return loader.get() == null;
        });
    assertThat(loader.get()).isNull();
  }
}
