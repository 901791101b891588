package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Unary;
import java.util.Optional;

/**
 * An activation that follows a convolution, forward or transposed, or a linear map becomes part of
 * it.
 */
public final class FuseActivation implements Pass {
  /** A pass without settings. */
  public FuseActivation() {}

  @Override
  public String name() {
    return "fuse-activation";
  }

  @Override
  public Graph apply(Graph graph) {
    Consumers consumers = new Consumers(graph);
    Rewrite rewrite = new Rewrite(graph);
    for (Node node : graph.nodes()) {
      if (node instanceof Node.Apply(Unary unary, var in, var out)
          && Activation.serves(unary)
          && consumers.only(in.get(0)) instanceof Node.Apply before) {
        Optional<Op> fused = Fusable.of(before.op(), new Activation(unary));
        if (fused.isPresent()) {
          rewrite.add(fused.get(), before.inputs(), out);
          continue;
        }
      }
      rewrite.add(rewrite.current(node));
    }
    return new DeadCode().apply(rewrite.build());
  }
}
