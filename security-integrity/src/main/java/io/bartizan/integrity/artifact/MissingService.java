package io.bartizan.integrity.artifact;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;

/** What a file system does not give, and what that costs; each is logged once. */
@SuppressWarnings("ImmutableEnumChecker") // whether it was told changes once
enum MissingService {
  /** Locks of files. */
  LOCKS("gives no file locks, so broken downloads are not resumed there"),
  /** Modes. */
  MODES("does not set modes of files, so they are whatever it gives"),
  /** Forcing a directory. */
  DIRECTORY_FORCE("does not force directories, so a new name may be lost if the machine fails");

  private final String what;
  private final AtomicBoolean told = new AtomicBoolean();

  MissingService(String what) {
    this.what = what;
  }

  void tell(Path where) {
    if (told.compareAndSet(false, true)) {
      LoggerFactory.getLogger(MissingService.class)
          .info("The file system of \"{}\" {}", DigestText.shortened(where.toString()), what);
    }
  }
}
