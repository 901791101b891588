package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Indexing;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Elements picked and placed by whole positions, masks and lengths. */
final class IndexingCases {
  private static final TensorSpec BOOL = new TensorSpec(Shape.of(2), DType.BOOL);

  private IndexingCases() {}

  static List<OpCase> all() {
    return List.of(
        gatherNd(),
        scatter("scatter_nd", Indexing::scatterNd),
        scatter("scatter_nd_add", Indexing::scatterNdAdd),
        nonzero(),
        maskedSelect(),
        reverseSequence());
  }

  private static OpCase of(String name, Function<Draw, Sample> generator) {
    return OpCase.ofFunction(name, Indexing.class, generator).nativelyIn(DType.F64);
  }

  /** Positions [lead..., k] in the k axes of x from {@code start} on, from both ends. */
  private static Input positions(Draw d, Shape x, int start, int k, Shape lead) {
    boolean nowhere = x.slice(start, start + k).size() == 0 && lead.size() > 0;
    Shape shape = (nowhere ? lead.with(lead.rank() - 1, 0) : lead).append(k);
    double[] at = new double[Draw.count(shape)];
    Arrays.setAll(
        at,
        i -> {
          int n = (int) x.dim(start + i % k);
          return d.between(-n, n - 1);
        });
    return Input.constant(d.pick(DType.I32, DType.I64), shape, at);
  }

  private static Shape some(Draw d) {
    return Draw.limited(d.smooth() ? 5 : 60, d.shape(1, 2).dims());
  }

  private static OpCase gatherNd() {
    return of(
            "gather_nd",
            d -> {
              Shape x = d.shape(1, 4);
              int batch = x.rank() > 1 && d.chance(0.3) ? 1 : 0;
              int k = d.between(1, x.rank() - batch);
              Shape lead = x.slice(0, batch).append(some(d).dims());
              return Sample.of(
                  "gather_nd(" + batch + ")",
                  in -> Indexing.gatherNd(in.get(0), in.get(1), batch),
                  d.input(x, Domain.NORMAL),
                  positions(d, x, batch, k, lead));
            })
        .sums(s -> s.specs().get(1).shape().size())
        .refuses(gather(0), List.of(f32(2, 3), f32(1, 2)), "I32 or I64", "F32[1, 2]")
        .refuses(gather(0), List.of(f32(2), IndexCases.i32(4, 2)), "1 to 1 components", "I32[4, 2]")
        .refuses(gather(0), List.of(f32(2), IndexCases.i32()), "one more", "I32[]")
        .refuses(gather(1), List.of(f32(2, 3), IndexCases.i32(3, 1)), "first 1 axes", "I32[3, 1]");
  }

  private static Function<List<Tensor>, Tensor> gather(int batchAxes) {
    return in -> Indexing.gatherNd(in.get(0), in.get(1), batchAxes);
  }

  private interface Scatter {
    Tensor apply(Tensor x, Tensor positions, Tensor updates);
  }

  private static OpCase scatter(String name, Scatter f) {
    Function<List<Tensor>, Tensor> function = in -> f.apply(in.get(0), in.get(1), in.get(2));
    return of(
            name,
            d -> {
              Shape x = d.shape(1, 4);
              int k = d.between(1, x.rank());
              Input at = positions(d, x, 0, k, some(d));
              Shape lead = at.spec().shape().slice(0, at.spec().shape().rank() - 1);
              Shape updates = lead.append(x.slice(k, x.rank()).dims());
              return Sample.of(
                  name, function, d.input(x, Domain.NORMAL), at, d.input(updates, Domain.NORMAL));
            })
        .sums(s -> s.specs().get(1).shape().size())
        .refuses(function, List.of(f32(2, 3), f32(1, 2), f32(1)), "I32 or I64", "F32[1, 2]")
        .refuses(function, List.of(f32(2, 3), IndexCases.i32(4, 1), f32(4)), "[4, 3]", "F32[4]")
        .refuses(
            function,
            List.of(f32(2, 3), IndexCases.i32(4, 2), IndexCases.i32(4)),
            "type F32",
            "I32[4]");
  }

  private static OpCase nonzero() {
    return of(
            "nonzero",
            d ->
                Sample.of(
                    "nonzero",
                    in -> Indexing.nonzero(in.get(0)),
                    d.flip()
                        ? d.whole(d.shape(1, 4), DType.BOOL, 0, 1)
                        : d.input(d.shape(1, 4), Domain.FACTORS, false)))
        .derivative(OpCase.Derivative.NONE)
        .nativelyIn(DType.F64)
        .refuses(in -> Indexing.nonzero(in.get(0)), List.of(f32()), "with axes", "F32[]");
  }

  private static OpCase maskedSelect() {
    Function<List<Tensor>, Tensor> function = in -> Indexing.maskedSelect(in.get(0), in.get(1));
    return of(
            "masked_select",
            d -> {
              Shape x = d.shape(0, 4);
              return Sample.of(
                  "masked_select",
                  function,
                  d.input(x, Domain.NORMAL),
                  d.whole(d.broadcastingTo(x), DType.BOOL, 0, 1));
            })
        .refuses(function, List.of(f32(2), f32(2)), "BOOL mask", "F32[2]")
        .refuses(function, List.of(f32(1), BOOL), "broadcasts to [1]", "BOOL[2]");
  }

  private static OpCase reverseSequence() {
    return of(
            "reverse_sequence",
            d -> {
              Shape x = d.shape(2, 4);
              int time = d.between(0, 1);
              int batch = 1 - time;
              int steps = (int) x.dim(time);
              return Sample.of(
                  "reverse_sequence(" + time + ", " + batch + ")",
                  in -> Indexing.reverseSequence(in.get(0), in.get(1), time, batch),
                  d.input(x, Domain.NORMAL),
                  d.whole(Shape.of(x.dim(batch)), d.pick(DType.I32, DType.I64), 0, steps));
            })
        .refuses(
            in -> Indexing.reverseSequence(in.get(0), in.get(1), 0, 1),
            List.of(f32(4, 2), IndexCases.i32(4)),
            "lengths I32 or I64 [2]",
            "I32[4]")
        .refuses(
            in -> Indexing.reverseSequence(in.get(0), in.get(1), 0, -2),
            List.of(f32(4, 2), IndexCases.i32(2)),
            "different axes",
            "0 twice")
        .refuses(
            in -> Indexing.reverseSequence(in.get(0), in.get(1), 2, 0),
            List.of(f32(4, 2), IndexCases.i32(2)),
            "an axis",
            "got 2");
  }
}
