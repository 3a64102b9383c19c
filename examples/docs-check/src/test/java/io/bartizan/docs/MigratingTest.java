package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.CompiledExamples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages for those who come from another library are short; before and after compile. */
class MigratingTest {

  private static final String BEFORE =
      """
      import com.nimbusds.jose.*;
      import com.nimbusds.jose.jwk.source.*;
      import com.nimbusds.jose.proc.*;
      import com.nimbusds.jwt.*;
      import com.nimbusds.jwt.proc.*;
      import io.bartizan.integrity.artifact.*;
      import io.bartizan.integrity.jwt.*;
      import io.bartizan.integrity.jwt.nimbus.*;
      import io.bartizan.mtls.*;
      import io.bartizan.ratelimit.*;
      import io.bartizan.ratelimit.redis.*;
      import io.github.bucket4j.Bucket;
      import io.github.bucket4j.ConsumptionProbe;
      import io.github.resilience4j.ratelimiter.RateLimiterConfig;
      import io.jsonwebtoken.Jwts;
      import io.lettuce.core.RedisClient;
      import java.io.*;
      import java.net.*;
      import java.net.http.HttpClient;
      import java.nio.file.*;
      import java.security.DigestInputStream;
      import java.security.KeyStore;
      import java.security.MessageDigest;
      import java.security.PublicKey;
      import java.time.*;
      import java.util.*;
      import java.util.concurrent.TimeUnit;
      import javax.net.ssl.*;

      class Example%d {
        void example(
            String user, String token, String expected, Map<String, String> headers, RedisClient redisClient,
            InputStream download, OutputStream out, Path path, PublicKey publicKey)
            throws Exception {
      """;

  @TempDir Path folder;

  static List<Path> pages() throws Exception {
    try (Stream<Path> files = Files.list(Pages.ROOT.resolve("docs/migrating"))) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void page_isShort_andBeforeAndAfterCompile(Path page) throws Exception {
    String text = Files.readString(page);
    assertThat(text.lines()).hasSizeLessThanOrEqualTo(65);
    assertThat(text).contains("Before, with", "After", "**No equivalent.**");
    List<String> examples = CompiledExamples.of(text);
    assertThat(examples).hasSizeGreaterThanOrEqualTo(2);
    CompiledExamples.compile(folder, examples, BEFORE::formatted);
  }
}
