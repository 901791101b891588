package dev.balboa.nn.backend.onednn;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who computes which matrix product in F32: whoever was fastest when products of about that shape
 * were measured. Nothing is measured here; the same table gives the same choices, and so the same
 * bits.
 *
 * <p>The times are those of the file that the property {@value #PROPERTY} names, which {@code
 * scripts/bench gemm FILE} writes, and else of a table that comes with Balboa. A file that was
 * measured on another processor, with other libraries or another number of threads is refused. The
 * table that comes with Balboa is used everywhere.
 */
final class GemmPolicy {
  /** Name of the system property that holds the path of a table. */
  static final String PROPERTY = "balboa.gemm";

  private static final long MOST_BYTES = 1 << 20;

  private final GemmTable table;
  private final GemmRoute always;
  private final String source;

  private GemmPolicy(GemmTable table, GemmRoute always, String source) {
    this.table = table;
    this.always = always;
    this.source = source;
  }

  /**
   * A route, and why.
   *
   * @param reason in words
   */
  record Choice(GemmRoute route, String reason) {}

  /** By the file that the property names, else by the table that comes with Balboa. */
  static GemmPolicy ofProcess() {
    String file = System.getProperty(PROPERTY);
    return file == null || file.isBlank()
        ? bundled(GemmTable.Origin.here())
        : ofFile(file.strip(), GemmTable.Origin.here());
  }

  /** By a file, which has to be from here. */
  static GemmPolicy ofFile(String file, GemmTable.Origin here) {
    String name = PROPERTY + "=" + file;
    GemmTable table = GemmTable.parse(name, read(name, file));
    if (!table.origin().equals(here)) {
      throw new IllegalArgumentException(
          name
              + ": was measured on "
              + table.origin()
              + "; this is "
              + here
              + "; measure again with scripts/bench gemm FILE");
    }
    return new GemmPolicy(table, null, file);
  }

  private static List<String> read(String name, String file) {
    try {
      Path path = Path.of(file);
      if (Files.size(path) > MOST_BYTES) {
        throw new IllegalArgumentException(
            name + ": no table of products has more than " + MOST_BYTES + " bytes");
      }
      return Files.readAllLines(path);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(name + ": is no text", e);
    } catch (IOException | InvalidPathException e) {
      throw new IllegalArgumentException(name + ": cannot be read: " + e, e);
    }
  }

  /** By the table that comes with Balboa for that number of threads, or for the nearest below. */
  static GemmPolicy bundled(GemmTable.Origin here) {
    String name = "gemm-" + Math.min(2, here.threads()) + ".txt";
    try (InputStream in = GemmPolicy.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("gemm: the resource " + name + " is missing");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new GemmPolicy(GemmTable.parse(name, text.lines().toList()), null, name);
    } catch (IOException e) {
      throw new UncheckedIOException("gemm: the resource " + name + " cannot be read", e);
    }
  }

  /** One route wherever it is possible, for tests and measurements. */
  static GemmPolicy always(GemmRoute route) {
    return new GemmPolicy(null, route, "as asked for");
  }

  /** Which of these, at least one, computes a product. */
  Choice choose(GemmShape shape, Set<GemmRoute> possible) {
    if (table == null) {
      return new Choice(possible.contains(always) ? always : Collections.min(possible), source);
    }
    Map<GemmRoute, Long> nanos = table.of(shape);
    GemmRoute fastest =
        Collections.min(
            possible, Comparator.comparingLong(r -> nanos.getOrDefault(r, Long.MAX_VALUE)));
    return new Choice(fastest, reason(shape, nanos));
  }

  /**
   * Whether weights that stay are worth packing for a product: by the table, which knows oneDNN's
   * kernel for them, or for panels, whose kernel was faster than any route wherever it serves.
   */
  boolean packs(GemmShape shape, boolean panelsServe) {
    if (table == null) {
      return always == GemmRoute.PACKED;
    }
    if (panelsServe) {
      return true;
    }
    Long packed = table.of(shape.withTransB(true)).get(GemmRoute.PACKED);
    return packed != null
        && table.of(shape).entrySet().stream()
            .allMatch(e -> e.getKey() == GemmRoute.PACKED || packed < e.getValue());
  }

  /** The times of each route in words. */
  private static String reason(GemmShape shape, Map<GemmRoute, Long> nanos) {
    String times =
        nanos.entrySet().stream()
            .map(e -> String.format(Locale.ROOT, "%s %.2f", e.getKey(), e.getValue() * 1e-3))
            .collect(Collectors.joining(", "));
    return "us for " + shape + " by the table: " + times;
  }

  /** Where the times are from. */
  String describe() {
    return table == null ? source : source + ", measured on " + table.origin();
  }
}
