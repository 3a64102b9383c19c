package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** New files that only their owner may write, and their way to a final name in one step. */
final class Publishing {

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  /** With a digest, a number and an end it has 143 bytes. */
  private static final int LONGEST_STEM = 100;

  private Publishing() {}

  /**
   * How names beside a target begin: with its own and a dot, or of a long one its hash, so that
   * what is added has room. File systems take 255 bytes, encrypted ones 143.
   */
  static String stem(Path target) {
    String name = target.getFileName().toString();
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return (bytes.length <= LONGEST_STEM ? name : Digest.sha256Of(bytes).hex()) + ".";
  }

  static FileAttribute<?>[] ownerOnly(Path directory) {
    return isPosix(directory)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
        : new FileAttribute<?>[0];
  }

  /** Refuses a directory that another user may write to; where there are no modes it can't tell. */
  static void requirePrivate(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new IllegalArgumentException(
          "privateDirectory \"" + directory + "\" is no directory, an existing one is needed");
    }
    if (!isPosix(directory)) {
      return;
    }
    var mode = Files.getPosixFilePermissions(directory);
    if (mode.contains(PosixFilePermission.GROUP_WRITE)
        || mode.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new VerificationException(
          ArtifactReason.DIRECTORY_NOT_PRIVATE,
          "\""
              + DigestText.shortened(directory.toString())
              + "\" has mode "
              + PosixFilePermissions.toString(mode)
              + ", nobody but its owner may write to it");
    }
  }

  /** A file in a directory of somebody else's can be replaced by that somebody. */
  static void requireSameOwner(Path directory, Path file) throws IOException {
    if (isPosix(directory)
        && !Files.getOwner(directory).equals(Files.getOwner(file, LinkOption.NOFOLLOW_LINKS))) {
      throw new VerificationException(
          ArtifactReason.DIRECTORY_NOT_PRIVATE,
          "\""
              + DigestText.shortened(directory.toString())
              + "\" belongs to "
              + Files.getOwner(directory));
    }
  }

  /**
   * Whether a file found here is regular, owned by this user, and of the mode that private files
   * get here.
   */
  static boolean isOwnPrivateFile(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    Path directory = PartFile.directoryOf(file);
    if (!isPosix(directory)) {
      return true;
    }
    Path own = Files.createTempFile(directory, ".own", ".tmp", ownerOnly(directory));
    try {
      return Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)
              .equals(Files.getPosixFilePermissions(own))
          && Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(own));
    } finally {
      Files.deleteIfExists(own);
    }
  }

  /**
   * Gives a complete file its mode and its name in one step, then forces the directory that holds
   * it. The mode is the one that was asked for, else that of the file which is replaced, else what
   * the process's umask (or the directory) makes of a new file.
   */
  static void publish(Path temporary, Path target, @Nullable Set<PosixFilePermission> asked)
      throws IOException {
    boolean done = false;
    try {
      setMode(temporary, target, asked);
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      done = true;
    } finally {
      if (!done) {
        hide(temporary);
      }
    }
    forceDirectory(target);
  }

  private static void setMode(Path temporary, Path target, @Nullable Set<PosixFilePermission> asked)
      throws IOException {
    Path directory = PartFile.directoryOf(target);
    try {
      if (asked != null) {
        Files.setPosixFilePermissions(temporary, asked);
      } else if (isPosix(directory)) {
        Files.setPosixFilePermissions(
            temporary,
            Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)
                ? Files.getPosixFilePermissions(target, LinkOption.NOFOLLOW_LINKS)
                : usualMode(directory));
      }
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      if (asked != null) {
        throw new IOException(
            "mode " + PosixFilePermissions.toString(asked) + " can't be set in " + directory, e);
      }
      MissingService.MODES.tell(directory);
    }
  }

  /** What a new file gets here; Java can't ask for the umask itself. */
  private static Set<PosixFilePermission> usualMode(Path directory) throws IOException {
    Path probe = directory.resolve(".mode." + UUID.randomUUID() + ".tmp");
    Files.createFile(probe);
    try {
      return Files.getPosixFilePermissions(probe, LinkOption.NOFOLLOW_LINKS);
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  private static void hide(Path temporary) {
    try {
      Files.setPosixFilePermissions(temporary, OWNER_ONLY);
    } catch (IOException | UnsupportedOperationException e) {
      // it is gone, or there are no modes here
    }
  }

  private static void forceDirectory(Path target) throws IOException {
    Path directory = PartFile.directoryOf(target);
    if (!isPosix(directory)) {
      return; // elsewhere a directory can't be opened, and needs no such call
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      MissingService.DIRECTORY_FORCE.tell(directory);
    }
  }

  static boolean isPosix(Path directory) {
    return Files.getFileAttributeView(directory, PosixFileAttributeView.class) != null;
  }
}
