package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.MaxPoolBackward;

/**
 * The derivative of a max pooling does without what was pooled, which only a derivative of its own
 * would read: the largest value of many networks is not kept for it.
 */
public final class DropPooled implements Pass {
  /** A pass without settings. */
  public DropPooled() {}

  @Override
  public String name() {
    return "drop-pooled";
  }

  @Override
  public Graph apply(Graph graph) {
    Rewrite rewrite = new Rewrite(graph);
    for (Node node : graph.nodes()) {
      if (node instanceof Node.Apply(MaxPoolBackward back, var in, var out)) {
        rewrite.add(back, in.subList(0, 2), out);
      } else {
        rewrite.add(node);
      }
    }
    return new DeadCode().apply(rewrite.build());
  }
}
