package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** New files that only their owner may write, and their way to a final name in one step. */
final class Publishing {

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private Publishing() {}

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

  /** Whether a file found here is regular, writable by its owner only, and owned by this user. */
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
      var mode = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
      return mode.equals(OWNER_ONLY)
          && Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(own));
    } finally {
      Files.deleteIfExists(own);
    }
  }

  /** Content to the disk, then the name, then the directory that holds it. */
  static void publish(FileChannel content, Path temporary, Path target) throws IOException {
    content.force(true);
    Files.move(
        temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceDirectory(target);
  }

  private static void forceDirectory(Path target) throws IOException {
    Path directory = target.toAbsolutePath().getParent();
    if (directory == null || !isPosix(directory)) {
      return; // elsewhere a directory can't be opened, and needs no such call
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static boolean isPosix(Path directory) {
    return Files.getFileAttributeView(directory, PosixFileAttributeView.class) != null;
  }
}
