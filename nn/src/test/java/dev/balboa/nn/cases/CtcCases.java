package dev.balboa.nn.cases;

import static dev.balboa.nn.cases.LossCases.i32;
import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.Ctc;
import dev.balboa.nn.op.CtcBackward;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import java.util.Arrays;
import java.util.List;

/** Connectionist temporal classification. */
final class CtcCases {
  private CtcCases() {}

  static List<OpCase> all() {
    return List.of(ctc(), ctcBackward());
  }

  private static OpCase ctc() {
    Ctc op = new Ctc(0, false);
    return OpCase.of("ctc", Ctc.class, CtcCases::random)
        .alsoLarge(d -> forward(d, 60, 7, 11, 13))
        .also(d -> forward(d, 5, 0, 3, 2))
        .also(d -> forward(d, 0, 2, 3, 2))
        .also(d -> forward(d, 4, 3, 2, 0))
        .also(d -> forward(d, 3, 4, 2, 3))
        .also(d -> impossible(d, op))
        .also(d -> impossible(d, new Ctc(0, true)))
        .sums(CtcCases::terms)
        .derivative(OpCase.Derivative.ONCE)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2, 3, 4)), "4 inputs", "got 1")
        .refuses(op, List.of(f32(2, 3), i32(3, 1), i32(3), i32(3)), "log-probabilities", "rank 3")
        .refuses(
            op, List.of(i32(2, 3, 4), i32(3, 1), i32(3), i32(3)), "log-probabilities", "floating")
        .refuses(
            new Ctc(4, false), List.of(f32(2, 3, 4), i32(3, 1), i32(3), i32(3)), "blank", "got 4")
        .refuses(op, List.of(f32(2, 3, 4), i32(3), i32(3), i32(3)), "targets", "rank 2")
        .refuses(op, List.of(f32(2, 3, 4), i32(2, 5), i32(3), i32(3)), "targets", "[3, 5]")
        .refuses(op, List.of(f32(2, 3, 4), f32(3, 1), i32(3), i32(3)), "targets", "I32")
        .refuses(op, List.of(f32(2, 3, 4), i32(3, 1), i32(2), i32(3)), "input lengths", "[3]")
        .refuses(op, List.of(f32(2, 3, 4), i32(3, 1), i32(3), f32(3)), "target lengths", "I32")
        .refusesToMake(() -> new Ctc(-1, false), "blank", "-1");
  }

  private static Sample random(Draw d) {
    if (!d.smooth() && d.chance(0.05)) {
      return forward(d, 3, 301, 3, 1);
    }
    return d.smooth()
        ? forward(d, d.between(2, 5), d.between(1, 3), d.between(2, 4), d.between(0, 2))
        : forward(d, d.between(1, 9), d.between(1, 4), d.between(2, 6), d.between(0, 4));
  }

  private static Sample forward(Draw d, int steps, int samples, int classes, int width) {
    return Sample.of(op(d, classes), inputs(d, steps, samples, classes, width, true));
  }

  private static Ctc op(Draw d, int classes) {
    return new Ctc(classes - 1, d.smooth() || d.flip());
  }

  /**
   * Labels are below the blank, which is the last class; what is beyond a length may be anything.
   */
  private static List<Input> inputs(
      Draw d, int steps, int samples, int classes, int width, boolean differentiable) {
    Input x = d.input(Shape.of(steps, samples, classes), Domain.between(-4, 0), differentiable);
    Input targets = d.whole(Shape.of(samples, width), DType.I32, 0, classes - 2);
    Input inputLengths = d.whole(Shape.of(samples), DType.I32, d.flip() ? steps : 0, steps);
    Input targetLengths = d.whole(Shape.of(samples), DType.I32, 0, width);
    return List.of(x, targets, inputLengths, targetLengths);
  }

  /** Equal neighbours need a blank between them, for which there is no step. */
  private static Sample impossible(Draw d, Ctc op) {
    return Sample.of(
        op,
        d.input(Shape.of(3, 2, 3), Domain.between(-4, 0)),
        Input.constant(DType.I32, Shape.of(2, 2), 1, 1, 1, 2),
        Input.constant(DType.I32, Shape.of(2), 2, 2),
        Input.constant(DType.I32, Shape.of(2), 2, 2));
  }

  private static long terms(Sample s) {
    Shape x = s.specs().get(0).shape();
    return 3 * x.dim(0) * (2 * s.specs().get(1).shape().dim(1) + 1);
  }

  private static OpCase ctcBackward() {
    CtcBackward op = new CtcBackward(new Ctc(0, false));
    return OpCase.of(
            "ctc_backward",
            CtcBackward.class,
            d -> backward(d, d.between(1, 9), d.between(1, 4), d.between(2, 6), d.between(0, 4)))
        .alsoLarge(d -> backward(d, 60, 7, 11, 13))
        .also(d -> backward(d, 3, 301, 3, 1))
        .also(d -> backward(d, 5, 0, 3, 2))
        .also(d -> backward(d, 3, 4, 2, 3))
        .sums(CtcCases::terms)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2, 3, 4), i32(3, 1), i32(3), i32(3)), "5 inputs", "got 4")
        .refuses(
            op, List.of(f32(2, 3, 4), i32(3, 1), i32(3), i32(3), f32()), "dloss F32[3]", "F32[]")
        .refuses(
            op,
            List.of(f32(2, 3, 4), i32(2, 1), i32(3), i32(3), f32(3)),
            "targets",
            "[3, 1]",
            "I32[2, 1]");
  }

  private static Sample backward(Draw d, int steps, int samples, int classes, int width) {
    Input[] all =
        Arrays.copyOf(inputs(d, steps, samples, classes, width, false).toArray(Input[]::new), 5);
    all[4] = d.input(Shape.of(samples), Domain.NORMAL);
    return Sample.of(new CtcBackward(op(d, classes)), all);
  }
}
