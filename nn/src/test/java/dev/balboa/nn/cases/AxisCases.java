package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Flip;
import dev.balboa.nn.op.Pad;
import dev.balboa.nn.op.PadBackward;
import dev.balboa.nn.op.PadMode;
import dev.balboa.nn.op.Resize;
import dev.balboa.nn.op.ResizeBackward;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.Roll;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/** Operations by position along axes. */
final class AxisCases {
  private static final TensorSpec I32 = new TensorSpec(Shape.of(4), DType.I32);

  private AxisCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>(List.of(flip(), roll()));
    for (PadMode mode : PadMode.values()) {
      cases.add(pad(mode));
      if (mode != PadMode.CONSTANT) {
        cases.add(padBackward(mode));
      }
    }
    for (ResizeMode mode : ResizeMode.values()) {
      cases.add(resize(mode));
      cases.add(resizeBackward(mode));
    }
    return cases;
  }

  private static Input any(Draw d, Shape shape) {
    return d.any(shape, d.smooth() || d.chance(0.6) ? d.real() : d.pick(DType.values()));
  }

  private static String suffix(Enum<?> mode) {
    return "_" + mode.name().toLowerCase(Locale.ROOT);
  }

  private static OpCase flip() {
    return OpCase.of(
            "flip",
            Flip.class,
            d -> {
              Shape shape = d.shape(0, 5);
              List<Integer> axes = d.permutation(shape.rank());
              return Sample.of(new Flip(axes.subList(0, d.between(0, axes.size()))), any(d, shape));
            })
        .alsoLarge(
            d -> Sample.of(new Flip(List.of(0, 2)), d.input(Shape.of(31, 47, 53), Domain.NORMAL)))
        .nativelyIn(DType.F64)
        .refuses(new Flip(List.of(2)), List.of(f32(2, 3)), "axis in [0, 2)", "got 2")
        .refuses(new Flip(List.of()), List.of(), "1 inputs", "got 0")
        .refusesToMake(() -> new Flip(List.of(1, 1)), "distinct", "[1, 1]");
  }

  private static OpCase roll() {
    return OpCase.of(
            "roll of an axis",
            Roll.class,
            d -> {
              Shape shape = d.shape(1, 5);
              int axis = d.between(0, shape.rank() - 1);
              return Sample.of(new Roll(axis, d.between(-20, 20)), any(d, shape));
            })
        .alsoLarge(d -> Sample.of(new Roll(1, 19), d.input(Shape.of(31, 47, 53), Domain.NORMAL)))
        .nativelyIn(DType.F64)
        .refuses(new Roll(2, 1), List.of(f32(2, 3)), "axis in [0, 2)", "got 2")
        .refuses(new Roll(0, 1), List.of(), "1 inputs", "got 0");
  }

  // ---- Padding ----

  private static Pad randomPad(PadMode mode, Draw d, Shape shape) {
    List<Long> before = new ArrayList<>();
    List<Long> after = new ArrayList<>();
    for (long n : shape.dims()) {
      long most =
          switch (mode) {
            case CONSTANT, EDGE -> n == 0 && mode == PadMode.EDGE ? 0 : 4;
            case REFLECT -> Math.clamp(n - 1, 0, 6);
            case CIRCULAR -> Math.min(n, 6);
          };
      boolean some = shape.rank() < 3 || d.flip();
      before.add(some ? (long) d.between(0, (int) most) : 0);
      after.add(some ? (long) d.between(0, (int) most) : 0);
      if (mode == PadMode.CONSTANT && d.chance(0.2)) {
        before.set(before.size() - 1, -(long) d.between(0, (int) n));
      }
    }
    return new Pad(mode, before, after, d.pick(0, 1, 7));
  }

  private static OpCase pad(PadMode mode) {
    Pad one = new Pad(mode, List.of(1L), List.of(2L), 0);
    OpCase c =
        OpCase.of(
                "pad" + suffix(mode),
                Pad.class,
                d -> {
                  Shape shape = d.shape(0, 5);
                  return Sample.of(randomPad(mode, d, shape), any(d, shape));
                })
            .alsoLarge(d ->
                Sample.of(
                    new Pad(mode, List.of(0L, 2L, 1L), List.of(0L, 1L, 3L), 0.5),
                    d.input(Shape.of(31, 47, 53), Domain.NORMAL)))
            .sums(_ -> 8)
            .nativelyIn(DType.F64)
            .refuses(one, List.of(f32(4, 4)), "2 axes", "got 1")
            .refuses(one, List.of(), "1 inputs", "got 0")
            .refusesToMake(() -> new Pad(mode, List.of(1L), List.of(), 0), "[1] and []");
    Pad much = new Pad(mode, List.of(mode == PadMode.CONSTANT ? -9L : 9L), List.of(1L), 0);
    int size = mode == PadMode.EDGE ? 0 : 7;
    return c.refuses(much, List.of(f32(size)), mode.name(), "axis 0", "[" + size + "]", "9 and 1");
  }

  private static OpCase padBackward(PadMode mode) {
    Pad one = new Pad(mode, List.of(1L), List.of(2L), 0);
    return OpCase.of(
            "pad_backward" + suffix(mode),
            PadBackward.class,
            d -> {
              Shape shape = d.shape(0, 5);
              return padBackward(d, randomPad(mode, d, shape), shape);
            })
        .alsoLarge(d ->
            padBackward(
                d,
                new Pad(mode, List.of(0L, 2L, 1L), List.of(0L, 1L, 3L), 0),
                Shape.of(31, 47, 53)))
        .sums(_ -> 8)
        .nativelyIn(DType.F64)
        .refuses(new PadBackward(one, Shape.of(4)), List.of(f32(4)), "dy of shape [7]", "F32[4]")
        .refuses(new PadBackward(one, Shape.of(0)), List.of(f32(3)), mode.name(), "[0]")
        .refuses(new PadBackward(one, Shape.of(1)), List.of(I32), "floating", "I32[4]")
        .refusesToMake(
            () ->
                new PadBackward(new Pad(PadMode.CONSTANT, List.of(), List.of(), 0), Shape.scalar()),
            "copies elements",
            "CONSTANT");
  }

  private static Sample padBackward(Draw d, Pad pad, Shape shape) {
    Shape padded = pad.infer(List.of(new TensorSpec(shape, DType.F32))).get(0).shape();
    return Sample.of(new PadBackward(pad, shape), d.input(padded, Domain.NORMAL));
  }

  // ---- Resizing ----

  /** Any resampling of up to three last axes. */
  private static Resize randomResize(ResizeMode mode, Draw d, Shape shape) {
    int axes = Math.min(shape.rank(), d.between(1, 3));
    List<Long> sizes = new ArrayList<>();
    for (int i = shape.rank() - axes; i < shape.rank(); i++) {
      long n = shape.dim(i);
      long m = d.pick(n, 2 * n, Math.max(1, n / 2), (long) d.between(1, (int) n + 5), 1L);
      sizes.add(Math.min(m, d.smooth() ? 5 : 40));
    }
    return new Resize(mode, mode != ResizeMode.NEAREST && d.flip(), sizes);
  }

  private static Shape resizable(Draw d) {
    return Draw.limited(d.smooth() ? 40 : 1500, d.filledShape(1, 5).dims());
  }

  /** At most so many positions of the larger side meet on one of the smaller side. */
  private static long terms(Resize op, Shape from) {
    double terms = 1;
    for (int i = 0; i < op.sizes().size(); i++) {
      double n = from.dim(from.rank() - op.sizes().size() + i);
      terms *= 4 * (1 + op.sizes().get(i) / n);
    }
    return (long) terms;
  }

  private static OpCase resize(ResizeMode mode) {
    Resize op = new Resize(mode, false, List.of(3L, 5L));
    OpCase c =
        OpCase.of(
                "resize" + suffix(mode),
                Resize.class,
                d -> {
                  Shape shape = resizable(d);
                  return Sample.of(
                      randomResize(mode, d, shape),
                      mode == ResizeMode.NEAREST ? any(d, shape) : d.input(shape, Domain.NORMAL));
                })
            .alsoLarge(d ->
                Sample.of(
                    new Resize(mode, false, List.of(61L, 97L)),
                    d.input(Shape.of(3, 5, 31, 47), Domain.NORMAL)))
            .alsoLarge(d ->
                Sample.of(
                    new Resize(mode, mode != ResizeMode.NEAREST, List.of(29L, 33L)),
                    d.input(Shape.of(7, 9, 31, 47), Domain.NORMAL)))
            .also(d ->
                Sample.of(
                    new Resize(mode, false, List.of(4L)), d.input(Shape.of(0, 3), Domain.NORMAL)))
            .sums(s -> terms((Resize) s.op(), s.specs().get(0).shape()))
            .nativelyIn(DType.F64)
            .refuses(op, List.of(f32(4)), "at least 2 axes", "[4]")
            .refuses(op, List.of(f32(4, 0)), "elements on axis 1", "[4, 0]")
            .refuses(op, List.of(), "1 inputs", "got 0")
            .refusesToMake(() -> new Resize(mode, false, List.of(3L, 0L)), "sizes > 0", "[3, 0]");
    return mode == ResizeMode.NEAREST
        ? c.refusesToMake(() -> new Resize(mode, true, List.of(3L)), "aligned corners", "NEAREST")
        : c.refuses(new Resize(mode, false, List.of(3L)), List.of(I32), "floating", "I32[4]");
  }

  private static OpCase resizeBackward(ResizeMode mode) {
    ResizeBackward op =
        new ResizeBackward(new Resize(mode, false, List.of(3L, 5L)), Shape.of(2, 4));
    return OpCase.of(
            "resize_backward" + suffix(mode),
            ResizeBackward.class,
            d -> {
              Shape shape = resizable(d);
              return resizeBackward(d, randomResize(mode, d, shape), shape);
            })
        .alsoLarge(d ->
            resizeBackward(d, new Resize(mode, false, List.of(61L, 97L)), Shape.of(5, 3, 31, 47)))
        .sums(s -> terms(((ResizeBackward) s.op()).resize(), ((ResizeBackward) s.op()).shape()))
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(3, 4)), "dy of shape [3, 5]", "F32[3, 4]")
        .refuses(op, List.of(I32), "floating", "I32[4]")
        .refuses(op, List.of(), "1 inputs", "got 0");
  }

  private static Sample resizeBackward(Draw d, Resize resize, Shape shape) {
    long[] dims = shape.dims();
    long[] lead = LongStream.of(dims).limit(dims.length - resize.sizes().size()).toArray();
    Shape resized =
        Shape.of(lead).append(resize.sizes().stream().mapToLong(Long::longValue).toArray());
    return Sample.of(new ResizeBackward(resize, shape), d.input(resized, Domain.NORMAL));
  }
}
