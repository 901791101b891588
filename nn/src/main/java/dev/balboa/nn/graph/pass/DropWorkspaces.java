package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Recurrent;
import java.util.List;
import java.util.Optional;

/**
 * An operation whose workspace nobody reads, as in inference, does not write it: a max pooling, or
 * a recurrent layer, whose workspace is several times as large as its result.
 */
public final class DropWorkspaces implements Pass {
  /** A pass without settings. */
  public DropWorkspaces() {}

  @Override
  public String name() {
    return "drop-workspaces";
  }

  @Override
  public Graph apply(Graph graph) {
    int[] uses = graph.uses();
    Rewrite rewrite = new Rewrite(graph);
    for (Node node : graph.nodes()) {
      Optional<Op> op = node instanceof Node.Apply apply ? without(apply.op()) : Optional.empty();
      if (op.isPresent() && uses[node.outputs().getLast()] == 0) {
        List<Integer> outputs = node.outputs().subList(0, node.outputs().size() - 1);
        rewrite.add(op.get(), node.inputs(), outputs);
      } else {
        rewrite.add(node);
      }
    }
    return rewrite.build();
  }

  /** The operation without its workspace, which is its last output; empty if it has none. */
  private static Optional<Op> without(Op op) {
    return switch (op) {
      case MaxPool o when o.workspace() -> Optional.of(new MaxPool(o.window(), false));
      case Recurrent o when o.workspace() -> Optional.of(o.withWorkspace(false));
      default -> Optional.empty();
    };
  }
}
