package dev.balboa.conformance;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.OneHot;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Slice;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Shapes;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The same elements in another arrangement, and constants. */
final class ShapeMappings {
  private ShapeMappings() {}

  static void addTo(Mapping.Table t) {
    t.one("Reshape", ShapeMappings::reshape);
    t.one("Transpose", ShapeMappings::transpose);
    t.one(
        "Flatten",
        c -> {
          int axis = (int) c.integer("axis", 1);
          return flatten(c.in(0), axis < 0 ? axis + c.in(0).shape().rank() : axis);
        });
    t.one("Squeeze", ShapeMappings::squeeze);
    t.one("Unsqueeze", ShapeMappings::unsqueeze);
    t.one("Expand", c -> expand(c.in(0), c.integersIn(1)));
    t.one("Concat", c -> Tensor.concat((int) c.integer("axis", 1), tensors(c)));
    t.one("Slice", ShapeMappings::slice);
    t.many("Split", ShapeMappings::split);
    t.one("Shape", ShapeMappings::shape);
    t.one("Size", c -> Tensor.of(new long[] {c.in(0).shape().size()}, Shape.scalar()));
    t.one("Constant", ShapeMappings::constant);
    t.one("ConstantOfShape", ShapeMappings::constantOfShape);
    t.one("OneHot", ShapeMappings::oneHot);
    t.one("Tile", c -> Shapes.tile(c.in(0), c.integersIn(1)));
    t.one("SpaceToDepth", c -> Shapes.spaceToDepth(c.in(0), blockSize(c)));
    t.one("DepthToSpace", ShapeMappings::depthToSpace);
    t.one("Trilu", ShapeMappings::trilu);
    t.one("EyeLike", ShapeMappings::eyeLike);
    t.one("Range", ShapeMappings::range);
  }

  static Tensor[] tensors(Call c) {
    return c.inputs().toArray(Tensor[]::new);
  }

  private static Tensor reshape(Call c) {
    long[] dims = c.integers(1, "shape").clone();
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == 0 && !c.flag("allowzero")) {
        dims[i] = c.in(0).shape().dim(i);
      }
    }
    return c.in(0).reshape(dims);
  }

  private static Tensor transpose(Call c) {
    long[] order = c.integers("perm");
    int rank = c.in(0).shape().rank();
    return c.in(0)
        .permute(
            order == null
                ? IntStream.range(0, rank).map(i -> rank - 1 - i).toArray()
                : ReductionMappings.ints(order));
  }

  /** The axes before {@code axis} as one, and the others as one. */
  static Tensor flatten(Tensor x, int axis) {
    Shape s = x.shape();
    return x.reshape(s.slice(0, axis).size(), s.slice(axis, s.rank()).size());
  }

  private static Tensor squeeze(Call c) {
    Shape s = c.in(0).shape();
    long[] given = c.integers(1, "axes");
    long[] axes =
        given == null
            ? LongStream.range(0, s.rank()).filter(i -> s.dim((int) i) == 1).toArray()
            : Arrays.stream(given).map(i -> i < 0 ? i + s.rank() : i).sorted().toArray();
    Tensor y = c.in(0);
    for (int i = axes.length - 1; i >= 0; i--) {
      y = y.squeeze((int) axes[i]);
    }
    return y;
  }

  private static Tensor unsqueeze(Call c) {
    long[] given = c.integers(1, "axes");
    int rank = c.in(0).shape().rank() + given.length;
    Tensor y = c.in(0);
    for (long axis : Arrays.stream(given).map(i -> i < 0 ? i + rank : i).sorted().toArray()) {
      y = y.unsqueeze((int) axis);
    }
    return y;
  }

  /** Both shapes may have ones that the other one fills. */
  static Tensor expand(Tensor x, long... dims) {
    long[] own = x.shape().dims();
    long[] out = new long[Math.max(own.length, dims.length)];
    for (int i = 0; i < out.length; i++) {
      int a = i - (out.length - own.length);
      int b = i - (out.length - dims.length);
      out[i] = b < 0 ? own[a] : a < 0 ? dims[b] : dims[b] == 1 ? own[a] : dims[b];
    }
    return x.expand(out);
  }

  private static Tensor slice(Call c) {
    Tensor x = c.in(0);
    Shape s = c.in(0).shape();
    long[] starts = c.integers(1, "starts");
    long[] ends = c.integers(2, "ends");
    long[] axes = c.integers(3, "axes");
    long[] steps = c.has(4) ? c.integersIn(4) : null;
    List<Long> start = new ArrayList<>(Collections.nCopies(s.rank(), 0L));
    List<Long> stop = new ArrayList<>(s.toList());
    List<Long> step = new ArrayList<>(Collections.nCopies(s.rank(), 1L));
    for (int i = 0; i < starts.length; i++) {
      int axis = s.axis(axes == null ? i : (int) axes[i]);
      long n = s.dim(axis);
      long by = steps == null ? 1 : steps[i];
      long from = by > 0 ? within(starts[i], n) : n - 1 - backwards(starts[i], n);
      long to = by > 0 ? within(ends[i], n) : n - 1 - backwards(ends[i], n);
      x = by > 0 ? x : x.flip(axis);
      start.set(axis, from);
      stop.set(axis, Math.max(from, to));
      step.set(axis, Math.abs(by));
    }
    return Tensor.apply(new Slice(start, stop, step), x).get(0);
  }

  /** A position from which steps go down; -1 is before the first element. */
  private static long backwards(long i, long n) {
    return Math.clamp(i < 0 ? i + n : i, -1, n - 1);
  }

  private static long within(long i, long n) {
    return Math.clamp(i < 0 ? i + n : i, 0, n);
  }

  private static List<Tensor> split(Call c) {
    Shape s = c.in(0).shape();
    int axis = s.axis((int) c.integer("axis", 0));
    long[] sizes = c.integers(1, "split");
    if (sizes == null) {
      int parts = c.node().outputs().size();
      sizes = LongStream.range(0, parts).map(_ -> s.dim(axis) / parts).toArray();
    }
    return Shapes.split(c.in(0), axis, sizes);
  }

  private static Tensor shape(Call c) {
    long[] dims = c.in(0).shape().dims();
    int from = (int) within(c.integer("start", 0), dims.length);
    int to = (int) within(c.integer("end", dims.length), dims.length);
    long[] out = from < to ? Arrays.copyOfRange(dims, from, to) : new long[0];
    return Tensor.of(out, Shape.of(out.length));
  }

  private static Tensor constant(Call c) {
    if (c.hasAttribute("value")) {
      return c.node().attributes().get("value").tensor().tensor();
    }
    if (c.hasAttribute("value_float")) {
      return Tensor.scalar((float) c.number("value_float", 0));
    }
    if (c.hasAttribute("value_int")) {
      return Tensor.of(new long[] {c.integer("value_int", 0)}, Shape.scalar());
    }
    if (c.hasAttribute("value_ints")) {
      long[] x = c.integers("value_ints");
      return Tensor.of(x, Shape.of(x.length));
    }
    if (c.hasAttribute("value_floats")) {
      List<Float> x = c.node().attributes().get("value_floats").numbers();
      float[] f = new float[x.size()];
      for (int i = 0; i < f.length; i++) {
        f[i] = x.get(i);
      }
      return Tensor.of(f);
    }
    throw new NotCovered("a constant of texts or a sparse one");
  }

  private static Tensor constantOfShape(Call c) {
    Shape shape = Shape.of(c.integersIn(0));
    if (!c.hasAttribute("value")) {
      return Tensors.fill(new TensorSpec(shape, DType.F32), 0);
    }
    Elements value = c.node().attributes().get("value").tensor();
    return Tensors.fill(new TensorSpec(shape, value.type().balboa()), value.doubles()[0]);
  }

  private static int blockSize(Call c) {
    return (int) c.integer("blocksize", 0);
  }

  private static Tensor depthToSpace(Call c) {
    return c.text("mode", "DCR").equals("CRD")
        ? Shapes.pixelShuffle(c.in(0), blockSize(c))
        : Shapes.depthToSpace(c.in(0), blockSize(c));
  }

  private static Tensor trilu(Call c) {
    long k = c.has(1) ? c.integersIn(1)[0] : 0;
    return c.integer("upper", 1) != 0 ? Shapes.triu(c.in(0), k) : Shapes.tril(c.in(0), k);
  }

  private static Tensor eyeLike(Call c) {
    DType type =
        c.hasAttribute("dtype")
            ? Elements.Type.of(c.integer("dtype", 0)).balboa()
            : c.in(0).dtype();
    long k = c.integer("k", 0);
    Tensor ones = Tensors.fill(new TensorSpec(c.in(0).shape(), DType.F32), 1);
    return Shapes.triu(Shapes.tril(ones, k), k).cast(type);
  }

  private static Tensor range(Call c) {
    double start = c.numbersIn(0)[0];
    double step = c.numbersIn(2)[0];
    long count = (long) Math.max(0, Math.ceil((c.numbersIn(1)[0] - start) / step));
    return Tensors.arange(start, step, count, c.in(0).dtype());
  }

  private static Tensor oneHot(Call c) {
    long depth = c.integersIn(1)[0];
    double[] index = c.numbersIn(0);
    c.uncoveredIf(
        Arrays.stream(index).anyMatch(i -> i >= depth || i < -depth), "indices out of the depth");
    Tensor positions = IndexMappings.positive(c.in(0), depth).cast(DType.I32);
    Tensor hot = Tensor.apply(new OneHot(depth, DType.F32), positions).get(0);
    double[] values = c.numbersIn(2);
    Tensor y = hot.mul(values[1] - values[0]).add(values[0]).cast(c.in(2).dtype());
    int axis = (int) c.integer("axis", -1);
    return ReductionMappings.lastAxisTo(y, y.shape().axis(axis));
  }
}
