package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Gather;
import dev.balboa.nn.op.IndexAdd;
import dev.balboa.nn.op.IndexSelect;
import dev.balboa.nn.op.Positions;
import dev.balboa.nn.op.Scatter;
import dev.balboa.nn.op.ScatterAdd;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.util.Arrays;
import java.util.List;

/** Operations that pick and place elements by index tensors. */
final class IndexCases {
  private IndexCases() {}

  static List<OpCase> all() {
    return List.of(gather(), scatter(), scatterAdd(), indexSelect(), indexAdd(), positions());
  }

  static TensorSpec i32(long... dims) {
    return new TensorSpec(Shape.of(dims), DType.I32);
  }

  /** Indices into an axis of {@code size}, from both ends, with duplicates. */
  static Input indices(Draw d, Shape shape, long size) {
    Shape possible = size == 0 && shape.size() > 0 ? Shape.of(0) : shape;
    return d.whole(possible, d.pick(DType.I32, DType.I64), (int) -size, (int) size - 1);
  }

  /** The shape of one index an element: any length on the axis, no longer on the others. */
  private static Shape lines(Draw d, Shape whole, int axis) {
    long[] dims = whole.dims();
    long length = whole.dim(axis) == 0 ? 0 : d.dim();
    Arrays.setAll(dims, i -> d.chance(0.7) ? dims[i] : d.between(0, (int) dims[i]));
    dims[axis] = length;
    Shape limited = Draw.limited(4000, dims);
    return d.smooth() ? Draw.limited(60, limited.dims()) : limited;
  }

  private static Input any(Draw d, Shape shape) {
    return d.any(shape, type(d));
  }

  private static DType type(Draw d) {
    return d.smooth() || d.chance(0.6) ? d.real() : d.pick(DType.values());
  }

  private static OpCase gather() {
    Gather op = new Gather(1);
    return OpCase.of(
            "gather",
            Gather.class,
            d -> {
              Shape whole = d.shape(1, 5);
              int axis = d.between(0, whole.rank() - 1);
              Shape lines = lines(d, whole, axis);
              return Sample.of(new Gather(axis), any(d, whole), indices(d, lines, whole.dim(axis)));
            })
        .alsoLarge(d -> gather(d, 0, Shape.of(100), Shape.of(90_001)))
        .alsoLarge(d -> gather(d, 1, Shape.of(31, 47, 53), Shape.of(31, 61, 53)))
        .alsoLarge(d -> gather(d, 1, Shape.of(31, 47, 53), Shape.of(29, 61, 51)))
        .sums(s -> s.specs().get(1).shape().size())
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2, 3)), "2 inputs", "got 1")
        .refuses(op, List.of(f32(3), i32(3)), "axis in [0, 1)", "got 1")
        .refuses(op, List.of(f32(2, 3), f32(2, 3)), "I32 or I64", "F32[2, 3]")
        .refuses(op, List.of(f32(2, 3), i32(3)), "no longer than [2, 3]", "axis 1", "I32[3]")
        .refuses(op, List.of(f32(2, 3), i32(3, 1)), "no longer than [2, 3]", "I32[3, 1]");
  }

  private static Sample gather(Draw d, int axis, Shape whole, Shape lines) {
    return Sample.of(
        new Gather(axis), d.input(whole, Domain.NORMAL), indices(d, lines, whole.dim(axis)));
  }

  private static OpCase scatter() {
    Scatter op = new Scatter(0);
    return OpCase.of(
            "scatter",
            Scatter.class,
            d -> {
              Shape whole = d.shape(1, 5);
              int axis = d.between(0, whole.rank() - 1);
              Shape lines = lines(d, whole, axis);
              DType type = type(d);
              return Sample.of(
                  new Scatter(axis),
                  d.any(whole, type),
                  indices(d, lines, whole.dim(axis)),
                  d.any(lines, type));
            })
        .also(d -> scatter(d, 0, Shape.of(3), Shape.of(8)))
        .also(d -> scatter(d, 1, Shape.of(3, 4), Shape.of(2, 0)))
        .alsoLarge(d -> scatter(d, 0, Shape.of(1001), Shape.of(90_001)))
        .alsoLarge(d -> scatter(d, 1, Shape.of(31, 47, 53), Shape.of(29, 61, 53)))
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2), i32(2)), "3 inputs", "got 2")
        .refuses(op, List.of(f32(2), i32(3), f32(2)), "source of shape [3]", "F32[2]")
        .refuses(op, List.of(f32(2), i32(3), i32(3)), "different types", "F32[2]", "I32[3]")
        .refuses(op, List.of(f32(2), f32(3), f32(3)), "I32 or I64", "F32[3]")
        .refuses(op, List.of(f32(), i32(), f32()), "axis in [0, 0)", "got 0");
  }

  private static Sample scatter(Draw d, int axis, Shape whole, Shape lines) {
    return Sample.of(
        new Scatter(axis),
        d.input(whole, Domain.NORMAL),
        indices(d, lines, whole.dim(axis)),
        d.input(lines, Domain.NORMAL));
  }

  private static OpCase scatterAdd() {
    ScatterAdd op = new ScatterAdd(0, Shape.of(3, 2));
    return OpCase.of(
            "scatter_add",
            ScatterAdd.class,
            d -> {
              Shape whole = d.shape(1, 5);
              int axis = d.between(0, whole.rank() - 1);
              return scatterAdd(d, axis, whole, lines(d, whole, axis));
            })
        .also(d -> scatterAdd(d, 0, Shape.of(3), Shape.of(50)))
        .also(d -> scatterAdd(d, 0, Shape.of(3), Shape.of(0)))
        .alsoLarge(d -> scatterAdd(d, 0, Shape.of(1001), Shape.of(90_001)))
        .alsoLarge(d -> scatterAdd(d, 1, Shape.of(31, 47, 53), Shape.of(29, 61, 53)))
        .sums(s -> s.specs().get(0).shape().size())
        .nativelyIn(DType.F64)
        .refuses(op, List.of(i32(3, 2)), "2 to 3 inputs", "got 1")
        .refuses(op, List.of(i32(3, 2), f32(3, 2), f32(2, 2)), "F32[3, 2] to add to", "F32[2, 2]")
        .refuses(op, List.of(i32(3, 2), f32(3, 1)), "input of shape [3, 2]", "F32[3, 1]")
        .refuses(op, List.of(i32(3, 2), i32(3, 2)), "floating", "I32[3, 2]")
        .refuses(op, List.of(i32(3, 3), f32(3, 3)), "no longer than [3, 2]", "I32[3, 3]");
  }

  private static Sample scatterAdd(Draw d, int axis, Shape whole, Shape lines) {
    return Sample.of(
        new ScatterAdd(axis, whole),
        withBase(d, whole, indices(d, lines, whole.dim(axis)), d.input(lines, Domain.NORMAL)));
  }

  /** The shape of indices of slices. */
  private static Shape picks(Draw d, long size) {
    Shape shape = size == 0 ? Shape.of(0) : d.shape(0, 2);
    return Draw.limited(d.smooth() ? 6 : 60, shape.dims());
  }

  private static OpCase indexSelect() {
    IndexSelect op = new IndexSelect(1);
    return OpCase.of(
            "index_select",
            IndexSelect.class,
            d -> {
              Shape whole = d.shape(1, 4);
              int axis = d.between(0, whole.rank() - 1);
              Shape picks = picks(d, whole.dim(axis));
              return Sample.of(
                  new IndexSelect(axis), any(d, whole), indices(d, picks, whole.dim(axis)));
            })
        .alsoLarge(d -> indexSelect(d, 0, Shape.of(50, 301), Shape.of(17, 23)))
        .alsoLarge(d -> indexSelect(d, 1, Shape.of(41, 50, 7), Shape.of(331)))
        .also(d -> indexSelect(d, 0, Shape.of(5, 3), Shape.of(40)))
        .also(d -> indexSelect(d, 0, Shape.of(5, 0), Shape.of(4)))
        .sums(s -> s.specs().get(1).shape().size())
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2, 3)), "2 inputs", "got 1")
        .refuses(op, List.of(f32(2), i32(3)), "axis in [0, 1)", "got 1")
        .refuses(op, List.of(f32(2, 3), f32(3)), "I32 or I64", "F32[3]");
  }

  private static Sample indexSelect(Draw d, int axis, Shape whole, Shape picks) {
    return Sample.of(
        new IndexSelect(axis), d.input(whole, Domain.NORMAL), indices(d, picks, whole.dim(axis)));
  }

  private static OpCase indexAdd() {
    IndexAdd op = new IndexAdd(1, 5);
    return OpCase.of(
            "index_add",
            IndexAdd.class,
            d -> {
              Shape whole = d.shape(1, 4);
              int axis = d.between(0, whole.rank() - 1);
              return indexAdd(d, axis, whole, picks(d, whole.dim(axis)));
            })
        .alsoLarge(d -> indexAdd(d, 0, Shape.of(50, 301), Shape.of(17, 23)))
        .alsoLarge(d -> indexAdd(d, 1, Shape.of(41, 50, 7), Shape.of(331)))
        .also(d -> indexAdd(d, 0, Shape.of(5, 3), Shape.of(0)))
        .sums(s -> s.specs().get(0).shape().size())
        .nativelyIn(DType.F64)
        .refuses(op, List.of(i32(2)), "2 to 3 inputs", "got 1")
        .refuses(op, List.of(i32(2), f32(3, 2), f32(3, 4)), "F32[3, 5] to add to", "F32[3, 4]")
        .refuses(op, List.of(f32(2), f32(3, 2)), "I32 or I64", "F32[2]")
        .refuses(op, List.of(i32(2), i32(3, 2)), "floating", "I32[3, 2]")
        .refuses(op, List.of(i32(2), f32(3, 4)), "[3, 2]", "F32[3, 4]")
        .refuses(op, List.of(i32(2), f32(2)), "axis in [0, 1)", "got 1")
        .refuses(op, List.of(i32(2, 2), f32(2)), "axis in [0, 0)", "got 1")
        .refuses(new IndexAdd(0, -1), List.of(i32(2), f32(2)), "size >= 0", "got -1");
  }

  private static Sample indexAdd(Draw d, int axis, Shape whole, Shape picks) {
    Shape from =
        whole
            .slice(0, axis)
            .append(picks.dims())
            .append(whole.slice(axis + 1, whole.rank()).dims());
    return Sample.of(
        new IndexAdd(axis, whole.dim(axis)),
        withBase(d, whole, indices(d, picks, whole.dim(axis)), d.input(from, Domain.NORMAL)));
  }

  /** Every other time with something to add to. */
  private static Input[] withBase(Draw d, Shape whole, Input indices, Input x) {
    return d.flip()
        ? new Input[] {indices, x}
        : new Input[] {indices, x, d.input(whole, Domain.NORMAL)};
  }

  private static OpCase positions() {
    return OpCase.of(
            "positions", Positions.class, d -> positions(d.whole(d.shape(1, 5), DType.BOOL, 0, 1)))
        .alsoLarge(d -> positions(mask(d, Shape.of(131_101), 0.5)))
        .alsoLarge(d -> positions(mask(d, Shape.of(37, 1, 4099), 0.9)))
        .alsoLarge(d -> positions(mask(d, Shape.of(67, 67, 67, 1), 0.02)))
        .derivative(OpCase.Derivative.NONE)
        .refuses(new Positions(0), List.of(), "1 inputs", "got 0")
        .refuses(new Positions(1), List.of(f32(2)), "BOOL", "F32[2]")
        .refuses(
            new Positions(1), List.of(new TensorSpec(Shape.of(), DType.BOOL)), "axes", "BOOL[]")
        .refuses(
            new Positions(4), List.of(new TensorSpec(Shape.of(3), DType.BOOL)), "[0, 3]", "got 4");
  }

  private static Input mask(Draw d, Shape shape, double share) {
    double[] mask = new double[Draw.count(shape)];
    Arrays.setAll(mask, i -> d.chance(share) ? 1 : 0);
    return Input.constant(DType.BOOL, shape, mask);
  }

  private static Sample positions(Input mask) {
    return Sample.of(new Positions((long) Arrays.stream(mask.elements()).sum()), mask);
  }
}
