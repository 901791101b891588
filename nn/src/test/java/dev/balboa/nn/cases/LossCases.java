package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.CrossEntropyBackward;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.OneHot;
import dev.balboa.nn.op.Reduction;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.util.List;

/** Losses on integer labels. */
final class LossCases {
  private LossCases() {}

  static List<OpCase> all() {
    return List.of(crossEntropy(), crossEntropyBackward(), oneHot());
  }

  private static TensorSpec i32(long... dims) {
    return new TensorSpec(Shape.of(dims), DType.I32);
  }

  private static Input labels(Draw d, long rows, long classes) {
    return d.whole(Shape.of(rows), DType.I32, 0, (int) classes - 1);
  }

  private static OpCase crossEntropy() {
    CrossEntropy op = new CrossEntropy(Reduction.MEAN);
    return OpCase.of(
            "cross_entropy", CrossEntropy.class, d -> loss(d, d.dim(), d.positiveDim(), any(d)))
        .alsoLarge(d -> loss(d, 2003, 10, Reduction.MEAN))
        .alsoLarge(d -> loss(d, 3, 10_007, Reduction.SUM))
        .also(d -> loss(d, 128, 10, Reduction.NONE))
        .also(d -> loss(d, 0, 10, Reduction.NONE))
        .also(d -> loss(d, 0, 10, Reduction.SUM))
        .also(d -> loss(d, 0, 10, Reduction.MEAN))
        .also(d -> loss(d, 4, 1, Reduction.MEAN))
        .also(d ->
            Sample.of(
                op,
                d.exactly(Shape.of(2, 3), 1000, -1000, 0, 1e30, 1e30, -1e30),
                Input.constant(DType.I32, Shape.of(2), 1, 1)))
        .sums(s -> s.specs().get(0).shape().size())
        .refuses(op, List.of(f32(2, 3)), "2 inputs", "got 1")
        .refuses(op, List.of(f32(2, 3, 4), i32(2)), "rank 2", "F32[2, 3, 4]")
        .refuses(op, List.of(f32(2, 3), f32(2)), "labels", "I32", "F32[2]")
        .refuses(op, List.of(f32(2, 3), i32(3)), "labels", "[2]", "I32[3]")
        .refuses(op, List.of(f32(2, 3), i32(2, 1)), "labels", "[2]", "I32[2, 1]")
        .refuses(op, List.of(f32(2, 0), i32(2)), "at least one class", "F32[2, 0]")
        .refuses(op, List.of(i32(2, 3), i32(2)), "floating", "I32[2, 3]");
  }

  private static Reduction any(Draw d) {
    return d.pick(Reduction.values());
  }

  private static Input logits(Draw d, long rows, long classes) {
    return d.input(Shape.of(rows, classes), Domain.aroundKinks(d.pick(1.0, 5.0)));
  }

  private static Sample loss(Draw d, long rows, long classes, Reduction reduction) {
    return Sample.of(
        new CrossEntropy(reduction), logits(d, rows, classes), labels(d, rows, classes));
  }

  private static OpCase crossEntropyBackward() {
    CrossEntropyBackward op = new CrossEntropyBackward(Reduction.MEAN);
    return OpCase.of(
            "cross_entropy_backward",
            CrossEntropyBackward.class,
            d -> gradient(d, d.dim(), d.positiveDim(), any(d)))
        .alsoLarge(d -> gradient(d, 2003, 10, Reduction.MEAN))
        .alsoLarge(d -> gradient(d, 3, 10_007, Reduction.NONE))
        .also(d -> gradient(d, 0, 10, Reduction.MEAN))
        .sums(s -> s.specs().get(0).shape().size())
        .refuses(op, List.of(f32(2, 3), i32(2)), "3 inputs", "got 2")
        .refuses(op, List.of(f32(2, 3), i32(2), f32(2)), "dloss F32[]", "F32[2]")
        .refuses(
            new CrossEntropyBackward(Reduction.NONE),
            List.of(f32(2, 3), i32(2), f32()),
            "dloss F32[2]",
            "F32[]")
        .refuses(op, List.of(f32(2, 3), f32(2), f32()), "labels", "I32", "F32[2]");
  }

  private static Sample gradient(Draw d, long rows, long classes, Reduction reduction) {
    Shape loss = reduction == Reduction.NONE ? Shape.of(rows) : Shape.scalar();
    return Sample.of(
        new CrossEntropyBackward(reduction),
        logits(d, rows, classes),
        labels(d, rows, classes),
        d.input(loss, Domain.NORMAL));
  }

  private static OpCase oneHot() {
    return OpCase.of(
            "one_hot",
            OneHot.class,
            d -> {
              int depth = (int) d.positiveDim();
              return Sample.of(
                  new OneHot(depth, d.real()), d.whole(d.shape(0, 3), DType.I32, 0, depth - 1));
            })
        .alsoLarge(
            d -> Sample.of(new OneHot(10, d.real()), d.whole(Shape.of(10_007), DType.I32, 0, 9)))
        .derivative(OpCase.Derivative.NONE)
        .refuses(new OneHot(3, DType.F32), List.of(), "1 inputs", "got 0")
        .refuses(new OneHot(3, DType.F32), List.of(f32(2)), "indices", "I32", "F32[2]")
        .refuses(new OneHot(0, DType.F32), List.of(i32(2)), "depth > 0", "got 0")
        .refuses(new OneHot(3, DType.I32), List.of(i32(2)), "floating", "I32");
  }
}
