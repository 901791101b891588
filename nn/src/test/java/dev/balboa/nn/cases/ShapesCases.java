package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Embeddings;
import dev.balboa.nn.tensor.Shapes;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Rearrangements that are composed of other operations. */
final class ShapesCases {
  private ShapesCases() {}

  static List<OpCase> all() {
    return List.of(
        tile(),
        repeatInterleave(),
        roll(),
        split(),
        chunk(),
        meshgrid(),
        maskedFill(),
        triangle("tril", Shapes::tril),
        triangle("triu", Shapes::triu),
        diagonal(),
        toSpace("pixel_shuffle", Shapes::pixelShuffle),
        toDepth("pixel_unshuffle", Shapes::pixelUnshuffle),
        toSpace("depth_to_space", Shapes::depthToSpace),
        toDepth("space_to_depth", Shapes::spaceToDepth),
        embedding());
  }

  private static Input x(Draw d, Shape shape) {
    return d.input(shape, Domain.NORMAL);
  }

  private static OpCase of(String name, Function<Draw, Sample> generator) {
    return OpCase.ofFunction(name, Shapes.class, generator).sums(_ -> 16).nativelyIn(DType.F64);
  }

  private static OpCase tile() {
    return of(
            "tile",
            d -> {
              Shape shape = Draw.limited(400, d.shape(0, 4).dims());
              long[] repeats = new long[shape.rank()];
              Arrays.setAll(repeats, _ -> d.chance(0.05) ? 0 : d.between(1, 3));
              return Sample.of(
                  "tile(" + Arrays.toString(repeats) + ")",
                  in -> Shapes.tile(in.get(0), repeats),
                  x(d, shape));
            })
        .refuses(in -> Shapes.tile(in.get(0), 2), List.of(f32(2, 3)), "2 numbers", "[2]")
        .refuses(in -> Shapes.tile(in.get(0), -1), List.of(f32(2)), ">= 0", "[-1]");
  }

  private static OpCase repeatInterleave() {
    return of(
            "repeat_interleave",
            d -> {
              Shape shape = Draw.limited(1000, d.shape(1, 4).dims());
              int axis = d.between(-shape.rank(), shape.rank() - 1);
              int repeats = d.between(0, 4);
              return Sample.of(
                  "repeat_interleave(" + axis + ", " + repeats + ")",
                  in -> Shapes.repeatInterleave(in.get(0), axis, repeats),
                  x(d, shape));
            })
        .refuses(in -> Shapes.repeatInterleave(in.get(0), 0, -1), List.of(f32(2)), ">= 0", "-1")
        .refuses(in -> Shapes.repeatInterleave(in.get(0), 1, 2), List.of(f32(2)), "axis", "got 1");
  }

  private static OpCase roll() {
    return of(
            "roll",
            d -> {
              Shape shape = d.shape(1, 4);
              int axis = d.between(0, shape.rank() - 1);
              int shift = d.between(-20, 20);
              return Sample.of(
                  "roll(" + axis + ", " + shift + ")",
                  in -> Shapes.roll(in.get(0), axis, shift),
                  x(d, shape));
            })
        .refuses(in -> Shapes.roll(in.get(0), 2, 1), List.of(f32(2, 3)), "an axis", "got 2");
  }

  private static OpCase split() {
    return of(
            "split",
            d -> {
              Shape shape = d.shape(1, 4);
              int axis = d.between(0, shape.rank() - 1);
              long n = shape.dim(axis);
              long first = d.between(0, (int) n);
              return Sample.ofMany(
                  "split(" + axis + ", " + first + ")",
                  in -> Shapes.split(in.get(0), axis, first, n - first),
                  x(d, shape));
            })
        .refuses(
            in -> Shapes.split(in.get(0), 0, 1, 3).get(0), List.of(f32(5)), "up to 5", "[1, 3]")
        .refuses(in -> Shapes.split(in.get(0), 0, 6, -1).get(0), List.of(f32(5)), ">= 0", "[6, -1]")
        .refuses(in -> Shapes.split(in.get(0), 1, 5).get(0), List.of(f32(5)), "axis", "got 1");
  }

  private static OpCase chunk() {
    return of(
            "chunk",
            d -> {
              Shape shape = d.shape(1, 4);
              int axis = d.between(0, shape.rank() - 1);
              int parts = d.between(1, 5);
              return Sample.ofMany(
                  "chunk(" + axis + ", " + parts + ")",
                  in -> Shapes.chunk(in.get(0), axis, parts),
                  x(d, shape));
            })
        .refuses(in -> Shapes.chunk(in.get(0), 0, 0).get(0), List.of(f32(5)), "parts > 0", "got 0")
        .refuses(in -> Shapes.chunk(in.get(0), 1, 2).get(0), List.of(f32(5)), "axis", "got 1");
  }

  private static OpCase meshgrid() {
    return of(
            "meshgrid",
            d -> {
              Input[] vectors = new Input[d.between(1, 3)];
              Arrays.setAll(vectors, _ -> x(d, Draw.limited(d.smooth() ? 4 : 17, d.dim())));
              if (!d.smooth() && d.chance(0.1)) {
                vectors[0] = x(d, Shape.of(401));
              }
              return Sample.ofMany(
                  "meshgrid", in -> Shapes.meshgrid(in.toArray(Tensor[]::new)), vectors);
            })
        .sums(s ->
            s.inputs().stream()
                .mapToLong(in -> in.spec().shape().size())
                .reduce(1, (a, b) -> a * b))
        .refuses(in -> Shapes.meshgrid().get(0), List.of(), "at least one", "none")
        .refuses(
            in -> Shapes.meshgrid(in.get(0)).get(0), List.of(f32(2, 3)), "vectors", "F32[2, 3]");
  }

  private static OpCase maskedFill() {
    return of(
            "masked_fill",
            d -> {
              Shape shape = d.shape(0, 4);
              return Sample.of(
                  "masked_fill(-2)",
                  in -> Shapes.maskedFill(in.get(0), in.get(1), -2),
                  x(d, shape),
                  d.whole(d.broadcastingTo(shape), DType.BOOL, 0, 1));
            })
        .refuses(
            in -> Shapes.maskedFill(in.get(0), in.get(1), 0),
            List.of(f32(2), f32(2)),
            "BOOL mask",
            "F32[2]")
        .refuses(
            in -> Shapes.maskedFill(in.get(0), in.get(1), 0),
            List.of(f32(1), new TensorSpec(Shape.of(2), DType.BOOL)),
            "[1]",
            "BOOL[2]");
  }

  private static OpCase triangle(String name, BiFunction<Tensor, Long, Tensor> function) {
    return of(
            name,
            d -> {
              long k = d.between(-4, 4);
              return Sample.of(
                  name + "(" + k + ")", in -> function.apply(in.get(0), k), x(d, d.shape(2, 4)));
            })
        .refuses(in -> function.apply(in.get(0), 0L), List.of(f32(3)), "two axes", "[3]");
  }

  private static OpCase diagonal() {
    return of(
            "diagonal",
            d -> {
              int k = d.between(-4, 4);
              return Sample.of(
                  "diagonal(" + k + ")", in -> Shapes.diagonal(in.get(0), k), x(d, d.shape(2, 4)));
            })
        .refuses(in -> Shapes.diagonal(in.get(0), 0), List.of(f32(3)), "two axes", "[3]");
  }

  private static OpCase toSpace(String name, BiFunction<Tensor, Integer, Tensor> function) {
    return of(
            name,
            d -> {
              int r = d.between(1, 3);
              Shape s = Draw.limited(d.smooth() ? 12 : 300, d.shape(3, 5).dims());
              Shape shape = s.with(-3, s.dim(-3) * r * r);
              return Sample.of(
                  name + "(" + r + ")", in -> function.apply(in.get(0), r), x(d, shape));
            })
        .refuses(in -> function.apply(in.get(0), 2), List.of(f32(1, 6, 2, 2)), "r = 2", "6")
        .refuses(in -> function.apply(in.get(0), 0), List.of(f32(4, 2, 2)), "r = 0", "[4, 2, 2]")
        .refuses(in -> function.apply(in.get(0), 2), List.of(f32(4, 4)), "r = 2", "[4, 4]");
  }

  private static OpCase toDepth(String name, BiFunction<Tensor, Integer, Tensor> function) {
    return of(
            name,
            d -> {
              int r = d.between(1, 3);
              Shape s = Draw.limited(d.smooth() ? 12 : 300, d.shape(3, 5).dims());
              Shape shape = s.with(-2, s.dim(-2) * r).with(-1, s.dim(-1) * r);
              return Sample.of(
                  name + "(" + r + ")", in -> function.apply(in.get(0), r), x(d, shape));
            })
        .refuses(in -> function.apply(in.get(0), 2), List.of(f32(1, 2, 3, 2)), "r = 2", "3")
        .refuses(in -> function.apply(in.get(0), 0), List.of(f32(4, 2, 2)), "r = 0", "[4, 2, 2]")
        .refuses(in -> function.apply(in.get(0), 2), List.of(f32(4, 4)), "r = 2", "[4, 4]");
  }

  /** Where derivatives are checked no id is the padding's, whose row has none. */
  private static OpCase embedding() {
    return OpCase.ofFunction(
            "embedding",
            Embeddings.class,
            d -> {
              Shape table = Draw.limited(2000, d.filledShape(1, 3).dims());
              int n = (int) table.dim(0);
              boolean pads = n > 1 && d.flip();
              OptionalLong padding = pads ? OptionalLong.of(n - 1) : OptionalLong.empty();
              Shape shape = Draw.limited(40, d.shape(0, 2).dims());
              int low = pads && d.smooth() ? 0 : -n;
              int high = pads && d.smooth() ? n - 2 : n - 1;
              return Sample.of(
                  "embedding(" + padding + ")",
                  in -> Embeddings.embedding(in.get(0), in.get(1), padding),
                  x(d, table),
                  d.whole(shape, d.pick(DType.I32, DType.I64), low, high));
            })
        .sums(s -> s.specs().get(1).shape().size())
        .nativelyIn(DType.F64)
        .refuses(
            in -> Embeddings.embedding(in.get(0), in.get(1), OptionalLong.of(2)),
            List.of(f32(2, 3), IndexCases.i32(4)),
            "padding id",
            "F32[2, 3]",
            "2]")
        .refuses(
            in -> Embeddings.embedding(in.get(0), in.get(1), OptionalLong.empty()),
            List.of(f32(2, 3), f32(4)),
            "I32 or I64",
            "F32[4]")
        .refuses(
            in -> Embeddings.embedding(in.get(0), in.get(1), OptionalLong.empty()),
            List.of(f32(), IndexCases.i32(4)),
            "with rows",
            "F32[]");
  }
}
