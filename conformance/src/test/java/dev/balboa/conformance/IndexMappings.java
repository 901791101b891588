package dev.balboa.conformance;

import dev.balboa.nn.op.CumSum;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.PadMode;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Indexing;
import dev.balboa.nn.tensor.Ordered;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Picking, placing, ordering, padding and resizing along axes. */
final class IndexMappings {
  private IndexMappings() {}

  static void addTo(Mapping.Table t) {
    t.one(
        "Gather",
        c -> {
          int axis = c.in(0).shape().axis((int) c.integer("axis", 0));
          return c.in(0).indexSelect(axis, positive(c.in(1), c.in(0).shape().dim(axis)));
        });
    t.one(
        "GatherElements",
        c -> {
          int axis = c.in(0).shape().axis((int) c.integer("axis", 0));
          return c.in(0).gather(axis, positive(c.in(1), c.in(0).shape().dim(axis)));
        });
    t.one("GatherND", c -> Indexing.gatherNd(c.in(0), c.in(1), (int) c.integer("batch_dims", 0)));
    t.one("ScatterND", IndexMappings::scatterNd);
    t.one("Compress", IndexMappings::compress);
    t.one("NonZero", c -> Indexing.nonzero(c.in(0)).transpose(0, 1));
    t.one(
        "ReverseSequence",
        c -> {
          int time = (int) c.integer("time_axis", 0);
          int batch = (int) c.integer("batch_axis", 1);
          return Indexing.reverseSequence(c.in(0), c.in(1), time, batch);
        });
    t.one("Scatter", IndexMappings::scatter);
    t.one("ScatterElements", IndexMappings::scatter);
    t.one("CumSum", IndexMappings::cumSum);
    t.many("TopK", IndexMappings::topK);
    t.one("Pad", IndexMappings::pad);
    t.one("Resize", IndexMappings::resize);
    t.one("Upsample", IndexMappings::upsample);
  }

  /** Indices of which negative ones count from the end. */
  static Tensor positive(Tensor indices, long n) {
    long[] x = Arrays.stream(Call.numbers(indices)).mapToLong(i -> (long) i).toArray();
    return Tensor.of(Arrays.stream(x).map(i -> i < 0 ? i + n : i).toArray(), indices.shape());
  }

  private static Tensor scatter(Call c) {
    int axis = c.in(0).shape().axis((int) c.integer("axis", 0));
    Tensor indices = positive(c.in(1), c.in(0).shape().dim(axis));
    String reduction = c.text("reduction", "none");
    return switch (reduction) {
      case "none" -> c.in(0).scatter(axis, indices, c.in(2));
      case "add" -> c.in(0).scatterAdd(axis, indices, c.in(2));
      default -> throw new NotCovered("reduction " + reduction);
    };
  }

  private static Tensor scatterNd(Call c) {
    return switch (c.text("reduction", "none")) {
      case "none" -> Indexing.scatterNd(c.in(0), c.in(1), c.in(2));
      case "add" -> Indexing.scatterNdAdd(c.in(0), c.in(1), c.in(2));
      default -> throw new NotCovered("reduction " + c.text("reduction", ""));
    };
  }

  private static Tensor compress(Call c) {
    Tensor kept = Indexing.nonzero(c.in(1)).squeeze(1);
    return c.hasAttribute("axis")
        ? c.in(0).indexSelect((int) c.integer("axis", 0), kept)
        : c.in(0).flatten(0).indexSelect(0, kept);
  }

  private static Tensor cumSum(Call c) {
    int axis = c.in(0).shape().axis((int) c.integersIn(1)[0]);
    return Tensor.apply(new CumSum(axis, c.flag("exclusive"), c.flag("reverse")), c.in(0)).get(0);
  }

  private static List<Tensor> topK(Call c) {
    long k = c.has(1) ? c.integersIn(1)[0] : c.integer("k", 0);
    boolean largest = c.integer("largest", 1) != 0;
    Ordered y = c.in(0).topk(k, (int) c.integer("axis", -1), largest);
    return List.of(y.values(), y.indices().cast(DType.I64));
  }

  private static Tensor pad(Call c) {
    PadMode mode =
        switch (c.text("mode", "constant")) {
          case "constant" -> PadMode.CONSTANT;
          case "reflect" -> PadMode.REFLECT;
          case "edge" -> PadMode.EDGE;
          default -> throw new NotCovered("mode " + c.text("mode", ""));
        };
    List<Long> pads = Arrays.stream(c.integers(1, "pads")).boxed().toList();
    double value = c.has(2) ? c.numbersIn(2)[0] : c.number("value", 0);
    int rank = pads.size() / 2;
    return Functions.pad(c.in(0), pads.subList(0, rank), pads.subList(rank, 2 * rank), mode, value);
  }

  private static Tensor upsample(Call c) {
    c.uncoveredIf(!c.text("mode", "nearest").equals("nearest"), "mode " + c.text("mode", ""));
    double[] scales = c.numbersIn(1);
    long[] sizes = sizes(c, scales);
    return Functions.resize(c.in(0), ResizeMode.NEAREST, false, sizes);
  }

  private static long[] sizes(Call c, double... scales) {
    long[] sizes = c.in(0).shape().dims();
    for (int i = 0; i < sizes.length; i++) {
      double exact = sizes[i] * scales[i];
      c.uncoveredIf(exact != Math.floor(exact), "a scale that does not give a whole size");
      sizes[i] = (long) exact;
    }
    return sizes;
  }

  private static Tensor resize(Call c) {
    boolean scaled = c.has(2) && c.in(2).shape().size() > 0;
    long[] sizes = scaled ? sizes(c, c.numbersIn(2)) : c.integersIn(3);
    String at = c.text("coordinate_transformation_mode", "half_pixel");
    String mode = c.text("mode", "nearest");
    Shape shape = c.in(0).shape();
    int first = 0;
    while (first < sizes.length - 1 && sizes[first] == shape.dim(first)) {
      first++;
    }
    long[] last = Arrays.copyOfRange(sizes, first, sizes.length);
    if (mode.equals("nearest")) {
      String rounding = c.text("nearest_mode", "round_prefer_floor");
      boolean floor = at.equals("asymmetric") && rounding.equals("floor");
      c.uncoveredIf(
          !floor
              && !(at.equals("half_pixel")
                  && rounding.startsWith("round")
                  && isEnlarged(shape, sizes)),
          "nearest with " + at + ", " + rounding);
      return Functions.resize(c.in(0), ResizeMode.NEAREST, false, last);
    }
    boolean aligned = at.equals("align_corners");
    boolean single = Arrays.stream(last).anyMatch(n -> n == 1) && at.startsWith("pytorch");
    c.uncoveredIf((!aligned && !at.endsWith("half_pixel")) || single, mode + " with " + at);
    c.uncoveredIf(c.flag("exclude_outside"), "neighbours outside are left out");
    c.uncoveredIf(c.number("cubic_coeff_a", -0.75) != -0.75, "another cubic kernel");
    return Functions.resize(
        c.in(0), mode.equals("cubic") ? ResizeMode.CUBIC : ResizeMode.LINEAR, aligned, last);
  }

  /** By whole factors: the nearest centre is then the same as the floor of the left edges. */
  private static boolean isEnlarged(Shape from, long... to) {
    for (int i = 0; i < to.length; i++) {
      if (to[i] % from.dim(i) != 0) {
        return false;
      }
    }
    return true;
  }
}
