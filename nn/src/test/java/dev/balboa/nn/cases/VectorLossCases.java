package dev.balboa.nn.cases;

import static dev.balboa.nn.cases.LossCases.i32;
import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.Reduction;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** Loss functions of {@link Losses} on pairs and triplets. */
final class VectorLossCases {
  private VectorLossCases() {}

  static List<OpCase> all() {
    return List.of(marginRanking(), cosineSimilarity(), cosineEmbedding(), tripletMargin());
  }

  private static OpCase marginRanking() {
    Function<List<Tensor>, Tensor> f =
        in -> Losses.marginRanking(in.get(0), in.get(1), in.get(2), 0.375, Reduction.MEAN);
    return OpCase.ofFunction(
            "margin_ranking",
            Losses.class,
            d -> {
              Shape shape = d.shape(0, 4);
              return Sample.of(
                  "margin_ranking",
                  f,
                  d.input(shape, Domain.NORMAL),
                  d.input(shape, Domain.NORMAL),
                  d.input(shape, LossFunctionCases.SIGN, false));
            })
        .sums(LossFunctionCases::size)
        .refuses(f, List.of(f32(3), f32(2), f32(3)), "a second input", "F32[2]")
        .refuses(f, List.of(f32(3), f32(3), f32(2)), "targets", "F32[2]");
  }

  private static OpCase cosineSimilarity() {
    Function<List<Tensor>, Tensor> f = in -> Losses.cosineSimilarity(in.get(0), in.get(1), -1);
    return OpCase.ofFunction(
            "cosine_similarity",
            Losses.class,
            d -> {
              Shape shape = d.shape(1, 4);
              int axis = d.between(0, shape.rank() - 1);
              return Sample.of(
                  "cosine_similarity(" + axis + ")",
                  in -> Losses.cosineSimilarity(in.get(0), in.get(1), axis),
                  d.input(shape, Domain.NORMAL),
                  d.input(shape, Domain.NORMAL));
            })
        .also(d ->
            Sample.of(
                "cosine_similarity of zeros",
                f,
                Input.full(new dev.balboa.nn.op.TensorSpec(Shape.of(2, 3), d.real()), 0),
                d.input(Shape.of(2, 3), Domain.NORMAL)))
        .sums(LossFunctionCases::size)
        .refuses(f, List.of(f32(2, 3), f32(3)), "a second input", "F32[3]")
        .refuses(f, List.of(f32(), f32()), "rank 1", "F32[]")
        .refuses(
            in -> Losses.cosineSimilarity(in.get(0), in.get(1), 2),
            List.of(f32(2, 3), f32(2, 3)),
            "an axis",
            "got 2");
  }

  private static OpCase cosineEmbedding() {
    Function<List<Tensor>, Tensor> f =
        in -> Losses.cosineEmbedding(in.get(0), in.get(1), in.get(2), 0.125, Reduction.SUM);
    return OpCase.ofFunction(
            "cosine_embedding",
            Losses.class,
            d -> {
              Shape shape = d.shape(2, 3);
              // The cosine of vectors of one element jumps at 0.
              Domain numbers = d.smooth() ? Domain.aroundKinks(1, 0) : Domain.NORMAL;
              return Sample.of(
                  "cosine_embedding",
                  f,
                  d.input(shape, numbers),
                  d.input(shape, numbers),
                  d.input(shape.slice(0, shape.rank() - 1), LossFunctionCases.SIGN, false));
            })
        .sums(LossFunctionCases::size)
        .refuses(f, List.of(f32(2, 3), f32(3), f32(2)), "a second input", "F32[3]")
        .refuses(f, List.of(f32(2, 3), f32(2, 3), f32(3)), "targets F32[2]", "F32[3]");
  }

  private static OpCase tripletMargin() {
    Function<List<Tensor>, Tensor> f =
        in -> Losses.tripletMargin(in.get(0), in.get(1), in.get(2), 1, 2, Reduction.MEAN);
    return OpCase.ofFunction(
            "triplet_margin",
            Losses.class,
            d -> {
              Shape shape = d.filledShape(1, 3);
              double p = d.pick(1.0, 2.0, 3.0, Double.POSITIVE_INFINITY);
              return Sample.of(
                  "triplet_margin(" + p + ")",
                  in ->
                      Losses.tripletMargin(in.get(0), in.get(1), in.get(2), 0.75, p, Reduction.SUM),
                  d.input(shape, Domain.NORMAL),
                  d.input(shape, Domain.GRID),
                  d.input(shape, Domain.NORMAL));
            })
        .sums(LossFunctionCases::size)
        .refuses(f, List.of(f32(2, 3), f32(3), f32(2, 3)), "a second input", "F32[3]")
        .refuses(f, List.of(f32(2, 3), f32(2, 3), f32(3)), "a third input", "F32[3]")
        .refuses(f, List.of(i32(3), i32(3), i32(3)), "floating", "I32[3]")
        .refuses(
            in -> Losses.tripletMargin(in.get(0), in.get(1), in.get(2), 1, 0.5, Reduction.SUM),
            List.of(f32(3), f32(3), f32(3)),
            "p >= 1",
            "0.5");
  }
}
