package dev.balboa.bench.balboa;

import dev.balboa.bench.Machine;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.TransformerEncoder;
import dev.balboa.nn.layer.TransformerOptions;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;

/**
 * How compiled inference scales: time per picture of the MNIST network against the batch, time per
 * token of a Transformer encoder against the length of the sequence, on one thread and on two, each
 * in a process of its own. Prints the numbers and writes {@code scaling.md} with a chart into the
 * directory that is the argument, {@code docs} unless told.
 */
public final class ScalingBench {
  private static final int[] BATCHES = {1, 2, 4, 8, 16, 32, 64, 128, 256};
  private static final int[] LENGTHS = {16, 32, 64, 128, 256, 512, 1024};
  private static final int[] THREADS = {1, 2};
  private static final long NANOS = 300_000_000;
  private static final long WARM_UP_NANOS = 2_000_000_000;
  private static final int WIDTH = 384;
  private static final String CHILD = "measure";

  /** A line of a child: what, size, microseconds for each item. */
  private record Point(String what, int threads, int size, double micros) {}

  private ScalingBench() {}

  /** Measures and writes. */
  public static void main(String[] args) throws IOException {
    System.setProperty("java.awt.headless", "true");
    if (args.length > 0 && args[0].equals(CHILD)) {
      measure();
      return;
    }
    Path out = Path.of(args.length > 0 ? args[0] : "docs");
    List<Point> points = new ArrayList<>();
    for (int threads : THREADS) {
      points.addAll(child(threads));
    }
    Files.createDirectories(out);
    write(out, "picture", "batch", "scaling-batch.png", points);
    write(out, "token", "length of the sequence", "scaling-sequence.png", points);
    Files.writeString(out.resolve("scaling.md"), page(points));
  }

  private static List<Point> child(int threads) throws IOException {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dbalboa.threads=" + threads,
                "-cp",
                System.getProperty("java.class.path"),
                ScalingBench.class.getName(),
                CHILD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<Point> points = new ArrayList<>();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ", -1);
        points.add(
            new Point(words[0], threads, Integer.parseInt(words[1]), Double.parseDouble(words[2])));
        System.out.println(points.getLast());
      }
    }
    if (points.size() != BATCHES.length + LENGTHS.length) {
      throw new IOException("the process with " + threads + " threads ended early");
    }
    return points;
  }

  private static void measure() {
    try (var _ = Scope.open();
        var _ = Execution.inference();
        Layer cnn = Network.create();
        Layer encoder = new TransformerEncoder(6, TransformerOptions.of(WIDTH, 12, 4L * WIDTH))) {
      encoder.build(Shape.of(LENGTHS[0], WIDTH), 1);
      // Until the JVM has compiled what runs, its compiler takes a processor from OpenMP's threads.
      warmUp(cnn, Tensors.ones(BATCHES[0], 1, 28, 28));
      warmUp(encoder, Tensors.ones(1, LENGTHS[0], WIDTH));
      for (int batch : BATCHES) {
        print("picture", batch, cnn, Tensors.ones(batch, 1, 28, 28));
      }
      for (int length : LENGTHS) {
        print("token", length, encoder, Tensors.ones(1, length, WIDTH));
      }
    }
  }

  private static void warmUp(Layer model, Tensor x) {
    try (Compiled compiled = model.compile()) {
      run(compiled, new Tensor[] {x}, WARM_UP_NANOS);
    }
  }

  private static void run(Compiled compiled, Tensor[] in, long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      compiled.runInto(in, null);
    }
  }

  private static void print(String what, int size, Layer model, Tensor x) {
    try (Compiled compiled = model.compile()) {
      Tensor[] in = {x};
      run(compiled, in, NANOS);
      List<Long> times = new ArrayList<>();
      long end = System.nanoTime() + NANOS;
      while (times.size() < 5 || System.nanoTime() < end) {
        long start = System.nanoTime();
        compiled.runInto(in, null);
        times.add(System.nanoTime() - start);
      }
      times.sort(null);
      double micros = times.get(times.size() / 2) * 1e-3 / size;
      System.out.println(what + " " + size + " " + String.format(Locale.ROOT, "%.4f", micros));
    }
  }

  private static void write(Path out, String what, String axis, String file, List<Point> points)
      throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(760)
            .height(420)
            .title("microseconds for each " + what)
            .xAxisTitle(axis)
            .build();
    chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    for (int threads : THREADS) {
      List<Point> line =
          points.stream().filter(p -> p.what().equals(what) && p.threads() == threads).toList();
      chart.addSeries(
          threads == 1 ? "1 thread" : threads + " threads",
          line.stream().map(Point::size).toList(),
          line.stream().map(Point::micros).toList());
    }
    ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", out.resolve(file).toFile());
  }

  private static String page(List<Point> points) {
    StringBuilder text = new StringBuilder();
    text.append(
        "# Scaling\n\nCompiled inference in F32, medians. Made by `scripts/bench scaling`.\n");
    Machine m = Machine.here();
    text.append("\n").append(m.cpu()).append(", ").append(m.system()).append(", ");
    text.append(m.java()).append(", ").append(m.date()).append(".\n");
    table(text, points, "picture", "batch", "The MNIST network: microseconds for each picture");
    text.append("\n![time for each picture against the batch](scaling-batch.png)\n");
    table(
        text,
        points,
        "token",
        "length",
        "A Transformer encoder, 6 blocks of width 384 with 12 heads: microseconds for each token");
    text.append("\n![time for each token against the length](scaling-sequence.png)\n\n");
    text.append(
        "The arithmetic of a token grows with the length by attention: 2 x 384 multiply-adds for"
            + " each key beside 12 x 384 x 384 of products, so at 1,024 keys by 44 %.\n");
    return text.toString();
  }

  private static void table(
      StringBuilder text, List<Point> points, String what, String axis, String title) {
    text.append("\n## ").append(title).append("\n\n| ").append(axis).append(" |");
    for (int threads : THREADS) {
      text.append(' ').append(threads).append(threads == 1 ? " thread |" : " threads |");
    }
    text.append(" speed-up |\n|---|---|---|---|\n");
    Map<Integer, double[]> rows = new TreeMap<>();
    for (Point p : points) {
      if (p.what().equals(what)) {
        rows.computeIfAbsent(p.size(), _ -> new double[2])[p.threads() - 1] = p.micros();
      }
    }
    rows.forEach((size, t) ->
        text.append(
            String.format(
                Locale.ROOT, "| %d | %.2f | %.2f | %.2f |%n", size, t[0], t[1], t[0] / t[1])));
  }
}
