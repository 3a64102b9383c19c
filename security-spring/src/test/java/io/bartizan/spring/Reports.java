package io.bartizan.spring;

import io.bartizan.spring.method.LimitRefusedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.context.annotation.Import;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Handlers and a bean with limited methods, and a handler of all exceptions. */
@RestController
@Import(Reports.Archive.class)
public class Reports {

  private final Archive archive;

  Reports(Archive archive) {
    this.archive = archive;
  }

  @GetMapping("/reports")
  @RateLimited(value = "reports", cost = 2)
  String reports() {
    return "reports";
  }

  @GetMapping("/archive")
  String archive() {
    return archive.read();
  }

  @GetMapping("/archive-or-none")
  String archiveOrNone() {
    try {
      return archive.read();
    } catch (LimitRefusedException e) {
      return "none";
    }
  }

  @GetMapping("/archive-twice")
  String archiveTwice() {
    return archive.read() + archive.read();
  }

  @GetMapping("/mine")
  @PreAuthorize("hasAuthority('SCOPE_orders:read')")
  @RateLimited("mine")
  String mine() {
    return "mine";
  }

  @GetMapping("/elsewhere")
  String elsewhere() {
    return CompletableFuture.supplyAsync(archive::read)
        .handle((text, failure) -> failure == null ? text : String.valueOf(failure.getMessage()))
        .join();
  }

  @ExceptionHandler(Exception.class)
  String all() {
    return "an exception";
  }

  /** A bean behind the controller. */
  static class Archive {

    final AtomicInteger reads = new AtomicInteger();

    @RateLimited("archive")
    String read() {
      reads.incrementAndGet();
      return "archive";
    }

    int readCount() {
      return reads.get();
    }
  }

  /** Names a limit that nobody set. */
  static class Unknown {
    @RateLimited("nothing")
    void run() {}
  }

  /** A method that Spring can't override. */
  static class Hidden {
    @RateLimited("reports")
    final void run() {}
  }

  /** A cost that would take nothing. */
  static class Free {
    @RateLimited(value = "reports", cost = 0)
    void run() {}
  }
}
