package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Dnnl;
import dev.balboa.bindings.LoadedNatives;
import dev.balboa.bindings.NativeThreads;
import dev.balboa.bindings.Natives;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How long products of some shapes took each {@link GemmRoute}, in nanoseconds, and where. As text:
 *
 * <pre>
 * balboa gemm 1
 * processor AMD EPYC, family 26, model 2
 * libraries oneDNN 3.13.0 ...
 * threads 2
 * # comments
 * 1 NT 16 64 210,350,90,120 ...
 * </pre>
 *
 * <p>A line holds a count, transposes, m and n, and for each k the times of OpenBLAS, oneDNN,
 * Balboa's kernels and oneDNN with packed weights, or {@code -} where there is none. Every measured
 * shape is there once.
 *
 * @param origin where the times are from
 * @param nanos by shape, then by route; nothing for a route that cannot be taken
 */
record GemmTable(Origin origin, Map<GemmShape, Map<GemmRoute, Long>> nanos) {
  private static final String TITLE = "balboa gemm 1";
  private static final List<GemmRoute> ROUTES = List.of(GemmRoute.values());
  private static final long MOST_NANOS = 1_000_000_000_000L;

  /** Where times are from; those of another place say little. */
  record Origin(String processor, String libraries, int threads) {
    /** This process. */
    static Origin here() {
      LoadedNatives natives = Natives.loaded();
      String libraries =
          List.of("dnnl", "openblas").stream()
              .map(name -> natives.library(name).orElseThrow().version())
              .map(version -> version.replaceAll("\\s+", " "))
              .collect(Collectors.joining("; "));
      return new Origin(
          Processor.name(),
          libraries + "; " + Dnnl.effectiveIsa().replaceAll("\\s+", " "),
          NativeThreads.count());
    }

    @Override
    public String toString() {
      return processor
          + " with "
          + threads
          + (threads == 1 ? " thread, " : " threads, ")
          + libraries;
    }
  }

  /**
   * Times for a shape, in nanoseconds, between those of the measured shapes around it: logarithms
   * of times are linear in logarithms of sizes. Beyond the largest measured size a time is that of
   * the largest, which compares routes but does not foretell.
   */
  Map<GemmRoute, Long> of(GemmShape shape) {
    List<GemmShape.Corner> corners = shape.around();
    Map<GemmRoute, Long> times = new EnumMap<>(GemmRoute.class);
    for (GemmRoute route : nanos.get(corners.getFirst().shape()).keySet()) {
      if (corners.stream().allMatch(corner -> nanos.get(corner.shape()).containsKey(route))) {
        double log = 0;
        for (GemmShape.Corner corner : corners) {
          log += corner.weight() * Math.log((double) nanos.get(corner.shape()).get(route));
        }
        times.put(route, Math.round(Math.exp(log)));
      }
    }
    return times;
  }

  /** Reads a table; {@code name} is for messages. */
  static GemmTable parse(String name, List<String> lines) {
    return new Parser(name, lines).parse();
  }

  /** The table as text. */
  String text() {
    StringBuilder text = new StringBuilder(TITLE).append('\n');
    text.append("processor ").append(origin.processor).append('\n');
    text.append("libraries ").append(origin.libraries).append('\n');
    text.append("threads ").append(origin.threads).append('\n');
    text.append("# products, transposes of A and B, m, n; then nanoseconds for each k of ");
    text.append(GemmShape.SIZES).append(", of many products ").append(GemmShape.SIZES_OF_MANY);
    text.append(":\n# ").append(ROUTES);
    for (GemmShape shape : GemmShape.measured()) {
      if (shape.k() == 1) {
        text.append('\n').append(start(shape));
      }
      text.append(' ').append(cell(nanos.get(shape)));
    }
    return text.append('\n').toString();
  }

  private static String start(GemmShape s) {
    return s.count() + " " + s.transposes() + " " + s.m() + " " + s.n();
  }

  private static String cell(Map<GemmRoute, Long> times) {
    return ROUTES.stream()
        .map(route -> times.containsKey(route) ? times.get(route).toString() : "-")
        .collect(Collectors.joining(","));
  }

  private static final class Parser {
    private final String name;
    private final List<String> lines;
    private int at;

    Parser(String name, List<String> lines) {
      this.name = name;
      this.lines = lines.stream().filter(line -> !line.startsWith("#")).toList();
    }

    GemmTable parse() {
      if (!next("a table of products").equals(TITLE)) {
        throw wrong("expected '" + TITLE + "'");
      }
      Origin origin = new Origin(value("processor"), value("libraries"), threads());
      Map<GemmShape, Map<GemmRoute, Long>> nanos = new HashMap<>();
      String[] cells = {};
      int column = 0;
      for (GemmShape shape : GemmShape.measured()) {
        if (shape.k() == 1) {
          requireEnd(cells, column);
          cells = next(start(shape)).split(" ", 16);
          column = 4;
          if (cells.length < 4 || !String.join(" ", Arrays.copyOf(cells, 4)).equals(start(shape))) {
            throw wrong("expected the times of " + start(shape));
          }
        }
        if (column == cells.length) {
          throw wrong("no times for k = " + shape.k());
        }
        nanos.put(shape, times(cells[column++]));
      }
      requireEnd(cells, column);
      if (at < lines.size()) {
        at++;
        throw wrong("expected the end");
      }
      return new GemmTable(origin, nanos);
    }

    private void requireEnd(String[] cells, int column) {
      if (column < cells.length) {
        throw wrong("more times than sizes");
      }
    }

    private int threads() {
      String text = value("threads");
      if (!text.matches("[1-9][0-9]{0,3}")) {
        throw wrong("expected a number of threads");
      }
      return Integer.parseInt(text);
    }

    private String value(String key) {
      String line = next(key);
      if (!line.startsWith(key + " ") || line.length() > 500) {
        throw wrong("expected '" + key + " ...'");
      }
      return line.substring(key.length() + 1);
    }

    private String next(String what) {
      if (at == lines.size()) {
        throw new IllegalArgumentException(name + ": ends before " + what);
      }
      return lines.get(at++);
    }

    private Map<GemmRoute, Long> times(String cell) {
      String[] words = cell.split(",", ROUTES.size() + 1);
      Map<GemmRoute, Long> times = new EnumMap<>(GemmRoute.class);
      for (int i = 0; i < ROUTES.size(); i++) {
        if (words.length != ROUTES.size() || !words[i].matches("-|[1-9][0-9]{0,12}")) {
          throw wrong(
              "expected " + ROUTES.size() + " times in nanoseconds, got '" + brief(cell) + "'");
        }
        if (words[i].equals("-")) {
          continue;
        }
        long time = Long.parseLong(words[i]);
        if (time > MOST_NANOS) {
          throw wrong("expected at most " + MOST_NANOS + " ns, got " + time);
        }
        times.put(ROUTES.get(i), time);
      }
      if (!times.containsKey(GemmRoute.BLAS)) {
        throw wrong("no time of OpenBLAS, which computes every product");
      }
      return times;
    }

    private IllegalArgumentException wrong(String what) {
      return new IllegalArgumentException(
          name + ": " + what + " in line '" + brief(lines.get(at - 1)) + "'");
    }

    private static String brief(String text) {
      return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }
  }
}
