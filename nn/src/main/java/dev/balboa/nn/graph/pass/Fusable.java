package dev.balboa.nn.graph.pass;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ConvTranspose;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.Op;
import java.util.Optional;

/** The operations that can take over what follows them. */
final class Fusable {
  private Fusable() {}

  /** The operation with an activation, if it has none and can have one. */
  static Optional<Op> of(Op op, Activation activation) {
    return switch (op) {
      case Conv c when c.activation().isIdentity() ->
          Optional.of(new Conv(c.window(), c.groups(), activation, c.residual()));
      case ConvTranspose c when c.activation().isIdentity() ->
          Optional.of(new ConvTranspose(c.window(), c.outputPadding(), c.groups(), activation));
      case Linear l when l.activation().isIdentity() ->
          Optional.of(new Linear(activation, l.residual()));
      default -> Optional.empty();
    };
  }

  /** The operation with a residual as last input, if it has none and no activation yet. */
  static Optional<Op> withResidual(Op op) {
    return switch (op) {
      case Conv c when c.activation().isIdentity() && !c.residual() ->
          Optional.of(new Conv(c.window(), c.groups(), c.activation(), true));
      case Linear l when l.activation().isIdentity() && !l.residual() ->
          Optional.of(new Linear(l.activation(), true));
      default -> Optional.empty();
    };
  }
}
