import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Build step, run by Maven as a source file: puts the native libraries of one platform where the
 * bindings jar carries them.
 *
 * <p>It unpacks oneDNN and OpenBLAS (libraries and headers) from the pinned jars after checking the
 * jars' SHA-256, builds {@code balboa_kernels} and {@code balboa_team} with CMake, copies the
 * libraries beside a {@code manifest.properties} with their sizes and SHA-256, and does nothing
 * that is already done.
 *
 * <p>Arguments, as {@code key=value}: {@code platform}; {@code root}, the source tree; {@code
 * target}, the module's build directory; {@code dnnl.version} and {@code openblas.version}.
 */
public final class PackNatives {
  private static final List<String> LIBRARIES = List.of("dnnl", "openblas");

  private final Map<String, String> arguments;
  private final String platform;
  private final Path root;
  private final Path target;
  private final Path dependencies;
  private final Path resources;
  private final Properties pins = new Properties();

  private PackNatives(Map<String, String> arguments) throws IOException {
    this.arguments = arguments;
    platform = argument("platform");
    root = Path.of(argument("root")).toRealPath();
    target = Path.of(argument("target")).toAbsolutePath().normalize();
    dependencies = target.resolve("native-deps");
    resources = target.resolve("classes/dev/balboa/natives").resolve(platform);
    Path file = root.resolve("bindings/src/natives/" + platform + ".properties");
    if (!Files.exists(file)) {
      throw new BuildException(
          "no native libraries are known for '" + platform + "': there is no " + file);
    }
    try (var reader = Files.newBufferedReader(file)) {
      pins.load(reader);
    }
  }

  /** Runs the step; prints what went wrong and exits with 1 if it fails. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Map<String, String> arguments = new LinkedHashMap<>();
    for (String arg : args) {
      int split = arg.indexOf('=');
      arguments.put(arg.substring(0, split), arg.substring(split + 1));
    }
    try {
      new PackNatives(arguments).run();
    } catch (BuildException e) {
      System.err.println("natives: " + e.getMessage());
      System.exit(1);
    }
  }

  private void run() throws IOException, InterruptedException {
    List<Path> libraries = new ArrayList<>();
    for (String library : LIBRARIES) {
      Path directory = unpack(library);
      for (String file : files(library)) {
        libraries.add(directory.resolve(file));
      }
    }
    Path build = build();
    libraries.add(find(build, pin("kernels.file")));
    libraries.add(find(build, pin("team.file")));
    pack(libraries);
  }

  private String argument(String key) {
    String value = arguments.get(key);
    if (value == null) {
      throw new BuildException("argument " + key + " is missing");
    }
    return value;
  }

  private String pin(String key) {
    String value = pins.getProperty(key);
    if (value == null) {
      throw new BuildException("bindings/src/natives/" + platform + ".properties lacks " + key);
    }
    return value;
  }

  private List<String> files(String library) {
    return List.of(pin(library + ".files").split(","));
  }

  // ---- the pinned jars

  private Path unpack(String library) throws IOException {
    Path directory = dependencies.resolve(library);
    Path stamp = dependencies.resolve(library + ".stamp");
    String wanted = pin(library + ".jar.sha256") + " " + pin(library + ".files");
    if (Files.exists(stamp) && Files.readString(stamp).equals(wanted)) {
      return directory;
    }
    Path jar = target.resolve("native-jars").resolve(library + ".jar");
    String found = sha256(jar);
    if (!found.equals(pin(library + ".jar.sha256"))) {
      throw new BuildException(
          String.format(
              "%s jar %s for %s has SHA-256 %s, expected %s",
              library,
              argument(library + ".version"),
              platform,
              found,
              pin(library + ".jar.sha256")));
    }
    deleteTree(directory);
    String prefix = "org/bytedeco/" + library + "/" + platform + "/";
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (String file : files(library)) {
        extract(zip, prefix + file, directory.resolve(file));
      }
      for (ZipEntry entry : zip.stream().filter(e -> !e.isDirectory()).toList()) {
        String name = entry.getName();
        boolean header = name.startsWith(prefix + "include/");
        boolean importLibrary = name.startsWith(prefix + "lib/") && name.endsWith(".lib");
        if (header || importLibrary) {
          extract(zip, name, directory.resolve(name.substring(prefix.length())));
        }
      }
    }
    Files.writeString(stamp, wanted);
    return directory;
  }

  private void extract(ZipFile zip, String name, Path destination) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new BuildException(zip.getName() + " has no entry " + name);
    }
    if (!destination.normalize().startsWith(dependencies)) {
      throw new BuildException(zip.getName() + ": entry " + name + " leads out of the target");
    }
    Files.createDirectories(destination.getParent());
    try (InputStream in = zip.getInputStream(entry)) {
      Files.copy(in, destination, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  // ---- our own libraries

  private Path build() throws IOException, InterruptedException {
    Path build = target.resolve("native");
    List<String> configure =
        List.of(
            "cmake",
            "--preset",
            "release",
            "-S",
            root.toString(),
            "-B",
            build.toString(),
            "-DBALBOA_DNNL_DIR=" + dependencies.resolve("dnnl"),
            "-DBALBOA_OPENBLAS_DIR=" + dependencies.resolve("openblas"));
    Path stamp = target.resolve("native.stamp");
    String wanted = String.join("\n", configure);
    boolean configured =
        Files.exists(build.resolve("build.ninja"))
            && Files.exists(stamp)
            && Files.readString(stamp).equals(wanted);
    if (!configured) {
      requireTool("cmake", "Debian and Ubuntu: apt-get install cmake; macOS: brew install cmake");
      requireTool(
          "ninja", "Debian and Ubuntu: apt-get install ninja-build; macOS: brew install ninja");
      run(
          configure,
          "CMake could not configure native/ (it needs a C17 compiler with OpenMP; Debian and"
              + " Ubuntu: apt-get install gcc libc6-dev; macOS: brew install llvm libomp)");
      Files.writeString(stamp, wanted);
    }
    run(List.of("cmake", "--build", build.toString()), "native/ does not compile");
    return build;
  }

  private static Path find(Path directory, String file) throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      return tree.filter(p -> p.getFileName().toString().equals(file))
          .findFirst()
          .orElseThrow(() -> new BuildException("the build of native/ made no " + file));
    }
  }

  private static void requireTool(String tool, String advice)
      throws IOException, InterruptedException {
    try {
      Process process = new ProcessBuilder(tool, "--version").redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      process.waitFor();
    } catch (IOException e) {
      throw new BuildException(
          tool + " is needed to build native/ and is not on the PATH. " + advice, e);
    }
  }

  private void run(List<String> command, String failure) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(root.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new BuildException(failure + "\n" + String.join(" ", command) + "\n" + output);
    }
  }

  // ---- the resource directory

  private void pack(List<Path> libraries) throws IOException {
    Files.createDirectories(resources);
    boolean changed = false;
    for (Path library : libraries) {
      changed |= copyIfChanged(library, resources.resolve(library.getFileName()));
    }
    Path manifest = resources.resolve("manifest.properties");
    List<String> names = libraries.stream().map(p -> p.getFileName().toString()).toList();
    StringBuilder head = new StringBuilder();
    for (String library : LIBRARIES) {
      head.append(library).append(".version=").append(upstreamVersion(library)).append('\n');
    }
    head.append("load.order=").append(String.join(",", names)).append('\n');
    if (!changed
        && Files.exists(manifest)
        && Files.readString(manifest).startsWith(head.toString())) {
      return;
    }
    StringBuilder text = new StringBuilder(head);
    for (Path library : libraries) {
      Path packed = resources.resolve(library.getFileName());
      String name = packed.getFileName().toString();
      text.append(name).append(".bytes=").append(Files.size(packed)).append('\n');
      text.append(name).append(".sha256=").append(sha256(packed)).append('\n');
    }
    deleteStrangers(names);
    Files.writeString(manifest, text);
  }

  /** Returns the version of the library itself: {@code 3.13} of {@code 3.13-1.5.14}. */
  private String upstreamVersion(String library) {
    return argument(library + ".version").split("-", 2)[0];
  }

  private static boolean copyIfChanged(Path source, Path destination) throws IOException {
    if (Files.exists(destination)
        && Files.size(destination) == Files.size(source)
        && Files.getLastModifiedTime(destination).equals(Files.getLastModifiedTime(source))) {
      return false;
    }
    Files.copy(
        source,
        destination,
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES);
    return true;
  }

  private void deleteStrangers(List<String> names) throws IOException {
    try (Stream<Path> present = Files.list(resources)) {
      for (Path file : present.toList()) {
        if (!names.contains(file.getFileName().toString())) {
          Files.delete(file);
        }
      }
    }
  }

  private static void deleteTree(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.toList().reversed()) {
        Files.delete(path);
      }
    }
  }

  private static String sha256(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (var in = new DigestInputStream(Files.newInputStream(file), digest)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }

  private static final class BuildException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BuildException(String message) {
      super(message);
    }

    BuildException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
