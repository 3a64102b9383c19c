package io.bartizan.integrity.http;

import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the addresses of packages in lock files as npm does (npm-package-arg, hosted-git-info).
 *
 * <p>It tells whether others can change what npm gets from one. Not thread-safe.
 */
public final class NpmAddress {

  /** After {@code /tree/} hosts have the name of a branch, and npm takes that. */
  private static final Pattern COMMIT =
      Pattern.compile("(?!.*/tree[/#])git[+:][^#\\s]*#(?:[0-9a-f]{40}|[0-9a-f]{64})");

  /** Host and path of an address that no parser of URLs reads in another way. */
  private static final Pattern TARBALL =
      Pattern.compile(
          "https?://(?:[^/?#@\\\\\\s]*@)?([a-z0-9._-]+|\\[[0-9a-f:.]+])(?::[0-9]*)?"
              + "(/[^?#\\\\\\s]*)?(?:[?#][^\\\\\\s]*)?",
          Pattern.CASE_INSENSITIVE);

  /** Also nothing at all between two slashes. */
  private static final Pattern DOTS =
      Pattern.compile("/(?:\\.|%2e){0,2}(?:/|$)", Pattern.CASE_INSENSITIVE);

  private final Matcher tarball = TARBALL.matcher("");

  /**
   * Whether nothing is loaded over the network, or only what is pinned: by its commit, or by an
   * integrity, which npm passes over for whatever it reads as Git.
   *
   * @param source the address
   * @param integrity whether the package has an integrity
   * @param link whether the package is a link
   * @return false if others can change what npm gets
   */
  public boolean isHereOrPinned(String source, boolean integrity, boolean link) {
    if (source.regionMatches(true, 0, "file:", 0, 5) || (link && source.indexOf(':') <= 1)) {
      return true; // but a word without a scheme is a folder in links alone, and else GitHub's
    }
    if (!integrity || source.startsWith("git")) {
      return source.startsWith("git") && COMMIT.matcher(source).matches();
    }
    return tarball.reset(source).matches()
        && !isRepository(tarball.group(1), Objects.requireNonNullElse(tarball.group(2), "/"));
  }

  /** What npm takes for a repository, and not for a tarball, on the hosts that it knows. */
  private static boolean isRepository(String host, String path) {
    String name = host.toLowerCase(Locale.ROOT);
    if (!name.contains("git") && !name.contains("bitbucket")) {
      return false;
    }
    String third = (path + "///").split("/", -1)[3];
    boolean dots = DOTS.matcher(path).find();
    return switch (name.startsWith("www.") ? name.substring(4) : name) {
      case "github.com" -> dots || third.isEmpty() || third.equals("tree");
      case "gitlab.com" -> dots || !(path.contains("/-/") || path.contains("/archive.tar.gz"));
      case "bitbucket.org" -> dots || !third.equals("get");
      case "gist.github.com" -> dots || !third.equals("raw");
      case "git.sr.ht" -> dots || !third.equals("archive");
      default -> false;
    };
  }
}
