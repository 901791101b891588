package dev.balboa.nn.op;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A loss that compares an output with a target element by element, reduced in the same pass. Inputs
 * output and target, floating-point, of one spec; the result is like them, or a scalar where it is
 * reduced. The mean over no elements is NaN.
 *
 * @param parameter of the kinds that name one, else 0
 */
public record PointwiseLoss(PointwiseLossKind kind, double parameter, Reduction reduction)
    implements LossOp {
  /** Checks the parameter. */
  public PointwiseLoss {
    boolean fits = kind != PointwiseLossKind.HUBER || parameter > 0;
    Check.that(fits, "pointwise_loss", "a parameter above 0", parameter);
  }

  @Override
  public String name() {
    return "pointwise_loss";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    return List.of(check(name(), in));
  }

  /** Checks output and target; the spec of the loss. */
  TensorSpec check(String op, List<TensorSpec> in) {
    Check.floating(op, "output", in.get(0));
    Check.that(in.get(1).equals(in.get(0)), op, "a target like " + in.get(0), in.get(1));
    return reduction == Reduction.NONE ? in.get(0) : in.get(0).withShape(Shape.scalar());
  }

  @Override
  public List<Value> vjp(Vjp c) {
    boolean target = c.needs(1);
    List<Value> d =
        c.emit().applyAll(new PointwiseLossBackward(this, target), c.in(0), c.in(1), c.grad(0));
    return Vjp.grads(d.get(0), target ? d.get(1) : null);
  }

  /** The loss in elementary operations. */
  Value define(Emit e, Value output, Value target) {
    Value each = kind.define(e, parameter, output, target);
    int[] axes = IntStream.range(0, each.spec().shape().rank()).toArray();
    return switch (reduction) {
      case NONE -> each;
      case SUM -> e.sum(each, false, axes);
      case MEAN -> e.mean(each, false, axes);
    };
  }
}
