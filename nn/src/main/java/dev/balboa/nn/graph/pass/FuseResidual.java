package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Op;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A sum with the result of a convolution or a linear map becomes part of that. */
public final class FuseResidual implements Pass {
  /** A pass without settings. */
  public FuseResidual() {}

  @Override
  public String name() {
    return "fuse-residual";
  }

  @Override
  public Graph apply(Graph graph) {
    Consumers consumers = new Consumers(graph);
    Rewrite rewrite = new Rewrite(graph);
    Set<Node> taken = new HashSet<>();
    for (Node node : graph.nodes()) {
      boolean fused =
          node instanceof Node.Apply(Binary(BinaryKind kind), var in, var out)
              && kind == BinaryKind.ADD
              && graph.spec(in.get(0)).equals(graph.spec(in.get(1)))
              && (fuse(consumers, rewrite, taken, in.get(0), in.get(1), out)
                  || fuse(consumers, rewrite, taken, in.get(1), in.get(0), out));
      if (!fused) {
        rewrite.add(rewrite.current(node));
      }
    }
    return new DeadCode().apply(rewrite.build());
  }

  private static boolean fuse(
      Consumers consumers,
      Rewrite rewrite,
      Set<Node> taken,
      int product,
      int residual,
      List<Integer> out) {
    if (!(consumers.only(product) instanceof Node.Apply before) || !taken.add(before)) {
      return false;
    }
    Optional<Op> op = Fusable.withResidual(before.op());
    op.ifPresent(o -> {
      List<Integer> inputs = new ArrayList<>(before.inputs());
      inputs.add(residual);
      rewrite.add(o, inputs, out);
    });
    return op.isPresent();
  }
}
