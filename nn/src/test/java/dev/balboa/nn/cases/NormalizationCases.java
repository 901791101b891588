package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.BatchNormBackward;
import dev.balboa.nn.op.BatchNormInference;
import dev.balboa.nn.op.BatchNormTraining;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Batch normalisation. */
final class NormalizationCases {
  private static final double EPSILON = 1e-5;

  private NormalizationCases() {}

  private static TensorSpec bf16(long... dims) {
    return new TensorSpec(Shape.of(dims), DType.BF16);
  }

  static List<OpCase> all() {
    return List.of(training(), inference(), backward());
  }

  /** How many elements of one channel there are. */
  private static long perChannel(Sample s) {
    Shape x = s.specs().get(0).shape();
    return x.dim(1) == 0 ? 1 : x.size() / x.dim(1);
  }

  /** [N, C, ...] with several elements per channel, so that they have a variance. */
  private static Shape shape(Draw d) {
    Shape s = d.filledShape(2, 5);
    return s.size() / s.dim(1) < 4 ? s.with(0, 4 + d.between(0, 3)) : s;
  }

  private static double epsilon(Draw d) {
    return d.pick(EPSILON, 1e-3, 0.1);
  }

  private static Input perChannel(Draw d, Shape x, Domain domain) {
    return d.input(Shape.of(x.dim(1)), domain);
  }

  private static OpCase training() {
    BatchNormTraining op = new BatchNormTraining(EPSILON);
    return OpCase.of("batch_norm", BatchNormTraining.class, d -> training(d, shape(d)))
        .alsoLarge(d -> training(d, Shape.of(4, 16, 13, 11)))
        .also(d -> training(d, Shape.of(64, 10)))
        .also(d -> training(d, Shape.of(2, 3, 1, 1)))
        .also(d -> training(d, Shape.of(1, 7)))
        .also(d -> activated(d, shape(d), false))
        .also(d -> activated(d, shape(d), true))
        .also(d -> withResidual(d, shape(d)))
        .also(d -> activated(d, Shape.of(4, 32, 13, 11), true).forwardOnly())
        .also(d -> mixed(d, training(d, shape(d))))
        .also(d -> mixed(d, withResidual(d, shape(d))))
        .refuses(
            new BatchNormTraining(EPSILON, true, true),
            List.of(f32(2, 3), f32(3), f32(3), f32(3, 2)),
            "residual F32[2, 3]",
            "F32[3, 2]")
        .sums(NormalizationCases::perChannel)
        .refuses(op, List.of(f32(2, 3)), "3 inputs", "got 1")
        .refuses(op, List.of(f32(3), f32(3), f32(3)), "rank 2", "F32[3]")
        .refuses(op, List.of(f32(2, 3), f32(2), f32(3)), "[3]", "F32[2]")
        .refuses(op, List.of(f32(0, 3), f32(3), f32(3)), "at least one element", "F32[0, 3]")
        .refuses(
            op,
            List.of(f32(2, 3), f32(3), new TensorSpec(Shape.of(3), DType.F64)),
            "F32[2, 3]",
            "F64[3]")
        .refuses(new BatchNormTraining(-1), List.of(f32(2, 3), f32(3), f32(3)), "epsilon", "-1.0");
  }

  private static Sample training(Draw d, Shape x) {
    return Sample.of(
        new BatchNormTraining(epsilon(d)),
        d.input(x, Domain.aroundKinks(d.pick(1.0, 3.0))),
        perChannel(d, x, Domain.NORMAL),
        perChannel(d, x, Domain.NORMAL));
  }

  /** Parameters in the type of sums: F32 where data are BF16. */
  private static Sample mixed(Draw d, Sample sample) {
    return Sample.of(
        sample.op(),
        sample.inputs().stream()
            .map(in -> in.spec().shape().rank() == 1 ? in.as(d.real().sums()) : in)
            .toList());
  }

  /** Far enough from where ReLU bends, on either side. */
  private static Sample activated(Draw d, Shape x, boolean residual) {
    List<Input> in =
        new ArrayList<>(
            List.of(
                d.input(x, Domain.NORMAL),
                perChannel(d, x, Domain.between(0.3, 0.5)),
                perChannel(d, x, (draw, n) -> bends(draw, n))));
    if (residual) {
      in.add(d.input(x, Domain.between(-1, 1)));
    }
    return Sample.of(new BatchNormTraining(epsilon(d), true, residual), in);
  }

  private static double[] bends(Draw d, int n) {
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = d.flip() ? 9 : -9;
    }
    return x;
  }

  private static Sample withResidual(Draw d, Shape x) {
    List<Input> in = new ArrayList<>(training(d, x).inputs());
    in.add(d.input(x, Domain.NORMAL));
    return Sample.of(new BatchNormTraining(epsilon(d), false, true), in);
  }

  private static OpCase inference() {
    BatchNormInference op = new BatchNormInference(EPSILON);
    return OpCase.of(
            "batch_norm_inference", BatchNormInference.class, d -> inference(d, d.shape(2, 5)))
        .alsoLarge(d -> inference(d, Shape.of(4, 16, 13, 11)))
        .also(d -> inference(d, Shape.of(0, 3, 4, 4)))
        .also(d -> mixed(d, inference(d, d.shape(2, 5))))
        .sums(NormalizationCases::perChannel)
        .refuses(op, List.of(f32(2, 3), f32(3), f32(3)), "5 inputs", "got 3")
        .refuses(op, List.of(f32(2, 3), f32(3), f32(3), f32(3), f32(4)), "[3]", "F32[4]")
        .refuses(op, List.of(f32(2, 3), f32(2), f32(3), f32(3), f32(3)), "[3]", "F32[2]")
        .refuses(
            op,
            List.of(bf16(2, 3), bf16(3), bf16(3), f32(3), bf16(3)),
            "statistics F32[3]",
            "BF16[3]");
  }

  private static Sample inference(Draw d, Shape x) {
    return Sample.of(
        new BatchNormInference(epsilon(d)),
        d.input(x, Domain.NORMAL),
        perChannel(d, x, Domain.NORMAL),
        perChannel(d, x, Domain.NORMAL),
        perChannel(d, x, Domain.NORMAL).as(d.real().sums()),
        perChannel(d, x, Domain.between(0.3, 4)).as(d.real().sums()));
  }

  private static OpCase backward() {
    BatchNormBackward op = new BatchNormBackward(EPSILON);
    TensorSpec c = f32(3);
    return OpCase.of(
            "batch_norm_backward",
            BatchNormBackward.class,
            d -> d.chance(0.4) ? ofGiven(d, d.shape(2, 5)) : backward(d, shape(d)))
        .also(d -> ofGiven(d, Shape.of(0, 3, 4)))
        .alsoLarge(d -> ofGiven(d, Shape.of(4, 16, 13, 11)))
        .alsoLarge(d -> backward(d, Shape.of(4, 16, 13, 11)))
        .also(d -> backward(d, Shape.of(64, 10)))
        .also(d -> mixed(d, backward(d, shape(d))))
        .also(d -> mixed(d, ofGiven(d, d.filledShape(2, 5))))
        .runs(NormalizationCases::withStatistics)
        .sums(NormalizationCases::perChannel)
        .refuses(op, List.of(f32(2, 3), c, c, c), "5 inputs", "got 4")
        .refuses(op, List.of(f32(2, 3), c, c, c, f32(2, 4)), "dy F32[2, 3]", "F32[2, 4]")
        .refuses(op, List.of(f32(2, 3), c, c, f32(2), f32(2, 3)), "[3]", "F32[2]");
  }

  private static Sample backward(Draw d, Shape x) {
    return Sample.of(
        new BatchNormBackward(epsilon(d)),
        d.input(x, Domain.NORMAL),
        perChannel(d, x, Domain.NORMAL),
        d.input(x, Domain.NORMAL));
  }

  private static Sample ofGiven(Draw d, Shape x) {
    return Sample.of(
        new BatchNormBackward(epsilon(d), true),
        d.input(x, Domain.NORMAL),
        perChannel(d, x, Domain.NORMAL),
        perChannel(d, x, Domain.NORMAL).as(d.real().sums()),
        perChannel(d, x, Domain.between(0.3, 4)).as(d.real().sums()),
        d.input(x, Domain.NORMAL));
  }

  /** From x, gamma and dy: the statistics are those of x, unless they are given too. */
  private static List<Tensor> withStatistics(Op op, List<Tensor> in) {
    if (((BatchNormBackward) op).given()) {
      return Tensor.apply(op, in.toArray(Tensor[]::new));
    }
    double epsilon = ((BatchNormBackward) op).epsilon();
    Tensor x = in.get(0);
    Tensor gamma = in.get(1);
    List<Tensor> forward =
        Tensor.apply(new BatchNormTraining(epsilon), x.detach(), gamma.detach(), gamma.detach());
    return Tensor.apply(op, x, gamma, forward.get(1), forward.get(2), in.get(2));
  }
}
