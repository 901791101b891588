package dev.balboa.nn.op;

import java.util.List;

/**
 * The adjoint of {@link Nll}, which is linear: -w[y] dloss at the label, divided as the mean is,
 * and 0 elsewhere. Inputs labels [N, d...], dloss of the loss's shape, class weights [C] or none;
 * output [N, C, d...].
 */
public record NllBackward(Nll forward, long classes) implements LossOp {
  @Override
  public String name() {
    return "nll_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2, 3);
    Check.floating(name(), "dloss", in.get(1));
    Shape labels = in.get(0).shape();
    Check.that(labels.rank() >= 1, name(), "labels of rank 1 or more", in.get(0));
    Shape shape = labels.slice(0, 1).append(classes).append(labels.slice(1, labels.rank()).dims());
    TensorSpec scores = in.get(1).withShape(shape);
    ClassLabels.check(name(), "log-probabilities", scores, in.get(0));
    TensorSpec loss = ClassLabels.loss(scores, forward.reduction());
    Check.that(in.get(1).equals(loss), name(), "dloss " + loss, in.get(1));
    ClassLabels.weight(name(), scores, in, 2);
    return List.of(scores);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Value[] inputs = ClassLabels.with(c, 2, c.grad(0), c.in(0));
    return ClassLabels.grads(c, null, c.emit().apply(forward, inputs));
  }
}
