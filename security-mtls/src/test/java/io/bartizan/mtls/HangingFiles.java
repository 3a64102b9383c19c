package io.bartizan.mtls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The machine's files as on a network share whose server can be stopped: each call then waits,
 * whatever interrupts it, until the server is back.
 */
final class HangingFiles extends FileSystem {

  private final FileSystemProvider provider = new Provider();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private volatile CountDownLatch back = new CountDownLatch(0);
  private volatile boolean broken;

  void stop() {
    back = new CountDownLatch(1);
  }

  void start() {
    back.countDown();
  }

  /** From now on each call throws an Error, or no longer. */
  void setBroken(boolean throwing) {
    broken = throwing;
  }

  /** How many calls threw an Error. */
  int failed() {
    return failed.get();
  }

  /** How many threads wait for the server. */
  int waiting() {
    return waiting.get();
  }

  /** The file as it is named by this share. */
  Path share(Path file) {
    return (Path)
        Proxy.newProxyInstance(
            Path.class.getClassLoader(),
            new Class<?>[] {Path.class},
            (proxy, method, arguments) -> {
              switch (method.getName()) {
                case "getFileSystem" -> {
                  return this;
                }
                case "equals" -> {
                  return arguments[0] != null && proxy.toString().equals(arguments[0].toString());
                }
                case "compareTo" -> {
                  return proxy.toString().compareTo(arguments[0].toString());
                }
                case "register", "toRealPath" -> await();
                default -> {
                  // as the file has it
                }
              }
              try {
                Object result = method.invoke(file, arguments);
                return result instanceof Path path ? share(path) : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void await() {
    if (broken) {
      failed.incrementAndGet();
      throw new NoClassDefFoundError("a class of the share's client");
    }
    waiting.incrementAndGet();
    try {
      for (CountDownLatch latch = back; latch.getCount() > 0; latch = back) {
        try {
          latch.await();
        } catch (InterruptedException e) {
          // as in the kernel
        }
      }
    } finally {
      waiting.decrementAndGet();
    }
  }

  private static Path real(Path path) {
    return Path.of(path.toString());
  }

  private static FileSystemProvider system() {
    return Path.of("").getFileSystem().provider();
  }

  private final class Provider extends FileSystemProvider {
    @Override
    public String getScheme() {
      return "share";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Path getPath(URI uri) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SeekableByteChannel newByteChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      await();
      return system().newByteChannel(real(path), options, attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
        Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
      await();
      return system().newDirectoryStream(real(folder), filter);
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
      await();
      system().checkAccess(real(path), modes);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
        Path path, Class<A> type, LinkOption... options) throws IOException {
      await();
      return system().readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
        throws IOException {
      await();
      return system().readAttributes(real(path), attributes, options);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(
        Path path, Class<V> type, LinkOption... options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isSameFile(Path path, Path other) throws IOException {
      return system().isSameFile(real(path), real(other));
    }

    @Override
    public boolean isHidden(Path path) {
      return false;
    }

    @Override
    public FileStore getFileStore(Path path) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void delete(Path path) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
      throw new UnsupportedOperationException();
    }
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return true;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  @Override
  public Path getPath(String first, String... more) {
    return share(Path.of(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String pattern) {
    return Path.of("").getFileSystem().getPathMatcher(pattern);
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException();
  }

  @Override
  public WatchService newWatchService() {
    try {
      return Path.of("").getFileSystem().newWatchService();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
