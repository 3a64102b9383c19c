package io.bartizan.examples.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bartizan.integrity.artifact.Digest;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process: its standard input, its end by a signal, its locale, its launcher. */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class ProgramIT {

  private static final byte[] CONTENT = "content\n".getBytes(UTF_8);
  private static final String HEX = Digest.sha256Of(CONTENT).hex();

  @TempDir Path folder;
  private Path root;
  private Path sums;

  @BeforeEach
  void write() throws Exception {
    root = Files.createDirectory(folder.resolve("root"));
    Files.write(root.resolve("f"), CONTENT);
    sums = Files.writeString(folder.resolve("SUMS"), HEX + "  f\n");
  }

  private ProcessBuilder program(String... arguments) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-Djava.io.tmpdir=" + folder,
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName()));
    line.addAll(List.of(arguments));
    ProcessBuilder program = new ProcessBuilder(line).redirectErrorStream(true);
    program.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    return program;
  }

  /** What it said, and then its status. */
  private static String run(ProcessBuilder program) throws Exception {
    Process process = program.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    return said + "status " + process.waitFor();
  }

  @Test
  void check_exact_passesOverTheListItselfAndNoStrangerOfItsName() throws Exception {
    ProcessBuilder elsewhere = program("check", "--exact", "--root", "" + root, "" + sums);
    assertThat(run(elsewhere)).isEqualTo("f: OK\nstatus 0");
    Path stranger = Files.writeString(root.resolve("SUMS"), "not the list");
    assertThat(run(elsewhere)).contains("SUMS: not listed").endsWith("status 1");
    Files.delete(stranger);
    Path inside = Files.createDirectory(root.resolve("lists"));
    Files.copy(sums, inside.resolve("SUMS"));
    Files.writeString(inside.resolve("SUMS.minisig"), "its signature");
    ProcessBuilder below =
        program("check", "--exact", "--root", "" + root, "" + inside.resolve("SUMS"));
    assertThat(run(below)).isEqualTo("f: OK\nstatus 0");
    Files.writeString(root.resolve("SUMS"), "not the list");
    assertThat(run(below)).contains("SUMS: not listed").endsWith("status 1");
  }

  @Test
  void check_exactFromStandardInput_refusesAFileWhoseNameIsADash() throws Exception {
    ProcessBuilder line =
        program("check", "--exact", "--root", "" + root, "-").redirectInput(sums.toFile());
    assertThat(run(line)).isEqualTo("f: OK\nstatus 0");
    Files.writeString(root.resolve("-"), "stranger");
    assertThat(run(line)).contains("-: not listed").endsWith("status 1");
  }

  @Test
  void result_thatCannotBeWritten_isNoSuccess() throws Exception {
    File full = new File("/dev/full");
    assumeTrue(full.exists(), "needs /dev/full, as Linux has it");
    ProcessBuilder good = program("check", "--root", "" + root, "" + sums);
    Path said = folder.resolve("said");
    good.redirectErrorStream(false).redirectError(said.toFile());
    assertThat(good.redirectOutput(full).start().waitFor()).isEqualTo(3);
    assertThat(said).content().contains("standard output can't be written to");
    assertThat(good.redirectOutput(new File("/dev/null")).start().waitFor()).isZero();
    Files.writeString(root.resolve("f"), "another");
    assertThat(good.redirectOutput(full).start().waitFor()).isEqualTo(1);
  }

  @Test
  void signal_whileStandardInputIsRead_leavesNoCopyOfIt() throws Exception {
    Process process = program("file", HEX, "-").start();
    try (OutputStream input = process.getOutputStream()) {
      input.write(CONTENT);
      input.flush();
      while (copies().isEmpty() || Files.size(copies().get(0)) < CONTENT.length) {
        assertThat(process.isAlive()).isTrue();
        Thread.sleep(20);
      }
      process.destroy();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(copies()).isEmpty();
  }

  /** The key is known to everybody, so an archive may hold a file of its name, with another key. */
  @Test
  void minisign_keyThatIsTheNameOfAFile_isThatKey() throws Exception {
    String key = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    KeyPair forger = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] point = Arrays.copyOfRange(forger.getPublic().getEncoded(), 12, 44);
    Files.writeString(root.resolve(key), minisign(point));
    byte[] signature = signature(forger, CONTENT);
    byte[] global = signature(forger, signature);
    Files.writeString(
        root.resolve("f.minisig"),
        "untrusted comment: x\n%s\ntrusted comment: \n%s\n"
            .formatted(minisign(signature), Base64.getEncoder().encodeToString(global)));
    ProcessBuilder pasted = program("minisign", key, "f").directory(root.toFile());
    assertThat(run(pasted)).contains("signature-invalid").endsWith("status 1");
    ProcessBuilder list = program("check", "--minisign", key, "f").directory(root.toFile());
    assertThat(run(list)).contains("signature-invalid").endsWith("status 1");
    ProcessBuilder named = program("minisign", "./" + key, "f").directory(root.toFile());
    assertThat(run(named)).as("the forgery is good").isEqualTo("f: OK, \nstatus 0");
  }

  /** With the key id of minisign's own example. */
  private static String minisign(byte[] rest) {
    byte[] head = Base64.getDecoder().decode("RWQf6LRCGA9i53");
    byte[] all = Arrays.copyOf(head, 10 + rest.length);
    System.arraycopy(rest, 0, all, 10, rest.length);
    return Base64.getEncoder().encodeToString(all);
  }

  private static byte[] signature(KeyPair pair, byte[] content) throws Exception {
    Signature signer = Signature.getInstance("Ed25519");
    signer.initSign(pair.getPrivate());
    signer.update(content);
    return signer.sign();
  }

  private List<Path> copies() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(each -> each.toString().endsWith(".stdin")).toList();
    }
  }

  @Test
  void name_thatTheLocaleCannotWrite_isToldWithTheEncoding() throws Exception {
    Files.writeString(sums, HEX + "  \u00fc\n");
    ProcessBuilder line = program("check", "--root", "" + root, "" + sums);
    line.environment().put("LC_ALL", "C");
    assertThat(run(line)).contains("encoding of file names is ", "UTF-8").endsWith("status 1");
  }

  @Test
  void launcher_behindALinkAndInNoLocale_findsTheJarsAndTakesAnyName() throws Exception {
    Path home = Files.createDirectories(folder.resolve("home"));
    Path java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\necho \"$LC_ALL\" \"$@\"\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
    Path launcher = home.resolve("bartizan-verify");
    Files.copy(Path.of("bartizan-verify").toAbsolutePath(), launcher);
    Path link = Files.createSymbolicLink(folder.resolve("verify"), launcher);
    ProcessBuilder line = new ProcessBuilder("sh", "" + link, "a b").redirectErrorStream(true);
    line.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    line.environment().put("JAVA_HOME", "" + folder.resolve("jdk"));
    assertThat(run(line)).contains("not built yet").endsWith("status 3");
    Path target = Files.createDirectories(home.toRealPath().resolve("target/lib")).getParent();
    String rest = " -cp %s/classes:%s/lib/* %s a b\nstatus 0";
    String expected = rest.formatted(target, target, Main.class.getName());
    assertThat(run(line)).isEqualTo("C.UTF-8" + expected);
    line.environment().put("LC_ALL", "POSIX");
    assertThat(run(line)).isEqualTo("C.UTF-8" + expected);
    line.environment().put("LC_ALL", "de_DE.ISO-8859-1");
    assertThat(run(line)).endsWith("de_DE.ISO-8859-1" + expected);
  }
}
