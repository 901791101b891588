package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.PointwiseLoss;
import dev.balboa.nn.op.PointwiseLossBackward;
import dev.balboa.nn.op.PointwiseLossKind;
import dev.balboa.nn.op.Reduction;
import dev.balboa.nn.op.Shape;
import java.util.List;

/** Losses that compare an output with a target element by element. */
final class PointwiseLossCases {
  private PointwiseLossCases() {}

  static List<OpCase> all() {
    return List.of(forward(), backward());
  }

  private static PointwiseLoss any(Draw d) {
    PointwiseLossKind kind = d.pick(PointwiseLossKind.values());
    double parameter = kind == PointwiseLossKind.HUBER ? d.pick(0.7, 1.3) : 0;
    return new PointwiseLoss(kind, parameter, d.pick(Reduction.values()));
  }

  private static Input output(Draw d, PointwiseLoss op, Shape shape) {
    return d.input(
        shape,
        switch (op.kind()) {
          case SQUARED -> Domain.NORMAL;
          case ABSOLUTE, HUBER -> Domain.aroundKinks(2);
          case BCE -> Domain.between(0.02, 0.98);
          case LOGITS -> Domain.aroundKinks(5);
          case KL -> Domain.between(-4, 0);
          case POISSON -> Domain.between(0.2, 3);
        });
  }

  private static Input target(Draw d, PointwiseLoss op, Shape shape) {
    return d.input(
        shape,
        switch (op.kind()) {
          case SQUARED -> Domain.NORMAL;
          case ABSOLUTE, HUBER -> Domain.GRID;
          case BCE, LOGITS -> Domain.between(0, 1);
          case KL -> Domain.between(0.05, 1);
          case POISSON -> Domain.between(0, 4);
        });
  }

  private static Sample loss(Draw d, Shape shape) {
    PointwiseLoss op = any(d);
    return Sample.of(op, output(d, op, shape), target(d, op, shape));
  }

  private static Sample gradient(Draw d, Shape shape) {
    PointwiseLoss op = any(d);
    Shape loss = op.reduction() == Reduction.NONE ? shape : Shape.scalar();
    return Sample.of(
        new PointwiseLossBackward(op, d.flip()),
        output(d, op, shape),
        target(d, op, shape),
        d.input(loss, Domain.NORMAL));
  }

  private static long elements(Sample s) {
    return s.specs().get(0).shape().size();
  }

  private static PointwiseLoss squared() {
    return new PointwiseLoss(PointwiseLossKind.SQUARED, 0, Reduction.MEAN);
  }

  private static OpCase forward() {
    return OpCase.of("pointwise_loss", PointwiseLoss.class, d -> loss(d, d.shape(0, 4)))
        .alsoLarge(d -> loss(d, Shape.of(257, 131)))
        .also(d -> loss(d, Shape.of(0, 3)))
        .sums(PointwiseLossCases::elements)
        .nativelyIn(DType.F64)
        .refuses(squared(), List.of(f32(2)), "2 inputs", "got 1")
        .refuses(squared(), List.of(f32(2), f32(3)), "a target like F32[2]", "F32[3]")
        .refuses(squared(), List.of(LossCases.i32(2), LossCases.i32(2)), "floating", "I32[2]")
        .refusesToMake(
            () -> new PointwiseLoss(PointwiseLossKind.HUBER, 0, Reduction.SUM),
            "parameter above 0",
            "0.0");
  }

  private static OpCase backward() {
    PointwiseLossBackward op = new PointwiseLossBackward(squared(), true);
    return OpCase.of(
            "pointwise_loss_backward", PointwiseLossBackward.class, d -> gradient(d, d.shape(0, 4)))
        .alsoLarge(d -> gradient(d, Shape.of(257, 131)))
        .also(d -> gradient(d, Shape.of(0, 3)))
        .sums(PointwiseLossCases::elements)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2), f32(2)), "3 inputs", "got 2")
        .refuses(op, List.of(f32(2), f32(3), f32()), "a target like F32[2]", "F32[3]")
        .refuses(op, List.of(f32(2), f32(2), f32(2)), "dloss F32[]", "F32[2]");
  }
}
