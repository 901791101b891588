package dev.balboa.nn.backend.onednn;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.io.AtomicFile;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures who computes matrix products of which shape the fastest, as the backend runs them. All
 * shapes come again in each of {@value #PASSES} passes, so that what else the machine does hits all
 * of them alike; within a pass the routes take turns at a shape, {@value #ROUNDS} times, on
 * operands that were just used. A time is the median over the passes of the best of a pass. Prints
 * a table, and writes it to the file that is the argument, for the property {@code balboa.gemm}. It
 * is in this package, but not in this module, to choose routes itself.
 */
public final class GemmBench {
  private static final int PASSES = 7;
  private static final int ROUNDS = 3;
  private static final double SLICE_NANOS = 50_000;

  /** One route for one shape, ready to run. */
  private static final class Contender implements AutoCloseable {
    private final List<Block> blocks = new ArrayList<>();
    private final Prepared prepared;
    private final Storage[] in;
    private final Storage[] out;
    private final MemorySegment scratch;
    private double best = Double.MAX_VALUE;

    Contender(GemmRoute route, GemmShape shape) {
      NativeBackend backend = NativeBackend.with(GemmPolicy.always(route));
      boolean packed = route == GemmRoute.PACKED;
      Op op = packed ? new Linear(Activation.IDENTITY) : new Matmul(shape.transA(), shape.transB());
      List<TensorSpec> specs =
          List.of(
              spec(shape.count(), shape.transA(), shape.m(), shape.k()),
              spec(shape.count(), shape.transB(), shape.k(), shape.n()));
      List<TensorSpec> outputs = op.infer(specs);
      List<Layout> layouts =
          specs.stream().map(s -> (Layout) Layout.Strided.contiguous(s.shape().dims())).toList();
      Prepared first = backend.prepare(op, specs, layouts, outputs);
      Storage[] plain = {
        storage(specs.get(0), layouts.get(0)), storage(specs.get(1), layouts.get(1))
      };
      if (packed) {
        layouts = first.packedLayouts();
        first.close();
        plain[1] = repacked(backend, specs.get(1), plain[1], layouts.get(1));
        first = backend.prepare(op, specs, layouts, outputs);
      }
      prepared = first;
      in = plain;
      out = new Storage[] {storage(outputs.get(0), first.outputLayouts().get(0))};
      scratch =
          prepared.scratchBytes() == 0
              ? MemorySegment.NULL
              : block(prepared.scratchBytes()).segment();
    }

    private static TensorSpec spec(int count, boolean transposed, long rows, long columns) {
      long first = transposed ? columns : rows;
      long second = transposed ? rows : columns;
      return count == 1 ? TensorSpec.f32(first, second) : TensorSpec.f32(count, first, second);
    }

    private Storage repacked(NativeBackend backend, TensorSpec spec, Storage from, Layout to) {
      long bytes = to instanceof Layout.Opaque o ? o.byteSize() : spec.byteSize();
      Storage packed = new Storage(block(bytes), to);
      try (Prepared copy = backend.relayout(spec, from.layout(), to)) {
        copy.run(
            new Storage[] {from},
            new Storage[] {packed},
            copy.scratchBytes() == 0 ? MemorySegment.NULL : block(copy.scratchBytes()).segment());
      }
      return packed;
    }

    private Block block(long bytes) {
      Block block = Allocator.shared().allocate(bytes);
      blocks.add(block);
      return block;
    }

    private Storage storage(TensorSpec spec, Layout layout) {
      Storage storage = new Storage(block(spec.byteSize()), layout);
      MemorySegment all = storage.segment();
      for (long i = 0; i < spec.shape().size(); i++) {
        all.setAtIndex(ValueLayout.JAVA_FLOAT, i, (i * 7 % 13 - 6) * 0.1f);
      }
      return storage;
    }

    double run(long calls) {
      long start = System.nanoTime();
      for (long i = 0; i < calls; i++) {
        prepared.run(in, out, scratch);
      }
      return (double) (System.nanoTime() - start) / calls;
    }

    @Override
    public void close() {
      prepared.close();
      blocks.forEach(Block::close);
    }
  }

  private GemmBench() {}

  private static List<GemmRoute> routes(GemmShape shape) {
    boolean packs = shape.count() == 1 && !shape.transA() && shape.transB();
    return packs
        ? List.of(GemmRoute.values())
        : List.of(GemmRoute.BLAS, GemmRoute.ONEDNN, GemmRoute.DIRECT);
  }

  /** One pass: the best time by route. */
  private static Map<GemmRoute, Double> pass(GemmShape shape) {
    Map<GemmRoute, Double> nanos = new EnumMap<>(GemmRoute.class);
    List<GemmRoute> routes = routes(shape);
    List<Contender> contenders = new ArrayList<>();
    try {
      routes.forEach(route -> contenders.add(new Contender(route, shape)));
      long[] calls = new long[contenders.size()];
      for (int i = 0; i < calls.length; i++) {
        contenders.get(i).run(1);
        double second = contenders.get(i).run(1);
        double once = Math.min(second, contenders.get(i).run(1));
        calls[i] = Math.clamp((long) (SLICE_NANOS / once), 1, 500);
      }
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < calls.length; i++) {
          Contender c = contenders.get(i);
          c.best = Math.min(c.best, c.run(calls[i]));
        }
      }
      for (int i = 0; i < calls.length; i++) {
        nanos.put(routes.get(i), contenders.get(i).best);
      }
    } finally {
      contenders.forEach(Contender::close);
    }
    return nanos;
  }

  /** The median over the passes. */
  private static Map<GemmRoute, Long> medians(List<Map<GemmRoute, Double>> passes) {
    Map<GemmRoute, Long> medians = new EnumMap<>(GemmRoute.class);
    for (GemmRoute route : passes.getFirst().keySet()) {
      double[] sorted = passes.stream().mapToDouble(nanos -> nanos.get(route)).sorted().toArray();
      medians.put(route, Math.round(Math.ceil(sorted[sorted.length / 2])));
    }
    return medians;
  }

  private static void print(GemmShape shape, Map<GemmRoute, Long> nanos) {
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-26s", shape));
    for (GemmRoute route : GemmRoute.values()) {
      line.append(
          nanos.containsKey(route)
              ? String.format(Locale.ROOT, "%12.2f", nanos.get(route) * 1e-3)
              : " ".repeat(12));
    }
    GemmRoute best =
        nanos.keySet().stream()
            .filter(route -> route != GemmRoute.PACKED)
            .min(Comparator.comparingLong(nanos::get))
            .orElseThrow();
    System.out.println(line.append("  ").append(best));
  }

  /** Measures; see the class. */
  public static void main(String[] args) throws IOException {
    if (args.length > 1) {
      throw new IllegalArgumentException("expected at most one file, got " + Arrays.toString(args));
    }
    Map<GemmShape, List<Map<GemmRoute, Double>>> passes = new HashMap<>();
    for (int i = 0; i <= PASSES; i++) {
      for (GemmShape shape : GemmShape.measured()) {
        List<Map<GemmRoute, Double>> all = passes.computeIfAbsent(shape, _ -> new ArrayList<>());
        Map<GemmRoute, Double> nanos = pass(shape);
        if (i > 0) { // the first is for the JVM to warm up
          all.add(nanos);
        }
      }
      System.out.println("pass " + i + " of " + PASSES);
    }
    System.out.printf(
        Locale.ROOT,
        "%-26s%12s%12s%12s%12s  fastest without packing%n",
        "microseconds",
        GemmRoute.BLAS,
        GemmRoute.ONEDNN,
        GemmRoute.DIRECT,
        "packed");
    Map<GemmShape, Map<GemmRoute, Long>> times = new HashMap<>();
    for (GemmShape shape : GemmShape.measured()) {
      times.put(shape, medians(passes.get(shape)));
      print(shape, times.get(shape));
    }
    GemmTable table = new GemmTable(GemmTable.Origin.here(), times);
    System.out.println("measured on " + table.origin());
    if (args.length == 1) {
      AtomicFile.write(Path.of(args[0]), table.text().getBytes(StandardCharsets.UTF_8));
      System.out.println("written; use it with -Dbalboa.gemm=" + args[0]);
    }
  }
}
