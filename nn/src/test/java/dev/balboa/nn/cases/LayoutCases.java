package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.Concat;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Expand;
import dev.balboa.nn.op.Permute;
import dev.balboa.nn.op.Reshape;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Slice;
import dev.balboa.nn.op.SliceScatter;
import dev.balboa.nn.op.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/** Operations that move elements, or only look at them differently. */
final class LayoutCases {
  private LayoutCases() {}

  static List<OpCase> all() {
    return List.of(contiguous(), concat(), sliceScatter(), reshape(), permute(), slice(), expand());
  }

  /** Mostly numbers, sometimes elements of another type. */
  private static Input any(Draw d, Shape shape) {
    return d.any(shape, d.smooth() || d.chance(0.6) ? d.real() : d.pick(DType.values()));
  }

  private static OpCase contiguous() {
    return OpCase.of(
            "contiguous", Contiguous.class, d -> Sample.of(new Contiguous(), any(d, d.shape(0, 6))))
        .alsoLarge(d ->
            Sample.of(
                new Contiguous(),
                d.input(Shape.of(307, 311), Domain.NORMAL)
                    .placed(new Placement.Permuted(List.of(1, 0)))))
        .nativelyIn(DType.F64)
        .refuses(new Contiguous(), List.of(), "1 inputs", "got 0");
  }

  // ---- Concat ----

  private static OpCase concat() {
    return OpCase.of("concat", Concat.class, LayoutCases::randomConcat)
        .also(d -> {
          Input both = d.input(Shape.of(3, 5), Domain.NORMAL);
          return Sample.of(new Concat(1), both, Input.same(0, both), Input.same(0, both));
        })
        .also(d -> Sample.of(new Concat(0), d.input(Shape.of(0, 2), Domain.NORMAL)))
        .nativelyIn(DType.F64)
        .refuses(new Concat(0), List.of(), "inputs", "got 0")
        .refuses(new Concat(2), List.of(f32(2, 3)), "axis in [0, 2)", "got 2")
        .refuses(new Concat(0), List.of(f32(2, 3), f32(2, 4)), "F32[2, 3]", "F32[2, 4]")
        .refuses(new Concat(0), List.of(f32(2, 3), f32(3)), "F32[2, 3]", "F32[3]")
        .refuses(new Concat(0), List.of(f32(3), new TensorSpec(Shape.of(3), DType.F64)), "F64[3]");
  }

  private static Sample randomConcat(Draw d) {
    Shape shape = d.shape(1, 5);
    int axis = d.between(0, shape.rank() - 1);
    DType type = d.smooth() || d.chance(0.6) ? d.real() : d.pick(DType.values());
    List<Input> parts = new ArrayList<>();
    for (int i = d.between(1, 4); i > 0; i--) {
      parts.add(d.any(shape.with(axis, Math.min(d.dim(), shape.dim(axis) + 3)), type));
    }
    return Sample.of(new Concat(axis), parts);
  }

  // ---- Slices ----

  private static Slice randomSlice(Draw d, Shape shape) {
    List<Long> start = new ArrayList<>();
    List<Long> stop = new ArrayList<>();
    List<Long> step = new ArrayList<>();
    for (long dim : shape.dims()) {
      long from = d.flip() ? 0 : d.between(0, (int) dim);
      start.add(from);
      stop.add(d.flip() ? dim : d.between((int) from, (int) dim));
      step.add(d.flip() ? 1L : d.between(1, 4));
    }
    return new Slice(start, stop, step);
  }

  private static OpCase slice() {
    Slice op = new Slice(List.of(1L), List.of(5L), List.of(2L));
    return OpCase.of(
            "slice",
            Slice.class,
            d -> {
              Shape shape = d.shape(0, 5);
              return Sample.of(randomSlice(d, shape), any(d, shape));
            })
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(4)), "stop <= 4", "1, 5, 2")
        .refuses(op, List.of(f32(4, 4)), "2 axes", "got 1")
        .refuses(new Slice(List.of(3L), List.of(2L), List.of(1L)), List.of(f32(4)), "got 3, 2, 1")
        .refuses(new Slice(List.of(-1L), List.of(2L), List.of(1L)), List.of(f32(4)), "got -1, 2, 1")
        .refuses(new Slice(List.of(0L), List.of(2L), List.of(0L)), List.of(f32(4)), "got 0, 2, 0")
        .refusesToMake(() -> new Slice(List.of(0L), List.of(), List.of(1L)), "for each axis");
  }

  private static OpCase sliceScatter() {
    Slice every = new Slice(List.of(1L), List.of(5L), List.of(2L));
    return OpCase.of(
            "slice_scatter",
            SliceScatter.class,
            d -> {
              Shape shape = d.shape(0, 5);
              Slice slice = randomSlice(d, shape);
              TensorSpec out = slice.infer(List.of(new TensorSpec(shape, DType.F32))).get(0);
              return Sample.of(new SliceScatter(slice, shape), any(d, out.shape()));
            })
        .nativelyIn(DType.F64)
        .refuses(new SliceScatter(every, Shape.of(6)), List.of(f32(3)), "[2]", "F32[3]")
        .refuses(new SliceScatter(every, Shape.of(4)), List.of(f32(2)), "stop <= 4", "1, 5, 2");
  }

  // ---- Other views ----

  private static OpCase reshape() {
    return OpCase.of(
            "reshape",
            Reshape.class,
            d -> {
              Shape shape = d.shape(0, 5);
              return Sample.of(new Reshape(regrouped(d, shape)), any(d, shape));
            })
        .nativelyIn(DType.F64)
        .refuses(new Reshape(Shape.of(5)), List.of(f32(2, 3)), "5 elements", "with 6")
        .refuses(new Reshape(Shape.of(2, 3)), List.of(), "1 inputs", "got 0");
  }

  /** As many elements in other dimensions. */
  private static Shape regrouped(Draw d, Shape shape) {
    List<Long> dims = new ArrayList<>();
    for (long dim : shape.dims()) {
      if (!dims.isEmpty() && d.flip()) {
        dims.set(dims.size() - 1, dims.getLast() * dim);
      } else if (dim % 2 == 0 && dim > 0 && dims.size() < 6 && d.flip()) {
        dims.add(2L);
        dims.add(dim / 2);
      } else {
        dims.add(dim);
      }
      if (dims.size() < 5 && d.chance(0.2)) {
        dims.add(1L);
      }
    }
    return Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
  }

  private static OpCase permute() {
    return OpCase.of(
            "permute",
            Permute.class,
            d -> {
              Shape shape = d.shape(0, 6);
              return Sample.of(new Permute(d.permutation(shape.rank())), any(d, shape));
            })
        .nativelyIn(DType.F64)
        .refuses(new Permute(List.of(1, 0)), List.of(f32(2)), "rank 2", "F32[2]")
        .refusesToMake(() -> new Permute(List.of(0, 0)), "permutation", "[0, 0]")
        .refusesToMake(() -> new Permute(List.of(1, 2)), "permutation", "[1, 2]");
  }

  private static OpCase expand() {
    return OpCase.of(
            "expand",
            Expand.class,
            d -> {
              Shape shape = d.shape(0, 5);
              return Sample.of(new Expand(shape), any(d, d.broadcastingTo(shape)));
            })
        .sums(ElementwiseCases::broadcastRatio)
        .nativelyIn(DType.F64)
        .refuses(new Expand(Shape.of(2, 3)), List.of(f32(2)), "[2, 3]", "F32[2]")
        .refuses(new Expand(Shape.of(3)), List.of(f32(1, 3)), "[3]", "F32[1, 3]");
  }
}
