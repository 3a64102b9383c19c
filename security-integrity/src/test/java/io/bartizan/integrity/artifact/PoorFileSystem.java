package io.bartizan.integrity.artifact;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
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
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The machine's file system without one or several of the services that not all of them give. */
final class PoorFileSystem extends FileSystem {

  /** What may be missing. */
  enum Lack {
    KEYS,
    LOCKS,
    MODES,
    /** A view of modes that refuses to set them, as on a mounted FAT. */
    CHANGES_OF_MODES,
    DIRECTORY_FORCE
  }

  private final Set<Lack> lacks;
  private final FileSystem rich;
  private final Provider provider;
  private Runnable look = () -> {};

  private PoorFileSystem(Set<Lack> lacks, FileSystem rich) {
    this.lacks = Set.copyOf(lacks);
    this.rich = rich;
    this.provider = new Provider(rich.provider());
  }

  /** The same path where these services are missing. */
  static Path path(Path path, Set<Lack> lacks) {
    return new PoorFileSystem(lacks, path.getFileSystem()).wrapped(path);
  }

  /** The same path with all services, telling each look at a file's attributes. */
  static Path counting(Path path, Runnable look) {
    PoorFileSystem system = new PoorFileSystem(Set.of(), path.getFileSystem());
    system.look = look;
    return system.wrapped(path);
  }

  private static final class Wrapped implements InvocationHandler {
    private final PoorFileSystem system;
    private final Path path;

    Wrapped(PoorFileSystem system, Path path) {
      this.system = system;
      this.path = path;
    }

    @Override
    public Object invoke(Object self, java.lang.reflect.Method method, Object[] given)
        throws Throwable {
      Object[] arguments = given == null ? new Object[0] : given.clone();
      for (int i = 0; i < arguments.length; i++) {
        arguments[i] = arguments[i] instanceof Path other ? rich(other) : arguments[i];
      }
      String name = method.getName();
      if (name.equals("getFileSystem")) {
        return system;
      } else if (name.equals("toFile")) {
        throw new UnsupportedOperationException();
      } else if (name.equals("iterator")) {
        return system.all(path.iterator());
      }
      try {
        Object result = method.invoke(path, arguments);
        return result instanceof Path other ? system.wrapped(other) : result;
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }
  }

  private Path wrapped(Path path) {
    return (Path)
        Proxy.newProxyInstance(
            Path.class.getClassLoader(), new Class<?>[] {Path.class}, new Wrapped(this, path));
  }

  private Iterator<Path> all(Iterator<Path> paths) {
    Stream<Path> rich = StreamSupport.stream(((Iterable<Path>) () -> paths).spliterator(), false);
    return rich.map(this::wrapped).iterator();
  }

  private static Path rich(Path path) {
    return Proxy.isProxyClass(path.getClass())
            && Proxy.getInvocationHandler(path) instanceof Wrapped wrapped
        ? wrapped.path
        : path;
  }

  private final class Provider extends FileSystemProvider {
    private final FileSystemProvider rich;

    Provider(FileSystemProvider rich) {
      this.rich = rich;
    }

    @Override
    public String getScheme() {
      return "poor";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
      return PoorFileSystem.this;
    }

    @Override
    public Path getPath(URI uri) {
      return wrapped(Path.of(uri));
    }

    private FileAttribute<?>[] kept(FileAttribute<?>[] attributes) {
      boolean modes = lacks.contains(Lack.MODES) || lacks.contains(Lack.CHANGES_OF_MODES);
      return modes ? new FileAttribute<?>[0] : attributes;
    }

    @Override
    public SeekableByteChannel newByteChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      return rich.newByteChannel(rich(path), options, kept(attributes));
    }

    @Override
    public FileChannel newFileChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      boolean directory = java.nio.file.Files.isDirectory(rich(path));
      if (directory && lacks.contains(Lack.DIRECTORY_FORCE)) {
        throw new IOException("no directory can be opened");
      }
      FileChannel channel = rich.newFileChannel(rich(path), options, kept(attributes));
      return lacks.contains(Lack.LOCKS) ? new Lockless(channel) : channel;
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
        Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
      DirectoryStream<Path> found =
          rich.newDirectoryStream(rich(directory), path -> filter.accept(wrapped(path)));
      return new DirectoryStream<>() {
        @Override
        public Iterator<Path> iterator() {
          return all(found.iterator());
        }

        @Override
        public void close() throws IOException {
          found.close();
        }
      };
    }

    @Override
    public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
      rich.createDirectory(rich(path), kept(attributes));
    }

    @Override
    public void delete(Path path) throws IOException {
      rich.delete(rich(path));
    }

    @Override
    public void copy(Path from, Path to, CopyOption... options) throws IOException {
      rich.copy(rich(from), rich(to), options);
    }

    @Override
    public void move(Path from, Path to, CopyOption... options) throws IOException {
      rich.move(rich(from), rich(to), options);
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
      return rich.isSameFile(rich(one), rich(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
      return rich.isHidden(rich(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
      return rich.getFileStore(rich(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
      rich.checkAccess(rich(path), modes);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(
        Path path, Class<V> type, LinkOption... options) {
      boolean posix = type == PosixFileAttributeView.class;
      if (posix && lacks.contains(Lack.MODES)) {
        return null;
      }
      V view = rich.getFileAttributeView(rich(path), type, options);
      return posix && lacks.contains(Lack.CHANGES_OF_MODES) ? refusing(view, type) : view;
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
        Path path, Class<A> type, LinkOption... options) throws IOException {
      if (type == PosixFileAttributes.class && lacks.contains(Lack.MODES)) {
        throw new UnsupportedOperationException();
      }
      look.run();
      A attributes = rich.readAttributes(rich(path), type, options);
      return lacks.contains(Lack.KEYS) ? keyless(attributes, type) : attributes;
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
        throws IOException {
      return rich.readAttributes(rich(path), names, options);
    }

    @Override
    public void setAttribute(Path path, String name, Object value, LinkOption... options)
        throws IOException {
      rich.setAttribute(rich(path), name, value, options);
    }
  }

  private static <A> A keyless(A attributes, Class<A> type) {
    return proxy(
        type,
        (self, method, arguments) ->
            method.getName().equals("fileKey") ? null : call(attributes, method, arguments));
  }

  private static <V> V refusing(V view, Class<V> type) {
    return proxy(
        type,
        (self, method, arguments) -> {
          if (method.getName().equals("setPermissions")) {
            throw new java.nio.file.FileSystemException("Operation not permitted");
          }
          return call(view, method, arguments);
        });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Object call(Object target, java.lang.reflect.Method method, Object[] arguments)
      throws Throwable {
    try {
      method.setAccessible(true);
    } catch (RuntimeException e) {
      // a public interface needs none
    }
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** As on NFS without its lock service. */
  private static final class Lockless extends FileChannel {
    private final FileChannel channel;

    Lockless(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
      throw new IOException("No locks available");
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      throw new IOException("No locks available");
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
      return channel.read(to);
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) throws IOException {
      return channel.read(to, offset, length);
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      return channel.write(from);
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
      return channel.write(from, offset, length);
    }

    @Override
    public long position() throws IOException {
      return channel.position();
    }

    @Override
    public FileChannel position(long at) throws IOException {
      return channel.position(at);
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      return channel.truncate(size);
    }

    @Override
    public void force(boolean metaData) throws IOException {
      channel.force(metaData);
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel to) throws IOException {
      return channel.transferTo(position, count, to);
    }

    @Override
    public long transferFrom(ReadableByteChannel from, long position, long count)
        throws IOException {
      return channel.transferFrom(from, position, count);
    }

    @Override
    public int read(ByteBuffer to, long position) throws IOException {
      return channel.read(to, position);
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      return channel.write(from, position);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
      return channel.map(mode, position, size);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      channel.close();
    }
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {}

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return rich.getSeparator();
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of();
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return rich.getFileStores();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return rich.supportedFileAttributeViews();
  }

  @Override
  public Path getPath(String first, String... more) {
    return wrapped(rich.getPath(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String pattern) {
    PathMatcher matcher = rich.getPathMatcher(pattern);
    return path -> matcher.matches(rich(path));
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return rich.getUserPrincipalLookupService();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }
}
