package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.MaxPool;
import java.util.List;

/** A max pooling whose workspace nobody reads, as in inference, does not write it. */
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
      if (node instanceof Node.Apply(MaxPool pool, var in, var out)
          && pool.workspace()
          && uses[out.get(1)] == 0) {
        rewrite.add(new MaxPool(pool.window(), false), in, List.of(out.get(0)));
      } else {
        rewrite.add(node);
      }
    }
    return rewrite.build();
  }
}
